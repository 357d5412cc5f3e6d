// SPDX-License-Identifier: BSD-2-Clause
// Relocations of ia64 (Intel Itanium Processor-specific ABI, chapter 4.3): every type that gcc
// emits for freestanding code, and those of hand-written code for a kernel. Little-endian. No
// instruction is rewritten: LTOFF22X goes through the GOT as LTOFF22 does, and LDXMOV stays a load.
//
// tests/unit/test_reloc_ia64.c has each row at its limits and one beyond; tests/oracle/ compares
// every type that is applied with GNU ld. docs/ia64.md says what covers which.
#include "ia64_bundle.h"
#include "ia64_made.h"
#include "reloc_port.h"

// What is computed. S symbol, A addend, P place, or its bundle for a branch; gp of the image.
enum formula {
    REFUSED = BTL_RELOC_REFUSED,
    NOTHING = BTL_RELOC_NOTHING,
    S_A = BTL_RELOC_FORMULAS,
    S_A_P,
    S_A_GP,
    S_A_SEGMENT, // segment: the whole image is one
    S_A_SECTION, // section: that of the symbol
    GOT_GP,      // GOT entry that holds S + A
    FPTR,        // descriptor of the function S + A
    GOT_FPTR_GP, // GOT entry that holds the address of that descriptor
    BRANCH,      // S + A - P, or by way of a stub
};

enum field {
    NONE = BTL_WORD_NONE,
    WORD64 = BTL_WORD_64,
    WORD32 = BTL_WORD_32,
    SIGNED32 = BTL_WORD_SIGNED32,
    INSTRUCTION = BTL_WORDS // and an enum ia64_field
};
#define IN(instruction) (INSTRUCTION + IA64_##instruction)

// What the checks of an entry return when there is nothing to report.
#define SOUND BTL_CODES

#define TYPE(number, name, formula, field) [number] = {"R_IA64_" #name, formula, field}

static const struct btl_reloc_type types[] = {
    TYPE(0x00, NONE, NOTHING, NONE),
    TYPE(0x21, IMM14, S_A, IN(IMM14)),
    TYPE(0x22, IMM22, S_A, IN(IMM22)),
    TYPE(0x23, IMM64, S_A, IN(IMM64)),
    TYPE(0x24, DIR32MSB, REFUSED, NONE),
    TYPE(0x25, DIR32LSB, S_A, WORD32),
    TYPE(0x26, DIR64MSB, REFUSED, NONE),
    TYPE(0x27, DIR64LSB, S_A, WORD64),
    TYPE(0x2a, GPREL22, S_A_GP, IN(IMM22)),
    TYPE(0x2b, GPREL64I, S_A_GP, IN(IMM64)),
    TYPE(0x2c, GPREL32MSB, REFUSED, NONE),
    TYPE(0x2d, GPREL32LSB, REFUSED, NONE),
    TYPE(0x2e, GPREL64MSB, REFUSED, NONE),
    TYPE(0x2f, GPREL64LSB, REFUSED, NONE),
    TYPE(0x32, LTOFF22, GOT_GP, IN(IMM22)),
    TYPE(0x33, LTOFF64I, GOT_GP, IN(IMM64)),
    TYPE(0x3a, PLTOFF22, REFUSED, NONE),
    TYPE(0x3b, PLTOFF64I, REFUSED, NONE),
    TYPE(0x3e, PLTOFF64MSB, REFUSED, NONE),
    TYPE(0x3f, PLTOFF64LSB, REFUSED, NONE),
    TYPE(0x43, FPTR64I, FPTR, IN(IMM64)),
    TYPE(0x44, FPTR32MSB, REFUSED, NONE),
    TYPE(0x45, FPTR32LSB, REFUSED, NONE),
    TYPE(0x46, FPTR64MSB, REFUSED, NONE),
    TYPE(0x47, FPTR64LSB, FPTR, WORD64),
    TYPE(0x48, PCREL60B, BRANCH, IN(BRANCH60)),
    TYPE(0x49, PCREL21B, BRANCH, IN(BRANCH21)),
    TYPE(0x4a, PCREL21M, BRANCH, IN(CHECK21)),
    TYPE(0x4b, PCREL21F, BRANCH, IN(FCHECK21)),
    TYPE(0x4c, PCREL32MSB, REFUSED, NONE),
    TYPE(0x4d, PCREL32LSB, S_A_P, SIGNED32),
    TYPE(0x4e, PCREL64MSB, REFUSED, NONE),
    TYPE(0x4f, PCREL64LSB, S_A_P, WORD64),
    TYPE(0x52, LTOFF_FPTR22, GOT_FPTR_GP, IN(IMM22)),
    TYPE(0x53, LTOFF_FPTR64I, GOT_FPTR_GP, IN(IMM64)),
    TYPE(0x54, LTOFF_FPTR32MSB, REFUSED, NONE),
    TYPE(0x55, LTOFF_FPTR32LSB, REFUSED, NONE),
    TYPE(0x56, LTOFF_FPTR64MSB, REFUSED, NONE),
    TYPE(0x57, LTOFF_FPTR64LSB, REFUSED, NONE),
    TYPE(0x5c, SEGREL32MSB, REFUSED, NONE),
    TYPE(0x5d, SEGREL32LSB, REFUSED, NONE),
    TYPE(0x5e, SEGREL64MSB, REFUSED, NONE),
    TYPE(0x5f, SEGREL64LSB, S_A_SEGMENT, WORD64),
    TYPE(0x64, SECREL32MSB, REFUSED, NONE),
    TYPE(0x65, SECREL32LSB, S_A_SECTION, WORD32),
    TYPE(0x66, SECREL64MSB, REFUSED, NONE),
    TYPE(0x67, SECREL64LSB, S_A_SECTION, WORD64),
    TYPE(0x6c, REL32MSB, REFUSED, NONE),
    TYPE(0x6d, REL32LSB, REFUSED, NONE),
    TYPE(0x6e, REL64MSB, REFUSED, NONE),
    TYPE(0x6f, REL64LSB, REFUSED, NONE),
    TYPE(0x74, LTV32MSB, REFUSED, NONE),
    TYPE(0x75, LTV32LSB, REFUSED, NONE),
    TYPE(0x76, LTV64MSB, REFUSED, NONE),
    TYPE(0x77, LTV64LSB, REFUSED, NONE),
    TYPE(0x79, PCREL21BI, REFUSED, NONE),
    TYPE(0x7a, PCREL22, REFUSED, NONE),
    TYPE(0x7b, PCREL64I, REFUSED, NONE),
    TYPE(0x80, IPLTMSB, REFUSED, NONE),
    TYPE(0x81, IPLTLSB, REFUSED, NONE),
    TYPE(0x84, COPY, REFUSED, NONE),
    TYPE(0x85, SUB, REFUSED, NONE),
    TYPE(0x86, LTOFF22X, GOT_GP, IN(IMM22)),
    TYPE(0x87, LDXMOV, NOTHING, NONE),
    TYPE(0x91, TPREL14, REFUSED, NONE),
    TYPE(0x92, TPREL22, REFUSED, NONE),
    TYPE(0x93, TPREL64I, REFUSED, NONE),
    TYPE(0x96, TPREL64MSB, REFUSED, NONE),
    TYPE(0x97, TPREL64LSB, REFUSED, NONE),
    TYPE(0x9a, LTOFF_TPREL22, REFUSED, NONE),
    TYPE(0xa6, DTPMOD64MSB, REFUSED, NONE),
    TYPE(0xa7, DTPMOD64LSB, REFUSED, NONE),
    TYPE(0xaa, LTOFF_DTPMOD22, REFUSED, NONE),
    TYPE(0xb1, DTPREL14, REFUSED, NONE),
    TYPE(0xb2, DTPREL22, REFUSED, NONE),
    TYPE(0xb3, DTPREL64I, REFUSED, NONE),
    TYPE(0xb4, DTPREL32MSB, REFUSED, NONE),
    TYPE(0xb5, DTPREL32LSB, REFUSED, NONE),
    TYPE(0xb6, DTPREL64MSB, REFUSED, NONE),
    TYPE(0xb7, DTPREL64LSB, REFUSED, NONE),
    TYPE(0xba, LTOFF_DTPREL22, REFUSED, NONE),
};

// An instruction is named by the address of its bundle plus the number of its slot.
#define SLOT_MASK (uint64_t)(IA64_BUNDLE_SIZE - 1)

static const char *field_text(unsigned field)
{
    return field < INSTRUCTION ? btl_words[field].text : ia64_field_text(field - INSTRUCTION);
}

// Bytes of the section that an entry changes: [*ret_at, *ret_at + size).
static uint64_t extent(const struct btl_reloc_type *type, uint64_t offset, uint64_t *ret_at)
{
    *ret_at = type->field < INSTRUCTION ? offset : offset & ~SLOT_MASK;
    return type->field < INSTRUCTION ? btl_words[type->field].width : IA64_BUNDLE_SIZE;
}

static bool slot_fits(const struct btl_image *image, const struct btl_rela *rela, uint64_t offset,
                      enum ia64_field field)
{
    struct btl_bytes bytes = btl_elf_section_bytes(image->elf, rela->target);
    return image->elf->sections[rela->target].align % IA64_BUNDLE_SIZE == 0 &&
           ia64_slot_takes(bytes.at + (offset & ~SLOT_MASK), offset & SLOT_MASK, field);
}

// Can the formula be computed for a symbol of that kind at all?
static enum btl_code check_symbol(const struct btl_image *image, enum formula formula,
                                  uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    if (formula == S_A_SECTION && section == ELF_SHN_UNDEF)
        return BTL_LINK_RELOC_NO_SECTION;
    if ((formula == FPTR || formula == GOT_FPTR_GP) && special == ELF_SHN_COMMON)
        return BTL_LINK_RELOC_NO_FUNCTION;
    return SOUND;
}

static enum btl_code check_place(const struct btl_image *image, const struct btl_rela *rela,
                                 const struct elf64_rela *entry, const struct btl_reloc_type *type)
{
    uint64_t at, size = extent(type, entry->offset, &at);
    if (!btl_in_range(at, size, rela->window.size))
        return BTL_LINK_RELOC_OUTSIDE;
    if (type->field >= INSTRUCTION &&
        !slot_fits(image, rela, entry->offset, type->field - INSTRUCTION))
        return BTL_LINK_RELOC_SLOT;
    return check_symbol(image, type->formula, ELF64_RELA_SYMBOL(entry->info));
}

// The gate of one entry: what it checks here is not checked again, but for the bounds of the store.
static bool check_entry(const struct btl_image *image, const struct btl_rela *rela,
                        const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = btl_reloc_check(image, rela, entry, diags);
    if (type == NULL)
        return false;
    enum btl_code code = check_place(image, rela, entry, type);
    return code == SOUND || btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), 0,
                                             field_text(type->field), diags);
}

// An upper bound of what lies between two places of loaded code, the stubs behind it apart.
static uint64_t text_bound(const struct btl_image *image)
{
    uint64_t bound = 0;
    for (uint32_t i = 0; i < image->elf->section_count; i++) {
        const struct elf64_section *section = &image->elf->sections[i];
        if (image->section_offset[i] == BTL_NO_OFFSET || !(section->flags & ELF_SHF_EXECINSTR))
            continue;
        if (!btl_add(bound, section->size, &bound) || !btl_add(bound, section->align, &bound))
            return UINT64_MAX;
    }
    return bound;
}

// State of the count.
struct counter {
    struct btl_image *image;
    uint64_t text; // text_bound()
};

#define BRANCH21_REACH (16u << 20)

// A branch may need a stub when not both of its ends are in code that it spans from end to end.
static bool perhaps_far(const struct counter *c, const struct btl_rela *rela, uint32_t symbol)
{
    const struct elf64_section *sections = c->image->elf->sections;
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(c->image->elf, symbol, &special);
    uint64_t span = section == rela->target ? sections[section].size : c->text;
    return span >= BRANCH21_REACH || !(sections[section].flags & ELF_SHF_EXECINSTR) ||
           !(sections[rela->target].flags & ELF_SHF_EXECINSTR);
}

// Counts what the entry goes through. False: no memory.
static bool count_entry(void *counter, const struct btl_rela *rela, const struct elf64_rela *entry)
{
    const struct counter *c = counter;
    const struct btl_reloc_type *type = &types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    switch (type->formula) {
    case GOT_GP:
        return ia64_need_got(c->image, symbol, addend);
    case FPTR:
        return ia64_need_descriptor(c->image, symbol, addend);
    case GOT_FPTR_GP:
        return ia64_need_got_descriptor(c->image, symbol, addend);
    case BRANCH:
        if (ia64_imported(c->image->elf, symbol))
            return ia64_need_import_stub(c->image, symbol);
        return type->field == IN(BRANCH60) || !perhaps_far(c, rela, symbol) ||
               ia64_need_far_stub(c->image, symbol, addend);
    default:
        return true;
    }
}

// Every global function may be exported.
static bool is_export(const struct btl_elf *elf, uint32_t symbol)
{
    uint8_t info = elf->symbols[symbol].info;
    return ELF64_SYMBOL_TYPE(info) == ELF_STT_FUNC && ELF64_SYMBOL_BIND(info) != ELF_STB_LOCAL;
}

static bool count_exports(struct btl_image *image)
{
    for (uint32_t i = 1; i < image->elf->symbol_count; i++)
        if (is_export(image->elf, i) && !ia64_need_descriptor(image, i, 0))
            return false;
    return true;
}

static bool count_ia64(struct btl_image *image, struct btl_diags *diags)
{
    struct ia64_linkage *linkage = ia64_linkage_new(image->arena);
    struct counter counter = {.image = image, .text = text_bound(image)};
    bool good = true;
    image->machine_data = linkage;
    if (linkage == NULL ||
        !btl_reloc_count(image, check_entry, count_entry, &counter, &good, diags) ||
        !count_exports(image)) {
        btl_report(diags, BTL_NO_MEMORY, image->elf->place,
                   BTL_ARG_Z("counting GOT entries, function descriptors and stubs"));
        return false;
    }
    uint64_t got_count = linkage->size[IA64_GOT] / IA64_GOT_ENTRY_SIZE;
    if (got_count > BTL_IA64_GOT_MAX) {
        btl_report(diags, BTL_LINK_GOT_FULL, image->elf->place, BTL_DEC(got_count),
                   BTL_DEC(BTL_IA64_GOT_MAX));
        return false;
    }
    image->got_count = (uint32_t)got_count;
    image->opd_size = linkage->size[IA64_OPD];
    image->plt_size = linkage->size[IA64_PLT];
    return good;
}

// `bundle`: its address. A far stub is there only where one was counted.
static uint64_t branch(const struct btl_image *image, const struct btl_reloc_type *type,
                       const struct elf64_rela *entry, uint64_t bundle)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    if (ia64_imported(image->elf, symbol))
        return ia64_import_stub(image, symbol) - bundle;
    uint64_t distance = image->value[symbol] + addend - bundle;
    if (ia64_field_fits(type->field - INSTRUCTION, distance) || distance % IA64_BUNDLE_SIZE != 0)
        return distance;
    uint64_t stub = ia64_far_stub(image, symbol, addend);
    return stub != 0 ? stub - bundle : distance;
}

// All arithmetic is modulo 2^64, as the processor's is. `at`: what the field begins with, or its
// bundle.
static uint64_t evaluate(const struct btl_image *image, const struct btl_reloc_type *type,
                         const struct elf64_rela *entry, uint64_t at)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    uint64_t addend = (uint64_t)entry->addend;
    switch (type->formula) {
    case S_A:
        return image->value[symbol] + addend;
    case S_A_P:
        return image->value[symbol] + addend - at;
    case S_A_GP:
        return image->value[symbol] + addend - ia64_gp(image);
    case S_A_SEGMENT:
        return image->value[symbol] + addend - image->base;
    case S_A_SECTION: // a symbol's value in the file is relative to its section
        return image->elf->symbols[symbol].value + addend;
    case GOT_GP:
        return ia64_got(image, symbol, addend) - ia64_gp(image);
    case FPTR:
        return ia64_descriptor(image, symbol, addend);
    case GOT_FPTR_GP:
        return ia64_got_descriptor(image, symbol, addend) - ia64_gp(image);
    case BRANCH:
        return branch(image, type, entry, at);
    default:
        return 0;
    }
}

// Of a function elsewhere there is its descriptor alone: no entry point, no address inside it. An
// absent weak one is 0 in every way.
static bool needs_foreign_entry(const struct btl_image *image, enum formula formula,
                                const struct elf64_rela *entry)
{
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (!ia64_imported(image->elf, symbol))
        return false;
    if (formula == FPTR || formula == GOT_FPTR_GP || formula == BRANCH)
        return entry->addend != 0;
    return ELF64_SYMBOL_TYPE(image->elf->symbols[symbol].info) == ELF_STT_FUNC &&
           image->value[symbol] != 0;
}

static bool fits(unsigned field, uint64_t value)
{
    return field >= INSTRUCTION ? ia64_field_fits(field - INSTRUCTION, value)
                                : btl_word_fits(field, value);
}

static bool store(const struct btl_window *window, uint64_t offset, unsigned field, uint64_t value)
{
    if (field < INSTRUCTION)
        return btl_word_store(window, offset, field, value);
    uint8_t *bundle = btl_window_at(window, offset & ~SLOT_MASK, IA64_BUNDLE_SIZE);
    if (bundle == NULL || (offset & SLOT_MASK) > 2)
        return false;
    ia64_bundle_patch(bundle, offset & SLOT_MASK, field - INSTRUCTION, value);
    return true;
}

static bool apply(const struct btl_image *image, const struct btl_rela *rela,
                  const struct elf64_rela *entry, struct btl_diags *diags)
{
    const struct btl_reloc_type *type = &types[ELF64_RELA_TYPE(entry->info)];
    uint32_t symbol = ELF64_RELA_SYMBOL(entry->info);
    if (type->formula == NOTHING)
        return true;
    uint64_t at;
    extent(type, entry->offset, &at);
    uint64_t value = evaluate(image, type, entry, rela->window.address + at);
    enum btl_code code;
    if (image->value[symbol] == BTL_UNLOADED_VALUE && !btl_symbol_loaded(image, symbol) &&
        type->formula != S_A_SECTION)
        code = BTL_LINK_RELOC_UNLOADED;
    else if (needs_foreign_entry(image, type->formula, entry))
        code = BTL_LINK_RELOC_IMPORT;
    else if (!fits(type->field, value))
        code = BTL_LINK_RELOC_OVERFLOW;
    else if (!store(&rela->window, entry->offset, type->field, value))
        code = BTL_LINK_RELOC_OUTSIDE;
    else
        return true;
    return btl_reloc_report(image, rela, entry, code, BTL_ARG_Z(type->name), value,
                            field_text(type->field), diags);
}

static bool relocate_ia64(struct btl_image *image, struct btl_diags *diags)
{
    ia64_fill(image);
    return btl_reloc_apply(image, apply, diags);
}

// A pointer to a function is a pointer to its descriptor, and so is what others get of it.
static uint64_t export_value_ia64(const struct btl_image *image, uint32_t symbol)
{
    uint64_t descriptor = is_export(image->elf, symbol) ? ia64_own_descriptor(image, symbol, 0) : 0;
    return descriptor != 0 ? descriptor : btl_symbol_address(image, symbol);
}

const struct btl_machine btl_machine_ia64 = {
    .machine = ELF_MACHINE_IA64,
    .types = types,
    .type_count = BTL_COUNT(types),
    .short_flags = ELF_SHF_IA64_SHORT,
    .function_descriptors = true,
    .count = count_ia64,
    .relocate = relocate_ia64,
    .export_value = export_value_ia64,
};
