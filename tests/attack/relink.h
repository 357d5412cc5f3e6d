// SPDX-License-Identifier: BSD-2-Clause
// A second linker for x86-64 modules, written from the psABI with the C library's <elf.h> and
// without core/. It checks an image that the loader linked, section by section.
#ifndef ATTACK_RELINK_H
#define ATTACK_RELINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct relink_section {
    uint32_t index;         // in the ELF file
    uint64_t address, size; // virtual; bytes
};

struct relink {
    const uint8_t *file;
    size_t size;
    const struct relink_section *sections; // those that the loader placed
    size_t section_count;
    // The value of a symbol that another image exports. False: there is none.
    bool (*find)(void *context, const char *name, uint64_t *ret_value);
    // The bytes at a virtual address. NULL: they are not mapped.
    const uint8_t *(*memory)(void *context, uint64_t address, uint64_t size);
    void *context;
};

// Compare what lies in memory with what the file says. False: *ret_why says the difference.
bool relink_check(const struct relink *link, char ret_why[256]);
// Get the value of a global symbol that the file defines in a loaded section. False: there is none.
bool relink_value(const struct relink *link, const char *name, uint64_t *ret_value);

#endif
