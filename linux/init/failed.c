// SPDX-License-Identifier: BSD-2-Clause
// BtlFailed, for the loader of the next boot. The loader of this boot has prepared the record; the
// text is missing.
#include <btl/boot_state.h>
#include <btl/hash.h>
#include <btl/mem.h>

#include "calls.h"
#include "init.h"

#define VARIABLE INIT_VARIABLES "/BtlFailed-5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94"

// Append the text to the record and seal it. Return its size; 0: this is no such record.
static size_t failed_complete(uint8_t *record, size_t size, struct btl_str text)
{
    struct btl_record_wire wire;
    if (size < sizeof(wire) || size + text.len > BTL_RECORD_MAX)
        return 0;
    memcpy(&wire, record, sizeof(wire));
    wire.text_length = (uint16_t)text.len;
    memcpy(record + size, text.at, text.len);
    memcpy(record, &wire, sizeof(wire));
    size += text.len;
    wire.checksum = btl_crc32_of_record((struct btl_bytes){record, size},
                                        offsetof(struct btl_record_wire, checksum));
    memcpy(record, &wire, sizeof(wire));
    return size;
}

// A variable in efivarfs is written by one call, with its attributes before the content. The file
// of one that exists is immutable.
static bool failed_write_variable(const uint8_t *bytes, size_t size)
{
    long old = call_open(VARIABLE, INIT_READ);
    if (old >= 0) {
        call_clear_flags((int)old);
        call_close((int)old);
    }
    long file = call_open(VARIABLE, INIT_CREATE);
    if (file < 0)
        return false;
    long written = call_write((int)file, bytes, size);
    call_close((int)file);
    return written == (long)size;
}

bool failed_write(struct btl_str text)
{
    static struct {
        uint32_t attributes;
        uint8_t record[BTL_RECORD_MAX];
    } variable;
    variable.attributes = BTL_VARIABLE_ATTRIBUTES;
    long size = file_read_all(INIT_FAILED, variable.record, sizeof(variable.record));
    size_t whole = size < 0 ? 0 : failed_complete(variable.record, (size_t)size, text);
    if (whole == 0)
        return false;
    call_make_directory(INIT_VARIABLES);
    if (call_mount("efivarfs", INIT_VARIABLES) < 0)
        return false;
    bool written = failed_write_variable((const uint8_t *)&variable, sizeof(uint32_t) + whole);
    call_unmount(INIT_VARIABLES);
    return written;
}
