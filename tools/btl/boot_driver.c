// SPDX-License-Identifier: BSD-2-Clause
// The callbacks of core/boot on a host: files of a directory or an image, memory in place of the
// firmware's pages, no events.
#include "boot.h"

#include <sys/mman.h>

#include "configurations.h"

const struct btl_boot_file *boot_file(struct boot *boot, struct btl_str path,
                                      struct btl_bytes bytes)
{
    struct btl_boot_file *file = MEMORY_NEW(boot->host->arena, struct btl_boot_file);
    *file = (struct btl_boot_file){.path = path, .bytes = bytes};
    return file;
}

static const struct boot_overlay *boot_find_overlay(const struct boot *boot, struct btl_str path)
{
    const struct boot_overlay *overlay = boot->overlay;
    while (overlay != NULL && !volume_is_same_path(&boot->volume, overlay->path, path))
        overlay = overlay->next;
    return overlay;
}

// Will the path be a directory, with a file of the overlay in it?
static bool boot_overlay_makes(const struct boot *boot, struct btl_str path)
{
    const struct boot_overlay *overlay = boot->overlay;
    while (overlay != NULL &&
           (overlay->absent || overlay->path.len <= path.len || overlay->path.at[path.len] != '/' ||
            !volume_is_same_path(&boot->volume, btl_str_first(overlay->path, path.len), path)))
        overlay = overlay->next;
    return overlay != NULL;
}

static const struct btl_boot_file *boot_read(struct boot *boot, struct btl_str path, uint64_t max,
                                             struct btl_file_problem *ret_problem)
{
    const struct boot_overlay *overlay = boot_find_overlay(boot, path);
    struct btl_bytes bytes;
    if (overlay == NULL && boot_overlay_makes(boot, path)) {
        *ret_problem = (struct btl_file_problem){.code = BTL_FILE_IS_DIRECTORY};
        return NULL;
    }
    if (overlay != NULL && overlay->absent) {
        *ret_problem = (struct btl_file_problem){.code = BTL_FILE_NOT_FOUND};
        return NULL;
    }
    if (overlay != NULL)
        return boot_file(boot, path, overlay->bytes);
    if (!volume_read(&boot->volume, path, max, &bytes, ret_problem))
        return NULL;
    return boot_file(boot, path, bytes);
}

static const struct btl_boot_file *boot_driver_read(void *owner, struct btl_str path, uint64_t max,
                                                    struct btl_file_problem *ret_problem)
{
    struct boot *boot = owner;
    const struct btl_boot_file *file = boot_read(boot, path, max, ret_problem);
    // Other configurations and seals are no files of the configuration.
    if (file == NULL || max == BTL_CONFIG_MAX || max == BTL_SEAL_MAX)
        return file;
    MEMORY_RESERVE(boot->host->arena, boot->reads.files, boot->reads.count, 1,
                   boot->reads.capacity);
    boot->reads.files[boot->reads.count++] = file;
    return file;
}

static struct btl_str boot_driver_name(void *owner, struct btl_str path)
{
    const struct boot *boot = owner;
    const struct boot_overlay *overlay = boot_find_overlay(boot, path);
    return overlay != NULL && overlay->name.len > 0 ? overlay->name
                                                    : volume_name(&boot->volume, path);
}

static size_t boot_driver_list(void *owner, struct btl_str **ret_paths)
{
    struct boot *boot = owner;
    size_t count = configurations(&boot->volume, ret_paths);
    return count < BTL_CONFIGURATIONS_MAX ? count : BTL_CONFIGURATIONS_MAX;
}

static struct btl_str boot_driver_nearest(void *owner, struct btl_str path)
{
    struct boot *boot = owner;
    struct btl_str name = btl_base_name(path), *names;
    struct btl_str directory = btl_str_first(path, path.len - name.len);
    size_t count = volume_names(&boot->volume, directory, &names), kept = 0;
    struct btl_str suffix = btl_str_ends(name, BTL_STR(".ko")) ? BTL_STR(".ko") : BTL_STR("");
    // The end that all modules have does not make them near.
    for (size_t i = 0; i < count; i++) {
        if (btl_str_ends(names[i], suffix))
            names[kept++] = btl_str_without_last(names[i], suffix.len);
    }
    return btl_nearest(btl_str_without_last(name, suffix.len), names, kept);
}

// No key is known here: each signature counts.
static bool boot_driver_verify(void *owner, const struct btl_boot_file *seal,
                               struct btl_str *ret_status)
{
    struct boot *boot = owner;
    struct btl_diags dropped = {.arena = boot->host->arena};
    struct btl_seal opened;
    *ret_status = BTL_STR("not signed");
    return btl_seal_open(seal->bytes, (struct btl_place){.file = seal->path}, boot->machine,
                         boot->host->arena, &opened, &dropped) &&
           opened.is_signed;
}

static bool boot_driver_delete_next(void *owner)
{
    return true;
}

// Map pages; those that no step touches use no memory.
static bool boot_driver_allocate(void *owner, enum btlm_memory_type purpose, uint64_t size,
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

static uint32_t boot_driver_event_begin(void *owner, enum btlm_event_kind kind, uint32_t module)
{
    return BTL_NONE;
}

static uint64_t boot_driver_event_end(void *owner, uint32_t event, uint64_t bytes)
{
    return 0;
}

static void boot_driver_event_read(void *owner, enum btlm_event_kind kind, uint32_t module,
                                   const struct btl_boot_file *file)
{
}

static void boot_driver_configured(void *owner)
{
}

static void boot_driver_plan_grew(void *owner, uint32_t first)
{
}

static void boot_driver_done(void *owner, uint32_t module, enum btl_boot_outcome outcome,
                             uint64_t time)
{
}

const struct btl_boot_driver volume_driver = {
    .read = boot_driver_read,
    .name = boot_driver_name,
    .list = boot_driver_list,
    .nearest = boot_driver_nearest,
    .verify = boot_driver_verify,
    .delete_next = boot_driver_delete_next,
    .allocate = boot_driver_allocate,
    .event_begin = boot_driver_event_begin,
    .event_end = boot_driver_event_end,
    .event_read = boot_driver_event_read,
    .configured = boot_driver_configured,
    .plan_grew = boot_driver_plan_grew,
    .done = boot_driver_done,
};
