// SPDX-License-Identifier: BSD-2-Clause
// The boot header of a Linux kernel.
#include "linux_format.h"
#include "pe_format.h"
#include <btl/pe.h>

#include <btl/mem.h>

#define LINUX_SECTOR 512

// The text lies in the setup, the first sectors of the file.
static uint64_t linux_setup_size(struct btl_bytes file)
{
    uint64_t sectors = file.at[LINUX_SETUP_SECTORS];
    uint64_t size = (1 + (sectors == 0 ? 4 : sectors)) * LINUX_SECTOR;
    return size < file.size ? size : file.size;
}

// Read the version's text: printable characters up to a NUL.
static bool linux_read_version(struct btl_bytes file, struct btl_str *ret_version)
{
    uint64_t end = linux_setup_size(file), offset = pe_u16(file.at + LINUX_VERSION);
    *ret_version = (struct btl_str){0};
    if (offset == 0)
        return true;
    offset += LINUX_SECTOR;
    if (offset >= end)
        return false;
    uint64_t max = end - offset < LINUX_VERSION_MAX ? end - offset : LINUX_VERSION_MAX;
    struct btl_str text = {(const char *)file.at + offset, max};
    size_t len = btl_str_find(text, '\0');
    if (len == text.len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text.at[i] < ' ' || text.at[i] > '~')
            return false;
    }
    *ret_version = btl_str_first(text, len);
    return true;
}

bool btl_linux_open(struct btl_bytes file, struct btl_place place,
                    struct btl_linux_image *ret_linux, struct btl_diags *diags)
{
    struct btl_linux_image image = {0};
    if (file.size < LINUX_HEADER_END || memcmp(file.at + LINUX_MAGIC, "HdrS", 4) != 0) {
        btl_report(diags, BTL_LINUX_NO_HEADER, place);
        return false;
    }
    image.protocol = pe_u16(file.at + LINUX_PROTOCOL);
    if (image.protocol >= 0x206)
        image.command_line = pe_u32(file.at + LINUX_COMMAND_LINE);
    if (image.protocol >= 0x20a)
        image.preferred_size = pe_u32(file.at + LINUX_INIT_SIZE);
    if (!linux_read_version(file, &image.version)) {
        btl_report(diags, BTL_LINUX_BAD_VERSION, place,
                   BTL_DEC(pe_u16(file.at + LINUX_VERSION) + LINUX_SECTOR));
        return false;
    }
    image.release = btl_str_first(image.version, btl_str_find(image.version, ' '));
    *ret_linux = image;
    return true;
}
