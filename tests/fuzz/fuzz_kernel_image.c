// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a kernel: opened and loaded into a buffer of exactly its size, at its link address
// and, if relocatable, at another one.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include <btl/kernel_image.h>

#define LARGEST (16u << 20) // clearing gigabytes would slow the fuzzer

static void check_view(const struct btl_kernel_image *kernel)
{
    uint64_t end = 0;
    if (kernel->segment_count == 0 || kernel->size % BTL_PAGE_SIZE != 0 ||
        kernel->size > BTL_KERNEL_IMAGE_MAX || kernel->entry - kernel->link_base >= kernel->size)
        abort();
    for (uint32_t i = 0; i < kernel->segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->segments[i];
        if (segment->offset < end || segment->file_size > segment->size ||
            !btl_in_range(segment->offset, segment->size, kernel->size) ||
            (segment->perm & (BTL_PERM_WRITE | BTL_PERM_EXEC)) == (BTL_PERM_WRITE | BTL_PERM_EXEC))
            abort();
        end = segment->offset + segment->size;
    }
}

static void load(struct btl_kernel_image *kernel, uint64_t base, struct btl_diags *diags)
{
    uint8_t *memory = malloc(kernel->size);
    btl_kernel_load(kernel, base, memory, diags);
    free(memory);
}

// A base is in the window and keeps the alignment, at random or not.
static void choose_base(const struct btl_kernel_image *kernel, uint64_t window, uint64_t size,
                        struct btl_diags *diags)
{
    static const uint64_t numbers[] = {0, 0x123456789abcdef0, UINT64_MAX};
    for (size_t i = 0; i <= BTL_COUNT(numbers); i++) {
        uint64_t base;
        const uint64_t *random = i < BTL_COUNT(numbers) ? &numbers[i] : NULL;
        if (btl_kernel_choose_base(kernel, window, size, random, &base, diags) &&
            (base < window || !btl_in_range(base - window, kernel->size, size) ||
             base % kernel->align != kernel->link_base % kernel->align))
            abort();
    }
}

static void walk_symbols(const struct btl_kernel_image *kernel)
{
    static volatile uint64_t sink;
    for (uint32_t i = 0; i < kernel->elf->symbol_count; i++)
        sink = btl_kernel_symbol(kernel, i);
    (void)sink;
}

static void export_symbols(const struct btl_kernel_image *kernel, struct test_memory *memory,
                           struct btl_diags *diags)
{
    struct btl_modinfo info;
    struct btl_symtab table;
    if (!btl_modinfo_read(kernel->elf, &memory->arena, &info, diags) ||
        !btl_symtab_init(&table, 0, &memory->arena))
        return;
    btl_kernel_export(kernel, &info, BTL_KERNEL, &table, diags);
    for (uint32_t i = 0; i < info.static_count; i++) {
        struct btl_modinfo module;
        if (btl_modinfo_read_static(kernel->elf, &info.statics[i], &memory->arena, &module, diags))
            btl_kernel_export(kernel, &module, i, &table, diags);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, data, size);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    if (btl_elf_open((struct btl_bytes){copy, size}, BTL_ELF_KERNEL, 0, (struct btl_place){0}, &elf,
                     &diags) &&
        btl_kernel_open(&elf, &memory.arena, &kernel, &diags)) {
        check_view(&kernel);
        choose_base(&kernel, 0xffffffff80000000, 2ull << 30, &diags);
        choose_base(&kernel, kernel.link_base, kernel.size, &diags);
        choose_base(&kernel, kernel.link_base + 1, UINT64_MAX - kernel.link_base - 1, &diags);
        choose_base(&kernel, 0, UINT64_MAX, &diags);
        if (kernel.size <= LARGEST) {
            load(&kernel, kernel.link_base, &diags);
            load(&kernel, kernel.link_base + kernel.align, &diags);
            walk_symbols(&kernel);
            export_symbols(&kernel, &memory, &diags);
        }
    }
    test_memory_end(&memory);
    free(copy);
    return 0;
}
