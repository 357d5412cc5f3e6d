// SPDX-License-Identifier: BSD-2-Clause
// The responses that are complete only when boot services end: memory map, processors, manifest.
#include "limine_block.h"

#include <btl/mem.h>

static const uint8_t limine_types[BTLM_MEM_TYPES] = {
    [BTLM_MEM_USABLE] = BTL_LIMINE_MEM_USABLE,
    [BTLM_MEM_BOOT_SERVICES] = BTL_LIMINE_MEM_RECLAIMABLE,
    [BTLM_MEM_LOADER] = BTL_LIMINE_MEM_RECLAIMABLE,
    [BTLM_MEM_STAGED] = BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    [BTLM_MEM_KERNEL] = BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    [BTLM_MEM_MODULES] = BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    [BTLM_MEM_EARLY] = BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    [BTLM_MEM_MANIFEST] = BTL_LIMINE_MEM_KERNEL_AND_MODULES,
    [BTLM_MEM_ACPI_RECLAIM] = BTL_LIMINE_MEM_ACPI_RECLAIMABLE,
    [BTLM_MEM_ACPI_NVS] = BTL_LIMINE_MEM_ACPI_NVS,
    [BTLM_MEM_RUNTIME_CODE] = BTL_LIMINE_MEM_RESERVED,
    [BTLM_MEM_RUNTIME_DATA] = BTL_LIMINE_MEM_RESERVED,
    [BTLM_MEM_MMIO] = BTL_LIMINE_MEM_RESERVED,
    [BTLM_MEM_PERSISTENT] = BTL_LIMINE_MEM_RESERVED,
    [BTLM_MEM_RESERVED] = BTL_LIMINE_MEM_RESERVED,
    [BTLM_MEM_BAD] = BTL_LIMINE_MEM_BAD,
};

enum btl_limine_memory_type btl_limine_memory_type(enum btlm_memory_type type)
{
    return (enum btl_limine_memory_type)limine_types[type];
}

bool btl_limine_is_mapped(enum btl_limine_memory_type type, uint32_t revision)
{
    switch (type) {
    case BTL_LIMINE_MEM_USABLE:
    case BTL_LIMINE_MEM_RECLAIMABLE:
    case BTL_LIMINE_MEM_KERNEL_AND_MODULES:
    case BTL_LIMINE_MEM_FRAMEBUFFER:
        return true;
    case BTL_LIMINE_MEM_RESERVED:
    case BTL_LIMINE_MEM_BAD:
        return revision == 0;
    default:
        return revision <= 2;
    }
}

void btl_limine_answer_manifest(const struct btl_limine_answers *answers, uint64_t physical,
                                uint64_t size)
{
    struct btl_limine_pair_response response = {.value = {answers->direct_map + physical, size}};
    if (answers->manifest != 0)
        limine_block_write(answers, answers->manifest, &response, sizeof(response));
}

void btl_limine_answer_efi_map(const struct btl_limine_answers *answers, uint64_t physical,
                               uint64_t size, uint64_t stride)
{
    struct btl_limine_efi_map_response response = {
        .map = answers->direct_map + physical, .size = size, .stride = stride, .version = 1};
    if (answers->efi_map != 0)
        limine_block_write(answers, answers->efi_map, &response, sizeof(response));
}

void btl_limine_answer_mp(const struct btl_limine_answers *answers, const bool *started,
                          bool x2apic)
{
    struct btl_limine_mp_response response;
    if (answers->mp == 0 || answers->memory == NULL)
        return;
    memcpy(&response, answers->memory + answers->mp, sizeof(response));
    response.flags = x2apic ? BTL_LIMINE_X2APIC : 0;
    response.cpu_count = 0;
    for (uint64_t i = 0; i < answers->cpu_count; i++) {
        if (i == 0 || started[i])
            limine_block_write_word(
                answers, answers->cpu_pointers + response.cpu_count++ * sizeof(uint64_t),
                limine_block_address(answers, answers->cpus + i * sizeof(struct btl_limine_cpu)));
    }
    limine_block_write(answers, answers->mp, &response, sizeof(response));
}

void btl_limine_answer_performance(const struct btl_limine_answers *answers, uint64_t kernel)
{
    if (answers->performance != 0)
        limine_block_write_word(answers,
                                answers->performance +
                                    offsetof(struct btl_limine_performance_response, kernel),
                                kernel);
}

// The map that is written: entries[count], of which the last can still grow.
struct memory_writer {
    const struct btl_limine_answers *answers;
    uint64_t count;
    struct btl_limine_memory last; // length 0: none
    bool framebuffer;              // not written yet
};

static void memory_write(struct memory_writer *writer, const struct btl_limine_memory *entry)
{
    const struct btl_limine_answers *answers = writer->answers;
    if (writer->count < answers->memory_capacity)
        limine_block_write(answers, answers->memory_entries + writer->count * sizeof(*entry), entry,
                           sizeof(*entry));
    writer->count++;
}

static void memory_flush(struct memory_writer *writer)
{
    const struct btl_limine_answers *answers = writer->answers;
    struct btl_limine_memory framebuffer = {answers->framebuffer, answers->framebuffer_size,
                                            BTL_LIMINE_MEM_FRAMEBUFFER};
    if (writer->last.length == 0)
        return;
    if (writer->framebuffer && framebuffer.base < writer->last.base) {
        memory_write(writer, &framebuffer);
        writer->framebuffer = false;
    }
    memory_write(writer, &writer->last);
    writer->last.length = 0;
}

static void memory_add(struct memory_writer *writer, uint64_t base, uint64_t length, uint64_t type)
{
    struct btl_limine_memory *last = &writer->last;
    if (length == 0)
        return;
    if (last->length != 0 && last->type == type && last->base + last->length == base) {
        last->length += length;
        return;
    }
    memory_flush(writer);
    *last = (struct btl_limine_memory){base, length, type};
}

// Does the framebuffer overlap memory that the kernel may use? Then it is not in the map.
static bool framebuffer_is_apart(const struct btl_limine_answers *answers,
                                 const struct btlm_memory *map, uint64_t count)
{
    uint64_t end = answers->framebuffer + answers->framebuffer_size;
    if (answers->framebuffer_size == 0)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        enum btl_limine_memory_type type = btl_limine_memory_type(map[i].type);
        if (map[i].start < end && answers->framebuffer < map[i].start + map[i].size &&
            (type == BTL_LIMINE_MEM_USABLE || type == BTL_LIMINE_MEM_RECLAIMABLE))
            return false;
    }
    return true;
}

bool btl_limine_answer_memory(const struct btl_limine_answers *answers,
                              const struct btlm_memory *map, uint64_t count)
{
    if (answers->memory_map == 0)
        return true;
    struct memory_writer writer = {.answers = answers,
                                   .framebuffer = framebuffer_is_apart(answers, map, count)};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t start = map[i].start, size = map[i].size;
        uint64_t type = btl_limine_memory_type(map[i].type);
        // The first page is never usable, up to base revision 2.
        if (start == 0 && type == BTL_LIMINE_MEM_USABLE && answers->revision <= 2) {
            memory_add(&writer, 0, BTL_PAGE_SIZE, BTL_LIMINE_MEM_RESERVED);
            start = BTL_PAGE_SIZE;
            size -= BTL_PAGE_SIZE;
        }
        memory_add(&writer, start, size, type);
    }
    memory_flush(&writer);
    if (writer.framebuffer)
        memory_write(&writer,
                     &(struct btl_limine_memory){answers->framebuffer, answers->framebuffer_size,
                                                 BTL_LIMINE_MEM_FRAMEBUFFER});
    limine_block_write_word(answers,
                            answers->memory_map + offsetof(struct btl_limine_list_response, count),
                            writer.count);
    return writer.count <= answers->memory_capacity;
}
