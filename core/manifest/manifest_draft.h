// SPDX-License-Identifier: BSD-2-Clause
// The draft of a manifest: results that the writer needs both to measure and to write.
#ifndef BTL_CORE_MANIFEST_DRAFT_H
#define BTL_CORE_MANIFEST_DRAFT_H

#include <btl/manifest_writer.h>

#include <btl/names.h>

#include "manifest_kinds.h"

struct draft_function {
    uint64_t address, size;
    struct btl_str name;
    uint32_t owner;
};

struct draft_diagnostic {
    const struct btl_diag *diag;
    struct btl_str text;
    uint32_t module; // or BTL_NONE
};

struct btl_manifest_draft {
    const struct btl_manifest_input *input;
    struct btl_arena *arena;
    uint32_t module_count;

    struct draft_diagnostic *diagnostics; // in the order of reporting
    uint32_t diagnostic_count;
    uint32_t *reason; // per module: index of its reason in `diagnostics`, or BTL_NONE
    // Indices of symtab->exports: the kernel's, then those of each module. Module i has
    // [first_export[i], first_export[i + 1]).
    uint32_t *exports, *first_export;
    struct btlm_event *events;        // sorted by draft_sort_events()
    struct draft_function *functions; // sorted
    uint32_t function_count;

    struct btl_names strings; // the different strings, numbered as the writer meets them
    uint64_t *string_offset;  // per number: offset in STRINGS
    uint32_t *string_met;     // the numbers of the strings in the order of the writer, which writes
                              // what it has measured
    uint64_t met_count;
    uint32_t string_count;
    uint64_t string_max; // maximum of string_count and met_count
    uint64_t strings_size;
};

// Make the draft, except its events. False: no memory. Linear, except that functions are sorted.
bool draft_begin(struct btl_manifest_draft *draft, const struct btl_manifest_input *input,
                 struct btl_arena *arena);
// Sort the events by time: the last change before writing.
void draft_sort_events(struct btl_manifest_draft *draft);
// Return the linked image of a module; NULL: the module has none, has failed or is off. The memory
// of the image of a failed module may have another use.
static inline const struct btl_image *draft_image(const struct btl_manifest_draft *draft,
                                                  uint32_t module)
{
    enum btl_verdict verdict = draft->input->plan->modules[module].verdict;
    if (verdict == BTL_FAILED || verdict == BTL_OFF)
        return NULL;
    return draft->input->results[module].image;
}

// Is it a static module that will be loaded?
static inline bool draft_is_static(const struct btl_manifest_draft *draft, uint32_t module)
{
    const struct btl_planned *planned = &draft->input->plan->modules[module];
    return planned->built_in != NULL && planned->verdict != BTL_FAILED &&
           planned->verdict != BTL_OFF;
}

// Fill in functions and function_count (manifest_functions.c). False: no memory.
bool draft_list_functions(struct btl_manifest_draft *draft);

struct writer {
    struct btl_manifest_draft *draft;
    uint8_t *memory; // NULL: measure only
    uint64_t size;   // bytes so far
    uint64_t met;    // strings so far
    struct btlm_table table[BTLM_KINDS];
    struct btlm_table *current;
};

static inline void writer_put_bytes(struct writer *writer, const void *bytes, uint64_t size)
{
    if (writer->memory != NULL && size > 0)
        __builtin_memcpy(writer->memory + writer->size, bytes, size);
    writer->size += size;
}

static inline void writer_put_zeros(struct writer *writer, uint64_t size)
{
    if (writer->memory != NULL)
        __builtin_memset(writer->memory + writer->size, 0, size);
    writer->size += size;
}

// Align the output to 8 bytes and begin the table of that kind.
static inline void writer_begin_table(struct writer *writer, enum btlm_kind kind)
{
    writer_put_zeros(writer, -writer->size & 7);
    writer->current = &writer->table[kind];
    *writer->current = (struct btlm_table){
        .kind = kind, .entry_size = btlm_kinds[kind].entry_size, .offset = writer->size};
}

// Write an entry of the current table.
static inline void writer_put_entry(struct writer *writer, const void *entry)
{
    writer_put_bytes(writer, entry, writer->current->entry_size);
    writer->current->count++;
}

// Return the place of `text` in STRINGS: equal texts have the same place.
struct btlm_str writer_string(struct writer *writer, struct btl_str text);

// Write MODULES, and the tables whose entries belong to modules (manifest_modules.c).
void writer_modules(struct writer *writer);

#endif
