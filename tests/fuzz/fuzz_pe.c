// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a kernel that is an EFI program: kind, PE gate, boot header of Linux, parts of a
// unified kernel image. An accepted view is read completely.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include <btl/machine.h>
#include <btl/pe.h>

static volatile uint64_t sink;

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void walk_bytes(const void *bytes, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)bytes)[i];
    sink = sum;
}

static void walk_pe(const struct btl_pe *pe)
{
    NEED(btl_machine_find(pe->machine) != NULL);
    NEED(pe->section_count <= BTL_PE_SECTIONS_MAX);
    for (uint32_t i = 0; i < pe->section_count; i++) {
        struct btl_pe_section section = btl_pe_section(pe, i);
        NEED(section.name.len <= 8 && section.contents.size <= section.size);
        walk_bytes(section.name.at, section.name.len);
        walk_bytes(section.contents.at, section.contents.size);
    }
}

static void try_hash(const struct btl_pe *pe, struct btl_arena *arena, struct btl_diags *diags)
{
    uint8_t sha256[32];
    uint32_t before = diags->errors;
    bool good = btl_pe_hash(pe, arena, sha256, diags);
    NEED(good == (diags->errors == before));
    if (good)
        walk_bytes(sha256, sizeof(sha256));
}

static void try_uki(const struct btl_pe *pe, struct btl_diags *diags)
{
    struct btl_uki uki;
    uint32_t before = diags->errors;
    bool good = btl_uki_open(pe, &uki, diags);
    NEED(good == (diags->errors == before));
    if (!good)
        return;
    NEED(uki.kernel.size > 0);
    walk_bytes(uki.kernel.at, uki.kernel.size);
    walk_bytes(uki.initrd.at, uki.initrd.size);
    walk_bytes(uki.command_line.at, uki.command_line.len);
    walk_bytes(uki.release.at, uki.release.len);
    for (size_t i = 0; i < uki.command_line.len; i++)
        NEED(uki.command_line.at[i] != '\0');
}

static void try_linux(struct btl_bytes file, struct btl_diags *diags)
{
    struct btl_linux_image image;
    uint32_t before = diags->errors;
    bool good = btl_linux_open(file, (struct btl_place){0}, &image, diags);
    NEED(good == (diags->errors == before));
    if (!good)
        return;
    NEED(image.release.len <= image.version.len);
    for (size_t i = 0; i < image.version.len; i++)
        NEED(image.version.at[i] >= ' ' && image.version.at[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_pe pe;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    uint8_t *copy = malloc(size > 0 ? size : 1); // ASan detects overruns
    memcpy(copy, data, size);
    struct btl_bytes file = {copy, size};
    enum btl_kernel_kind kind = btl_kernel_kind_of(file);
    bool good = btl_pe_open(file, 0, (struct btl_place){0}, &pe, &diags);
    NEED(good == (diags.errors == 0));
    NEED(kind != BTL_KERNEL_UKI || good);
    if (good) {
        walk_pe(&pe);
        try_hash(&pe, &memory.arena, &diags);
        try_uki(&pe, &diags);
    }
    try_linux(file, &diags);
    free(copy);
    test_memory_end(&memory);
    return 0;
}
