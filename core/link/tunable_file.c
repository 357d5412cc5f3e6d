// SPDX-License-Identifier: BSD-2-Clause
// Tunables in a file that is not linked: from the wrapper structure through its relocations to the
// table, the names, and the initial values of the variables.
#include <btl/tunable.h>

#include <btl/machine.h>
#include <btl/mem.h>
#include <btl/wrapper.h>

// Does the relocation store a 64-bit address (psABI)?
static bool tunable_is_pointer(uint16_t machine, uint32_t type)
{
    return type == btl_machine_find(machine)->reloc_address64;
}

static bool tunable_pointer_target(const struct btl_elf *elf, const struct elf64_rela *entry,
                                   struct btl_spot *ret_spot)
{
    uint16_t special;
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (!tunable_is_pointer(elf->machine, ELF64_RELA_TYPE(entry->info)) ||
        symbol >= elf->symbol_count)
        return false;
    uint32_t section = btl_elf_symbol_section(elf, symbol, &special);
    uint64_t offset = elf->symbols[symbol].value + (uint64_t)entry->addend;
    if (section == ELF_SHN_UNDEF || offset >= elf->sections[section].size)
        return false;
    *ret_spot = (struct btl_spot){section, offset};
    return true;
}

// Follow the pointer at `at`.
static bool tunable_follow_pointer(const struct btl_elf *elf, struct btl_spot at,
                                   struct btl_spot *ret_spot)
{
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf64_section *section = &elf->sections[i];
        if (section->type != ELF_SHT_RELA || section->info != at.section)
            continue;
        struct btl_bytes bytes = btl_elf_section_bytes(elf, i);
        const struct elf64_rela *entries = (const void *)bytes.at;
        for (uint64_t n = 0; n < bytes.size / sizeof(*entries); n++) {
            if (entries[n].offset == at.offset)
                return tunable_pointer_target(elf, &entries[n], ret_spot);
        }
    }
    return false;
}

static bool tunable_follow_member(const struct btl_elf *elf, struct btl_spot entry, uint64_t member,
                                  struct btl_spot *ret_spot)
{
    entry.offset += member;
    return tunable_follow_pointer(elf, entry, ret_spot);
}

// Copy `size` bytes at a location; a section without contents has zeros.
static bool tunable_fetch(const struct btl_elf *elf, struct btl_spot at, void *to, size_t size)
{
    struct btl_bytes bytes = btl_elf_section_bytes(elf, at.section);
    if (!btl_in_range(at.offset, size, elf->sections[at.section].size))
        return false;
    memset(to, 0, size);
    if (btl_in_range(at.offset, size, bytes.size))
        memcpy(to, bytes.at + at.offset, size);
    return true;
}

// Return the text at a location, up to its NUL, at most `max` bytes.
static struct btl_str tunable_text_at(const struct btl_elf *elf, struct btl_spot at, uint64_t max)
{
    struct btl_bytes bytes = btl_elf_section_bytes(elf, at.section);
    if (at.offset >= bytes.size)
        return BTL_STR("");
    struct btl_str text = {(const char *)bytes.at + at.offset, 0};
    uint64_t left = bytes.size - at.offset;
    while (text.len < left && text.len < max && text.at[text.len] != '\0')
        text.len++;
    return text;
}

// The table of tunables: its first entry, the bytes of each, and of all.
struct tunable_table {
    struct btl_spot start;
    uint64_t stride, size;
};

static bool tunable_table_open(const struct btl_elf *elf, struct tunable_table *ret_table)
{
    struct btl_wrapper wrapper;
    struct btl_spot at = {btl_elf_find_section(elf, BTL_STR(BTL_WRAPPER_SECTION)), 0};
    if (at.section == BTL_NONE || !tunable_fetch(elf, at, &wrapper, sizeof(wrapper)) ||
        wrapper.abi < 1 || wrapper.abi > BTL_MODULE_ABI)
        return false;
    ret_table->stride = btl_tunable_size(wrapper.abi);
    at.offset = offsetof(struct btl_wrapper, tunables);
    return btl_mul(wrapper.tunable_count, ret_table->stride, &ret_table->size) &&
           tunable_follow_pointer(elf, at, &ret_table->start) &&
           btl_in_range(ret_table->start.offset, ret_table->size,
                        elf->sections[ret_table->start.section].size);
}

// Is the relocation that of an entry's name, which is its first member, and is that the name?
static bool tunable_is_named(const struct btl_elf *elf, const struct tunable_table *table,
                             const struct elf64_rela *entry, struct btl_str name)
{
    struct btl_spot text;
    uint64_t offset = entry->offset - table->start.offset;
    return entry->offset >= table->start.offset && offset < table->size &&
           offset % table->stride == 0 && tunable_pointer_target(elf, entry, &text) &&
           btl_str_equal(tunable_text_at(elf, text, BTL_ELF_NAME_MAX), name);
}

// Find the first entry of that name, in one pass over the relocations of the table's section.
static bool tunable_find_entry(const struct btl_elf *elf, const struct tunable_table *table,
                               struct btl_str name, struct btl_spot *ret_entry)
{
    bool found = false;
    *ret_entry = table->start;
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf64_section *section = &elf->sections[i];
        if (section->type != ELF_SHT_RELA || section->info != table->start.section)
            continue;
        struct btl_bytes bytes = btl_elf_section_bytes(elf, i);
        const struct elf64_rela *entries = (const void *)bytes.at;
        for (uint64_t n = 0; n < bytes.size / sizeof(*entries); n++) {
            if ((found && entries[n].offset >= ret_entry->offset) ||
                !tunable_is_named(elf, table, &entries[n], name))
                continue;
            ret_entry->offset = entries[n].offset;
            found = true;
        }
    }
    return found;
}

bool btl_tunable_find(const struct btl_elf *elf, struct btl_str name,
                      struct btl_file_tunable *ret_tunable)
{
    struct tunable_table table;
    struct btl_file_tunable found = {0};
    struct btl_spot entry, function;
    // The last member exists since ABI 2; pointers are in relocations.
    if (!tunable_table_open(elf, &table) || !tunable_find_entry(elf, &table, name, &entry) ||
        !tunable_fetch(elf, entry, &found.tunable, offsetof(struct btl_tunable, changed)))
        return false;
    found.tunable.name = NULL;
    found.tunable.storage = NULL;
    if (btl_tunable_storage_size(&found.tunable) == 0 ||
        !tunable_follow_member(elf, entry, offsetof(struct btl_tunable, storage), &found.storage))
        return false;
    found.at_run_time =
        table.stride == sizeof(struct btl_tunable) &&
        tunable_follow_member(elf, entry, offsetof(struct btl_tunable, changed), &function);
    *ret_tunable = found;
    return true;
}

static struct btl_str tunable_type_name(int type)
{
    return type == BTL_TUNABLE_INT    ? BTL_STR("int")
           : type == BTL_TUNABLE_BOOL ? BTL_STR("bool")
                                      : BTL_STR("string");
}

static bool parm_is_described(const struct btl_modinfo *info, struct btl_str name)
{
    for (size_t i = 0; i < info->parm_count; i++)
        if (btl_str_equal(info->parms[i].name, name))
            return true;
    return false;
}

// Report each name of the table that the metadata lacks.
static void tunables_check_described(const struct btl_elf *elf, const struct btl_modinfo *info,
                                     struct btl_place place, struct btl_diags *diags)
{
    struct tunable_table table;
    struct btl_spot text;
    if (!tunable_table_open(elf, &table))
        return;
    for (uint64_t at = 0; at < table.size; at += table.stride) {
        if (!tunable_follow_member(elf, table.start, at, &text))
            continue;
        struct btl_str name = tunable_text_at(elf, text, BTL_ELF_NAME_MAX);
        if (!parm_is_described(info, name))
            btl_report(diags, BTL_TUNABLE_NO_PARM, place, BTL_ARG(name));
    }
}

bool btl_tunables_check(const struct btl_elf *elf, const struct btl_modinfo *info,
                        struct btl_place place, struct btl_diags *diags)
{
    uint32_t before = diags->errors;
    if (btl_elf_find_section(elf, BTL_STR(BTL_WRAPPER_SECTION)) == BTL_NONE)
        return true;
    tunables_check_described(elf, info, place, diags);
    for (size_t i = 0; i < info->parm_count; i++) {
        const struct btl_parm *parm = &info->parms[i];
        struct btl_file_tunable found;
        if (!btl_tunable_find(elf, parm->name, &found)) {
            btl_report(diags, BTL_TUNABLE_PARM, place, BTL_ARG(parm->name));
            continue;
        }
        struct btl_str type = tunable_type_name(found.tunable.type);
        if (parm->type.len > 0 && !btl_str_equal(parm->type, type))
            btl_report(diags, BTL_TUNABLE_PARM_TYPE, place, BTL_ARG(parm->name),
                       BTL_ARG(parm->type), BTL_ARG(type));
    }
    return diags->errors == before;
}

bool btl_tunable_default(const struct btl_elf *elf, const struct btl_file_tunable *tunable,
                         char *ret_text, size_t size)
{
    int64_t number;
    uint8_t flag;
    if (tunable->tunable.type == BTL_TUNABLE_STRING) {
        struct btl_str text =
            tunable_text_at(elf, tunable->storage, (uint64_t)tunable->tunable.max);
        btl_format_to(ret_text, size, "%pS", &text);
        return true;
    }
    if (tunable->tunable.type == BTL_TUNABLE_BOOL &&
        tunable_fetch(elf, tunable->storage, &flag, sizeof(flag))) {
        btl_format_to(ret_text, size, "%s", flag != 0 ? "YES" : "NO");
        return true;
    }
    if (tunable->tunable.type != BTL_TUNABLE_INT ||
        !tunable_fetch(elf, tunable->storage, &number, sizeof(number)))
        return false;
    btl_format_to(ret_text, size, "%ld", number);
    return true;
}
