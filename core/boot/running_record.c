// SPDX-License-Identifier: BSD-2-Clause
// Encoding and decoding of BtlBoot.
#include <btl/config.h>
#include <btl/hash.h>
#include <btl/mem.h>
#include <btl/running_record.h>

#define MAGIC   "BTLb"
#define VERSION 1

static uint32_t running_checksum(struct btl_bytes bytes)
{
    return btl_crc32_of_record(bytes, offsetof(struct btl_running_wire, checksum));
}

uint64_t btl_running_write(const struct btl_running *running, uint8_t to[static BTL_RUNNING_MAX])
{
    if (!btl_is_path(running->path))
        return 0;
    struct btl_running_wire wire = {
        .magic = MAGIC,
        .version = VERSION,
        .how = (uint8_t)running->how,
        .flags = running->flags,
        .tries = (uint16_t)running->tries,
        .tries_left = (uint16_t)running->tries_left,
        .timeout = running->timeout,
        .watchdog = running->watchdog,
        .path_length = (uint16_t)running->path.len,
    };
    uint64_t size = sizeof(wire) + running->path.len;
    memcpy(wire.sha256, running->sha256, sizeof(wire.sha256));
    memcpy(to, &wire, sizeof(wire));
    memcpy(to + sizeof(wire), running->path.at, running->path.len);
    wire.checksum = running_checksum((struct btl_bytes){to, size});
    memcpy(to, &wire, sizeof(wire));
    return size;
}

static bool running_header_fits(const struct btl_running_wire *wire, size_t size)
{
    return memcmp(wire->magic, MAGIC, sizeof(wire->magic)) == 0 && wire->version == VERSION &&
           wire->reserved == 0 && wire->reserved2 == 0 && wire->tries_left <= wire->tries &&
           wire->path_length <= BTL_RECORD_PATH_MAX && size == sizeof(*wire) + wire->path_length;
}

bool btl_running_read(struct btl_bytes bytes, struct btl_running *ret_running)
{
    struct btl_running_wire wire;
    *ret_running = (struct btl_running){0};
    if (bytes.size < sizeof(wire))
        return false;
    memcpy(&wire, bytes.at, sizeof(wire));
    struct btl_str path = {(const char *)bytes.at + sizeof(wire), wire.path_length};
    // Any program may have written a well-formed record, and its path is opened and printed.
    if (!running_header_fits(&wire, bytes.size) || running_checksum(bytes) != wire.checksum ||
        !btl_is_path(path))
        return false;
    *ret_running = (struct btl_running){.path = path,
                                        .how = wire.how,
                                        .flags = wire.flags,
                                        .tries = wire.tries,
                                        .tries_left = wire.tries_left,
                                        .timeout = wire.timeout,
                                        .watchdog = wire.watchdog};
    memcpy(ret_running->sha256, wire.sha256, sizeof(ret_running->sha256));
    return true;
}
