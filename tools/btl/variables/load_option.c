// SPDX-License-Identifier: BSD-2-Clause
// Load options of the firmware, read-only.
#include "load_option.h"

#include <string.h>

struct header {
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
#define NODE_MEDIA 4
#define NODE_FILE  4 // of media
#define NODE_END   0x7f

static uint16_t unit(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

// Bytes before the NUL. False: there is none.
static bool text_size(struct btl_bytes bytes, size_t *ret_size)
{
    for (size_t at = 0; at + 1 < bytes.size; at += 2) {
        if (unit(bytes.at + at) == 0) {
            *ret_size = at;
            return true;
        }
    }
    return false;
}

// A device path that names its file in parts is taken for one that names a device: nobody writes
// such.
static bool find_file(struct btl_bytes path, struct btl_bytes *ret_file)
{
    struct node node;
    size_t files = 0, len;
    *ret_file = (struct btl_bytes){path.at, 0};
    for (size_t at = 0; path.size - at >= sizeof(node); at += node.size) {
        memcpy(&node, path.at + at, sizeof(node));
        if (node.size < sizeof(node) || node.size > path.size - at)
            return false;
        if (node.type == NODE_END)
            return true;
        if (node.type != NODE_MEDIA || node.subtype != NODE_FILE)
            continue;
        struct btl_bytes name = {path.at + at + sizeof(node), node.size - sizeof(node)};
        if (!text_size(name, &len))
            return false;
        ret_file->at = name.at;
        ret_file->size = ++files == 1 ? len : 0;
    }
    return false;
}

bool load_option_read(struct btl_bytes variable, struct load_option *ret_option)
{
    struct header header;
    struct load_option option;
    size_t size;
    if (variable.size < HEADER_SIZE)
        return false;
    memcpy(&header.attributes, variable.at, sizeof(header.attributes));
    header.paths_size = unit(variable.at + sizeof(header.attributes));
    struct btl_bytes rest = {variable.at + HEADER_SIZE, variable.size - HEADER_SIZE};
    if (!text_size(rest, &size) || header.paths_size > rest.size - size - 2)
        return false;
    struct btl_bytes paths = {rest.at + size + 2, header.paths_size};
    option.attributes = header.attributes;
    option.description = (struct btl_bytes){rest.at, size};
    option.options =
        (struct btl_bytes){paths.at + paths.size, rest.size - size - 2 - header.paths_size};
    if (!find_file(paths, &option.file))
        return false;
    *ret_option = option;
    return true;
}
