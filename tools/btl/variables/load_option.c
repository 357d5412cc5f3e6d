// SPDX-License-Identifier: BSD-2-Clause
// Parse and write load options of the firmware.
#include "load_option.h"

#include <string.h>

#include <btl/utf16.h>

struct load_option_header {
    uint32_t attributes;
    uint16_t paths_size; // bytes; the description stands before them
};
#define HEADER_SIZE 6u // packed

struct node {
    uint8_t type, subtype;
    uint16_t size; // with this header
};
_Static_assert(sizeof(struct node) == 4, "wire");

// UEFI 2.10, 10.3.
#define NODE_MEDIA     4
#define NODE_PARTITION 1 // of media
#define NODE_FILE      4
#define NODE_END       0x7f
#define NODE_END_ALL   0xff

static uint16_t read_unit(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

// The size of UTF-16 text in bytes, without its NUL. False: there is no NUL.
static bool utf16_size(struct btl_bytes bytes, size_t *ret_size)
{
    for (size_t offset = 0; offset + 1 < bytes.size; offset += 2) {
        if (read_unit(bytes.at + offset) == 0) {
            *ret_size = offset;
            return true;
        }
    }
    return false;
}

// The file and the partition of a device path. A path with several file nodes counts as one without
// a file: no known program writes such paths.
static bool device_path_read(struct btl_bytes path, struct btl_bytes *ret_file,
                             struct btl_bytes *ret_partition)
{
    struct node node;
    size_t files = 0, len;
    *ret_file = *ret_partition = (struct btl_bytes){path.at, 0};
    for (size_t offset = 0; path.size - offset >= sizeof(node); offset += node.size) {
        memcpy(&node, path.at + offset, sizeof(node));
        if (node.size < sizeof(node) || node.size > path.size - offset)
            return false;
        if (node.type == NODE_END)
            return true;
        struct btl_bytes name = {path.at + offset + sizeof(node), node.size - sizeof(node)};
        if (node.type == NODE_MEDIA && node.subtype == NODE_PARTITION &&
            name.size == LOAD_OPTION_PARTITION)
            *ret_partition = name;
        if (node.type != NODE_MEDIA || node.subtype != NODE_FILE)
            continue;
        if (!utf16_size(name, &len))
            return false;
        ret_file->at = name.at;
        ret_file->size = ++files == 1 ? len : 0;
    }
    return false;
}

bool load_option_read(struct btl_bytes variable, struct load_option *ret_option)
{
    struct load_option_header header;
    struct load_option option;
    size_t size;
    if (variable.size < HEADER_SIZE)
        return false;
    memcpy(&header.attributes, variable.at, sizeof(header.attributes));
    header.paths_size = read_unit(variable.at + sizeof(header.attributes));
    struct btl_bytes rest = {variable.at + HEADER_SIZE, variable.size - HEADER_SIZE};
    if (!utf16_size(rest, &size) || header.paths_size > rest.size - size - 2)
        return false;
    struct btl_bytes paths = {rest.at + size + 2, header.paths_size};
    option.attributes = header.attributes;
    option.description = (struct btl_bytes){rest.at, size};
    option.options =
        (struct btl_bytes){paths.at + paths.size, rest.size - size - 2 - header.paths_size};
    if (!device_path_read(paths, &option.file, &option.partition))
        return false;
    *ret_option = option;
    return true;
}

// --------------------------------------------------------------------------------------- writing

struct writer {
    uint8_t *at;
    size_t used, size; // `used` counts what has no room, too
};

static void write_bytes(struct writer *to, const void *bytes, size_t size)
{
    if (size > 0 && to->used <= to->size && size <= to->size - to->used)
        memcpy(to->at + to->used, bytes, size);
    to->used += size;
}

static void write_number(struct writer *to, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        write_bytes(to, &(uint8_t){(uint8_t)(number >> 8 * i)}, 1);
}

static void write_node(struct writer *to, uint8_t type, uint8_t subtype, const void *data,
                       size_t size)
{
    write_number(to, type, 1);
    write_number(to, subtype, 1);
    write_number(to, sizeof(struct node) + size, 2);
    write_bytes(to, data, size);
}

void load_option_write_partition(const struct load_option_partition *partition,
                                 uint8_t ret_bytes[static LOAD_OPTION_PARTITION])
{
    struct writer to = {.at = ret_bytes, .size = LOAD_OPTION_PARTITION};
    write_number(&to, partition->number, 4);
    write_number(&to, partition->start, 8);
    write_number(&to, partition->blocks, 8);
    write_bytes(&to, partition->guid, sizeof(partition->guid));
    write_number(&to, partition->is_mbr ? 1 : 2, 1); // format of the table
    write_number(&to, partition->is_mbr ? 1 : 2, 1); // kind of the identity
}

size_t load_option_write(struct btl_str title, const struct load_option_partition *partition,
                         struct btl_str file, uint8_t *bytes, size_t size)
{
    uint16_t name[BTL_UTF16_PATH_MAX];
    uint8_t identity[LOAD_OPTION_PARTITION];
    struct writer to = {.at = bytes, .size = size};
    if (!btl_path_to_utf16(file, name))
        return 0;
    size_t name_size = 0;
    while (name[name_size++] != 0)
        continue;
    name_size *= sizeof(*name);
    load_option_write_partition(partition, identity);
    write_number(&to, LOAD_OPTION_ACTIVE, 4);
    write_number(&to, 3 * sizeof(struct node) + sizeof(identity) + name_size, 2);
    for (size_t i = 0; i < title.len; i++)
        write_number(&to, (uint8_t)title.at[i], 2);
    write_number(&to, 0, 2);
    write_node(&to, NODE_MEDIA, NODE_PARTITION, identity, sizeof(identity));
    write_node(&to, NODE_MEDIA, NODE_FILE, name, name_size);
    write_node(&to, NODE_END, NODE_END_ALL, NULL, 0);
    return to.used <= to.size ? to.used : 0;
}
