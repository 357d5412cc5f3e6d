// SPDX-License-Identifier: BSD-2-Clause
// Write the manifest: the same code measures first, then writes.
#ifndef BTL_MANIFEST_WRITER_H
#define BTL_MANIFEST_WRITER_H

#include <btl/kernel_image.h>
#include <btl/kernel_kind.h>
#include <btl/manifest.h>
#include <btl/plan.h>

BTL_BEGIN_DECLS

// What the loader did with a planned module; parallel to plan->modules.
struct btl_module_result {
    uint8_t sha256[32]; // valid when `hashed`
    bool hashed;
    uint64_t file_size;
    const struct btl_elf *elf;             // NULL: the file could not be opened
    const struct btl_image *image;         // linked, or NULL
    uint64_t staged_physical, staged_size; // 0: not staged
};

// struct btlm_boot, with its strings as text.
struct btl_manifest_boot {
    struct btlm_boot facts;
    struct btl_str path, title, wanted, reason;
};

// struct btlm_file, with its strings as text.
struct btl_manifest_file {
    struct btlm_file facts;
    struct btl_str name, path;
};

struct btl_manifest_input {
    // Without its strings, which are here as text.
    struct btlm_system system;
    struct btl_str loader_version, firmware_vendor;
    // Without its string; NULL: the boot volume is unknown.
    const struct btlm_volume *volume;
    struct btl_str volume_controller;
    const struct btl_manifest_boot *boot; // NULL: the manifest has no table BOOT
    const struct btlm_trust *trust;       // NULL: no table TRUST
    struct btl_str event_log;             // of a TPM
    const struct btl_config *config;
    const struct btl_plan *plan;
    const struct btl_module_result *results;
    struct btl_str kernel_path;
    const struct btl_kernel_image *kernel; // `elf` is NULL: the file could not be opened
    const struct btl_modinfo *kernel_info;
    uint8_t kernel_sha256[32]; // all zero: not hashed
    uint64_t kernel_file_size, kernel_physical;
    enum btl_kernel_kind kernel_kind;
    const struct btl_manifest_file *files;
    uint32_t file_count;
    const struct btl_symtab *symtab; // exports of the kernel and of linked modules
    const struct btl_diags *diags;
    struct btl_str log;
    const struct btlm_event *events;
    uint64_t event_count;
    uint64_t memory_capacity; // maximum entries of the memory map
    uint64_t physical;        // final address of the manifest
};

// Measure the manifest: find its tables, in the arena, and the size of the whole. NULL: no memory,
// or the manifest exceeds BTLM_SIZE_MAX.
struct btl_manifest_draft *btl_manifest_measure(const struct btl_manifest_input *input,
                                                struct btl_arena *arena, uint64_t *ret_size);
// Write the measured manifest to memory of that size. Since it was measured, `physical` and what
// the events say may have changed, and nothing else.
void btl_manifest_put(struct btl_manifest_draft *draft, uint8_t *memory);
// Both in one: write the manifest to memory[size] if it fits, and return its size in any case; 0:
// the arena has no memory, or the manifest exceeds BTLM_SIZE_MAX. With memory NULL, only measure.
// Each call allocates its tables from the arena. The memory map stays empty, and
// btl_manifest_seal() is still to be called. The same input gives the same bytes. Modules that
// failed or are off have no image in the manifest, even if their result has one.
uint64_t btl_manifest_write(const struct btl_manifest_input *input, struct btl_arena *arena,
                            uint8_t *memory, uint64_t size);
// Return the memory map of a written manifest: an array of memory_capacity entries, at its end.
struct btlm_memory *btl_manifest_memory(uint8_t *memory);
// The random seed of a written manifest. clear: for a copy that is saved; seal afterwards. set: for
// the kernel, in a sealed manifest, whose checksum it keeps: the last 4 bytes of a seed are what
// this needs, and the others are `seed`.
void btl_manifest_clear_seed(uint8_t *memory);
void btl_manifest_set_seed(uint8_t *memory, const uint8_t seed[BTL_AT_LEAST(BTLM_SEED_MAX)]);
// Set the number of entries of the memory map (at most its capacity), the ends of
// BTLM_EVENT_LOADER and of the last BTLM_EVENT_MANIFEST, start and end of the last event if it is
// BTLM_EVENT_EXIT or BTLM_EVENT_SAVED, and the checksum. Allocate nothing and never fail: the
// loader calls this after ExitBootServices. Times are nanoseconds since the loader started.
void btl_manifest_seal(uint8_t *memory, uint64_t memory_count, uint64_t last_start, uint64_t end);

BTL_END_DECLS

#endif
