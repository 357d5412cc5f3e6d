// SPDX-License-Identifier: BSD-2-Clause
// A whole small boot in a process: loader.conf, a kernel and modules made by the ELF builder,
// planned, linked, staged; what the loader hands to the writer of the manifest.
//
//     struct boot_fixture boot;
//     boot_begin(&boot);
//     struct btl_bytes manifest = boot_write(&boot); // written, map filled, sealed
//     boot_end(&boot);
#ifndef BTL_BOOT_FIXTURE_H
#define BTL_BOOT_FIXTURE_H

#include <btl/manifest_writer.h>

#include "btl_test.h"
#include "elf_builder.h"

#define BOOT_KERNEL_BASE 0xffffffff80000000ull
#define BOOT_MODULE_BASE 0xffffffff80400000ull
#define BOOT_PHYSICAL    0x7e000000ull
#define BOOT_MODULES_MAX 16
#define BOOT_EXIT_START  900000000ull
#define BOOT_END         912345678ull

struct boot_fixture {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_config config;
    struct elf_builder kernel_file, file[BOOT_MODULES_MAX];
    struct btl_elf kernel_elf, elf[BOOT_MODULES_MAX];
    struct btl_modinfo kernel_info, info[BOOT_MODULES_MAX];
    struct btl_kernel_image kernel;
    struct btl_symtab symtab;
    struct btl_plan plan;
    struct btl_image image[BOOT_MODULES_MAX];
    struct btl_module_result results[BOOT_MODULES_MAX];
    struct btlm_event events[16];
    struct btl_manifest_input input;
};

void boot_begin(struct boot_fixture *boot); // aborts when anything but what is meant to fails
void boot_end(struct boot_fixture *boot);
// Index of a module of the plan.
uint32_t boot_index(const struct boot_fixture *boot, const char *name);
// Freed by boot_end().
struct btl_bytes boot_write(struct boot_fixture *boot);

// Makes the checksum right again after a test has changed bytes.
void boot_reseal(uint8_t *manifest);
struct btlm_header *boot_header(uint8_t *manifest);
struct btlm_table *boot_table(uint8_t *manifest, enum btlm_kind kind); // in the directory

#endif
