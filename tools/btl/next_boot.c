// SPDX-License-Identifier: BSD-2-Clause
// The loader's choice (docs/boot-state.md), without booting.
#include "next_boot.h"

#include <string.h>

#include <btl/config.h>
#include <btl/hash.h>

#include "configurations.h"

// Why the loader would rather boot another one.
static struct btl_str refusal(struct btl_arena *arena, const struct configuration *conf)
{
    if (!conf->there)
        return BTL_STR("it cannot be read");
    if (conf->trial == BTL_TRIAL_USED_UP)
        return memory_text(arena, "its tries are used up, all %u", conf->tries);
    if (conf->trial == BTL_TRIAL_FAILED)
        return BTL_STR("the kernel has given it up");
    if (!conf->good)
        return BTL_STR("it has errors");
    return BTL_STR("");
}

void configuration_read(struct volume *volume, const struct btl_boot_state *state,
                        struct btl_str path, struct configuration *ret)
{
    struct btl_arena *arena = volume->host->arena;
    struct btl_diags ignored = {.arena = arena};
    struct volume_problem problem;
    struct btl_config config;
    struct btl_bytes bytes;
    *ret = (struct configuration){.path = path};
    ret->there = volume_read(volume, path, BTL_CONFIG_MAX, &bytes, &problem);
    if (ret->there) {
        struct btl_str text = {(const char *)bytes.at, bytes.size};
        btl_sha256(bytes, ret->sha256);
        ret->good = btl_config_parse(path, text, arena, &config, &ignored);
        ret->tries = config.boot_tries;
        ret->trial = btl_boot_trial(state, ret->sha256, ret->tries, &ret->tries_left);
        ret->tries_left += ret->trial == BTL_TRIAL_COUNTED; // this boot is one of them
    }
    ret->reason = refusal(arena, ret);
}

// What is booted when the last of `next` fails.
static bool find_fallback(struct volume *volume, const struct btl_boot_state *state,
                          const struct next_boot *next, struct btl_str *ret_path)
{
    const struct configuration *last = &next->tried[next->count - 1];
    const struct btl_boot_volume seen = configurations_seen(volume);
    uint8_t tried[BTL_TRIED_MAX][32];
    struct btl_booting booting = {last->path, last->there ? last->sha256 : NULL, tried, 0};
    for (size_t i = 0; i + 1 < next->count; i++) {
        if (next->tried[i].there)
            memcpy(tried[booting.tried_count++], next->tried[i].sha256, sizeof(tried[0]));
    }
    return btl_boot_fallback(state, &booting, &seen, ret_path);
}

static void find_given_up(struct volume *volume, const struct btl_record *failed,
                          struct next_boot *next)
{
    const struct btl_boot_volume seen = configurations_seen(volume);
    struct btl_str *paths;
    uint8_t sha256[32];
    size_t count = failed->given_up_count > 0 ? seen.list(seen.owner, &paths) : 0;
    for (size_t i = 0; i < count; i++) {
        bool read = seen.hash(seen.owner, paths[i], sha256);
        for (uint32_t k = 0; read && k < failed->given_up_count; k++) {
            if (next->given_up[k].len == 0 && memcmp(failed->given_up[k], sha256, 32) == 0)
                next->given_up[k] = paths[i];
        }
    }
}

// The one that was asked for, before anything is known about it.
static struct btl_str wanted(const struct btl_record *once, struct next_boot *next)
{
    next->once = once->there;
    next->asked = !once->there && next->entry.config.len > 0;
    return next->once ? once->path : next->asked ? next->entry.config : BTL_STR(BTL_CONFIG_DEFAULT);
}

void next_boot(struct volume *volume, struct variables *variables, struct next_boot *ret_next)
{
    const struct btl_boot_state *state = &variables->state;
    struct configuration *last = &ret_next->tried[0];
    *ret_next = (struct next_boot){.count = 1};
    boot_entry_find(variables, volume, &ret_next->entry);
    configuration_read(volume, state, wanted(&state->record[BTL_VARIABLE_NEXT], ret_next), last);
    while (find_fallback(volume, state, ret_next, &ret_next->fallback) && last->reason.len > 0 &&
           ret_next->count < BTL_COUNT(ret_next->tried)) {
        last = &ret_next->tried[ret_next->count++];
        configuration_read(volume, state, ret_next->fallback, last);
        ret_next->fallback = BTL_STR("");
        if (last->trial == BTL_TRIAL_COUNTED)
            last->trial = BTL_TRIAL_NONE; // no try of a fallback is counted
    }
    find_given_up(volume, &state->record[BTL_VARIABLE_FAILED], ret_next);
}
