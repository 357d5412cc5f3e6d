// SPDX-License-Identifier: BSD-2-Clause
// The structures of the Limine boot protocol, base revisions 0 to 3, on x86-64. Pointers are 64
// bits wide; unless a comment says otherwise, they are addresses in the direct map.
#ifndef BTL_LIMINE_PROTOCOL_H
#define BTL_LIMINE_PROTOCOL_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_LIMINE_REVISION_MAX 3u

// A base revision tag: these two words, then the revision that the kernel requests. The loader
// writes 0 to the third word if it has that revision. A loader that has revision 3 writes the
// revision that it uses to the second word.
#define BTL_LIMINE_TAG_0 0xf9562b2d5c95a6c8ull
#define BTL_LIMINE_TAG_1 0x6a7b384944536bdcull

// The first two words of every request, which is aligned to 8 bytes.
#define BTL_LIMINE_REQUEST_0 0xc7b1dd30df4c8b88ull
#define BTL_LIMINE_REQUEST_1 0x0a82e883a194f07bull

// Requests lie behind the last start marker (4 words) and before the first end marker (2 words).
#define BTL_LIMINE_START_0 0xf6b8f4b39de7d1aeull
#define BTL_LIMINE_START_1 0xfab91a6940fcb9cfull
#define BTL_LIMINE_START_2 0x785c6ed015d3e316ull
#define BTL_LIMINE_START_3 0x181e920a7852b9d9ull
#define BTL_LIMINE_END_0   0xadc0e0531bb10d03ull
#define BTL_LIMINE_END_1   0x9572709f31764c62ull

// The section that lists the requests of a kernel of base revision 0: their addresses, then 0.
#define BTL_LIMINE_LIST ".limine_reqs"

struct btl_limine_request {
    uint64_t id[4];
    uint64_t revision;
    uint64_t response;
    uint64_t argument[3]; // of some requests
};
BTL_STATIC_ASSERT(offsetof(struct btl_limine_request, response) == 40, "wire");
#define BTL_LIMINE_REQUEST_SIZE 48 // without arguments

// Responses. `revision` is 0 where no comment names another one.
struct btl_limine_empty_response { // stack size, entry point
    uint64_t revision;
};

struct btl_limine_value_response { // HHDM, paging mode, firmware type, command line, RSDP, date,
    uint64_t revision;             // EFI system table, kernel file
    uint64_t value;
};

struct btl_limine_pair_response { // SMBIOS: 32 bits, 64 bits. Kernel address: physical, virtual.
    uint64_t revision;            // Loader: name, version. Manifest of BTL: address, size.
    uint64_t value[2];
};

struct btl_limine_list_response { // framebuffers, memory map, modules
    uint64_t revision;            // framebuffers: 1; modules: 1
    uint64_t count;
    uint64_t entries; // of an array of pointers
};

struct btl_limine_efi_map_response {
    uint64_t revision;
    uint64_t map, size, stride, version;
};

struct btl_limine_performance_response {
    uint64_t revision;
    uint64_t reset, loader, kernel; // microseconds
};

#define BTL_LIMINE_FIRMWARE_EFI64 2u

struct btl_limine_video_mode {
    uint64_t pitch, width, height;
    uint16_t bits;
    uint8_t model; // 1: RGB
    uint8_t red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
};

struct btl_limine_framebuffer {
    uint64_t address, width, height, pitch;
    uint16_t bits;
    uint8_t model; // 1: RGB
    uint8_t red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
    uint8_t unused[7];
    uint64_t edid_size, edid;
    uint64_t mode_count, modes; // of response revision 1: an array of pointers
};
BTL_STATIC_ASSERT(sizeof(struct btl_limine_framebuffer) == 80, "wire");

struct btl_limine_guid {
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};

struct btl_limine_file {
    uint64_t revision;
    uint64_t address, size;
    uint64_t path, string;
    uint32_t media; // 0: a disk
    uint32_t unused;
    uint32_t tftp_ip, tftp_port;
    uint32_t partition; // from 1 on; 0: none
    uint32_t mbr_disk;
    struct btl_limine_guid gpt_disk, gpt_partition, file_system;
};
BTL_STATIC_ASSERT(sizeof(struct btl_limine_file) == 112, "wire");

// A module that the kernel itself asks for, in a request of revision 1. The pointers are addresses
// in the kernel's image.
struct btl_limine_internal_module {
    uint64_t path, string;
    uint64_t flags; // BTL_LIMINE_MODULE_
};
#define BTL_LIMINE_MODULE_REQUIRED   1u
#define BTL_LIMINE_MODULE_COMPRESSED 2u

enum btl_limine_memory_type {
    BTL_LIMINE_MEM_USABLE,
    BTL_LIMINE_MEM_RESERVED,
    BTL_LIMINE_MEM_ACPI_RECLAIMABLE,
    BTL_LIMINE_MEM_ACPI_NVS,
    BTL_LIMINE_MEM_BAD,
    BTL_LIMINE_MEM_RECLAIMABLE, // of the loader
    BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    BTL_LIMINE_MEM_FRAMEBUFFER
};

struct btl_limine_memory {
    uint64_t base, length; // physical
    uint64_t type;
};

struct btl_limine_mp_response {
    uint64_t revision;
    uint32_t flags; // BTL_LIMINE_X2APIC
    uint32_t bsp_lapic_id;
    uint64_t cpu_count;
    uint64_t cpus; // of an array of pointers
};
#define BTL_LIMINE_X2APIC 1u // of the request: wanted; of the response: on

struct btl_limine_cpu {
    uint32_t processor_id, lapic_id;
    uint64_t reserved;
    uint64_t goto_address; // a write starts the processor there
    uint64_t extra_argument;
};
BTL_STATIC_ASSERT(sizeof(struct btl_limine_cpu) == 32, "wire");

enum btl_limine_paging_mode { BTL_LIMINE_4_LEVELS, BTL_LIMINE_5_LEVELS };

BTL_END_DECLS

#endif
