// SPDX-License-Identifier: BSD-2-Clause
// A kernel of the Limine boot protocol: find and check the requests in its image, and answer them.
#ifndef BTL_LIMINE_KERNEL_H
#define BTL_LIMINE_KERNEL_H

#include <btl/kernel_image.h>
#include <btl/limine_protocol.h>
#include <btl/manifest.h>

BTL_BEGIN_DECLS

enum btl_limine_feature {
#define LIMINE_FEATURE(name, word2, word3, arguments, more_arguments, text) BTL_LIMINE_##name,
#include <btl/limine_features.def>
#undef LIMINE_FEATURE
    BTL_LIMINE_FEATURES
};

#define BTL_LIMINE_STACK_MIN   (64ull << 10)
#define BTL_LIMINE_STACK_MAX   (64ull << 20) // of each processor
#define BTL_LIMINE_MODULES_MAX 1024u         // internal modules of a kernel

// ------------------------------------------------------------------------------------- requests

// The requests of a loaded image. Offsets are in the image; what they lead to is inside.
struct btl_limine_requests {
    uint8_t *memory; // image[size], loaded and relocated
    uint64_t size, base;
    struct btl_place place;

    bool tagged;        // there is a base revision tag,
    uint64_t tag;       // at this offset,
    uint64_t requested; // with this revision; 0 without a tag
    uint32_t revision;  // that the kernel gets: 0 to BTL_LIMINE_REVISION_MAX
    uint32_t unknown;   // requests for features that the loader does not have

    bool there[BTL_LIMINE_FEATURES];
    uint64_t at[BTL_LIMINE_FEATURES];
    struct btl_limine_request request[BTL_LIMINE_FEATURES]; // copies; missing arguments are 0
};

// Find the requests of a loaded kernel. These are rejected: two requests of one feature, a request
// whose arguments are not inside the image, a list of requests (BTL_LIMINE_LIST, base revision 0
// alone) that leads elsewhere. Markers count for every base revision. Cost: two passes over the
// image.
bool btl_limine_find(const struct btl_kernel_image *kernel,
                     struct btl_limine_requests *ret_requests, struct btl_diags *diags);
// Is the text at `address` in the image, with a NUL inside the image?
bool btl_limine_text(const struct btl_limine_requests *requests, uint64_t address,
                     struct btl_str *ret_text);

// What the kernel requests for itself.
struct btl_limine_wishes {
    uint64_t entry;      // run address
    uint64_t stack_size; // of each processor, a multiple of the page size
    bool mp, x2apic;     // start the other processors; with x2APIC, where there is one
    uint32_t paging_mode;
    uint32_t internal_count; // modules, at most BTL_LIMINE_MODULES_MAX
};

// Check these requests. `mode`: the paging mode of the machine. Rejected: an entry point outside
// the executable segments, a stack beyond BTL_LIMINE_STACK_MAX, no acceptable paging mode, a table
// of internal modules that is not inside the image.
bool btl_limine_check(const struct btl_kernel_image *kernel,
                      const struct btl_limine_requests *requests, enum btl_limine_paging_mode mode,
                      struct btl_limine_wishes *ret_wishes, struct btl_diags *diags);

// A module that the kernel itself asks for.
struct btl_limine_internal {
    struct btl_str path, string; // in the image; path as the kernel has it
    bool required;
};
// Read entry `index`. False: reported.
bool btl_limine_internal(const struct btl_limine_requests *requests, uint32_t index,
                         struct btl_limine_internal *ret_module, struct btl_diags *diags);
// Return the path on the volume: relative to the directory of the kernel, or, with a slash in
// front, to the root. `at` is NULL: no memory.
struct btl_str btl_limine_path(struct btl_str kernel, struct btl_str path, struct btl_arena *arena);

// ------------------------------------------------------------------------------- the firmware's

#define BTL_LIMINE_PROCESSORS_MAX 1024u
#define BTL_LIMINE_IO_APICS_MAX   64u

struct btl_limine_processor {
    uint32_t processor_id, lapic_id;
};

struct btl_limine_machine {
    struct btl_limine_processor *processors; // the boot processor is the first
    uint32_t processor_count;
    uint64_t io_apics[BTL_LIMINE_IO_APICS_MAX]; // physical
    uint32_t io_apic_count;
};

// Read the processors and the I/O APICs from the MADT (ACPI 6.5, 5.2.12), which may be empty: then
// there is the boot processor alone. Processors that are disabled, appear twice, or are beyond
// BTL_LIMINE_PROCESSORS_MAX, are left out. False: no memory.
bool btl_limine_machine(struct btl_bytes madt, uint32_t boot_lapic_id, struct btl_arena *arena,
                        struct btl_limine_machine *ret_machine);

// Return the seconds since 1970 of a date. `zone`: minutes to be added for UTC. False: no date.
struct btl_limine_date {
    uint32_t year, month, day, hour, minute, second;
    int32_t zone;
};
bool btl_limine_seconds(const struct btl_limine_date *date, int64_t *ret_seconds);

// -------------------------------------------------------------------------------------- answers

struct btl_limine_module {
    uint64_t physical, size;
    struct btl_str path, string;
};

// What the responses say. Addresses are physical; 0: none.
struct btl_limine_facts {
    uint64_t direct_map;
    struct btl_str version;      // of the loader
    struct btl_str command_line; // kernel_options
    uint32_t paging_mode;
    // 32 bits a pixel. `stride`: pixels of a line. `format` as in struct btlm_system; 0: none.
    uint64_t framebuffer, framebuffer_size;
    uint32_t width, height, stride, format;
    uint64_t rsdp, smbios, smbios3, system_table;
    bool dated;
    int64_t date;                 // seconds since 1970
    uint64_t loader_microseconds; // from reset to the start of the loader
    uint64_t kernel_physical, kernel_base;
    struct btl_limine_module kernel_file;
    const struct btl_limine_module *modules;
    uint32_t module_count;
    const struct btlm_volume *volume;              // from which all files are; NULL: unknown
    uint64_t memory_capacity;                      // entries of the memory map
    const struct btl_limine_processor *processors; // of which the first is the boot processor
    uint32_t processor_count;
};

// The block of responses. Each response is at an offset from the block's start.
struct btl_limine_answers {
    uint8_t *memory; // NULL: only measured
    uint64_t physical, size, used;
    uint64_t direct_map;
    uint64_t framebuffer, framebuffer_size; // physical, whole pages; of the memory map
    uint32_t revision;
    uint64_t memory_map, memory_entries, memory_pointers, memory_capacity;      // 0: not requested
    uint64_t mp, cpus, cpu_pointers, cpu_count, efi_map, performance, manifest; // 0: likewise
};

// Write the responses to memory[size] of *answers (all cleared, `memory`, `physical` and `size`
// filled in), and their addresses to the requests; with `memory` NULL only measure: `used`.
void btl_limine_answer(const struct btl_limine_facts *facts,
                       const struct btl_limine_requests *requests,
                       struct btl_limine_answers *answers);
// Write what is known last. Allocates nothing.
void btl_limine_answer_manifest(const struct btl_limine_answers *answers, uint64_t physical,
                                uint64_t size);
// `map`: sorted. Neighbours of one type are merged. False: the entries do not fit.
bool btl_limine_answer_memory(const struct btl_limine_answers *answers,
                              const struct btlm_memory *map, uint64_t count);
void btl_limine_answer_efi_map(const struct btl_limine_answers *answers, uint64_t physical,
                               uint64_t size, uint64_t stride);
// The processors that have started, x2APIC or not.
void btl_limine_answer_mp(const struct btl_limine_answers *answers, const bool *started,
                          bool x2apic);
void btl_limine_answer_performance(const struct btl_limine_answers *answers, uint64_t kernel);
// Return the Limine type of a type of the manifest's memory map.
enum btl_limine_memory_type btl_limine_memory_type(enum btlm_memory_type type);
// Is memory of this type in the direct map of a kernel with this base revision? The first 4 GiB
// are, up to base revision 2, whatever is there.
bool btl_limine_is_mapped(enum btl_limine_memory_type type, uint32_t revision);

BTL_END_DECLS

#endif
