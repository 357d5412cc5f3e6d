// SPDX-License-Identifier: BSD-2-Clause
// Search for a tunable's default: from the wrapper structure through its relocations to the initial
// value of the variable.
#include "tunable_default.h"

#include <btl/module.h>

#include <btl/mem.h>

#define TUNABLES_MAX 256 // per module

// A location in a file that is not linked.
struct spot {
    uint32_t section;
    uint64_t offset;
};

// Does the relocation store a 64-bit address (psABI)?
static bool tunable_is_pointer(uint16_t machine, uint32_t type)
{
    return machine == ELF_MACHINE_X86_64 ? type == 1 : machine == ELF_MACHINE_IA64 && type == 0x27;
}

static bool tunable_pointer_target(const struct btl_elf *elf, const struct elf64_rela *entry,
                                   struct spot *ret_spot)
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
    *ret_spot = (struct spot){section, offset};
    return true;
}

// Follow the pointer at `at`.
static bool tunable_follow_pointer(const struct btl_elf *elf, struct spot at, struct spot *ret_spot)
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

// Copy `size` bytes at a location; a section without contents has zeros.
static bool tunable_fetch(const struct btl_elf *elf, struct spot at, void *to, size_t size)
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
static struct btl_str tunable_text_at(const struct btl_elf *elf, struct spot at, uint64_t max)
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

static bool tunable_write_default(const struct btl_elf *elf, struct spot entry, char *ret_text,
                                  size_t size)
{
    struct btl_tunable tunable;
    struct spot storage = entry;
    int64_t number;
    uint8_t flag;
    storage.offset += offsetof(struct btl_tunable, storage);
    // The last member exists since ABI 2 and is not read.
    if (!tunable_fetch(elf, entry, &tunable, offsetof(struct btl_tunable, changed)) ||
        !tunable_follow_pointer(elf, storage, &storage))
        return false;
    if (tunable.type == BTL_TUNABLE_STRING) {
        struct btl_str text = tunable_text_at(elf, storage, (uint64_t)tunable.max);
        btl_format_to(ret_text, size, "%pS", &text);
        return true;
    }
    if (tunable.type == BTL_TUNABLE_BOOL && tunable_fetch(elf, storage, &flag, sizeof(flag))) {
        btl_format_to(ret_text, size, "%s", flag ? "YES" : "NO");
        return true;
    }
    if (tunable.type != BTL_TUNABLE_INT || !tunable_fetch(elf, storage, &number, sizeof(number)))
        return false;
    btl_format_to(ret_text, size, "%ld", number);
    return true;
}

bool tunable_default(const struct btl_elf *elf, struct btl_str name, char *ret_text, size_t size)
{
    struct btl_wrapper wrapper;
    struct spot at = {btl_elf_find_section(elf, BTL_STR(BTL_WRAPPER_SECTION)), 0}, entry;
    if (at.section == BTL_NONE || !tunable_fetch(elf, at, &wrapper, sizeof(wrapper)))
        return false;
    at.offset = offsetof(struct btl_wrapper, tunables);
    if (!tunable_follow_pointer(elf, at, &entry))
        return false;
    uint64_t stride =
        wrapper.abi == 1 ? offsetof(struct btl_tunable, changed) : sizeof(struct btl_tunable);
    for (uint64_t i = 0; i < wrapper.tunable_count && i < TUNABLES_MAX; i++) {
        struct spot text; // the name is the first member
        if (tunable_follow_pointer(elf, entry, &text) &&
            btl_str_equal(tunable_text_at(elf, text, BTL_ELF_NAME_MAX), name))
            return tunable_write_default(elf, entry, ret_text, size);
        entry.offset += stride;
    }
    return false;
}
