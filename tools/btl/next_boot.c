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

static bool was_tried(const struct next_boot *next, const struct configuration *conf)
{
    for (size_t i = 0; i < next->count; i++) {
        const struct configuration *tried = &next->tried[i];
        if (tried->there ? memcmp(tried->sha256, conf->sha256, sizeof(conf->sha256)) == 0
                         : btl_str_equal(tried->path, conf->path))
            return true;
    }
    return false;
}

static bool is_good(const struct btl_boot_state *state, const struct configuration *conf)
{
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    return good->there && conf->there &&
           memcmp(good->sha256, conf->sha256, sizeof(good->sha256)) == 0;
}

// The last good one, where it lies now.
static bool find_good(struct volume *volume, const struct btl_boot_state *state,
                      struct configuration *ret)
{
    const struct btl_record *good = &state->record[BTL_VARIABLE_GOOD];
    struct btl_str *paths;
    if (!good->there)
        return false;
    configuration_read(volume, state, good->path, ret);
    size_t count = is_good(state, ret) ? 0 : configurations(volume, &paths);
    for (size_t i = 0; i < count && !is_good(state, ret); i++)
        configuration_read(volume, state, paths[i], ret);
    return is_good(state, ret);
}

// What is booted when the last of `next` fails.
static bool find_fallback(struct volume *volume, const struct btl_boot_state *state,
                          const struct next_boot *next, struct configuration *ret)
{
    const struct configuration *last = &next->tried[next->count - 1];
    if (is_good(state, last))
        return false;
    if (find_good(volume, state, ret) && !was_tried(next, ret))
        return true;
    static const char *const others[] = {CONFIG_DEFAULT, CONFIG_PREVIOUS};
    for (size_t i = 0; i < BTL_COUNT(others); i++) {
        configuration_read(volume, state, btl_str_of(others[i]), ret);
        if (ret->there && !was_tried(next, ret))
            return true;
    }
    return false;
}

void next_boot(struct volume *volume, const struct btl_boot_state *state,
               struct next_boot *ret_next)
{
    const struct btl_record *once = &state->record[BTL_VARIABLE_NEXT];
    struct configuration fallback;
    bool found;
    *ret_next = (struct next_boot){.once = once->there, .count = 1};
    configuration_read(volume, state, once->there ? once->path : BTL_STR(CONFIG_DEFAULT),
                       &ret_next->tried[0]);
    while ((found = find_fallback(volume, state, ret_next, &fallback)) &&
           ret_next->tried[ret_next->count - 1].reason.len > 0 &&
           ret_next->count <= NEXT_BOOT_MAX) {
        if (fallback.trial == BTL_TRIAL_COUNTED)
            fallback.trial = BTL_TRIAL_NONE; // no try of a fallback is counted
        ret_next->tried[ret_next->count++] = fallback;
    }
    if (found)
        ret_next->fallback = fallback.path;
}
