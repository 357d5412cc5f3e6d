// SPDX-License-Identifier: BSD-2-Clause
// The Limine boot protocol, as far as the example uses it. Pointers are addresses in the direct
// map.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

#define START_MARKER                                                                               \
    {                                                                                              \
        0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9             \
    }
#define END_MARKER                                                                                 \
    {                                                                                              \
        0xadc0e0531bb10d03, 0x9572709f31764c62                                                     \
    }
#define BASE_REVISION(number)                                                                      \
    {                                                                                              \
        0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, (number)                                           \
    }
#define BASE_REVISION_1 0x6a7b384944536bdc
#define ID(a, b)                                                                                   \
    {                                                                                              \
        0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, a, b                                               \
    }

// A request, and the response to which `response` leads.
#define REQUEST(type, ...)                                                                         \
    struct {                                                                                       \
        uint64_t id[4], revision;                                                                  \
        const struct type *response;                                                               \
        __VA_ARGS__                                                                                \
    }

struct loader_info {
    uint64_t revision;
    const char *name, *version;
};

struct number { // HHDM, paging mode, firmware type, date, and tables of the firmware
    uint64_t revision, value;
};

struct text {
    uint64_t revision;
    const char *value;
};

struct nothing {
    uint64_t revision;
};

struct two_numbers { // SMBIOS: 32 bits, 64 bits. Kernel: physical, virtual.
    uint64_t revision, first, second;
};

struct framebuffer {
    void *address;
    uint64_t width, height, pitch;
    uint16_t bits;
    uint8_t model, red_size, red_shift, green_size, green_shift, blue_size, blue_shift;
};

struct framebuffers {
    uint64_t revision, count;
    struct framebuffer **list;
};

struct memory {
    uint64_t base, length, type;
};

struct memory_map {
    uint64_t revision, count;
    struct memory **list;
};

struct file {
    uint64_t revision;
    const void *address;
    uint64_t size;
    const char *path, *string;
    uint32_t media, unused, tftp_ip, tftp_port, partition, mbr_disk;
    uint8_t gpt_disk[16], gpt_partition[16], file_system[16];
};

struct kernel_file {
    uint64_t revision;
    const struct file *file;
};

struct modules {
    uint64_t revision, count;
    const struct file **list;
};

struct internal_module {
    const char *path, *string;
    uint64_t flags;
};

struct efi_map {
    uint64_t revision;
    const void *map;
    uint64_t size, stride, version;
};

struct processor {
    uint32_t processor_id, lapic_id;
    uint64_t reserved;
    void (*volatile start)(struct processor *);
    volatile uint64_t argument;
};

struct processors {
    uint64_t revision;
    uint32_t flags, boot_lapic_id;
    uint64_t count;
    struct processor **list;
};

struct times {
    uint64_t revision, reset, loader, kernel;
};

#endif
