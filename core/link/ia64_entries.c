// SPDX-License-Identifier: BSD-2-Clause
// Count, find and write the GOT, the descriptors and the stubs.
#include "ia64_entries.h"
#include "ia64_bundle.h"
#include <btl/mem.h>
#include "reloc.h"

// A stub that calls a function of another image. The GOT entry holds the address of the descriptor
// {entry point, gp}.
//
//     { addl r15 = @gprel(entry), gp ;;  ld8 r15 = [r15]    nop.i 0 ;; }
//     { ld8 r16 = [r15], 8 ;;            ld8 gp = [r15]     nop.i 0    }
//     { nop.m 0                          mov b6 = r16       br.few b6 ;; }
static const uint64_t import_stub[] = {
    0x00f024000200780b, 0x000400000020303c, 0x001014181e20800a,
    0x000400000020303c, 0x8060000100000011, 0x0080006000038004,
};
_Static_assert(sizeof(import_stub) == IA64_IMPORT_STUB_SIZE, "size of an import stub");

// A stub that changes no register, because the branch to the stub need not be a call:
//
//     { nop.m 0  brl.few target ;; }
static const uint64_t far_stub[] = {0x0000000100000005, 0xc000000000000000};
_Static_assert(sizeof(far_stub) == IA64_FAR_STUB_SIZE, "size of a far stub");

static const struct btl_linkage_kind kinds[IA64_ENTRY_KINDS] = {
    [IA64_GOT_ADDRESS] = {BTL_AREA_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_GOT_DESCRIPTOR] = {BTL_AREA_GOT, IA64_GOT_ENTRY_SIZE},
    [IA64_DESCRIPTOR] = {BTL_AREA_OPD, IA64_DESCRIPTOR_SIZE},
    [IA64_IMPORT_STUB] = {BTL_AREA_PLT, IA64_IMPORT_STUB_SIZE},
    [IA64_FAR_STUB] = {BTL_AREA_PLT, IA64_FAR_STUB_SIZE},
};

struct btl_linkage *ia64_linkage_new(struct btl_arena *arena)
{
    return btl_linkage_new(kinds, arena);
}

// Find the place of a function. A descriptor belongs to a place, so all names of a function share
// one. False: the symbol can have no descriptor.
static bool ia64_function_place(const struct btl_image *image, uint32_t symbol, uint64_t addend,
                                uint32_t *ret_section, uint64_t *ret_offset)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    if (special == ELF_SHN_COMMON || btl_symbol_imported(image->elf, symbol) ||
        (section != ELF_SHN_UNDEF && image->section_offset[section] == BTL_NO_OFFSET))
        return false;
    *ret_section = section;
    *ret_offset = image->elf->symbols[symbol].value + addend;
    return true;
}

static bool ia64_add_entry(struct btl_image *image, enum ia64_entry_kind kind, uint32_t target,
                           uint64_t offset)
{
    return btl_linkage_add(image->machine_data, kind, target, offset);
}

bool ia64_count_got(struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return ia64_add_entry(image, IA64_GOT_ADDRESS, symbol, addend);
}

bool ia64_count_descriptor(struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    uint32_t section;
    uint64_t offset;
    return !ia64_function_place(image, symbol, addend, &section, &offset) ||
           ia64_add_entry(image, IA64_DESCRIPTOR, section, offset);
}

// The value of an imported function is the address of its descriptor already.
static enum ia64_entry_kind got_descriptor_kind(const struct btl_image *image, uint32_t symbol)
{
    return btl_symbol_imported(image->elf, symbol) ? IA64_GOT_ADDRESS : IA64_GOT_DESCRIPTOR;
}

bool ia64_count_got_descriptor(struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return ia64_count_descriptor(image, symbol, addend) &&
           ia64_add_entry(image, got_descriptor_kind(image, symbol), symbol, addend);
}

bool ia64_count_import_stub(struct btl_image *image, uint32_t symbol)
{
    return ia64_add_entry(image, IA64_IMPORT_STUB, symbol, 0) && ia64_count_got(image, symbol, 0);
}

bool ia64_count_far_stub(struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return ia64_add_entry(image, IA64_FAR_STUB, symbol, addend);
}

uint64_t ia64_gp(const struct btl_image *image)
{
    return image->base + image->segment[BTL_SEG_DATA].offset;
}

uint64_t ia64_got(const struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return btl_linkage_address(image, IA64_GOT_ADDRESS, symbol, addend);
}

uint64_t ia64_got_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return btl_linkage_address(image, got_descriptor_kind(image, symbol), symbol, addend);
}

uint64_t ia64_import_stub(const struct btl_image *image, uint32_t symbol)
{
    return btl_linkage_address(image, IA64_IMPORT_STUB, symbol, 0);
}

uint64_t ia64_far_stub(const struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return btl_linkage_address(image, IA64_FAR_STUB, symbol, addend);
}

uint64_t ia64_own_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    uint32_t section;
    uint64_t offset;
    return ia64_function_place(image, symbol, addend, &section, &offset)
               ? btl_linkage_address(image, IA64_DESCRIPTOR, section, offset)
               : 0;
}

uint64_t ia64_descriptor(const struct btl_image *image, uint32_t symbol, uint64_t addend)
{
    return btl_symbol_imported(image->elf, symbol) ? image->value[symbol] + addend
                                                   : ia64_own_descriptor(image, symbol, addend);
}

static void ia64_write_descriptor(const struct btl_image *image,
                                  const struct btl_linkage_entry *entry, uint8_t *bytes)
{
    uint64_t words[2] = {entry->offset, ia64_gp(image)};
    if (entry->target != ELF_SHN_UNDEF)
        words[0] += image->base + image->section_offset[entry->target];
    memcpy(bytes, words, sizeof(words));
}

static void ia64_write_import_stub(const struct btl_image *image,
                                   const struct btl_linkage_entry *entry, uint8_t *bytes)
{
    memcpy(bytes, import_stub, sizeof(import_stub));
    ia64_bundle_patch(bytes, 0, IA64_IMM22, ia64_got(image, entry->target, 0) - ia64_gp(image));
}

static void ia64_write_far_stub(const struct btl_image *image,
                                const struct btl_linkage_entry *entry, uint8_t *bytes)
{
    uint64_t here = image->base + btl_linkage_offset(image, entry);
    memcpy(bytes, far_stub, sizeof(far_stub));
    ia64_bundle_patch(bytes, 2, IA64_BRANCH60, image->value[entry->target] + entry->offset - here);
}

static void ia64_write_got(const struct btl_image *image, const struct btl_linkage_entry *entry,
                           uint8_t *bytes)
{
    uint64_t value = entry->kind == IA64_GOT_ADDRESS
                         ? image->value[entry->target] + entry->offset
                         : ia64_descriptor(image, entry->target, entry->offset);
    memcpy(bytes, &value, sizeof(value));
}

void ia64_write_entries(const struct btl_image *image)
{
    const struct btl_linkage *linkage = image->machine_data;
    for (uint32_t i = 0; i < linkage->count; i++) {
        const struct btl_linkage_entry *entry = &linkage->entries[i];
        uint8_t *bytes = image->memory + btl_linkage_offset(image, entry);
        if (entry->kind == IA64_DESCRIPTOR)
            ia64_write_descriptor(image, entry, bytes);
        else if (entry->kind == IA64_IMPORT_STUB)
            ia64_write_import_stub(image, entry, bytes);
        else if (entry->kind == IA64_FAR_STUB)
            ia64_write_far_stub(image, entry, bytes);
        else
            ia64_write_got(image, entry, bytes);
    }
}
