// SPDX-License-Identifier: BSD-2-Clause
// Read variable stores of edk2.
#include "varstore.h"

#include <string.h>

struct fv_header {
    uint8_t zero[16];
    uint8_t file_system[16];
    uint64_t length; // bytes of the volume, with this header
    uint8_t signature[4];
    uint32_t attributes;
    uint16_t header_length; // with the block map
    uint16_t checksum;      // the header's 16-bit words add up to 0
    uint16_t extended_header;
    uint8_t reserved, revision;
};
_Static_assert(sizeof(struct fv_header) == 56, "wire");

struct store_header {
    uint8_t signature[16];
    uint32_t size; // bytes, with this header
    uint8_t format, state;
    uint16_t reserved;
    uint32_t reserved1;
};
_Static_assert(sizeof(struct store_header) == 28, "wire");

struct record_header {
    uint16_t start;
    uint8_t state, reserved;
    uint32_t attributes;
    uint32_t name_size, data_size; // bytes; the name with its NUL
    uint8_t guid[16];
};
_Static_assert(sizeof(struct record_header) == 32, "wire");
// Count, time and key of authenticated variables, which follow the attributes.
#define AUTHENTICATION_SIZE 28u

#define STORE_FORMATTED 0x5a
#define STORE_HEALTHY   0xfe
#define RECORD_START    0x55aa
#define RECORD_ALIGN    4u
// Each change of a record clears bits.
#define STATE_ERASED 0xff // only the start is valid
#define STATE_ADDED  0x3f
#define STATE_REPLACING                                                                            \
    0x3e // another record is replacing it, or has replaced it before a power failure

static const uint8_t nv_data[16] = {0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
                                    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50};
static const uint8_t plain[16] = {0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41,
                                  0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d};
static const uint8_t authenticated[16] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
                                          0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};

// --------------------------------------------------------------------------------------- headers

static bool checksum_is_zero(struct btl_bytes header)
{
    uint16_t sum = 0;
    for (size_t i = 0; i + 1 < header.size; i += 2)
        sum = (uint16_t)(sum + (header.at[i] | header.at[i + 1] << 8));
    return sum == 0 && header.size % 2 == 0;
}

// Check the header of the firmware volume. *ret_inside: what follows the header.
static bool open_firmware_volume(struct btl_bytes file, struct btl_place place,
                                 struct btl_bytes *ret_inside, struct btl_diags *diags)
{
    struct fv_header header;
    if (file.size >= 4 && memcmp(file.at, "QFI\xfb", 4) == 0) {
        btl_report(diags, BTL_HOST_VARSTORE_QCOW2, place);
        return false;
    }
    if (file.size < sizeof(header) ||
        memcmp(file.at + offsetof(struct fv_header, signature), "_FVH", 4) != 0) {
        btl_report(diags, BTL_HOST_VARSTORE_NONE, place);
        return false;
    }
    memcpy(&header, file.at, sizeof(header));
    struct btl_bytes whole = {file.at, header.header_length};
    if (header.header_length < sizeof(header) || header.header_length > file.size ||
        header.header_length > header.length || !checksum_is_zero(whole)) {
        btl_report(diags, BTL_HOST_VARSTORE_HEADER, place, BTL_DEC(header.header_length));
        return false;
    }
    if (memcmp(header.file_system, nv_data, sizeof(nv_data)) != 0) {
        btl_report(diags, BTL_HOST_VARSTORE_VOLUME, place);
        return false;
    }
    uint64_t end = header.length < file.size ? header.length : file.size;
    *ret_inside = (struct btl_bytes){file.at + header.header_length, end - header.header_length};
    return true;
}

// Check the header of the store. All of the store counts as records, which are not checked yet.
static bool open_variable_store(struct btl_bytes volume, struct btl_place place,
                                struct varstore *ret_store, struct btl_diags *diags)
{
    struct store_header header;
    memset(&header, 0, sizeof(header));
    memcpy(&header, volume.at, volume.size < sizeof(header) ? volume.size : sizeof(header));
    bool is_plain = memcmp(header.signature, plain, sizeof(plain)) == 0;
    if (!is_plain && memcmp(header.signature, authenticated, sizeof(authenticated)) != 0) {
        btl_report(diags, BTL_HOST_VARSTORE_KIND, place);
        return false;
    }
    if (header.size < sizeof(header) || header.size > volume.size) {
        btl_report(diags, BTL_HOST_VARSTORE_CUT, place, BTL_DEC(header.size), BTL_DEC(volume.size));
        return false;
    }
    if (header.format != STORE_FORMATTED || header.state != STORE_HEALTHY) {
        btl_report(diags, BTL_HOST_VARSTORE_STATE, place, BTL_HEX(header.format),
                   BTL_HEX(header.state));
        return false;
    }
    *ret_store = (struct varstore){
        .records = {volume.at + sizeof(header), header.size - sizeof(header)},
        .header_size = sizeof(struct record_header) + (is_plain ? 0 : AUTHENTICATION_SIZE),
        .authenticated = !is_plain};
    return true;
}

// --------------------------------------------------------------------------------------- records

static void read_record_header(const struct varstore *store, const uint8_t *bytes,
                               struct record_header *ret_header)
{
    const size_t first = offsetof(struct record_header, name_size);
    memcpy(ret_header, bytes, first);
    memcpy((uint8_t *)ret_header + first,
           bytes + first + (store->authenticated ? AUTHENTICATION_SIZE : 0),
           sizeof(*ret_header) - first);
    if (ret_header->state == STATE_ERASED)
        ret_header->name_size = ret_header->data_size = 0;
}

// The distance from the record at `offset` to the next one; 0: there is none, or the record is
// damaged or truncated (*ret_damaged).
static size_t record_size(const struct varstore *store, size_t offset,
                          struct record_header *ret_header, bool *ret_damaged)
{
    size_t left = store->records.size - offset;
    const uint8_t *bytes = store->records.at + offset;
    *ret_damaged = false;
    if (left < store->header_size || (bytes[0] == 0xff && bytes[1] == 0xff))
        return 0;
    read_record_header(store, bytes, ret_header);
    // No overflow: three numbers of 32 bits.
    uint64_t size = (uint64_t)store->header_size + ret_header->name_size + ret_header->data_size;
    *ret_damaged = ret_header->start != RECORD_START || size > left;
    size = (size + RECORD_ALIGN - 1) & ~(uint64_t)(RECORD_ALIGN - 1);
    return *ret_damaged ? 0 : size < left ? (size_t)size : left;
}

bool varstore_open(struct btl_bytes file, struct btl_place place, struct varstore *ret_store,
                   struct btl_diags *diags)
{
    struct btl_bytes volume;
    struct varstore store;
    struct record_header header;
    size_t offset = 0, size;
    bool damaged = false;
    if (!open_firmware_volume(file, place, &volume, diags) ||
        !open_variable_store(volume, place, &store, diags))
        return false;
    while ((size = record_size(&store, offset, &header, &damaged)) != 0)
        offset += size;
    if (damaged)
        btl_report(diags, BTL_HOST_VARSTORE_RECORD, place,
                   BTL_HEX((uint64_t)(store.records.at - file.at) + offset));
    store.records.size = offset;
    *ret_store = store;
    return true;
}

// `stored` is UTF-16 with a NUL.
static bool has_name(const uint8_t *stored, size_t size, const char *name)
{
    size_t len = strlen(name) + 1;
    if (size != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (stored[2 * i] != (uint8_t)name[i] || stored[2 * i + 1] != 0)
            return false;
    }
    return true;
}

bool varstore_find(const struct varstore *store, const uint8_t guid[static 16], const char *name,
                   struct varstore_variable *ret_variable)
{
    struct record_header header;
    bool damaged, found = false;
    for (size_t offset = 0, size; (size = record_size(store, offset, &header, &damaged)) != 0;
         offset += size) {
        const uint8_t *bytes = store->records.at + offset + store->header_size;
        if ((header.state != STATE_ADDED && header.state != STATE_REPLACING) ||
            memcmp(header.guid, guid, sizeof(header.guid)) != 0 ||
            !has_name(bytes, header.name_size, name))
            continue;
        if (header.state == STATE_REPLACING && found)
            continue;
        *ret_variable = (struct varstore_variable){
            .attributes = header.attributes, .data = {bytes + header.name_size, header.data_size}};
        found = true;
        if (header.state == STATE_ADDED)
            break;
    }
    return found;
}
