// SPDX-License-Identifier: BSD-2-Clause
// A boot, as far as it can be taken without a machine: what the loader (efi/run.c) does and, for
// the phases after the first, what the kernel does. Nothing stops at the first thing that is wrong.
#ifndef BTL_HOST_BOOT_H
#define BTL_HOST_BOOT_H

#include <btl/config.h>
#include <btl/kernel_image.h>
#include <btl/plan.h>

#include "volume/volume.h"

struct boot_module {
    struct btl_str path; // on the volume
    struct btl_str file; // for messages
    struct btl_bytes bytes;
    struct btl_elf elf;
    const struct btl_modinfo *info; // NULL: it has none that can be used
    struct btl_image image;         // without its memory
    bool opened, linked;
};

struct boot {
    struct host *host;
    // What the user chose.
    const char *root;        // directory or image
    struct btl_str path;     // of loader.conf, on the volume
    const char *config_file; // a file of the host in the place of loader.conf, or NULL
    const char *kernel_file; // likewise, in the place of the kernel
    uint16_t machine;        // 0: the one whose loader is on the volume
    uint64_t memory;         // bytes of the machine; 0: not known

    struct volume volume;
    struct btl_str text; // of loader.conf
    struct btl_config config;
    struct btl_bytes kernel_bytes;
    struct btl_elf kernel_elf;
    struct btl_modinfo kernel_info;
    struct btl_kernel_image kernel;
    bool kernel_good;
    uint64_t kernel_base;
    struct btl_plan plan;
    struct boot_module *modules; // index as in plan.modules
    uint32_t module_capacity;
    struct btl_symtab symtab;
    uint64_t phase1_base, phase1_size;
    bool fallback;          // there is a configuration to fall back to
    bool required_reported; // boot-required, boot-given-up
    uint64_t bytes;         // of memory that the loader takes for all this

    // NULL: modules come from the volume, exports from the kernel's file. read_module: reads the
    // file of a planned module; false: reported. export_kernel: adds what the kernel exports.
    bool (*read_module)(struct boot *boot, uint32_t index, struct boot_module *module);
    bool (*export_kernel)(struct boot *boot);
    void *owner; // for these
};

// Options of every command that looks at a boot: -C, --config, --machine, --memory. The letters and
// words for next_option(); boot_option() says whether the option was one of them (*ret_good: and
// its value a good one).
#define BOOT_LETTERS "C:c:"
#define BOOT_WORDS                                                                                 \
    {"volume", required_argument, NULL, 'C'}, {"config", required_argument, NULL, 'c'},            \
        {"machine", required_argument, NULL, BOOT_MACHINE},                                        \
    {                                                                                              \
        "memory", required_argument, NULL, BOOT_MEMORY                                             \
    }
#define BOOT_SYNOPSIS "[-C DIR|IMAGE] [-c FILE] [--machine M] [--memory SIZE]"
#define BOOT_HELP                                                                                  \
    "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a GPT disk image\n"   \
    "                          (its EFI system partition); default: where loader.conf lies, "      \
    "else\n"                                                                                       \
    "                          the current directory\n"                                            \
    "  -c, --config FILE       take FILE of this machine for the volume's loader.conf\n"           \
    "      --machine M         x86-64 or ia64; default: by the loader in EFI/BOOT, else x86-64\n"  \
    "      --memory SIZE       memory of the machine, such as 128M: is it enough?\n"
enum { BOOT_MACHINE = 0x100, BOOT_MEMORY };

bool boot_option(struct boot *boot, int option, bool *ret_good);
// The argument loader.conf, if there is one (NULL: none). Call it after the options.
void boot_argument(struct boot *boot, const char *argument);

// The steps, in order. Each reports what is wrong; the next ones take it from there.
bool boot_open(struct boot *boot);    // the volume; false: there is nothing to go on with
void boot_config(struct boot *boot);  // loader.conf
void boot_kernel(struct boot *boot);  // the kernel's file
void boot_plan(struct boot *boot);    // the modules' files, order, phases, verdicts
void boot_link(struct boot *boot);    // every module, in its scope
void boot_measure(struct boot *boot); // sizes against window and memory
void boot_close(struct boot *boot);
// All of them.
bool boot_run(struct boot *boot);

// Takes the text as that of loader.conf, in place of boot_config().
void boot_parse(struct boot *boot, struct btl_str file, struct btl_str text);
// Reports, once, a module whose failure ends the boot.
void boot_check_required(struct boot *boot);
// The first diagnostic after `before`; what a module's failure is put down to.
const struct btl_diag *boot_first_since(const struct boot *boot, const struct btl_diag *before);

#endif
