// SPDX-License-Identifier: BSD-2-Clause
// Parse load options of the firmware.
#include "load_option.h"

#include <string.h>

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
#define NODE_MEDIA 4
#define NODE_FILE  4 // of media
#define NODE_END   0x7f

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

// The file of a device path. A path with several file nodes counts as one without a file: no known
// program writes such paths.
static bool device_path_file(struct btl_bytes path, struct btl_bytes *ret_file)
{
    struct node node;
    size_t files = 0, len;
    *ret_file = (struct btl_bytes){path.at, 0};
    for (size_t offset = 0; path.size - offset >= sizeof(node); offset += node.size) {
        memcpy(&node, path.at + offset, sizeof(node));
        if (node.size < sizeof(node) || node.size > path.size - offset)
            return false;
        if (node.type == NODE_END)
            return true;
        if (node.type != NODE_MEDIA || node.subtype != NODE_FILE)
            continue;
        struct btl_bytes name = {path.at + offset + sizeof(node), node.size - sizeof(node)};
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
    if (!device_path_file(paths, &option.file))
        return false;
    *ret_option = option;
    return true;
}
