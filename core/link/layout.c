// SPDX-License-Identifier: BSD-2-Clause
// Layout: choose the sections that are loaded, their order and their offsets, and reserve offsets
// for the linker's own tables. Only the tables of struct btl_image are written: the image has no
// memory yet.
#include "layout.h"
#include "reloc.h"
#include <btl/assert.h>
#include <btl/module.h>

// The parts of an image, ascending. Short sections (struct btl_relocator) and the GOT are next to
// the border between constants and data.
enum group {
    TEXT,
    TEXT_NOBITS, // stubs follow it
    RODATA,
    RODATA_NOBITS, // descriptors follow it
    RODATA_SHORT,  // the GOT follows it
    DATA_SHORT,
    DATA_SHORT_NOBITS,
    DATA,
    DATA_NOBITS, // common symbols follow it
    GROUPS,
    NOT_LOADED = GROUPS,
};

static const uint8_t group_segment[GROUPS] = {
    [TEXT] = BTL_SEG_TEXT,
    [TEXT_NOBITS] = BTL_SEG_TEXT,
    [RODATA] = BTL_SEG_RODATA,
    [RODATA_NOBITS] = BTL_SEG_RODATA,
    [RODATA_SHORT] = BTL_SEG_RODATA,
    [DATA_SHORT] = BTL_SEG_DATA,
    [DATA_SHORT_NOBITS] = BTL_SEG_DATA,
    [DATA] = BTL_SEG_DATA,
    [DATA_NOBITS] = BTL_SEG_DATA,
};

static const uint8_t segment_perm[BTL_SEGS] = {
    [BTL_SEG_TEXT] = BTL_PERM_READ | BTL_PERM_EXEC,
    [BTL_SEG_RODATA] = BTL_PERM_READ,
    [BTL_SEG_DATA] = BTL_PERM_READ | BTL_PERM_WRITE,
};

struct cursor {
    struct btl_image *image;
    uint64_t offset; // of the next free byte
    bool too_large;  // `offset` no longer changes
};

// Compilers make a constant writable that has an address in it, for a dynamic linker's sake. Here
// it is relocated before it is protected.
static bool section_is_written(const struct btl_elf *elf, uint32_t index)
{
    if ((elf->sections[index].flags & ELF_SHF_WRITE) == 0)
        return false;
    // The table of names from this name on, whose length is never measured.
    struct btl_str name = btl_str_after(elf->section_names, elf->sections[index].name);
    return !btl_str_begins(name, BTL_STR(".data.rel.ro")) &&
           !btl_str_begins(name, BTL_STR(BTL_WRAPPER_SECTION "\0"));
}

uint8_t btl_section_perm(const struct btl_elf *elf, uint32_t section)
{
    uint64_t flags = elf->sections[section].flags;
    if ((flags & ELF_SHF_ALLOC) == 0)
        return 0;
    return (uint8_t)(BTL_PERM_READ | (section_is_written(elf, section) ? BTL_PERM_WRITE : 0) |
                     (flags & ELF_SHF_EXECINSTR ? BTL_PERM_EXEC : 0));
}

static enum group section_group(const struct btl_image *image, uint32_t index)
{
    const struct elf64_section *section = &image->elf->sections[index];
    if (!btl_elf_section_loaded(image->elf, index))
        return NOT_LOADED;
    bool nobits = section->type == ELF_SHT_NOBITS;
    bool is_short = (section->flags & image->machine->short_flags) != 0;
    if (section->flags & ELF_SHF_EXECINSTR)
        return nobits ? TEXT_NOBITS : TEXT;
    if (!section_is_written(image->elf, index))
        return is_short ? RODATA_SHORT : nobits ? RODATA_NOBITS : RODATA;
    if (is_short)
        return nobits ? DATA_SHORT_NOBITS : DATA_SHORT;
    return nobits ? DATA_NOBITS : DATA;
}

// Sort the loaded sections by group, within a group in the order of the file. Until a section is
// placed its offset is the number of its group. That of a section that is not loaded is
// BTL_NO_OFFSET.
static void layout_sort_sections(struct btl_image *image)
{
    const struct btl_elf *elf = image->elf;
    uint32_t next[GROUPS + 1] = {0};
    for (uint32_t i = 0; i < elf->section_count; i++) {
        image->section_offset[i] = section_group(image, i);
        next[image->section_offset[i]]++;
    }
    for (uint32_t group = 0, sum = 0; group <= GROUPS; group++) {
        uint32_t count = next[group];
        next[group] = sum;
        sum += count;
    }
    image->order_count = next[NOT_LOADED];
    for (uint32_t i = 0; i < elf->section_count; i++) {
        uint64_t group = image->section_offset[i];
        if (group == NOT_LOADED)
            image->section_offset[i] = BTL_NO_OFFSET;
        else
            image->order[next[group]++] = i;
    }
}

// Allocate `size` bytes of the image; return the offset of the first. Sizes are untrusted, but no
// sum wraps: offset <= BTL_IMAGE_MAX, align <= BTL_ELF_ALIGN_MAX.
static uint64_t layout_alloc(struct cursor *cursor, uint64_t size, uint64_t align)
{
    uint64_t start = cursor->offset;
    if (align > 1)
        start = (start + align - 1) & ~(align - 1);
    if (!btl_in_range(start, size, BTL_IMAGE_MAX)) {
        cursor->too_large = true;
        return cursor->offset;
    }
    if (align > cursor->image->align)
        cursor->image->align = align;
    cursor->offset = start + size;
    return start;
}

static void layout_begin_segment(struct cursor *cursor, enum btl_segment_kind kind)
{
    uint64_t offset = layout_alloc(cursor, 0, BTL_PAGE_SIZE);
    cursor->image->segment[kind] =
        (struct btl_segment){.offset = offset, .perm = segment_perm[kind]};
}

static void layout_end_segment(struct cursor *cursor, enum btl_segment_kind kind)
{
    struct btl_segment *segment = &cursor->image->segment[kind];
    segment->size = layout_alloc(cursor, 0, BTL_PAGE_SIZE) - segment->offset;
}

static void layout_place_group(struct cursor *cursor, enum group group, uint32_t *next)
{
    struct btl_image *image = cursor->image;
    for (; *next < image->order_count; (*next)++) {
        uint32_t index = image->order[*next];
        const struct elf64_section *section = &image->elf->sections[index];
        if (image->section_offset[index] != group)
            return;
        image->section_offset[index] = layout_alloc(cursor, section->size, section->align);
        if (section->type == ELF_SHT_NOBITS)
            image->bss_size += section->size;
    }
}

static void layout_place_commons(struct cursor *cursor)
{
    struct btl_image *image = cursor->image;
    uint16_t special;
    for (uint32_t i = 1; image->common_offset != NULL && i < image->elf->symbol_count; i++) {
        btl_elf_symbol_section(image->elf, i, &special);
        if (special != ELF_SHN_COMMON)
            continue;
        const struct elf64_symbol *symbol = &image->elf->symbols[i]; // value: alignment
        image->common_offset[i] = layout_alloc(cursor, symbol->size, symbol->value);
        image->bss_size += symbol->size;
    }
}

// Place the linker's own tables at the end of the segment with the right permission.
static void layout_place_linkage(struct cursor *cursor, enum group group)
{
    struct btl_image *image = cursor->image;
    if (group == TEXT_NOBITS && image->plt_size != 0)
        image->plt_offset = layout_alloc(cursor, image->plt_size, 32);
    if (group == RODATA_NOBITS && image->opd_size != 0)
        image->opd_offset = layout_alloc(cursor, image->opd_size, 16);
    if (group == RODATA_SHORT)
        image->got_offset =
            layout_alloc(cursor, image->got_count * sizeof(uint64_t), sizeof(uint64_t));
    if (group == DATA_NOBITS)
        layout_place_commons(cursor);
}

static bool layout_place_all(struct btl_image *image, struct btl_diags *diags)
{
    struct cursor cursor = {.image = image};
    uint32_t next = 0;
    for (enum group group = 0; group < GROUPS; group++) {
        enum btl_segment_kind kind = group_segment[group];
        if (group == 0 || group_segment[group - 1] != kind)
            layout_begin_segment(&cursor, kind);
        layout_place_group(&cursor, group, &next);
        layout_place_linkage(&cursor, group);
        if (group + 1 == GROUPS || group_segment[group + 1] != kind)
            layout_end_segment(&cursor, kind);
    }
    BTL_ASSERT(next == image->order_count);
    if (cursor.too_large)
        btl_report(diags, BTL_LINK_TOO_LARGE, image->elf->place, BTL_SIZE(BTL_IMAGE_MAX));
    image->size = cursor.offset;
    return !cursor.too_large;
}

// Allocate the tables of layout; common_offset only if the file has common symbols.
static bool layout_alloc_tables(struct btl_image *image, struct btl_diags *diags)
{
    const struct btl_elf *elf = image->elf;
    uint16_t special = 0;
    for (uint32_t i = 1; i < elf->symbol_count && special != ELF_SHN_COMMON; i++)
        btl_elf_symbol_section(elf, i, &special);
    image->section_offset = BTL_NEW_ARRAY(image->arena, uint64_t, elf->section_count);
    image->order = BTL_NEW_ARRAY(image->arena, uint32_t, elf->section_count);
    if (special == ELF_SHN_COMMON)
        image->common_offset = BTL_NEW_ARRAY(image->arena, uint64_t, elf->symbol_count);
    if (image->section_offset != NULL && image->order != NULL &&
        (special != ELF_SHN_COMMON || image->common_offset != NULL))
        return true;
    btl_report(diags, BTL_NO_MEMORY, elf->place, BTL_ARG_Z("laying out the module"));
    return false;
}

bool btl_image_layout(const struct btl_elf *elf, struct btl_arena *arena,
                      struct btl_image *ret_image, struct btl_diags *diags)
{
    struct btl_image image = {
        .elf = elf,
        .arena = arena,
        .machine = btl_relocator_find(elf->machine),
        .align = BTL_PAGE_SIZE,
    };
    if (image.machine == NULL) {
        btl_report(diags, BTL_LINK_MACHINE, elf->place, BTL_ARG_Z(btl_machine_name(elf->machine)));
        return false;
    }
    if (!layout_alloc_tables(&image, diags))
        return false;
    layout_sort_sections(&image);
    bool good = btl_layout_check(&image, diags);
    good &= image.machine->count(&image, diags);
    good &= layout_place_all(&image, diags);
    if (good)
        *ret_image = image;
    return good;
}
