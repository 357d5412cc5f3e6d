// SPDX-License-Identifier: BSD-2-Clause
// Replacing and removing a file on FAT, and making a directory. What must not be lost is never
// overwritten: contents go to free clusters, and one block of the directory changes from the old
// clusters to the new ones.
#include "fat.h"
#include "fat_name.h"

#include <btl/mem.h>

#define NO_SLOT UINT32_MAX

// The directory that is changed. A slot is one of its entries.
struct listing {
    uint8_t *bytes;
    uint32_t *clusters; // none: the fixed root of FAT12 and FAT16
    uint64_t size, capacity, cluster_count, cluster_capacity;
    uint32_t end; // the first slot after those in use
};

struct replacing {
    struct btl_fat *fat;
    const struct btl_fat_writer *writer;
    struct btl_diags *diags;
    struct btl_str path; // for messages
    uint8_t *block;      // of the device
    struct listing listing;
    uint32_t slot, kept_slot; // of the two names; NO_SLOT: none
    uint32_t *clusters;       // that were free: of the contents, and of the directory's new end
    uint32_t content_count;
    bool extends;       // the directory, by one cluster
    int64_t freed;      // clusters, by the change
    uint64_t long_slot; // the first slot of the new name
    uint32_t slots;     // of the new name; 0: both names exist
};

// ------------------------------------------------------------------------------------- the device

static bool replacing_no_memory(const struct replacing *r)
{
    btl_report(r->diags, BTL_NO_MEMORY, r->fat->place, BTL_ARG_Z("writing a file"));
    return false;
}

static bool fat_device_write(const struct replacing *r, uint64_t offset, const void *bytes,
                             uint64_t size)
{
    if (btl_in_range(offset, size, r->fat->blocks->size) &&
        r->writer->write(r->writer->owner, offset, bytes, size))
        return true;
    btl_report(r->diags, BTL_FAT_WRITE, r->fat->place, BTL_DEC(size), BTL_HEX(offset));
    return false;
}

static bool fat_device_flush(const struct replacing *r)
{
    if (r->writer->flush(r->writer->owner))
        return true;
    btl_report(r->diags, BTL_FAT_WRITE, r->fat->place, BTL_DEC(0), BTL_HEX(0));
    return false;
}

// Read or change a few bytes; they may lie in two blocks.
static bool fat_device_bytes(const struct replacing *r, uint64_t offset, uint8_t *bytes,
                             uint64_t size, bool put)
{
    uint64_t block_size = r->fat->blocks->block_size;
    while (size > 0) {
        uint64_t inside = offset % block_size, part = block_size - inside;
        if (part > size)
            part = size;
        if (!fat_device_read(r->fat, offset - inside, r->block, block_size, r->diags))
            return false;
        memcpy(put ? r->block + inside : bytes, put ? bytes : r->block + inside, part);
        if (put && !fat_device_write(r, offset - inside, r->block, block_size))
            return false;
        offset += part;
        bytes += part;
        size -= part;
    }
    return true;
}

// --------------------------------------------------------------------------- the allocation tables

static uint32_t table_end_mark(const struct btl_fat *fat)
{
    return fat->bits == 12 ? 0xfff : fat->bits == 16 ? 0xffff : 0x0fffffff;
}

// The bytes of an entry with a new value in them; the neighbour's half of a byte, and the upper
// four bits of FAT32, stay.
static void table_entry_change(const struct btl_fat *fat, uint32_t cluster, uint32_t value,
                               uint8_t *bytes)
{
    if (fat->bits == 32)
        fat_put32(bytes, (fat_read32(bytes) & 0xf0000000) | value);
    else if (fat->bits == 16)
        fat_put16(bytes, value);
    else if (cluster % 2 == 1)
        fat_put16(bytes, (fat_read16(bytes) & 0x000fu) | value << 4);
    else
        fat_put16(bytes, (fat_read16(bytes) & 0xf000u) | value);
}

static bool table_put(struct replacing *r, uint32_t cluster, uint32_t value)
{
    struct btl_fat *fat = r->fat;
    uint64_t table_size = fat->table_end - fat->table, size = fat->bits == 32 ? 4 : 2;
    for (unsigned i = 0; i < fat->table_count; i++) {
        uint64_t at = fat->table + i * table_size + (uint64_t)cluster * fat->bits / 8;
        uint8_t bytes[4];
        if (!fat_device_bytes(r, at, bytes, size, false))
            return false;
        table_entry_change(fat, cluster, value, bytes);
        if (!fat_device_bytes(r, at, bytes, size, true))
            return false;
        if (at >= fat->window_at && at + size <= fat->window_at + fat->window_size)
            memcpy(fat->window + (at - fat->window_at), bytes, size);
    }
    r->freed += value == 0 ? 1 : 0;
    return true;
}

static bool table_find_free(struct replacing *r, uint32_t count)
{
    struct btl_fat *fat = r->fat;
    uint32_t found = 0, value;
    r->clusters = BTL_NEW_ARRAY(fat->arena, uint32_t, count);
    if (r->clusters == NULL)
        return replacing_no_memory(r);
    for (uint32_t i = 0; i < fat->cluster_count && found < count; i++) {
        if (!fat_table_entry(fat, i + 2, &value, r->diags))
            return false;
        if (value == 0)
            r->clusters[found++] = i + 2;
    }
    if (found == count)
        return true;
    btl_report(r->diags, BTL_FAT_FULL, fat->place, BTL_ARG(r->path), BTL_DEC(count),
               BTL_SIZE(fat->cluster_size), BTL_DEC(found));
    return false;
}

static bool table_link_contents(struct replacing *r)
{
    for (uint32_t i = r->content_count; i > 0; i--) {
        bool last = i == r->content_count;
        if (!table_put(r, r->clusters[i - 1], last ? table_end_mark(r->fat) : r->clusters[i]))
            return false;
    }
    r->freed -= r->content_count;
    return true;
}

// Each step turns one entry into 0: a chain that is a loop ends too.
static bool table_free_chain(struct replacing *r, uint32_t cluster)
{
    uint32_t next;
    while (fat_is_cluster(r->fat, cluster)) {
        if (!fat_table_entry(r->fat, cluster, &next, r->diags))
            return false;
        if (next == 0)
            break;
        if (!table_put(r, cluster, 0))
            return false;
        cluster = next;
    }
    return true;
}

// FAT32 keeps the number of free clusters in a sector of its own, as a hint.
static bool update_free_count(struct replacing *r)
{
    struct btl_fat *fat = r->fat;
    uint8_t bytes[512];
    if (fat->bits != 32 || !fat_device_bytes(r, fat->start, bytes, 64, false))
        return fat->bits != 32;
    uint64_t at = fat->start + (uint64_t)fat_read16(bytes + 48) * fat_read16(bytes + 11);
    if (at <= fat->start || at + sizeof(bytes) > fat->table)
        return true;
    if (!fat_device_bytes(r, at, bytes, sizeof(bytes), false))
        return false;
    uint32_t count = fat_read32(bytes + 488);
    if (fat_read32(bytes) != 0x41615252 || fat_read32(bytes + 484) != 0x61417272 ||
        count > fat->cluster_count)
        return true;
    int64_t now = count + r->freed;
    fat_put32(bytes + 488, now < 0 || now > fat->cluster_count ? UINT32_MAX : (uint32_t)now);
    return fat_device_bytes(r, at + 488, bytes + 488, 4, true);
}

// ------------------------------------------------------------------------------------ the
// directory

static uint8_t *slot_bytes(const struct replacing *r, uint64_t slot)
{
    return r->listing.bytes + slot * FAT_ENTRY_SIZE;
}

static uint64_t slot_offset(const struct replacing *r, uint64_t slot)
{
    uint64_t at = slot * FAT_ENTRY_SIZE, size = r->fat->cluster_size;
    if (r->listing.cluster_count == 0)
        return r->fat->root + at;
    return fat_cluster_offset(r->fat, r->listing.clusters[at / size]) + at % size;
}

static uint32_t slot_cluster(const struct replacing *r, uint64_t slot)
{
    const uint8_t *entry = slot_bytes(r, slot);
    uint32_t high = r->fat->bits == 32 ? fat_read16(entry + 20) & 0x0fffu : 0;
    return high << 16 | fat_read16(entry + 26);
}

static bool listing_add_cluster(struct replacing *r, uint32_t cluster)
{
    struct listing *listing = &r->listing;
    uint64_t size = r->fat->cluster_size;
    if (!BTL_RESERVE(r->fat->arena, listing->clusters, listing->cluster_count, 1,
                     listing->cluster_capacity) ||
        !BTL_RESERVE(r->fat->arena, listing->bytes, listing->size, size, listing->capacity))
        return replacing_no_memory(r);
    memset(listing->bytes + listing->size, 0, size);
    listing->clusters[listing->cluster_count++] = cluster;
    listing->size += size;
    return true;
}

static bool listing_read_chain(struct replacing *r, uint32_t cluster)
{
    while (cluster != 0) {
        struct fat_run run;
        if (!fat_next_run(r->fat, &cluster, 1, &run, r->diags) ||
            !listing_add_cluster(r, run.first))
            return false;
        uint64_t at = r->listing.size - r->fat->cluster_size;
        if (!fat_device_read(r->fat, fat_cluster_offset(r->fat, run.first), r->listing.bytes + at,
                             r->fat->cluster_size, r->diags))
            return false;
        if (r->listing.size > FAT_DIRECTORY_MAX) {
            btl_report(r->diags, BTL_FAT_DIRECTORY, r->fat->place,
                       BTL_DEC(FAT_DIRECTORY_MAX / FAT_ENTRY_SIZE));
            return false;
        }
    }
    return true;
}

static bool listing_read_root(struct replacing *r)
{
    struct listing *listing = &r->listing;
    uint64_t block = r->fat->blocks->block_size;
    uint64_t size = (uint64_t)r->fat->root_entries * FAT_ENTRY_SIZE;
    listing->bytes = btl_alloc(r->fat->arena, (size + block - 1) / block * block, 8);
    if (listing->bytes == NULL)
        return replacing_no_memory(r);
    listing->size = size;
    return fat_device_read(r->fat, r->fat->root, listing->bytes, (size + block - 1) / block * block,
                           r->diags);
}

// Find the slot of the file that btl_fat_find() finds: the first one with its name.
static uint32_t listing_find(const struct replacing *r, struct btl_str name)
{
    struct fat_long_name long_name = {.parts = 0};
    for (uint32_t slot = 0; slot < r->listing.end; slot++) {
        const uint8_t *entry = slot_bytes(r, slot);
        char text[FAT_NAME_MAX];
        if (entry[0] != FAT_FREE && (entry[11] & 0x3f) == FAT_LONG) {
            fat_long_name_add(&long_name, entry);
            continue;
        }
        if (entry[0] != FAT_FREE && (entry[11] & FAT_VOLUME) == 0 && entry[0] != '.' &&
            btl_str_equal((struct btl_str){text, fat_name(&long_name, entry, text)}, name))
            return slot;
        long_name.parts = 0;
    }
    return NO_SLOT;
}

// The directory of `path`, read.
static bool listing_open(struct replacing *r, struct btl_str directory)
{
    struct btl_diag *last = r->diags->last;
    const struct btl_fat_entry *entry = btl_fat_find(r->fat, directory, r->diags);
    if (entry == NULL && r->diags->last != last)
        return false;
    if (entry != NULL && !entry->directory) {
        btl_report(r->diags, BTL_FAT_NOT_DIRECTORY, r->fat->place, BTL_ARG(directory),
                   BTL_ARG(entry->name));
        return false;
    }
    uint32_t cluster = entry != NULL ? entry->first_cluster : r->fat->root_cluster;
    if (cluster == 0 ? !listing_read_root(r) : !listing_read_chain(r, cluster))
        return false;
    uint32_t slots = (uint32_t)(r->listing.size / FAT_ENTRY_SIZE);
    while (r->listing.end < slots && slot_bytes(r, r->listing.end)[0] != 0)
        r->listing.end++;
    return true;
}

// Find the slot of a name, or NO_SLOT. False: it is that of a directory (reported).
static bool listing_find_file(struct replacing *r, struct btl_str directory, struct btl_str name,
                              uint32_t *ret_slot)
{
    struct btl_diags ignored = {.arena = r->fat->arena};
    const struct btl_str parts[] = {directory, BTL_STR("/"), name};
    struct btl_str path = btl_str_join(r->fat->arena, parts, BTL_COUNT(parts));
    *ret_slot = NO_SLOT;
    if (path.at == NULL)
        return replacing_no_memory(r);
    const struct btl_fat_entry *entry = btl_fat_find(r->fat, path, &ignored);
    if (entry == NULL)
        return true;
    if (entry->directory) {
        btl_report(r->diags, BTL_FAT_NAME_TAKEN, r->fat->place, BTL_ARG(path));
        return false;
    }
    *ret_slot = listing_find(r, entry->name);
    return true;
}

// ------------------------------------------------------------------------------------- a new name

static bool short_name_is_used(const struct replacing *r, const uint8_t *name)
{
    for (uint32_t slot = 0; slot < r->listing.end; slot++) {
        const uint8_t *entry = slot_bytes(r, slot);
        if ((entry[11] & 0x3f) != FAT_LONG && memcmp(entry, name, FAT_SHORT_SIZE) == 0)
            return true;
    }
    return false;
}

// Find `count` free slots that follow each other, or where the directory ends.
static uint64_t listing_find_room(const struct replacing *r, uint32_t count)
{
    uint32_t found = 0, slot = 0;
    for (; slot < r->listing.end && found < count; slot++)
        found = slot_bytes(r, slot)[0] == FAT_FREE ? found + 1 : 0;
    return slot - found;
}

// Plan where the entries of a new name go; they may take one more cluster.
static bool name_plan(struct replacing *r, struct btl_str name, struct fat_long_name *ret_name)
{
    if (!fat_long_name(name, ret_name)) {
        btl_report(r->diags, BTL_FAT_BAD_NAME, r->fat->place, BTL_ARG(name));
        return false;
    }
    r->slots = ret_name->parts + 1;
    r->long_slot = listing_find_room(r, r->slots);
    uint64_t needed = (r->long_slot + r->slots) * FAT_ENTRY_SIZE;
    r->extends = needed > r->listing.size;
    bool fits = !r->extends ||
                (r->listing.cluster_count > 0 && needed <= r->listing.size + r->fat->cluster_size &&
                 needed <= FAT_DIRECTORY_MAX);
    if (!fits)
        btl_report(r->diags, BTL_FAT_DIRECTORY_FULL, r->fat->place, BTL_ARG(name));
    return fits;
}

// The block of the device with a slot, as the directory is in memory.
static uint64_t slot_block(const struct replacing *r, uint64_t slot)
{
    return slot * FAT_ENTRY_SIZE / r->fat->blocks->block_size;
}

static bool write_slot_block(const struct replacing *r, uint64_t block)
{
    uint64_t size = r->fat->blocks->block_size;
    return fat_device_write(r, slot_offset(r, block * size / FAT_ENTRY_SIZE),
                            r->listing.bytes + block * size, size);
}

// Put the new name into the directory. Its own entry, the last one, is empty so far: what is in
// another block than that entry is written now, and counts for nothing without it.
static bool name_write(struct replacing *r, const struct fat_long_name *long_name,
                       uint8_t *short_name)
{
    uint64_t slot = r->long_slot + r->slots - 1, last = slot;
    uint8_t sum = fat_short_checksum(short_name);
    for (unsigned i = 0; i < long_name->parts; i++)
        fat_long_name_put(long_name, long_name->parts - i, sum, slot_bytes(r, r->long_slot + i));
    memset(slot_bytes(r, slot), 0, FAT_ENTRY_SIZE);
    // What lies behind the end of a directory may be anything, and stays behind it.
    if (slot >= r->listing.end && (slot + 1) * FAT_ENTRY_SIZE < r->listing.size) {
        memset(slot_bytes(r, slot + 1), 0, FAT_ENTRY_SIZE);
        last = slot + 1;
    }
    uint64_t first_block = slot_block(r, r->long_slot), block = slot_block(r, last) + 1;
    while (--block > first_block) {
        if (!write_slot_block(r, block))
            return false;
    }
    bool whole = slot_block(r, slot) == first_block; // then the entry's block has all of the name
    return whole || (write_slot_block(r, first_block) && fat_device_flush(r));
}

static bool name_add(struct replacing *r, const struct fat_long_name *long_name,
                     struct btl_str name, uint32_t *ret_slot)
{
    uint8_t short_name[FAT_SHORT_SIZE];
    uint32_t number = 1;
    do
        fat_short_name(name, number++, short_name);
    while (short_name_is_used(r, short_name));
    if (!name_write(r, long_name, short_name))
        return false;
    *ret_slot = (uint32_t)(r->long_slot + r->slots - 1);
    memcpy(slot_bytes(r, *ret_slot), short_name, FAT_SHORT_SIZE);
    return true;
}

// --------------------------------------------------------------------------------------- the steps

static bool write_contents(struct replacing *r, struct btl_bytes contents)
{
    uint64_t size = r->fat->cluster_size;
    uint8_t *cluster = btl_alloc(r->fat->arena, size, 8);
    if (cluster == NULL)
        return replacing_no_memory(r);
    for (uint32_t i = 0; i < r->content_count + r->extends; i++) {
        uint64_t at = i * size, part = at < contents.size ? contents.size - at : 0;
        if (part > size)
            part = size;
        memset(cluster + part, 0, size - part);
        if (part > 0)
            memcpy(cluster, contents.at + at, part);
        if (!fat_device_write(r, fat_cluster_offset(r->fat, r->clusters[i]), cluster, size))
            return false;
    }
    return fat_device_flush(r);
}

static bool extend_directory(struct replacing *r)
{
    if (!r->extends)
        return true;
    uint32_t added = r->clusters[r->content_count];
    uint32_t last = r->listing.clusters[r->listing.cluster_count - 1];
    r->freed--;
    return table_put(r, added, table_end_mark(r->fat)) && table_put(r, last, added) &&
           listing_add_cluster(r, added);
}

// The new entry of the file. Its first time of writing is that of its making.
static void entry_set(const struct replacing *r, uint8_t *entry, uint32_t cluster, uint32_t size)
{
    fat_put16(entry + 26, cluster);
    if (r->fat->bits == 32)
        fat_put16(entry + 20, cluster >> 16);
    fat_put32(entry + 28, size);
    entry[11] |= FAT_ARCHIVE;
    if (r->writer->time == 0)
        return;
    fat_put16(entry + 22, r->writer->time);
    fat_put16(entry + 24, r->writer->time >> 16);
    fat_put16(entry + 18, r->writer->time >> 16);
    if (fat_read16(entry + 16) == 0)
        fat_put32(entry + 14, r->writer->time);
}

// Everything of an entry except its name: attributes, times, cluster, size.
static void entry_copy(uint8_t *to, const uint8_t *from)
{
    memcpy(to + 11, from + 11, 1);
    memcpy(to + 13, from + 13, FAT_ENTRY_SIZE - 13);
}

// Write both entries: in one step where one block has both.
static bool write_entries(const struct replacing *r)
{
    uint64_t block = slot_block(r, r->slot);
    uint64_t kept_block = r->kept_slot == NO_SLOT ? block : slot_block(r, r->kept_slot);
    return (kept_block == block || (write_slot_block(r, kept_block) && fat_device_flush(r))) &&
           write_slot_block(r, block);
}

// Change the directory from the old contents to the new ones, and free what no name has any more.
static bool switch_entries(struct replacing *r, uint32_t size, bool keeps, uint32_t old_cluster,
                           uint32_t old_kept_cluster)
{
    uint32_t unused = keeps ? old_kept_cluster : old_cluster;
    // Both names have the same clusters after a stop between two blocks.
    bool shared = keeps && old_kept_cluster == old_cluster;
    if (keeps)
        entry_copy(slot_bytes(r, r->kept_slot), slot_bytes(r, r->slot));
    entry_set(r, slot_bytes(r, r->slot), r->content_count > 0 ? r->clusters[0] : 0, size);
    return write_entries(r) && fat_device_flush(r) && (shared || table_free_chain(r, unused)) &&
           update_free_count(r) && fat_device_flush(r);
}

static bool replace_file(struct replacing *r, struct btl_str name, struct btl_str kept,
                         struct btl_bytes contents)
{
    struct fat_long_name long_name;
    bool creates = r->slot == NO_SLOT, keeps = !creates && kept.len > 0;
    bool creates_kept = keeps && r->kept_slot == NO_SLOT;
    uint32_t old = creates ? 0 : slot_cluster(r, r->slot);
    uint32_t old_kept = keeps && !creates_kept ? slot_cluster(r, r->kept_slot) : 0;
    struct btl_str added = creates ? name : kept;
    if ((creates || creates_kept) && !name_plan(r, added, &long_name))
        return false;
    r->content_count =
        (uint32_t)((contents.size + r->fat->cluster_size - 1) / r->fat->cluster_size);
    if (!keeps)
        r->kept_slot = NO_SLOT;
    return table_find_free(r, r->content_count + r->extends) && write_contents(r, contents) &&
           table_link_contents(r) && extend_directory(r) && fat_device_flush(r) &&
           (r->slots == 0 || name_add(r, &long_name, added, creates ? &r->slot : &r->kept_slot)) &&
           switch_entries(r, (uint32_t)contents.size, keeps, old, old_kept);
}

// Take the device's block and the directory of r->path, and find the file in it.
static bool replacing_begin(struct replacing *r, struct btl_str *ret_directory,
                            struct btl_str *ret_name)
{
    *ret_name = btl_base_name(r->path);
    *ret_directory = btl_directory_prefix(btl_str_first(r->path, r->path.len - ret_name->len));
    r->block = btl_alloc(r->fat->arena, r->fat->blocks->block_size, 8);
    if (r->block == NULL)
        return replacing_no_memory(r);
    return listing_open(r, *ret_directory) &&
           listing_find_file(r, *ret_directory, *ret_name, &r->slot);
}

bool btl_fat_replace(struct btl_fat *fat, const struct btl_fat_writer *writer, struct btl_str path,
                     struct btl_bytes contents, struct btl_str kept, struct btl_diags *diags)
{
    struct replacing r = {
        .fat = fat, .writer = writer, .diags = diags, .path = path, .kept_slot = NO_SLOT};
    struct btl_str name, directory;
    bool good = replacing_begin(&r, &directory, &name) &&
                (kept.len == 0 || listing_find_file(&r, directory, kept, &r.kept_slot)) &&
                replace_file(&r, name, kept, contents);
    fat->directories = NULL; // they are not as they were
    return good;
}

// ---------------------------------------------------------------------------------------- removing

// The first slot of the file's name: that of its long name, where the parts belong to it.
static uint64_t name_first_slot(const struct replacing *r)
{
    uint8_t sum = fat_short_checksum(slot_bytes(r, r->slot));
    uint64_t first = r->slot;
    while (first > 0) {
        const uint8_t *part = slot_bytes(r, first - 1);
        if (part[0] == FAT_FREE || (part[11] & 0x3f) != FAT_LONG || part[13] != sum)
            break;
        first--;
        if ((part[0] & FAT_LONG_LAST) != 0)
            break;
    }
    return first;
}

// Mark the entries of the name as free. The block with the file's own entry is written first: the
// parts of a long name count for nothing without that entry.
static bool name_remove(struct replacing *r)
{
    uint64_t first = name_first_slot(r), block = slot_block(r, r->slot) + 1;
    for (uint64_t slot = first; slot <= r->slot; slot++)
        slot_bytes(r, slot)[0] = FAT_FREE;
    while (block-- > slot_block(r, first)) {
        if (!write_slot_block(r, block) || !fat_device_flush(r))
            return false;
    }
    return true;
}

// Has another entry of the directory these clusters too, or the directory itself?
static bool cluster_is_shared(const struct replacing *r, uint32_t cluster)
{
    for (uint32_t slot = 0; slot < r->listing.end; slot++) {
        const uint8_t *entry = slot_bytes(r, slot);
        if (slot != r->slot && entry[0] != FAT_FREE && (entry[11] & 0x3f) != FAT_LONG &&
            slot_cluster(r, slot) == cluster)
            return true;
    }
    for (uint64_t i = 0; i < r->listing.cluster_count; i++) {
        if (r->listing.clusters[i] == cluster)
            return true;
    }
    return false;
}

// Is the chain as long as the file? Another one is damaged, and may lead into the clusters of other
// files.
static bool chain_is_of_file(const struct replacing *r, uint32_t cluster)
{
    struct btl_diags ignored = {.arena = r->fat->arena};
    uint64_t size = fat_read32(slot_bytes(r, r->slot) + 28), cluster_size = r->fat->cluster_size;
    uint32_t left = (uint32_t)((size + cluster_size - 1) / cluster_size);
    while (cluster != 0 && left > 0) {
        struct fat_run run;
        if (!fat_next_run(r->fat, &cluster, left, &run, &ignored))
            return false;
        left -= run.count;
    }
    return cluster == 0 && left == 0;
}

static bool remove_file(struct replacing *r)
{
    uint32_t cluster = slot_cluster(r, r->slot);
    bool frees = !cluster_is_shared(r, cluster) && chain_is_of_file(r, cluster);
    return name_remove(r) && (!frees || table_free_chain(r, cluster)) && update_free_count(r) &&
           fat_device_flush(r);
}

bool btl_fat_remove(struct btl_fat *fat, const struct btl_fat_writer *writer, struct btl_str path,
                    struct btl_diags *diags)
{
    struct replacing r = {
        .fat = fat, .writer = writer, .diags = diags, .path = path, .kept_slot = NO_SLOT};
    struct btl_str name, directory;
    if (!replacing_begin(&r, &directory, &name))
        return false;
    if (r.slot == NO_SLOT) {
        btl_report(diags, BTL_FAT_NOT_FOUND, fat->place, BTL_ARG(path), BTL_ARG(name));
        return false;
    }
    bool good = remove_file(&r);
    fat->directories = NULL; // they are not as they were
    return good;
}

// ------------------------------------------------------------------------------------- directories

static void entry_set_directory(const struct replacing *r, uint8_t *entry, uint32_t cluster)
{
    entry_set(r, entry, cluster, 0);
    entry[11] = FAT_DIRECTORY;
}

// The first two entries of a directory: itself, and the directory above it (0: the root).
static void directory_begin(const struct replacing *r, uint32_t above,
                            uint8_t entries[2 * FAT_ENTRY_SIZE])
{
    memset(entries, 0, 2 * FAT_ENTRY_SIZE);
    memset(entries, ' ', FAT_SHORT_SIZE);
    memset(entries + FAT_ENTRY_SIZE, ' ', FAT_SHORT_SIZE);
    entries[0] = entries[FAT_ENTRY_SIZE] = entries[FAT_ENTRY_SIZE + 1] = '.';
    entry_set_directory(r, entries, r->clusters[0]);
    entry_set_directory(r, entries + FAT_ENTRY_SIZE, above);
}

static bool make_directory(struct replacing *r, struct btl_str name, uint32_t above)
{
    struct fat_long_name long_name;
    uint8_t entries[2 * FAT_ENTRY_SIZE];
    r->content_count = 1;
    if (!name_plan(r, name, &long_name) || !table_find_free(r, 1u + r->extends))
        return false;
    directory_begin(r, above, entries);
    if (!write_contents(r, (struct btl_bytes){entries, sizeof(entries)}) ||
        !table_link_contents(r) || !extend_directory(r) || !fat_device_flush(r) ||
        !name_add(r, &long_name, name, &r->slot))
        return false;
    entry_set_directory(r, slot_bytes(r, r->slot), r->clusters[0]);
    return write_entries(r) && fat_device_flush(r) && update_free_count(r) && fat_device_flush(r);
}

bool btl_fat_make_directory(struct btl_fat *fat, const struct btl_fat_writer *writer,
                            struct btl_str path, struct btl_diags *diags)
{
    struct replacing r = {
        .fat = fat, .writer = writer, .diags = diags, .path = path, .kept_slot = NO_SLOT};
    struct btl_str name, directory;
    if (!replacing_begin(&r, &directory, &name))
        return false;
    if (r.slot != NO_SLOT) {
        btl_report(diags, BTL_FAT_NOT_DIRECTORY, fat->place, BTL_ARG(path), BTL_ARG(name));
        return false;
    }
    struct btl_diags ignored = {.arena = fat->arena};
    const struct btl_fat_entry *above = btl_fat_find(fat, directory, &ignored);
    bool good = make_directory(&r, name, above != NULL ? above->first_cluster : 0);
    fat->directories = NULL; // they are not as they were
    return good;
}
