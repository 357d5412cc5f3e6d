// SPDX-License-Identifier: BSD-2-Clause
// Prepare the writing: find the module of each diagnostic and the reason of each failed module,
// sort the exports by owner and the events by time.
#include "manifest_draft.h"

#include <btl/assert.h>
#include <btl/mem.h>
#include "../base/sort.h"

// A sink that counts the bytes, and stores them if it has memory.
struct text {
    struct btl_out out;
    char *memory; // NULL: count only
    size_t len;
};

static void draft_put_text(struct btl_out *out, const char *piece, size_t len)
{
    struct text *text = out->owner;
    if (text->memory != NULL)
        memcpy(text->memory + text->len, piece, len);
    text->len += len;
}

static size_t draft_render_diag(const struct btl_diag *diag, char *memory)
{
    struct text text = {.memory = memory};
    text.out = (struct btl_out){.put = draft_put_text, .owner = &text};
    btl_diag_print(&text.out, diag);
    return text.len;
}

static bool draft_render_diags(struct btl_manifest_draft *draft)
{
    uint64_t count = 0;
    const struct btl_diag *diag = draft->input->diags->first;
    for (; diag != NULL; diag = diag->next)
        count++;
    draft->diagnostics = BTL_NEW_ARRAY(draft->arena, struct draft_diagnostic, count);
    if (draft->diagnostics == NULL || count > UINT32_MAX)
        return false;
    for (diag = draft->input->diags->first; diag != NULL; diag = diag->next) {
        struct draft_diagnostic *to = &draft->diagnostics[draft->diagnostic_count++];
        to->diag = diag;
        to->text.len = draft_render_diag(diag, NULL);
        char *memory = btl_alloc(draft->arena, to->text.len, 1);
        if (memory == NULL)
            return false;
        draft_render_diag(diag, memory);
        to->text.at = memory;
    }
    return true;
}

static bool draft_find_diag_modules(struct btl_manifest_draft *draft)
{
    struct btl_names names;
    const struct btl_planned *modules = draft->input->plan->modules;
    if (!btl_names_init(&names, (size_t)draft->module_count + draft->diagnostic_count,
                        draft->arena))
        return false;
    for (uint32_t i = 0; i < draft->module_count; i++)
        btl_names_number(&names, modules[i].name); // returns i: names of modules are unique
    for (uint32_t i = 0; i < draft->diagnostic_count; i++) {
        struct draft_diagnostic *diagnostic = &draft->diagnostics[i];
        uint32_t number = btl_names_number(&names, diagnostic->diag->place.module);
        diagnostic->module = number < draft->module_count ? number : BTL_NONE;
    }
    return true;
}

static struct btl_str draft_pointer_name(const struct btl_diag *const *pointer)
{
    return (struct btl_str){(const char *)pointer, sizeof(*pointer)};
}

// In a plan, the reason of a failed module is a pointer to a diagnostic. These pointers are
// numbered like names.
static bool draft_find_reasons(struct btl_manifest_draft *draft)
{
    struct btl_names names;
    draft->reason = BTL_NEW_ARRAY(draft->arena, uint32_t, draft->module_count);
    if (draft->reason == NULL ||
        !btl_names_init(&names, (size_t)draft->diagnostic_count + draft->module_count,
                        draft->arena))
        return false;
    for (uint32_t i = 0; i < draft->diagnostic_count; i++)
        btl_names_number(&names, draft_pointer_name(&draft->diagnostics[i].diag));
    for (uint32_t i = 0; i < draft->module_count; i++) {
        uint32_t number =
            btl_names_number(&names, draft_pointer_name(&draft->input->plan->modules[i].reason));
        draft->reason[i] = number < draft->diagnostic_count ? number : BTL_NONE;
    }
    return true;
}

// Return the group of an export: 0 for the kernel, i + 1 for module i, the last for other owners.
static uint32_t draft_export_group(const struct btl_manifest_draft *draft,
                                   const struct btl_export *export)
{
    if (export->owner == BTL_KERNEL)
        return 0;
    bool present =
        export->owner < draft->module_count &&
        (draft_image(draft, export->owner) != NULL || draft_is_static(draft, export->owner));
    return present ? export->owner + 1 : draft->module_count + 1;
}

// Sort by owner, by counting: within a group the exports keep the order of linking.
static bool draft_sort_exports(struct btl_manifest_draft *draft)
{
    const struct btl_symtab *symtab = draft->input->symtab;
    uint32_t groups = draft->module_count + 2;
    draft->exports = BTL_NEW_ARRAY(draft->arena, uint32_t, symtab->count);
    uint32_t *next = BTL_NEW_ARRAY(draft->arena, uint32_t, (size_t)groups + 1);
    draft->first_export = BTL_NEW_ARRAY(draft->arena, uint32_t, groups);
    if (draft->exports == NULL || next == NULL || draft->first_export == NULL)
        return false;
    for (uint32_t i = 0; i < symtab->count; i++)
        next[draft_export_group(draft, &symtab->exports[i]) + 1]++;
    for (uint32_t group = 0; group < groups; group++)
        next[group + 1] += next[group];
    memcpy(draft->first_export, next + 1, ((size_t)draft->module_count + 1) * sizeof(*next));
    for (uint32_t i = 0; i < symtab->count; i++)
        draft->exports[next[draft_export_group(draft, &symtab->exports[i])]++] = i;
    return true;
}

// btl_manifest_seal() sets the times of EXIT, and the end of LOADER, which contains all others.
static int event_rank(const struct btlm_event *event)
{
    return event->kind == BTLM_EVENT_LOADER ? 0 : event->kind == BTLM_EVENT_EXIT ? 2 : 1;
}

// Compare by rank, then by start.
static int compare_draft_events(const void *a, const void *b, void *context)
{
    const struct btlm_event *x = a, *y = b;
    if (event_rank(x) != event_rank(y))
        return event_rank(x) - event_rank(y);
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end) // an event comes before those that it contains
        return x->end > y->end ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->module != y->module ? (x->module < y->module ? -1 : 1)
                                  : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

void draft_sort_events(struct btl_manifest_draft *draft)
{
    uint64_t count = draft->input->event_count;
    if (count > 0)
        memcpy(draft->events, draft->input->events, count * sizeof(*draft->events));
    btl_sort(draft->events, count, sizeof(*draft->events), compare_draft_events, NULL);
}

// Return the maximum number of strings that the writer can meet.
static uint64_t draft_max_strings(const struct btl_manifest_draft *draft)
{
    const struct btl_manifest_input *input = draft->input;
    uint64_t max = 11 + 5 * (uint64_t)draft->module_count + 2 * (uint64_t)draft->diagnostic_count +
                   2 * (uint64_t)input->file_count + input->symtab->count + draft->function_count;
    if (input->kernel_info != NULL)
        max += input->kernel_info->need_count + input->kernel_info->provide_count;
    for (uint32_t i = 0; i < draft->module_count; i++) {
        const struct btl_planned *module = &input->plan->modules[i];
        const struct btl_image *image = draft_image(draft, i);
        if (module->config != NULL)
            max += 2 * module->config->tunable_count;
        if (module->info != NULL)
            max += module->info->need_count + module->info->provide_count;
        if (image != NULL)
            max += image->order_count;
    }
    return max;
}

bool draft_begin(struct btl_manifest_draft *draft, const struct btl_manifest_input *input,
                 struct btl_arena *arena)
{
    *draft = (struct btl_manifest_draft){
        .input = input, .arena = arena, .module_count = input->plan->module_count};
    if (!draft_render_diags(draft) || !draft_find_diag_modules(draft) ||
        !draft_find_reasons(draft) || !draft_sort_exports(draft) || !draft_list_functions(draft))
        return false;
    draft->events = BTL_NEW_ARRAY(arena, struct btlm_event, input->event_count);
    draft->string_max = draft_max_strings(draft);
    draft->string_offset = BTL_NEW_ARRAY(arena, uint64_t, draft->string_max);
    draft->string_met = BTL_NEW_ARRAY(arena, uint32_t, draft->string_max);
    return draft->events != NULL && draft->string_offset != NULL && draft->string_met != NULL &&
           btl_names_init(&draft->strings, draft->string_max, arena);
}

// Number a string that the writer meets for the first time.
static uint32_t writer_meet_string(struct btl_manifest_draft *draft, struct btl_str text)
{
    uint32_t number = btl_names_number(&draft->strings, text);
    BTL_ASSERT(number < draft->string_max && draft->met_count < draft->string_max);
    if (number == draft->string_count) {
        draft->string_count++;
        draft->string_offset[number] = draft->strings_size;
        draft->strings_size += text.len;
    }
    draft->string_met[draft->met_count++] = number;
    return number;
}

struct btlm_str writer_string(struct writer *writer, struct btl_str text)
{
    struct btl_manifest_draft *draft = writer->draft;
    uint64_t met = writer->met++;
    uint32_t number =
        met < draft->met_count ? draft->string_met[met] : writer_meet_string(draft, text);
    return (struct btlm_str){(uint32_t)draft->string_offset[number], (uint32_t)text.len};
}
