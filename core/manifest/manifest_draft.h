// SPDX-License-Identifier: BSD-2-Clause
// What the writer of the manifest works out once, before it measures and writes.
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

struct draft {
    const struct btl_manifest_input *input;
    struct btl_arena *arena;
    uint32_t module_count;

    struct draft_diagnostic *diagnostics; // in the order of reporting
    uint32_t diagnostic_count;
    uint32_t *reason; // per module: index of its reason in `diagnostics`, or BTL_NONE
    // Indices into symtab->exports, the kernel's first, then by module; those of module i are
    // [first_export[i], first_export[i + 1]).
    uint32_t *exports, *first_export;
    struct btlm_event *events;        // sorted
    struct draft_function *functions; // sorted
    uint32_t function_count;

    struct btl_names strings; // every different string, numbered as they are met
    uint64_t *string_offset;  // per number: in STRINGS
    uint32_t string_count;
    uint64_t string_max; // the writer meets no more
    uint64_t strings_size;
};

// False: no memory. Linear, apart from sorting functions and events.
bool draft_begin(struct draft *draft, const struct btl_manifest_input *input,
                 struct btl_arena *arena);
// Return the linked image of a module; NULL if it has none, has failed or is off: then its memory
// may be in other use.
static inline const struct btl_image *draft_image(const struct draft *draft, uint32_t module)
{
    enum btl_verdict verdict = draft->input->plan->modules[module].verdict;
    if (verdict == BTL_FAILED || verdict == BTL_OFF)
        return NULL;
    return draft->input->results[module].image;
}

// manifest_functions.c: fills in functions and function_count. False: no memory.
bool draft_list_functions(struct draft *draft);

struct writer {
    struct draft *draft;
    uint8_t *memory; // NULL: measures
    uint64_t at;     // bytes so far
    struct btlm_table table[BTLM_KINDS];
    struct btlm_table *current;
};

static inline void writer_put_bytes(struct writer *writer, const void *bytes, uint64_t size)
{
    if (writer->memory != NULL && size > 0)
        __builtin_memcpy(writer->memory + writer->at, bytes, size);
    writer->at += size;
}

static inline void writer_put_zeros(struct writer *writer, uint64_t size)
{
    if (writer->memory != NULL)
        __builtin_memset(writer->memory + writer->at, 0, size);
    writer->at += size;
}

// Align the output to 8 bytes and begin the table of that kind.
static inline void writer_begin_table(struct writer *writer, enum btlm_kind kind)
{
    writer_put_zeros(writer, -writer->at & 7);
    writer->current = &writer->table[kind];
    *writer->current = (struct btlm_table){
        .kind = kind, .entry_size = btlm_kinds[kind].entry_size, .offset = writer->at};
}

// Write an entry of the table begun last.
static inline void writer_put_entry(struct writer *writer, const void *entry)
{
    writer_put_bytes(writer, entry, writer->current->entry_size);
    writer->current->count++;
}

// The place of `text` in STRINGS, the same one for the same text.
struct btlm_str writer_string(struct writer *writer, struct btl_str text);

// manifest_modules.c: MODULES, and the tables whose entries belong to modules.
void writer_modules(struct writer *writer);

#endif
