// SPDX-License-Identifier: BSD-2-Clause
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <btl/partitions.h>

#include "files.h"

#define SYSFS_BLOCK 512u // bytes of a block in the files `start` and `size` of sysfs

// ------------------------------------------------------------------------------- the table

static bool disk_read_blocks(const struct btl_blocks *blocks, uint64_t offset, void *buffer,
                             uint64_t size)
{
    const int *fd = blocks->owner;
    ssize_t got;
    do
        got = pread(*fd, buffer, size, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}

// Read the partitions of a disk with blocks of `block_size` bytes.
static bool disk_read_table(struct host *host, int *fd, struct btl_place place, uint32_t block_size,
                            struct btl_diags *diags, struct btl_partitions *ret_table,
                            bool *ret_is_mbr)
{
    off_t end = lseek(*fd, 0, SEEK_END);
    struct btl_blocks blocks = {.read = disk_read_blocks,
                                .owner = fd,
                                .size = end < 0 ? 0 : (uint64_t)end / block_size * block_size,
                                .block_size = block_size};
    bool good = btl_mbr_open(&blocks, place, host->arena, ret_table, ret_is_mbr, diags);
    return *ret_is_mbr ? good : btl_gpt_open(&blocks, place, host->arena, ret_table, diags);
}

static const struct btl_partition *disk_choose(const struct btl_partitions *table, uint64_t start)
{
    if (start == DISK_ESP)
        return btl_partitions_find_esp(table);
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->partitions[i].start == start)
            return &table->partitions[i];
    }
    return NULL;
}

static void disk_describe(const struct btl_partition *partition, uint32_t block_size, bool is_mbr,
                          struct load_option_partition *ret)
{
    *ret = (struct load_option_partition){.number = partition->number,
                                          .start = partition->start / block_size,
                                          .blocks = partition->size / block_size,
                                          .is_mbr = is_mbr};
    // Of an MBR the identity has the disk's signature in its first four bytes (btl_mbr_guid()).
    memcpy(ret->guid, partition->guid, is_mbr ? 4 : sizeof(ret->guid));
}

// Disks have blocks of 512 or of 4,096 bytes; a table is found with the right size alone.
static bool disk_search(struct host *host, int *fd, struct btl_place place, uint64_t start,
                        struct load_option_partition *ret_partition)
{
    struct btl_diags first = {.arena = host->arena}, ignored = {.arena = host->arena};
    struct btl_partitions table;
    bool is_mbr = false, found = false;
    for (uint32_t size = BTL_BLOCK_MIN; size <= BTL_BLOCK_MAX && !found; size *= 8) {
        struct btl_diags *diags = size == BTL_BLOCK_MIN ? &first : &ignored;
        found = disk_read_table(host, fd, place, size, diags, &table, &is_mbr);
        const struct btl_partition *partition = found ? disk_choose(&table, start) : NULL;
        if (partition != NULL) {
            disk_describe(partition, size, is_mbr, ret_partition);
            return true;
        }
    }
    if (found)
        btl_report(&host->diags, BTL_HOST_NO_ESP, place,
                   BTL_ARG(memory_count(host->arena, table.count, "partition")));
    for (const struct btl_diag *diag = first.first; !found && diag != NULL; diag = diag->next)
        btl_diag_add(&host->diags, diag->code, diag->place, diag->arg, BTL_DIAG_ARGS);
    return false;
}

bool disk_find_partition(struct host *host, const char *disk, uint64_t start,
                         struct load_option_partition *ret_partition)
{
    struct btl_place place = {.file = btl_str_of(disk)};
    int fd = open(disk, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        files_report(host, place, errno);
        return false;
    }
    bool good = disk_search(host, &fd, place, start, ret_partition);
    close(fd);
    return good;
}

// -------------------------------------------------------------------------------- a directory

// Read a number of sysfs. False: there is none.
static bool sysfs_number(struct host *host, const char *device, const char *name,
                         uint64_t *ret_number)
{
    char text[32];
    int fd = open(memory_text(host->arena, "%s/%s", device, name).at, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
    if (fd >= 0)
        close(fd);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    return len > 0 && btl_parse_number((struct btl_str){text, (size_t)len}, ret_number);
}

// Return the disk of a partition of sysfs, as /dev has it.
static const char *sysfs_disk(struct host *host, const char *device)
{
    char *real = realpath(device, NULL);
    struct btl_str path = btl_str_of(real == NULL ? "" : real);
    size_t name = btl_str_find_last(path, '/');
    struct btl_str parent = btl_base_name(btl_str_first(path, name < path.len ? name : 0));
    const char *disk = memory_text(host->arena, "/dev/%pS", &parent).at;
    free(real);
    return disk;
}

bool disk_find_mounted(struct host *host, const char *directory,
                       struct load_option_partition *ret_partition)
{
    struct btl_place place = {.file = btl_str_of(directory)};
    struct stat status;
    uint64_t start;
    if (stat(directory, &status) != 0) {
        files_report(host, place, errno);
        return false;
    }
    const char *device =
        memory_text(host->arena, "/sys/dev/block/%u:%u", major(status.st_dev), minor(status.st_dev))
            .at;
    if (sysfs_number(host, device, "start", &start))
        return disk_find_partition(host, sysfs_disk(host, device), start * SYSFS_BLOCK,
                                   ret_partition);
    btl_report(&host->diags, BTL_HOST_NO_PARTITION, place);
    return false;
}
