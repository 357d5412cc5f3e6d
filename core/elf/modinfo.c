// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the .modinfo section, split into its strings.
#include "modinfo_reader.h"

#define SECTION_NAME BTL_STR(".modinfo")

// Find the one .modinfo section; 0 when there is none, which only a kernel may do.
static bool modinfo_find_section(struct modinfo_reader *reader, uint32_t *ret_section)
{
    const struct btl_elf *elf = reader->elf;
    uint32_t found = 0;
    bool good = true;
    for (uint32_t i = 1; i < elf->section_count; i++) {
        if (!btl_str_equal(btl_elf_section_name(elf, i), SECTION_NAME))
            continue;
        if (found != 0) {
            modinfo_report(reader, BTL_MODINFO_SECTION_TWICE, BTL_DEC(found), BTL_DEC(i));
            good = false;
            continue;
        }
        found = i;
    }
    if (found == 0 && elf->type == ELF_REL) {
        modinfo_report(reader, BTL_MODINFO_MISSING);
        return false;
    }
    if (good)
        *ret_section = found;
    return good;
}

// Check that the bytes of the file are those that a running module would see: plain, constant.
static bool modinfo_check_section(struct modinfo_reader *reader, uint32_t section)
{
    const struct btl_elf *elf = reader->elf;
    const struct elf64_section *header = &elf->sections[section];
    uint32_t before = reader->diags->errors;
    if (header->type == ELF_SHT_NOBITS || header->type == ELF_SHT_NULL)
        modinfo_report(reader, BTL_MODINFO_NO_CONTENTS);
    if (header->flags & ELF_SHF_COMPRESSED)
        modinfo_report(reader, BTL_MODINFO_COMPRESSED);
    if (header->flags & ELF_SHF_WRITE)
        modinfo_report(reader, BTL_MODINFO_WRITABLE);
    for (uint32_t i = 1; i < elf->section_count; i++) {
        uint32_t type = elf->sections[i].type;
        if ((type == ELF_SHT_RELA || type == ELF_SHT_REL) && elf->sections[i].info == section &&
            elf->sections[i].size != 0)
            modinfo_report(reader, BTL_MODINFO_RELOCATED, BTL_DEC(i));
    }
    return reader->diags->errors == before;
}

bool btl_modinfo_next(struct btl_bytes *rest, struct btl_str *ret_entry)
{
    size_t start = 0;
    while (start < rest->size && rest->at[start] == '\0')
        start++;
    if (start == rest->size)
        return false;
    size_t end =
        start +
        btl_str_find((struct btl_str){(const char *)rest->at + start, rest->size - start}, '\0');
    *ret_entry = (struct btl_str){(const char *)rest->at + start, end - start};
    *rest = (struct btl_bytes){rest->at + end, rest->size - end};
    return true;
}

// Check that the last string ends inside the section.
static bool modinfo_check_terminated(struct modinfo_reader *reader, struct btl_bytes bytes)
{
    size_t start = bytes.size;
    while (start > 0 && bytes.at[start - 1] != '\0')
        start--;
    if (start == bytes.size)
        return true;
    modinfo_report(reader, BTL_MODINFO_UNTERMINATED,
                   BTL_ARG(((struct btl_str){(const char *)bytes.at + start, bytes.size - start})));
    return false;
}

// Both passes over the strings. False: no memory.
static bool modinfo_read_strings(struct modinfo_reader *reader, struct btl_bytes bytes)
{
    struct btl_str entry;
    struct btl_bytes rest = bytes;
    while (btl_modinfo_next(&rest, &entry))
        modinfo_count(reader, entry);
    if (!modinfo_allocate(reader)) {
        modinfo_report(reader, BTL_NO_MEMORY, BTL_ARG_Z("reading the metadata"));
        return false;
    }
    rest = bytes;
    while (btl_modinfo_next(&rest, &entry))
        modinfo_parse_entry(reader, entry);
    return true;
}

// Read all strings of the section; 0: there is none.
static bool modinfo_read_section(struct modinfo_reader *reader, uint32_t section)
{
    struct btl_bytes bytes = {0};
    if (section != 0) {
        if (!modinfo_check_section(reader, section))
            return false;
        bytes = btl_elf_section_bytes(reader->elf, section);
        if (!modinfo_check_terminated(reader, bytes))
            return false;
    }
    return modinfo_read_strings(reader, bytes);
}

// Check what a module must have.
static bool modinfo_check_module(struct modinfo_reader *reader)
{
    const struct btl_modinfo *info = &reader->info;
    uint32_t *symbols = BTL_NEW_ARRAY(reader->arena, uint32_t, info->export_count);
    if (symbols == NULL) {
        modinfo_report(reader, BTL_NO_MEMORY, BTL_ARG_Z("reading the metadata"));
        return false;
    }
    modinfo_check_majors(reader);
    if (!modinfo_has_name(reader))
        modinfo_report(reader, BTL_MODINFO_NO_NAME);
    return btl_modinfo_exports(reader->elf, info, reader->arena, symbols, reader->diags) &&
           modinfo_has_name(reader);
}

// List the static modules of a kernel, in one pass over its sections.
static bool modinfo_list_statics(struct modinfo_reader *reader)
{
    const struct btl_elf *elf = reader->elf;
    struct btl_modinfo *info = &reader->info;
    struct btl_str prefix = BTL_STR(".modinfo.");
    size_t count = 0;
    for (uint32_t i = 1; i < elf->section_count; i++)
        count += btl_str_begins(btl_elf_section_name(elf, i), prefix);
    info->statics = BTL_NEW_ARRAY(reader->arena, struct btl_static_module, count);
    if (info->statics == NULL) {
        modinfo_report(reader, BTL_NO_MEMORY, BTL_ARG_Z("reading the metadata"));
        return false;
    }
    for (uint32_t i = 1; i < elf->section_count; i++) {
        struct btl_str name = btl_elf_section_name(elf, i);
        if (btl_str_begins(name, prefix))
            info->statics[info->static_count++] =
                (struct btl_static_module){btl_str_after(name, prefix.len), i};
    }
    return true;
}

bool btl_modinfo_read(const struct btl_elf *elf, struct btl_arena *arena,
                      struct btl_modinfo *ret_info, struct btl_diags *diags)
{
    struct modinfo_reader reader = {.elf = elf, .arena = arena, .diags = diags};
    uint32_t before = diags->errors, section;
    if (!modinfo_find_section(&reader, &section) || !modinfo_read_section(&reader, section))
        return false;
    if (elf->type == ELF_REL ? !modinfo_check_module(&reader) : !modinfo_list_statics(&reader))
        return false;
    if (diags->errors != before)
        return false;
    *ret_info = reader.info;
    return true;
}

bool btl_modinfo_read_static(const struct btl_elf *kernel, const struct btl_static_module *module,
                             struct btl_arena *arena, struct btl_modinfo *ret_info,
                             struct btl_diags *diags)
{
    struct modinfo_reader reader = {.elf = kernel, .arena = arena, .diags = diags};
    uint32_t before = diags->errors;
    if (!modinfo_read_section(&reader, module->section) || !modinfo_check_module(&reader) ||
        diags->errors != before)
        return false;
    *ret_info = reader.info;
    return true;
}
