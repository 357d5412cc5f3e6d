// SPDX-License-Identifier: BSD-2-Clause
// Writing the manifest. One body of code measures, then writes.
#ifndef BTL_MANIFEST_WRITER_H
#define BTL_MANIFEST_WRITER_H

#include <btl/kernel_image.h>
#include <btl/manifest.h>
#include <btl/plan.h>

// What became of a planned module in the loader; parallel to plan->modules.
struct btl_module_result {
    uint8_t sha256[32];
    uint64_t file_size;
    const struct btl_elf *elf;             // NULL when the file could not be opened
    const struct btl_image *image;         // linked, or NULL
    uint64_t staged_physical, staged_size; // 0: not staged
};

// Everything of struct btlm_boot except its strings, which are given as text.
struct btl_manifest_boot {
    struct btlm_boot facts;
    struct btl_str path, title, wanted, reason;
};

struct btl_manifest_input {
    // Everything of struct btlm_system except its strings, which are given here as text.
    struct btlm_system system;
    struct btl_str loader_version, firmware_vendor;
    // The boot volume, its string given as text; NULL when it is not known.
    const struct btlm_volume *volume;
    struct btl_str volume_controller;
    const struct btl_manifest_boot *boot; // NULL: the manifest says nothing about it
    const struct btl_config *config;
    const struct btl_plan *plan;
    const struct btl_module_result *results;
    struct btl_str kernel_path;
    const struct btl_kernel_image *kernel;
    const struct btl_modinfo *kernel_info;
    uint8_t kernel_sha256[32];
    uint64_t kernel_file_size, kernel_physical;
    const struct btl_symtab *symtab; // exports of the kernel and of linked modules
    const struct btl_diags *diags;
    struct btl_str log;
    const struct btlm_event *events;
    uint64_t event_count;
    uint64_t memory_capacity; // entries of the memory map to leave room for
    uint64_t physical;        // address the manifest will have
};

// Writes to memory[size] when that is enough, and returns the size that is needed either way; 0
// when the arena has no memory or the manifest would be above BTLM_SIZE_MAX. With memory NULL it
// only measures. Each call allocates its tables from the arena. The memory map is left empty and
// the manifest unsealed. The same input gives the same bytes. Modules that failed or are off have
// no image in the manifest, whatever their result says.
uint64_t btl_manifest_write(const struct btl_manifest_input *input, struct btl_arena *arena,
                            uint8_t *memory, uint64_t size);
// Where the memory map goes: an array of memory_capacity entries, the last thing in a written
// manifest.
struct btlm_memory *btl_manifest_memory(uint8_t *memory);
// Says how many entries of the map were filled (no more than there is room for), sets the end of
// BTLM_EVENT_LOADER and start and end of BTLM_EVENT_EXIT, when they are there, and computes the
// checksum. Allocates nothing and cannot fail, so that it can be called after ExitBootServices.
void btl_manifest_seal(uint8_t *memory, uint64_t memory_count, uint64_t exit_start, uint64_t end);

#endif
