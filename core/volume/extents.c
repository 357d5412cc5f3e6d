// SPDX-License-Identifier: BSD-2-Clause
// The places of files on a device, and the requests that read them.
#include <btl/extents.h>

#include "../base/sort.h"
#include "fat.h"

static bool extents_no_memory(const struct btl_fat *fat, struct btl_diags *diags)
{
    btl_report(diags, BTL_NO_MEMORY, fat->place, BTL_ARG_Z("reading a file"));
    return false;
}

bool btl_fat_extents(struct btl_fat *fat, const struct btl_fat_entry *entry,
                     struct btl_extents *ret_extents, struct btl_diags *diags)
{
    struct btl_extents extents = {0};
    size_t capacity = 0;
    uint32_t cluster = entry->first_cluster;
    if (entry->size > fat->cluster_count * fat->cluster_size)
        cluster = 0; // the volume has fewer bytes
    while (extents.size < entry->size) {
        uint64_t left = entry->size - extents.size;
        uint32_t max = (uint32_t)((left + fat->cluster_size - 1) / fat->cluster_size);
        struct fat_run run;
        if (cluster == 0) {
            btl_report(diags, BTL_FAT_SHORT, fat->place, BTL_ARG(entry->name), BTL_DEC(left));
            return false;
        }
        if (!fat_next_run(fat, &cluster, max, &run, diags))
            return false;
        if (!BTL_RESERVE(fat->arena, extents.at, extents.count, 1, capacity))
            return extents_no_memory(fat, diags);
        uint64_t size = run.count * fat->cluster_size;
        extents.at[extents.count++] = (struct btl_extent){fat_cluster_offset(fat, run.first), size};
        extents.size += size;
    }
    *ret_extents = extents;
    return true;
}

void btl_extents_request(const struct btl_extents *extents, uint64_t size, uint8_t *to,
                         struct btl_read_request *requests, size_t *count)
{
    for (size_t i = 0; i < extents->count && size > 0; i++) {
        uint64_t part = extents->at[i].size < size ? extents->at[i].size : size;
        requests[(*count)++] = (struct btl_read_request){extents->at[i].offset, part, to};
        to += part;
        size -= part;
    }
}

size_t btl_requests_join(struct btl_read_request *requests, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct btl_read_request *last = kept > 0 ? &requests[kept - 1] : NULL;
        if (last != NULL && last->offset + last->size == requests[i].offset &&
            last->to + last->size == requests[i].to)
            last->size += requests[i].size;
        else
            requests[kept++] = requests[i];
    }
    return kept;
}

static int read_files_compare(const void *a, const void *b, void *context)
{
    uint64_t left = ((const struct btl_read_file *)a)->extents.at[0].offset;
    uint64_t right = ((const struct btl_read_file *)b)->extents.at[0].offset;
    return (left > right) - (left < right);
}

size_t btl_read_files_sort(struct btl_read_file *files, size_t count)
{
    size_t kept = 0;
    btl_sort(files, count, sizeof(*files), read_files_compare, NULL);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || read_files_compare(&files[kept - 1], &files[i], NULL) != 0)
            files[kept++] = files[i];
    return kept;
}
