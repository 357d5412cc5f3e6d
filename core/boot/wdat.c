// SPDX-License-Identifier: BSD-2-Clause
// The gate of ACPI's table WDAT.
#include <btl/mem.h>
#include <btl/wdat.h>

// The header of each ACPI table (ACPI 6.5, 5.2.6), then the header of WDAT.
struct wdat_wire {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem[22];
    uint32_t creator_revision;
    uint32_t header_length; // of what follows, up to the entries: 32
    uint16_t pci_segment;
    uint8_t pci_bus, pci_device, pci_function, reserved[3];
    uint32_t period_ms, count_max, count_min;
    uint8_t flags, reserved2[3];
    uint32_t entry_count;
};
_Static_assert(sizeof(struct wdat_wire) == 68, "wire");

struct wdat_entry_wire {
    uint8_t action, instruction;
    uint16_t reserved;
    uint8_t space, bit_width, bit_offset, access; // of a generic address (ACPI 6.5, 5.2.3.2)
    uint8_t address[8];
    uint32_t value, mask;
};
_Static_assert(sizeof(struct wdat_entry_wire) == 24, "wire");

#define ENABLED   1
#define OPERATION 0x7f
#define PRESERVE  0x80
enum { SPACE_MEMORY, SPACE_IO };

static bool wdat_checksum_is_good(struct btl_bytes table)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < table.size; i++)
        sum = (uint8_t)(sum + table.at[i]);
    return sum == 0;
}

// Return NULL, or what is wrong with the headers.
static const char *wdat_check_headers(struct btl_bytes table, const struct wdat_wire *wire)
{
    if (memcmp(wire->signature, "WDAT", 4) != 0)
        return "its signature is another one";
    if (wire->length != table.size)
        return "its length is wrong";
    if (!wdat_checksum_is_good(table))
        return "its checksum is wrong";
    if ((wire->flags & ENABLED) == 0)
        return "the firmware has disabled the watchdog";
    if (wire->period_ms == 0 || wire->count_max == 0 || wire->count_min > wire->count_max)
        return "its range of times is empty";
    if (wire->entry_count > BTL_WDAT_INSTRUCTIONS_MAX)
        return "it has more than 64 instructions (BTL_WDAT_INSTRUCTIONS_MAX)";
    if (wire->entry_count > (table.size - sizeof(*wire)) / sizeof(struct wdat_entry_wire))
        return "its instructions do not fit into it";
    return NULL;
}

// Return the bytes of a register: by its access size, else by its bits. 0: another width.
static uint8_t wdat_width(const struct wdat_entry_wire *wire)
{
    static const uint8_t by_access[] = {0, 1, 2, 4};
    if (wire->access >= BTL_COUNT(by_access))
        return 0;
    if (wire->access > 0)
        return by_access[wire->access];
    return wire->bit_width == 8 || wire->bit_width == 16 || wire->bit_width == 32
               ? wire->bit_width / 8
               : 0;
}

// Is the register in its space, and aligned? Address 0 is no register.
static bool wdat_register_is_sound(const struct btl_wdat_instruction *to)
{
    return to->width != 0 && to->address != 0 && to->address % to->width == 0 &&
           to->shift < 8 * to->width && (!to->io || to->address <= 0xffff);
}

static bool wdat_decode(const struct wdat_entry_wire *wire, struct btl_wdat_instruction *to)
{
    *to = (struct btl_wdat_instruction){.action = wire->action,
                                        .operation = wire->instruction & OPERATION,
                                        .preserve = (wire->instruction & PRESERVE) != 0,
                                        .io = wire->space == SPACE_IO,
                                        .width = wdat_width(wire),
                                        .shift = wire->bit_offset,
                                        .value = wire->value,
                                        .mask = wire->mask};
    memcpy(&to->address, wire->address, sizeof(to->address));
    return wire->space <= SPACE_IO && to->operation < BTL_WDAT_OPERATIONS &&
           wdat_register_is_sound(to);
}

bool btl_wdat_has(const struct btl_wdat *wdat, enum btl_wdat_action action)
{
    for (uint32_t i = 0; i < wdat->instruction_count; i++) {
        if (wdat->instructions[i].action == action)
            return true;
    }
    return false;
}

static const char *wdat_decode_all(struct btl_bytes table, const struct wdat_wire *wire,
                                   struct btl_wdat *wdat)
{
    *wdat = (struct btl_wdat){
        .period_ms = wire->period_ms, .count_min = wire->count_min, .count_max = wire->count_max};
    for (uint32_t i = 0; i < wire->entry_count; i++) {
        struct wdat_entry_wire entry;
        memcpy(&entry, table.at + sizeof(*wire) + i * sizeof(entry), sizeof(entry));
        if (!wdat_decode(&entry, &wdat->instructions[i]))
            return "it has an instruction on no register";
        wdat->instruction_count = i + 1;
    }
    if (!btl_wdat_has(wdat, BTL_WDAT_SET_COUNTDOWN) || !btl_wdat_has(wdat, BTL_WDAT_SET_RUNNING) ||
        !btl_wdat_has(wdat, BTL_WDAT_SET_STOPPED))
        return "it does not say how the watchdog is set, started and stopped";
    return NULL;
}

const char *btl_wdat_read(struct btl_bytes table, struct btl_wdat *ret_wdat)
{
    struct wdat_wire wire;
    const char *fault = "it is too short";
    *ret_wdat = (struct btl_wdat){0};
    if (table.size < sizeof(wire))
        return fault;
    memcpy(&wire, table.at, sizeof(wire));
    fault = wdat_check_headers(table, &wire);
    if (fault == NULL)
        fault = wdat_decode_all(table, &wire, ret_wdat);
    if (fault != NULL)
        *ret_wdat = (struct btl_wdat){0};
    return fault;
}

void btl_wdat_range(const struct btl_wdat *wdat, uint32_t *ret_min, uint32_t *ret_max)
{
    uint64_t min = (uint64_t)wdat->count_min * wdat->period_ms;
    uint64_t max = (uint64_t)wdat->count_max * wdat->period_ms / 1000;
    min = min / 1000 + (min % 1000 != 0);
    *ret_min = min < 1 ? 1 : min < UINT32_MAX ? (uint32_t)min : UINT32_MAX;
    *ret_max = max < UINT32_MAX ? (uint32_t)max : UINT32_MAX;
}

uint32_t btl_wdat_count(const struct btl_wdat *wdat, uint32_t seconds)
{
    uint64_t count = (uint64_t)seconds * 1000 / wdat->period_ms;
    return count < wdat->count_min   ? wdat->count_min
           : count > wdat->count_max ? wdat->count_max
                                     : (uint32_t)count;
}
