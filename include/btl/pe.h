// SPDX-License-Identifier: BSD-2-Clause
// The gate of every EFI program (PE), and what a Linux kernel and a unified kernel image add to it.
// A gate checks a file once and returns a view that needs no more checks.
#ifndef BTL_PE_H
#define BTL_PE_H

#include <btl/diag.h>
#include <btl/kernel_kind.h>
#include <btl/machine.h>

BTL_BEGIN_DECLS

#define BTL_PE_SECTIONS_MAX 96 // as Windows' loader

// A checked file. All headers lie inside the file; the contents of every section do, too.
struct btl_pe {
    struct btl_place place; // file, for messages
    struct btl_bytes file;
    uint16_t machine;         // e_machine of ELF, see machine.h
    struct btl_bytes entries; // of the section table
    uint32_t section_count;
};

struct btl_pe_section {
    struct btl_str name;       // at most 8 bytes
    struct btl_bytes contents; // those in the file that are part of the section in memory
    uint32_t size;             // bytes in memory
};

// Check a file. `machine`: the expected e_machine of ELF, or 0 for any that BTL knows. Report
// what is wrong. The view borrows; only diagnostics are allocated. `diags` is NULL: nothing is.
bool btl_pe_open(struct btl_bytes file, uint16_t machine, struct btl_place place,
                 struct btl_pe *ret_pe, struct btl_diags *diags);
// Return a section. `index` must be in range.
struct btl_pe_section btl_pe_section(const struct btl_pe *pe, uint32_t index);
// Return the contents of the first section of that name; size 0: there is none, or it is empty.
struct btl_bytes btl_pe_find(const struct btl_pe *pe, struct btl_str name);

// Compute the Authenticode hash (SHA-256), which firmware measures when it loads the program.
// Report why there is none. Allocates as many bytes as the file has.
bool btl_pe_hash(const struct btl_pe *pe, struct btl_arena *arena,
                 uint8_t ret_sha256[BTL_AT_LEAST(32)], struct btl_diags *diags);

// Return the number of a machine in the COFF header.
uint16_t btl_pe_machine(const struct btl_machine *machine);

// A Linux kernel for x86 (bzImage; Documentation/arch/x86/boot.rst of Linux).
struct btl_linux_image {
    struct btl_str version;  // "6.1.0-18-cloud-amd64 (…) #1 SMP …"; empty: the file has none
    struct btl_str release;  // its first word, to compare with vermagic=
    uint16_t protocol;       // of the boot header, 0x0200 and above
    uint32_t command_line;   // bytes of the longest command line, without the NUL; 0: not stated
    uint32_t preferred_size; // init_size: bytes that the kernel needs to unpack itself
};

// Check the boot header of a Linux kernel. Report what is wrong with it.
bool btl_linux_open(struct btl_bytes file, struct btl_place place,
                    struct btl_linux_image *ret_linux, struct btl_diags *diags);

// The parts of a unified kernel image. Absent parts are empty.
struct btl_uki {
    struct btl_bytes kernel;     // .linux
    struct btl_bytes initrd;     // .initrd
    struct btl_str command_line; // .cmdline, without NULs and white space at its end
    struct btl_str release;      // .uname
    struct btl_str os_release;   // .osrel
    bool has_microcode, has_dtb; // .ucode, .dtb: parts that the loader does not hand over
};

// Open a unified kernel image. Report what is wrong with its parts.
bool btl_uki_open(const struct btl_pe *pe, struct btl_uki *ret_uki, struct btl_diags *diags);

BTL_END_DECLS

#endif
