// SPDX-License-Identifier: BSD-2-Clause
// This machine as core/boot sees it: files of a directory or an image, memory in place of the
// firmware's pages, and nobody to note anything for.
#include "boot.h"

#include <sys/mman.h>

#include <btl/hash.h>

#include "configurations.h"

const struct btl_boot_file *boot_file(struct boot *boot, struct btl_str path,
                                      struct btl_bytes bytes, bool hashed)
{
    struct btl_boot_file *file = MEMORY_NEW(boot->host->arena, struct btl_boot_file);
    *file = (struct btl_boot_file){.path = path, .bytes = bytes};
    if (hashed)
        btl_sha256(bytes, file->sha256);
    return file;
}

static const struct btl_boot_file *read_volume(void *owner, struct btl_str path, uint64_t max,
                                               struct btl_file_problem *ret_problem)
{
    struct boot *boot = owner;
    struct btl_bytes bytes;
    if (!volume_read(&boot->volume, path, max, &bytes, ret_problem))
        return NULL;
    return boot_file(boot, path, bytes, max == BTL_CONFIG_MAX);
}

static struct btl_str name_on_volume(void *owner, struct btl_str path)
{
    const struct boot *boot = owner;
    return volume_name(&boot->volume, path);
}

static size_t list_volume(void *owner, struct btl_str **ret_paths)
{
    struct boot *boot = owner;
    size_t count = configurations(&boot->volume, ret_paths);
    return count < BTL_CONFIGURATIONS_MAX ? count : BTL_CONFIGURATIONS_MAX;
}

static bool delete_nothing(void *owner)
{
    return true;
}

// Pages that no step touches cost nothing.
static bool allocate_range(void *owner, enum btlm_memory_type purpose, uint64_t size,
                           uint64_t address, uint64_t align, uint64_t *ret_physical)
{
    struct boot *boot = owner;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || boot->range_count == BOOT_RANGES_MAX)
        return false;
    boot->ranges[boot->range_count++] = (struct boot_range){memory, size};
    *ret_physical = (uintptr_t)memory;
    return true;
}

static uint32_t begin_no_event(void *owner, enum btlm_event_kind kind, uint32_t module)
{
    return BTL_NONE;
}

static uint64_t end_no_event(void *owner, uint32_t event, uint64_t bytes)
{
    return 0;
}

static void note_nothing(void *owner)
{
}

static void note_no_growth(void *owner, uint32_t first)
{
}

static void note_no_outcome(void *owner, uint32_t module, enum btl_boot_outcome outcome,
                            uint64_t time)
{
}

const struct btl_boot_driver volume_driver = {
    .read = read_volume,
    .name = name_on_volume,
    .list = list_volume,
    .delete_next = delete_nothing,
    .allocate = allocate_range,
    .event_begin = begin_no_event,
    .event_end = end_no_event,
    .configured = note_nothing,
    .plan_grew = note_no_growth,
    .done = note_no_outcome,
};
