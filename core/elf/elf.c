// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate: the header, and the order of the checks that follow.
#include "elf_gate.h"
#include <btl/mem.h>

enum { IDENT_CLASS = 4, IDENT_DATA = 5, IDENT_VERSION = 6 };

// Check the size of the file and its magic. Fill in the header.
static bool elf_check_magic(struct elf_gate *gate)
{
    struct btl_bytes file = gate->elf.file;
    if (file.size == 0) {
        elf_report(gate, BTL_ELF_EMPTY);
        return false;
    }
    if (file.size < 4 || memcmp(file.at, "\177ELF", 4) != 0) {
        elf_report(gate, BTL_ELF_NOT_ELF);
        return false;
    }
    if (file.size < sizeof(struct elf64_header)) {
        elf_report(gate, BTL_ELF_TRUNCATED, BTL_DEC(file.size),
                   BTL_DEC(sizeof(struct elf64_header)));
        return false;
    }
    if (file.size > BTL_ELF_FILE_MAX) {
        elf_report(gate, BTL_ELF_TOO_LARGE, BTL_SIZE(file.size), BTL_SIZE(BTL_ELF_FILE_MAX));
        return false;
    }
    gate->header = (const struct elf64_header *)(const void *)file.at;
    return true;
}

// Check that the fields after e_ident can be read: 64-bit, little-endian, version 1.
static bool elf_check_ident(struct elf_gate *gate)
{
    const uint8_t *ident = gate->header->ident;
    bool good = ident[IDENT_CLASS] == 2 && ident[IDENT_DATA] == 1 && ident[IDENT_VERSION] == 1;
    if (ident[IDENT_CLASS] == 1)
        elf_report(gate, BTL_ELF_32_BIT);
    else if (ident[IDENT_CLASS] != 2)
        elf_report(gate, BTL_ELF_CLASS, BTL_DEC(ident[IDENT_CLASS]));
    if (ident[IDENT_DATA] == 2)
        elf_report(gate, BTL_ELF_BIG_ENDIAN);
    else if (ident[IDENT_DATA] != 1)
        elf_report(gate, BTL_ELF_ENCODING, BTL_DEC(ident[IDENT_DATA]));
    if (ident[IDENT_VERSION] != 1)
        elf_report(gate, BTL_ELF_VERSION, BTL_DEC(ident[IDENT_VERSION]));
    return good;
}

// Check that the file is for `wanted`, or for any known machine when that is 0. Fill in machine.
static bool elf_check_machine(struct elf_gate *gate, uint16_t wanted)
{
    uint16_t machine = gate->header->machine;
    gate->elf.machine = machine;
    if (btl_machine_find(machine) == NULL) {
        elf_report(gate, BTL_ELF_MACHINE_UNKNOWN, BTL_DEC(machine),
                   BTL_ARG_Z(btl_machine_name(machine)),
                   BTL_ARG_Z(wanted == 0 ? BTL_MACHINE_NAMES : btl_machine_name(wanted)));
        return false;
    }
    if (wanted != 0 && machine != wanted) {
        elf_report(gate, BTL_ELF_MACHINE, BTL_ARG_Z(btl_machine_name(machine)),
                   BTL_ARG_Z(btl_machine_name(wanted)));
        return false;
    }
    return true;
}

static const char *elf_type_name(uint16_t type)
{
    static const char *const names[] = {"no type", "relocatable", "executable",
                                        "shared or position-independent", "core dump"};
    return type < BTL_COUNT(names) ? names[type] : "unknown";
}

// Check that the file is of the kind that is expected. Fill in type and entry.
static bool elf_check_type(struct elf_gate *gate)
{
    uint16_t type = gate->header->type;
    gate->elf.type = type;
    gate->elf.entry = gate->header->entry;
    bool good =
        gate->kind == BTL_ELF_MODULE ? type == ELF_REL : type == ELF_EXEC || type == ELF_DYN;
    if (!good)
        elf_report(gate,
                   gate->kind == BTL_ELF_MODULE ? BTL_ELF_NOT_RELOCATABLE : BTL_ELF_NOT_EXECUTABLE,
                   BTL_DEC(type), BTL_ARG_Z(elf_type_name(type)));
    return good;
}

static bool elf_check_header(struct elf_gate *gate, uint16_t machine)
{
    if (!elf_check_magic(gate) || !elf_check_ident(gate))
        return false;
    bool good = elf_check_machine(gate, machine);
    if (gate->header->version != 1) {
        elf_report(gate, BTL_ELF_VERSION, BTL_DEC(gate->header->version));
        good = false;
    }
    return elf_check_type(gate) && good;
}

// A file of another kind or machine is not looked into: what would be found there is no error of
// its maker. Everything after the header is reported together.
bool btl_elf_open(struct btl_bytes file, enum btl_elf_kind kind, uint16_t machine,
                  struct btl_place place, struct btl_elf *ret_elf, struct btl_diags *diags)
{
    struct elf_gate gate = {.elf = {.place = place, .file = file}, .kind = kind, .diags = diags};
    if (!elf_check_header(&gate, machine))
        return false;
    bool good = elf_check_sections(&gate);
    good = elf_check_symbols(&gate) && good;
    good = elf_check_relas(&gate) && good;
    good = elf_check_segments(&gate) && good;
    if (good)
        *ret_elf = gate.elf;
    return good;
}
