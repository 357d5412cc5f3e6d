// SPDX-License-Identifier: BSD-2-Clause
// ELF64 as it lies in a file (System V gABI, chapters 4 and 5; psABI for the relocation types).
// Little-endian only. Names carry a prefix, so that <elf.h> can be included beside this header.
#ifndef BTL_ELF_FORMAT_H
#define BTL_ELF_FORMAT_H

#include <btl/types.h>

BTL_BEGIN_DECLS

struct elf64_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
BTL_STATIC_ASSERT(sizeof(struct elf64_header) == 64, "Elf64_Ehdr");

struct elf64_section {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t align, entsize;
};
BTL_STATIC_ASSERT(sizeof(struct elf64_section) == 64, "Elf64_Shdr");

struct elf64_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
BTL_STATIC_ASSERT(sizeof(struct elf64_segment) == 56, "Elf64_Phdr");

struct elf64_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};
BTL_STATIC_ASSERT(sizeof(struct elf64_symbol) == 24, "Elf64_Sym");

struct elf64_rela {
    uint64_t offset, info;
    int64_t addend;
};
BTL_STATIC_ASSERT(sizeof(struct elf64_rela) == 24, "Elf64_Rela");

struct elf64_dynamic {
    int64_t tag;
    uint64_t value;
};

#define ELF64_RELA_SYMBOL(info) ((uint32_t)((info) >> 32))
#define ELF64_RELA_TYPE(info)   ((uint32_t)(info))
#define ELF64_SYMBOL_BIND(info) ((info) >> 4)
#define ELF64_SYMBOL_TYPE(info) ((info)&15)

enum { ELF_REL = 1, ELF_EXEC = 2, ELF_DYN = 3 };                                    // e_type
enum { ELF_MACHINE_IA64 = 50, ELF_MACHINE_X86_64 = 62, ELF_MACHINE_AARCH64 = 183 }; // e_machine
enum {                                                                              // sh_type
    ELF_SHT_NULL = 0,
    ELF_SHT_PROGBITS = 1,
    ELF_SHT_SYMTAB = 2,
    ELF_SHT_STRTAB = 3,
    ELF_SHT_RELA = 4,
    ELF_SHT_NOTE = 7,
    ELF_SHT_NOBITS = 8,
    ELF_SHT_REL = 9,
    ELF_SHT_INIT_ARRAY = 14,
    ELF_SHT_FINI_ARRAY = 15,
    ELF_SHT_PREINIT_ARRAY = 16,
    ELF_SHT_GROUP = 17,
    ELF_SHT_SYMTAB_SHNDX = 18,
    ELF_SHT_LOOS = 0x60000000,  // from here on: operating systems, processors, programs
    ELF_SHT_UNWIND = 0x70000001 // of x86-64 and of ia64
};
#define ELF_SHF_WRITE      0x1u
#define ELF_SHF_ALLOC      0x2u
#define ELF_SHF_EXECINSTR  0x4u
#define ELF_SHF_INFO_LINK  0x40u
#define ELF_SHF_TLS        0x400u
#define ELF_SHF_COMPRESSED 0x800u
#define ELF_SHF_IA64_SHORT 0x10000000u
enum { // st_shndx
    ELF_SHN_UNDEF = 0,
    ELF_SHN_LORESERVE = 0xff00,
    ELF_SHN_ABS = 0xfff1,
    ELF_SHN_COMMON = 0xfff2,
    ELF_SHN_XINDEX = 0xffff
};
enum { ELF_STB_LOCAL, ELF_STB_GLOBAL, ELF_STB_WEAK }; // binding
enum {
    ELF_STT_NOTYPE,
    ELF_STT_OBJECT,
    ELF_STT_FUNC,
    ELF_STT_SECTION,
    ELF_STT_FILE,
    ELF_STT_COMMON,
    ELF_STT_TLS
};
enum {
    ELF_PT_LOAD = 1,
    ELF_PT_DYNAMIC = 2,
    ELF_PT_INTERP = 3,
    ELF_PT_TLS = 7,
    ELF_PT_GNU_STACK = 0x6474e551
};
enum { ELF_PF_X = 1, ELF_PF_W = 2, ELF_PF_R = 4 };
enum { // d_tag
    ELF_DT_NULL = 0,
    ELF_DT_NEEDED = 1,
    ELF_DT_PLTRELSZ = 2,
    ELF_DT_RELA = 7,
    ELF_DT_RELASZ = 8,
    ELF_DT_RELAENT = 9,
    ELF_DT_REL = 17,
    ELF_DT_TEXTREL = 22,
    ELF_DT_JMPREL = 23,
    ELF_DT_FLAGS = 30,
    ELF_DT_RELR = 36
};
#define ELF_DF_TEXTREL 4u // in DT_FLAGS

BTL_END_DECLS

#endif
