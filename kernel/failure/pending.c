// SPDX-License-Identifier: BSD-2-Clause
#include "failure/pending.h"

#include "base/handoff.h"
#include "console/say.h"
#include "dlkm/dlkm.h"

#include <btl/config_edit.h>
#include <btl/diag_set.h>
#include <btl/hash.h>
#include <btl/kernel.h>

#define APPLIES_SINCE 6 // minor version of the loader's protocol

// --- the record

static struct btl_str pending_path(void)
{
    const struct btl_manifest *manifest = handoff_manifest();

    return btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path);
}

// Does the record belong to the configuration that runs, as it was read?
static bool pending_is_own(const struct btl_record *record)
{
    const struct btlm_boot *boot = boot_entry();

    return btl_str_equal(record->path, pending_path()) && btl_record_names(record, boot->sha256);
}

static bool pending_is_possible(const struct pending_edit *edit)
{
    const struct btlm_boot *boot = boot_entry();
    const struct btl_manifest *manifest = handoff_manifest();
    const struct btl_record *record = &edit->stored.record;

    if (boot == NULL)
        return true; // pending_edit_store() says so
    if (boot->how == BTLM_HOW_FALLBACK) {
        kernel_say(BTL_RUN_PENDING_FALLBACK, BTL_ARG(btl_manifest_str(manifest, boot->wanted)));
        return false;
    }
    if (record->valid && !pending_is_own(record)) {
        kernel_say(BTL_RUN_PENDING_OTHER, BTL_ARG(record->path));
        return false;
    }
    return true;
}

bool pending_edit_begin(struct pending_edit *edit)
{
    bool good;

    *edit = (struct pending_edit){.queued = BTL_STR("")};
    heap_arena_init(&edit->heap);
    boot_record_load(BTL_VARIABLE_PENDING, &edit->stored);
    edit->printed = boot_entry() == NULL;
    edit->text = btl_manifest_text(handoff_manifest(), BTLM_CONFIG);
    edit->lines = edit->stored.record.valid ? edit->stored.record.text : BTL_STR("");
    good = btl_config_read(&edit->heap.arena, edit->text, &edit->config);
    if (!good)
        kernel_say(BTL_NO_MEMORY, BTL_ARG_Z("reading loader.conf"));
    return good && pending_is_possible(edit);
}

void pending_edit_free(struct pending_edit *edit)
{
    heap_arena_free(&edit->heap);
}

void pending_edit_set(struct pending_edit *edit, struct btl_str module, struct btl_str of_module,
                      struct btl_str value)
{
    struct btl_arena *arena = &edit->heap.arena;
    const struct btl_str parts[] = {module, of_module};
    struct btl_str key = btl_str_join(arena, parts, BTL_COUNT(parts));

    if (edit->lines.at == NULL || edit->queued.at == NULL || key.at == NULL) {
        edit->lines.at = NULL;
        return;
    }
    edit->lines = btl_pending_set(arena, edit->lines, key, value);
    edit->queued = btl_pending_set(arena, edit->queued, key, value);
}

void pending_edit_forget(struct pending_edit *edit, struct btl_str module)
{
    if (edit->lines.at != NULL)
        edit->lines = btl_pending_forget(&edit->heap.arena, edit->lines, module);
}

// --- checking

// Drop lines that loader.conf has: a change back is no change.
static bool pending_drop_idle(struct pending_edit *edit)
{
    struct btl_arena *arena = &edit->heap.arena;
    struct btl_config lines;
    struct btl_str value;

    if (edit->lines.at == NULL || !btl_config_read(arena, edit->lines, &lines))
        return false;
    for (size_t i = 0; i < lines.setting_count && edit->lines.at != NULL; i++)
        if (btl_config_value(&edit->config, lines.settings[i].key, &value) &&
            btl_str_equal(value, lines.settings[i].value))
            edit->lines = btl_config_unset(arena, edit->lines, lines.settings[i].key);
    return edit->lines.at != NULL;
}

static struct btl_record pending_new_record(const struct pending_edit *edit)
{
    return (struct btl_record){
        .valid = true, .number = BTL_PENDING_TRIES, .path = pending_path(), .text = edit->lines};
}

// Is a module of the changes on the blacklist of the changed text? It would stay off.
static bool pending_meets_blacklist(const struct btl_config *lines, const struct btl_config *after)
{
    for (size_t i = 0; i < lines->module_count; i++)
        for (size_t k = 0; k < after->module_count; k++)
            if (!lines->modules[i].load_no && after->modules[k].blacklisted &&
                btl_str_equal(lines->modules[i].name, after->modules[k].name)) {
                kernel_say(BTL_RUN_PENDING_BLACKLIST, BTL_ARG(lines->modules[i].name));
                return true;
            }
    return false;
}

// Print the errors and warnings that the changed text has and the text of this boot has not.
static bool pending_adds_errors(struct pending_edit *edit, struct btl_str after,
                                struct btl_config *ret_config)
{
    struct btl_arena *arena = &edit->heap.arena;
    struct btl_str file = pending_path();
    struct btl_diags old = {.arena = arena}, new = {.arena = arena};
    const struct btl_diag *added;
    struct btl_diag_set set;
    char reason[REASON_MAX];
    struct btl_config ignored;

    btl_config_parse(file, edit->text, arena, &ignored, &old);
    btl_config_parse(file, after, arena, ret_config, &new);
    btl_diag_set_make(&set, &old, arena);
    added = btl_diag_added(&set, new.first, arena);
    if (added != NULL)
        diags_explain(&new, reason);
    return added != NULL;
}

// Would the loader accept the changed text, as far as the kernel can say? The loader judges again.
static bool pending_is_good(struct pending_edit *edit)
{
    struct btl_record record = pending_new_record(edit);
    struct btl_config lines, after;
    struct btl_str text;

    btl_sha256((struct btl_bytes){(const uint8_t *)edit->text.at, edit->text.len}, record.sha256);
    switch (btl_pending_apply(&record, edit->text, &edit->heap.arena, &text)) {
    case BTL_PENDING_APPLIES:
        return !pending_adds_errors(edit, text, &after) &&
               btl_config_read(&edit->heap.arena, edit->lines, &lines) &&
               !pending_meets_blacklist(&lines, &after);
    case BTL_PENDING_NO_MEMORY:
        kernel_say(BTL_NO_MEMORY, BTL_ARG_Z("queueing a change"));
        return false;
    default:
        kernel_say(BTL_RUN_PENDING_NO_EFFECT);
        return false;
    }
}

// --- storing

static void pending_print_lines(const char *before, struct btl_str lines)
{
    struct btl_str line;

    while (btl_take_line(&lines, &line))
        kprintf("%s%pS\n", before, &line);
}

static bool pending_can_be_stored(const struct pending_edit *edit)
{
    if (handoff_manifest()->header->minor < APPLIES_SINCE) {
        kernel_say(BTL_RUN_OLDER_PENDING);
        return false;
    }
    if (edit->lines.len > BTL_RECORD_TEXT_MAX)
        kernel_say(BTL_RUN_PENDING_FULL, BTL_DEC(BTL_RECORD_TEXT_MAX));
    return edit->lines.len <= BTL_RECORD_TEXT_MAX;
}

static bool pending_record_delete(const struct boot_record *stored)
{
    efi_status status = EFI_SUCCESS;

    if (stored->status != EFI_NOT_FOUND)
        status = efi_variable_set(btl_variable_name(BTL_VARIABLE_PENDING), NULL, 0);
    if (status != EFI_SUCCESS)
        kernel_say(BTL_RUN_STATE_WRITE, BTL_ARG_Z(btl_variable_name(BTL_VARIABLE_PENDING)),
                   BTL_ARG_Z(efi_status_text(status)));
    return status == EFI_SUCCESS;
}

static bool pending_record_store(struct pending_edit *edit)
{
    struct btl_record record = pending_new_record(edit);
    bool is_new;

    memcpy(record.sha256, boot_entry()->sha256, sizeof(record.sha256));
    return pending_can_be_stored(edit) && boot_record_store(BTL_VARIABLE_PENDING, &record, &is_new);
}

static void pending_print_unstored(const struct pending_edit *edit)
{
    struct btl_str path = pending_path();

    kprintf("# not stored: put this into %pS\n", &path);
    pending_print_lines("", edit->queued.len > 0 ? edit->queued : edit->lines);
}

void pending_edit_store(struct pending_edit *edit)
{
    struct btl_str path = pending_path();

    if (edit->refused) {
        kprintf("nothing is queued\n");
        return;
    }
    if (edit->printed) {
        kernel_say(BTL_RUN_STATE_UNKNOWN);
        pending_print_unstored(edit);
        return;
    }
    if (!pending_drop_idle(edit)) {
        kernel_say(BTL_NO_MEMORY, BTL_ARG_Z("queueing a change"));
        return;
    }
    if (edit->lines.len == 0) {
        if (pending_record_delete(&edit->stored))
            kprintf("no changes of %pS are pending\n", &path);
    } else if (!pending_is_good(edit)) {
        kprintf("nothing is queued\n");
    } else if (pending_record_store(edit)) {
        kprintf("pending for the next boot of %pS, on trial with %u tries:\n", &path,
                BTL_PENDING_TRIES);
        pending_print_lines("    ", edit->lines);
    } else {
        pending_print_unstored(edit);
    }
}

void pending_forget_all(void)
{
    struct boot_record stored;

    boot_record_load(BTL_VARIABLE_PENDING, &stored);
    if (!pending_record_delete(&stored))
        return;
    kprintf(stored.status == EFI_NOT_FOUND ? "no changes are pending\n"
                                           : "the pending changes are taken back:\n");
    if (stored.record.valid)
        pending_print_lines("    ", stored.record.text);
}
