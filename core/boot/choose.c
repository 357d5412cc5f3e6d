// SPDX-License-Identifier: BSD-2-Clause
// Choice of the configuration to boot, and of its fallbacks.
#include "attempt_private.h"

#include <btl/mem.h>

#define REASON_MAX 512 // bytes

// ---------------------------------------------------------------------------------- the first one

void btl_boot_choose(struct btl_boot *boot, struct btl_str configured, bool safe,
                     struct btl_diags *diags)
{
    const struct btl_record *next = &boot->state.record[BTL_VARIABLE_NEXT];
    struct btl_choice *choice = &boot->choice;
    *choice = (struct btl_choice){.path = BTL_STR(BTL_CONFIG_DEFAULT), .safe = safe};
    if (configured.len > 0) {
        choice->path = configured;
        choice->how = BTLM_HOW_OPTION;
    }
    // A one-shot request is newer than the boot entry, so it wins. If it cannot be deleted, it is
    // not booted: it would be booted every time.
    bool deleted = boot->driver->delete_next(boot->owner);
    if (!next->valid)
        return;
    if (!deleted) {
        btl_report(diags, BTL_BOOT_NEXT_STUCK, (struct btl_place){.file = next->path},
                   BTL_ARG(choice->path));
        return;
    }
    choice->path = next->path;
    choice->how = BTLM_HOW_ONE_SHOT;
}

// --------------------------------------------------------------------------------- the other ones

static bool hash_configuration(void *owner, struct btl_str path, uint8_t ret_sha256[32])
{
    const struct btl_boot *boot = owner;
    struct btl_file_problem ignored;
    const struct btl_boot_file *file =
        boot->driver->read(boot->owner, path, BTL_CONFIG_MAX, &ignored);
    if (file != NULL)
        memcpy(ret_sha256, btl_boot_file_sha256(boot, file), sizeof(file->sha256));
    return file != NULL;
}

static size_t list_configurations(void *owner, struct btl_str **ret_paths)
{
    const struct btl_boot *boot = owner;
    return boot->driver->list(boot->owner, ret_paths);
}

struct btl_boot_volume btl_boot_view(struct btl_boot *boot)
{
    return (struct btl_boot_volume){boot, hash_configuration, list_configurations};
}

void btl_attempt_find_fallback(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    const struct btl_boot_file *file = attempt->config_file;
    const struct btl_booting booting = {boot->choice.path, file == NULL ? NULL : file->sha256,
                                        boot->tried, boot->tried_count};
    const struct btl_boot_volume volume = btl_boot_view(attempt->boot);
    attempt->fallback.path = BTL_STR("");
    attempt->fallback.valid =
        btl_boot_fallback(&boot->state, &booting, &volume, &attempt->fallback.path);
}

bool btl_attempt_falls_back(const struct btl_attempt *attempt)
{
    return attempt->fallback.valid && !attempt->boot->attended && !attempt->halted;
}

struct btl_str btl_attempt_reason(const struct btl_attempt *attempt, struct btl_arena *arena)
{
    char text[REASON_MAX + 1];
    struct btl_buffer reason = btl_buffer(text, sizeof(text));
    if (attempt->reason == NULL)
        return BTL_STR("the loader ran out of memory");
    btl_diag_print(&reason.out, attempt->reason);
    return btl_str_copy(arena, btl_buffer_text(&reason));
}

bool btl_attempt_activate_fallback(const struct btl_attempt *attempt, struct btl_arena *arena)
{
    struct btl_boot *boot = attempt->boot;
    const struct btl_choice *failed = &boot->choice;
    bool first = failed->how != BTLM_HOW_FALLBACK;
    struct btl_choice next = {.path = btl_str_copy(arena, attempt->fallback.path),
                              .how = BTLM_HOW_FALLBACK,
                              .safe = failed->safe,
                              .wanted = first ? failed->path : failed->wanted,
                              .reason =
                                  first ? btl_attempt_reason(attempt, arena) : failed->reason};
    if (next.path.at == NULL || next.reason.at == NULL)
        return false;
    if (attempt->config_file != NULL)
        memcpy(boot->tried[boot->tried_count++], attempt->config_file->sha256, 32);
    boot->choice = next;
    return true;
}
