// SPDX-License-Identifier: BSD-2-Clause
// The FAT reader on the blocks of the boot volume, and when it is not used.
#include "boot.h"

#include <btl/mem.h>

#define BOUNCE_SIZE READER_REQUEST_MIN

bool reader_stop(struct boot *boot, const char *reason)
{
    log_line(&boot->log, BTL_LOG_DEBUG, "the firmware reads the files: %s", reason);
    boot->reader.state = READER_OFF;
    return false;
}

// Does the firmware refuse this request for its size or place?
static bool reader_is_refused(fw_status status)
{
    return status == FW_INVALID_PARAMETER || status == FW_BAD_BUFFER_SIZE;
}

// Read in pieces, and in smaller ones from then on if the firmware refuses them.
static fw_status reader_read_pieces(struct reader *reader, uint64_t offset, uint8_t *to,
                                    uint64_t size)
{
    while (size > 0) {
        uint64_t part = size < reader->limit ? size : reader->limit;
        fw_status status = reader->volume->read_blocks(reader->volume, offset, to, part);
        if (reader_is_refused(status) && part > READER_REQUEST_MIN) {
            while (reader->limit >= part)
                reader->limit /= 2;
            if (reader->limit < READER_REQUEST_MIN)
                reader->limit = READER_REQUEST_MIN;
            continue;
        }
        if (status != FW_SUCCESS)
            return status;
        offset += part;
        to += part;
        size -= part;
    }
    return FW_SUCCESS;
}

static bool reader_is_aligned(const struct reader *reader, const void *to)
{
    return ((uintptr_t)to & (reader->volume->blocks.align - 1)) == 0;
}

// Read to any buffer. One that the device does not take is filled from another one.
static fw_status reader_read(struct reader *reader, uint64_t offset, uint8_t *to, uint64_t size)
{
    if (reader_is_aligned(reader, to))
        return reader_read_pieces(reader, offset, to, size);
    for (uint64_t part; size > 0; offset += part, to += part, size -= part) {
        part = size < BOUNCE_SIZE ? size : BOUNCE_SIZE;
        fw_status status = reader_read_pieces(reader, offset, reader->bounce, part);
        if (status != FW_SUCCESS)
            return status;
        memcpy(to, reader->bounce, part);
    }
    return FW_SUCCESS;
}

// For directories and the allocation table.
static bool reader_read_table(const struct btl_blocks *blocks, uint64_t offset, void *buffer,
                              uint64_t size)
{
    struct reader *reader = blocks->owner;
    reader->status = reader_read(reader, offset, buffer, size);
    return reader->status == FW_SUCCESS;
}

static bool reader_prepare(struct reader *reader, uint64_t seed)
{
    const struct volume_blocks *blocks = &reader->volume->blocks;
    uint64_t bounce;
    pages_arena(&reader->pages, &reader->arena);
    reader->arena.seed = seed;
    if (!pages_allocate(&reader->pages, BOUNCE_SIZE, BTLM_MEM_LOADER, &bounce))
        return false;
    reader->bounce = (uint8_t *)(uintptr_t)bounce;
    reader->limit = READER_REQUEST_MAX;
    reader->blocks =
        (struct btl_blocks){reader_read_table, reader, blocks->size, blocks->block_size};
    return true;
}

// Does the reader see the configuration as the firmware has read it? The firmware may keep writes
// back, or have another view of the volume.
static bool reader_agrees(struct boot *boot)
{
    const struct btl_boot_file *config = boot->attempt.config_file;
    struct reader *reader = &boot->reader;
    struct btl_diags ignored = {.arena = &reader->arena};
    const struct btl_fat_entry *entry =
        btl_fat_find(&reader->fat, boot->core.choice.path, &ignored);
    if (entry == NULL || entry->directory || entry->size != config->bytes.size)
        return false;
    uint8_t *bytes = btl_alloc(&reader->arena, entry->size, 8);
    return bytes != NULL && btl_fat_read(&reader->fat, entry, bytes, entry->size, &ignored) &&
           (entry->size == 0 || memcmp(bytes, config->bytes.at, entry->size) == 0);
}

// Open the file system of the volume. False: the firmware reads all files.
static bool reader_open(struct boot *boot)
{
    struct reader *reader = &boot->reader;
    const struct volume_blocks *blocks = &boot->volume->blocks;
    *reader = (struct reader){.volume = boot->volume, .pages = {.fw = boot->fw}};
    if (boot->attempt.config.volume == BTL_VOLUME_FIRMWARE)
        return reader_stop(boot, "loader.conf says so");
    if (boot->attempt.config_file == NULL)
        return reader_stop(boot, "there is no configuration to compare");
    if (blocks->size == 0 || blocks->align > BTL_PAGE_SIZE)
        return reader_stop(boot, "the volume has no blocks that can be read");
    struct btl_diags ignored = {.arena = &reader->arena};
    if (!reader_prepare(reader, boot->arena.seed) ||
        !btl_fat_open(&reader->blocks, 0, blocks->size, (struct btl_place){0}, &reader->arena,
                      &reader->fat, &ignored))
        return reader_stop(boot, "the volume cannot be read as FAT");
    if (!reader_agrees(boot))
        return reader_stop(boot, "the blocks of the volume show another configuration");
    reader->state = READER_ON;
    log_line(&boot->log, BTL_LOG_DEBUG, "files are read from FAT%u, past the firmware",
             reader->fat.bits);
    return true;
}

static bool reader_is_on(struct boot *boot)
{
    if (boot->volume == NULL)
        return false;
    return boot->reader.state == READER_NEW ? reader_open(boot) : boot->reader.state == READER_ON;
}

// Is this a name that every FAT driver finds in the same way? Folding outside ASCII differs.
static bool reader_path_is_plain(struct btl_str path)
{
    for (size_t i = 0; i < path.len; i++)
        if ((uint8_t)path.at[i] >= 0x80)
            return false;
    return true;
}

bool reader_find(struct boot *boot, struct btl_str path, uint64_t max,
                 struct btl_read_file *ret_file)
{
    struct reader *reader = &boot->reader;
    if (!reader_path_is_plain(path) || !reader_is_on(boot))
        return false;
    struct btl_diags ignored = {.arena = &reader->arena};
    struct btl_extents extents;
    const struct btl_fat_entry *entry = btl_fat_find(&reader->fat, path, &ignored);
    bool good = entry != NULL && !entry->directory && entry->size > 0 && entry->size <= max &&
                btl_str_equal_nocase(entry->name, btl_base_name(path)) && // no alias
                btl_fat_extents(&reader->fat, entry, &extents, &ignored);
    if (!good && reader->status != FW_SUCCESS)
        return reader_stop(boot, "the volume's tables cannot be read");
    if (good)
        *ret_file = (struct btl_read_file){path, entry->size, extents, NULL};
    return good;
}

// Read one request, in pieces after which the progress is shown.
static fw_status reader_do_request(struct boot *boot, const struct btl_read_request *request)
{
    fw_status status = FW_SUCCESS;
    for (uint64_t done = 0, part; status == FW_SUCCESS && done < request->size; done += part) {
        uint64_t left = request->size - done;
        part = left < READER_REQUEST_MAX ? left : READER_REQUEST_MAX;
        watchdog_arm(boot->fw);
        status = reader_read(&boot->reader, request->offset + done, request->to + done, part);
        if (status == FW_SUCCESS)
            progress_read(boot, part);
    }
    return status;
}

fw_status reader_request(struct boot *boot, struct btl_read_request *requests, size_t count)
{
    fw_status status = FW_SUCCESS;
    for (size_t i = 0; status == FW_SUCCESS && i < count; i++)
        status = reader_do_request(boot, &requests[i]);
    if (status == FW_MEDIA_CHANGED || status == FW_NO_MEDIA || reader_is_refused(status))
        reader_stop(boot, "a request was refused, or the medium has changed");
    return status;
}

void reader_close(struct boot *boot)
{
    if (boot->reader.pages.fw != NULL)
        pages_free_all(&boot->reader.pages);
    boot->reader = (struct reader){.state = READER_NEW};
}
