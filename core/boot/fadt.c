// SPDX-License-Identifier: BSD-2-Clause
// The gate of ACPI's table FADT.
#include <btl/fadt.h>

#include <btl/mem.h>

// Offsets (ACPI 6.5, table 5.9).
enum {
    FADT_LENGTH = 4,
    FADT_TIMER = 76,
    FADT_TIMER_SIZE = 91,
    FADT_FLAGS = 112,
    FADT_SIZE_1 = 116,        // of ACPI 1.0
    FADT_TIMER_ADDRESS = 208, // a generic address (ACPI 6.5, 5.2.3.2)
    FADT_SIZE_2 = 220,        // with that
};

#define FLAG_32_BITS    (1u << 8)  // TMR_VAL_EXT
#define FLAG_NO_TIMER   (1u << 20) // HW_REDUCED_ACPI
#define TIMER_SIZE      4u
#define SPACE_IO        1
#define TIMER_PORT_LAST (0x10000u - TIMER_SIZE)

static uint64_t fadt_number(struct btl_bytes table, size_t at, size_t size)
{
    uint64_t number = 0;
    memcpy(&number, table.at + at, size);
    return number;
}

static bool fadt_checksum_is_good(struct btl_bytes table)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < table.size; i++)
        sum = (uint8_t)(sum + table.at[i]);
    return sum == 0;
}

static const char *fadt_check(struct btl_bytes table)
{
    if (table.size < FADT_SIZE_1)
        return "it is too short";
    if (memcmp(table.at, "FACP", 4) != 0)
        return "its signature is wrong";
    if (fadt_number(table, FADT_LENGTH, 4) != table.size)
        return "its length is wrong";
    if (!fadt_checksum_is_good(table))
        return "its checksum is wrong";
    return NULL;
}

// Take the generic address, which is newer, or the port of ACPI 1.0. Return NULL or a fault.
static const char *fadt_find_port(struct btl_bytes table, uint64_t *ret_port)
{
    uint64_t port = fadt_number(table, FADT_TIMER, 4), extended = 0;
    if (table.size >= FADT_SIZE_2)
        extended = fadt_number(table, FADT_TIMER_ADDRESS + 4, 8);
    if (extended != 0) {
        const uint8_t *address = table.at + FADT_TIMER_ADDRESS;
        if (address[0] != SPACE_IO)
            return "its timer is not on a port";
        if (address[1] != 8 * TIMER_SIZE || address[2] != 0)
            return "its timer is no register of 32 bits";
        port = extended;
    } else if (port != 0 && table.at[FADT_TIMER_SIZE] != TIMER_SIZE) {
        return "its timer is no register of 32 bits";
    }
    if (port == 0)
        return "it has no timer";
    if (port > TIMER_PORT_LAST || port % TIMER_SIZE != 0)
        return "its timer is on no port that there is";
    *ret_port = port;
    return NULL;
}

const char *btl_fadt_read(struct btl_bytes table, struct btl_fadt_timer *ret_timer)
{
    uint64_t port;
    *ret_timer = (struct btl_fadt_timer){0};
    const char *fault = fadt_check(table);
    if (fault != NULL)
        return fault;
    uint64_t flags = fadt_number(table, FADT_FLAGS, 4);
    if ((flags & FLAG_NO_TIMER) != 0)
        return "it has no timer";
    fault = fadt_find_port(table, &port);
    if (fault != NULL)
        return fault;
    *ret_timer = (struct btl_fadt_timer){
        .port = (uint16_t)port, .mask = (flags & FLAG_32_BITS) != 0 ? UINT32_MAX : 0xffffff};
    return NULL;
}
