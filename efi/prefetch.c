// SPDX-License-Identifier: BSD-2-Clause
// Reading before the steps ask for it: the files that the configuration or the plan names,
// together, in the order of the disk, in few requests. What cannot be read so is read when it is
// needed.
#include "boot.h"

#include <btl/utf16.h>

struct wave {
    struct boot *boot;
    struct btl_read_file *files;
    size_t count, capacity;
    size_t extents; // of all files
    uint64_t bytes; // of memory: whole clusters and pages
    uint64_t start; // time: the search for the files is a part of reading
};

static uint64_t wave_room(const struct btl_read_file *file)
{
    return (file->extents.size + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1);
}

// Add a file, if the reader finds it. True: it is known, left to the firmware, or added.
static bool wave_add(struct wave *wave, struct btl_str path)
{
    struct boot *boot = wave->boot;
    struct btl_read_file file;
    if (file_is_known(boot, path) || file_is_left(boot, path))
        return true;
    if (!btl_path_is_usable(path) || !reader_find(boot, path, BTL_ELF_FILE_MAX, &file) ||
        !BTL_RESERVE(&boot->reader.arena, wave->files, wave->count, 1, wave->capacity))
        return false;
    wave->files[wave->count++] = file;
    return true;
}

static void wave_add_paths(struct wave *wave, struct btl_str paths)
{
    for (struct btl_str path; btl_take_part(&paths, ';', &path);)
        wave_add(wave, path);
}

// A module whose condition is not met is not read.
static void wave_add_module(struct wave *wave, const struct btl_module_config *module)
{
    struct btl_str rest = wave->boot->attempt.config.module_path, directory;
    if (!module->load_yes || module->blacklisted || module->kernel != NULL || module->arch != NULL)
        return;
    if (module->path != NULL) {
        wave_add(wave, module->path->value);
        return;
    }
    while (btl_take_part(&rest, ';', &directory)) {
        struct btl_str path = btl_module_path(&wave->boot->reader.arena, directory, module->name);
        if (path.at != NULL && wave_add(wave, path))
            return;
    }
}

static bool wave_place(struct wave *wave, struct btl_read_request *requests, size_t *count)
{
    struct pages *pages = &wave->boot->files.pages;
    for (size_t i = 0; i < wave->count; i++) {
        struct btl_read_file *file = &wave->files[i];
        uint64_t address;
        if (!pages_allocate_part(pages, file->size, wave_room(file), &address))
            return false;
        file->to = (uint8_t *)(uintptr_t)address;
        btl_extents_request(&file->extents, file->extents.size, file->to, requests, count);
        progress_file(wave->boot, file->path, file->size);
    }
    return true;
}

// Enter the files. The time of reading is divided by their bytes.
static void wave_enter(struct wave *wave)
{
    struct boot *boot = wave->boot;
    uint64_t start = wave->start, time = clock_now(&boot->clock), done = 0;
    uint64_t range = boot->files.pages.count - wave->count;
    time = time > start ? time - start : 0;
    for (size_t i = 0; i < wave->count; i++) {
        uint64_t begin = start + time * (done >> 10) / ((wave->bytes >> 10) + 1);
        done += wave_room(&wave->files[i]);
        file_enter(boot, &wave->files[i], range + i, begin,
                   start + time * (done >> 10) / ((wave->bytes >> 10) + 1));
    }
}

// The device fails at one of the files. The firmware reads them one by one, so that this one alone
// fails.
static void wave_leave(struct wave *wave, fw_status status)
{
    struct btl_str name = fw_status_name(status);
    log_line(&wave->boot->log, BTL_LOG_DEBUG,
             "%u files could not be read together (%pS): the firmware reads them",
             (unsigned)wave->count, &name);
    for (size_t i = 0; i < wave->count; i++)
        file_leave(wave->boot, wave->files[i].path);
}

static void wave_read(struct wave *wave)
{
    struct boot *boot = wave->boot;
    size_t count = 0;
    struct btl_read_request *requests =
        BTL_NEW_ARRAY(&boot->reader.arena, struct btl_read_request, wave->extents);
    if (requests == NULL || !pages_begin_block(&boot->files.pages, wave->bytes))
        return; // each file is read when it is needed
    if (!wave_place(wave, requests, &count)) {
        pages_free_block(&boot->files.pages);
        return;
    }
    fw_status status = reader_request(boot, requests, btl_requests_join(requests, count));
    if (status == FW_SUCCESS) {
        wave_enter(wave);
        return;
    }
    pages_free_block(&boot->files.pages);
    wave_leave(wave, status);
}

static void wave_run(struct wave *wave)
{
    wave->count = btl_read_files_sort(wave->files, wave->count);
    for (size_t i = 0; i < wave->count; i++) {
        wave->extents += wave->files[i].extents.count;
        wave->bytes += wave_room(&wave->files[i]);
    }
    if (wave->count > 1)
        wave_read(wave);
}

bool prefetch_configured(struct boot *boot)
{
    const struct btl_config *config = &boot->attempt.config;
    struct wave wave = {.boot = boot, .start = clock_now(&boot->clock)};
    wave_add(&wave, config->kernel);
    wave_add_paths(&wave, config->initrd);
    for (size_t i = 0; i < config->raw_file_count; i++)
        wave_add(&wave, config->raw_files[i].setting->value);
    for (size_t i = 0; i < config->module_count; i++)
        wave_add_module(&wave, &config->modules[i]);
    wave_run(&wave);
    return true;
}

void prefetch_plan(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    struct wave wave = {.boot = boot, .start = clock_now(&boot->clock)};
    for (; boot->reader.planned < plan->module_count; boot->reader.planned++) {
        const struct btl_planned *module = &plan->modules[boot->reader.planned];
        if (module->verdict != BTL_OFF && module->built_in == NULL)
            wave_add(&wave, module->path);
    }
    wave_run(&wave);
}
