// SPDX-License-Identifier: BSD-2-Clause
// Find a manifest in a file, a memory dump, or on a volume.
#include "find.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <btl/hash.h>

#include "files.h"
#include "run.h"
#include "volume/volume.h"

#define MAGIC_SIZE (sizeof(BTLM_MAGIC) - 1)

// Candidates whose checksum is computed: each may be as long as the dump.
#define TRIED_MAX 64

struct candidate {
    uint64_t offset, size, physical;
    uint32_t checksum;
};

struct dump_search {
    const struct manifest_source *source;
    struct btl_bytes dump;
    struct candidate good[TRIED_MAX]; // of different contents
    uint32_t good_count, tried, skipped;
};

static struct btl_place source_place(const struct manifest_source *source)
{
    return (struct btl_place){.file = btl_str_of(source->path)};
}

// btl_manifest_open() needs alignment; inside a dump with a header of its own a manifest may begin
// anywhere.
static struct btl_bytes copy_aligned(struct host *host, struct btl_bytes bytes)
{
    if ((uintptr_t)bytes.at % 8 == 0)
        return bytes;
    uint8_t *copy = memory_alloc(host->arena, bytes.size, 1, 8);
    memcpy(copy, bytes.at, bytes.size);
    return (struct btl_bytes){copy, bytes.size};
}

static bool open_candidate(const struct manifest_source *source, struct btl_bytes file,
                           uint64_t offset, struct btl_place place,
                           struct found_manifest *ret_found)
{
    struct btl_bytes bytes = {file.at + offset, file.size - offset};
    *ret_found = (struct found_manifest){.file = file, .offset = offset, .name = place.file};
    return btl_manifest_open(copy_aligned(source->host, bytes), place, &ret_found->manifest,
                             &source->host->diags);
}

// A kernel or a disk cache may keep a copy of a manifest that was found already.
static bool candidate_is_known(const struct dump_search *search, const struct candidate *candidate)
{
    for (uint32_t i = 0; i < search->good_count; i++) {
        const struct candidate *other = &search->good[i];
        if (other->checksum == candidate->checksum && other->size == candidate->size &&
            memcmp(search->dump.at + other->offset, search->dump.at + candidate->offset,
                   candidate->size) == 0)
            return true;
    }
    return false;
}

// Check a place that begins with the magic. Most are no manifest, but the magic in a program that
// searches for it. Those that look like a header and are not complete are reported.
static void check_candidate(struct dump_search *search, uint64_t offset)
{
    struct host *host = search->source->host;
    struct btl_place place = source_place(search->source);
    struct btl_bytes bytes = {search->dump.at + offset, search->dump.size - offset};
    struct btlm_header header;
    if (bytes.size < sizeof(header))
        return;
    memcpy(&header, bytes.at, sizeof(header));
    if (header.major != BTLM_MAJOR || header.header_size < sizeof(header) ||
        header.total_size < header.header_size || header.total_size > BTLM_SIZE_MAX ||
        header.table_count > header.total_size / sizeof(struct btlm_table))
        return;
    if (search->tried++ >= TRIED_MAX) {
        search->skipped++;
        return;
    }
    struct candidate candidate = {offset, header.total_size, header.physical, header.checksum};
    if (header.total_size > bytes.size)
        btl_report(&host->diags, BTL_HOST_MANIFEST_CUT, place, BTL_HEX(offset),
                   BTL_DEC(header.total_size), BTL_DEC(bytes.size));
    else if (btl_crc32_of_record((struct btl_bytes){bytes.at, header.total_size},
                                 offsetof(struct btlm_header, checksum)) != header.checksum)
        btl_report(&host->diags, BTL_HOST_MANIFEST_DAMAGED, place, BTL_HEX(offset),
                   BTL_DEC(header.total_size));
    else if (!candidate_is_known(search, &candidate))
        search->good[search->good_count++] = candidate;
}

static void search_dump(struct dump_search *search)
{
    struct btl_bytes dump = search->dump;
    uint64_t offset = 0;
    while (offset < dump.size) {
        const uint8_t *magic = memmem(dump.at + offset, dump.size - offset, BTLM_MAGIC, MAGIC_SIZE);
        if (magic == NULL)
            break;
        offset = (uint64_t)(magic - dump.at);
        check_candidate(search, offset);
        offset++;
    }
    if (search->skipped > 0)
        btl_report(&search->source->host->diags, BTL_HOST_MANIFEST_SKIPPED,
                   source_place(search->source), BTL_DEC(search->skipped), BTL_DEC(TRIED_MAX));
}

static struct btl_str candidate_offsets(const struct dump_search *search)
{
    struct btl_arena *arena = search->source->host->arena;
    struct btl_str list = BTL_STR("");
    for (uint32_t i = 0; i < search->good_count; i++)
        list = memory_text(arena, "%pS%s0x%lx", &list, i > 0 ? ", " : "", search->good[i].offset);
    return list;
}

// In a dump of physical memory the original lies at the address in its header; copies do not.
static const struct candidate *choose_candidate(const struct dump_search *search)
{
    const struct candidate *chosen = NULL;
    uint32_t in_place = 0;
    for (uint32_t i = 0; i < search->good_count; i++) {
        if (search->good[i].physical == search->good[i].offset) {
            chosen = &search->good[i];
            in_place++;
        }
    }
    if (search->good_count == 1)
        return &search->good[0];
    return in_place == 1 ? chosen : NULL;
}

static bool find_in_dump(const struct manifest_source *source, struct btl_bytes dump,
                         struct found_manifest *ret_found)
{
    struct dump_search *search = MEMORY_NEW(source->host->arena, struct dump_search);
    struct btl_diags *diags = &source->host->diags;
    *search = (struct dump_search){.source = source, .dump = dump};
    search_dump(search);
    struct btl_str list = candidate_offsets(search);
    const struct candidate *chosen = choose_candidate(search);
    if (search->good_count == 0) {
        btl_report(diags, BTL_HOST_NO_MANIFEST, source_place(source), BTL_SIZE(dump.size));
        return false;
    }
    if (chosen == NULL) {
        btl_report(diags, BTL_HOST_MANIFESTS, source_place(source), BTL_DEC(search->good_count),
                   BTL_ARG(list));
        return false;
    }
    if (search->good_count > 1)
        btl_report(diags, BTL_HOST_MANIFEST_CHOSEN, source_place(source),
                   BTL_DEC(search->good_count), BTL_ARG(list), BTL_HEX(chosen->offset));
    return open_candidate(source, dump, chosen->offset, source_place(source), ret_found);
}

static bool find_saved(const struct manifest_source *source, struct found_manifest *ret_found)
{
    struct host *host = source->host;
    struct volume volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    struct btl_str path = btl_str_of(source->saved != NULL ? source->saved : BTL_MANIFEST_SAVED);
    if (!volume_open(host, source->path, &volume))
        return false;
    struct btl_place place = {.file = volume_name(&volume, path)};
    bool good = volume_read(&volume, path, BTLM_SIZE_MAX, &bytes, &problem);
    if (!good && problem.code == BTL_FILE_NOT_FOUND)
        btl_report(&host->diags, BTL_HOST_NOT_SAVED, place, BTL_ARG(path));
    else if (!good)
        btl_file_report(&host->diags, place, &problem);
    else
        good = open_candidate(source, bytes, 0, place, ret_found);
    volume_close(&volume);
    return good;
}

// The option --at; UINT64_MAX without it. False: reported.
static bool parse_offset(const struct manifest_source *source, uint64_t *ret_offset)
{
    const char *text = source->offset;
    char *end;
    *ret_offset = text == NULL ? UINT64_MAX : strtoull(text, &end, 0);
    if (text == NULL ||
        (end != text && *end == '\0' && text[0] != '-' && *ret_offset != UINT64_MAX))
        return true;
    usage_error(source->host, "\"%s\" is no offset; give a number of bytes such as 0xdd15000",
                text);
    return false;
}

static bool find_manifest(const struct manifest_source *source, struct found_manifest *ret_found)
{
    struct stat status;
    struct btl_bytes bytes;
    uint64_t offset;
    if (!parse_offset(source, &offset))
        return false;
    if (stat(source->path, &status) == 0 && S_ISDIR(status.st_mode))
        return find_saved(source, ret_found);
    if (!files_read(source->host, source->path, &bytes))
        return false;
    if (offset != UINT64_MAX) {
        if (offset < bytes.size)
            return open_candidate(source, bytes, offset, source_place(source), ret_found);
        usage_error(source->host, "--at 0x%lx is beyond the end of %s, which has 0x%lx bytes",
                    offset, source->path, bytes.size);
        return false;
    }
    if (volume_is_disk(bytes))
        return find_saved(source, ret_found);
    if (bytes.size >= MAGIC_SIZE && memcmp(bytes.at, BTLM_MAGIC, MAGIC_SIZE) == 0)
        return open_candidate(source, bytes, 0, source_place(source), ret_found);
    return find_in_dump(source, bytes, ret_found);
}

bool manifest_find(const struct manifest_source *source, struct found_manifest *ret_found)
{
    return find_manifest(source, ret_found) && manifest_add_run(source, ret_found);
}
