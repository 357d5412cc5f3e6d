// SPDX-License-Identifier: BSD-2-Clause
// ACPI's table WDAT: a hardware watchdog, described as instructions on registers (Microsoft,
// "Hardware Watchdog Timers Design Specification", 2006). The table is the firmware's, and is
// checked as foreign bytes.
#ifndef BTL_WDAT_H
#define BTL_WDAT_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_WDAT_INSTRUCTIONS_MAX 64

enum btl_wdat_action {
    BTL_WDAT_RESET = 1,
    BTL_WDAT_SET_COUNTDOWN = 6,
    BTL_WDAT_GET_RUNNING = 8,
    BTL_WDAT_SET_RUNNING = 9,
    BTL_WDAT_SET_STOPPED = 11,
    BTL_WDAT_SET_REBOOT = 17,
};

enum btl_wdat_operation {
    BTL_WDAT_READ_VALUE,
    BTL_WDAT_READ_COUNTDOWN,
    BTL_WDAT_WRITE_VALUE,
    BTL_WDAT_WRITE_COUNTDOWN,
    BTL_WDAT_OPERATIONS
};

struct btl_wdat_instruction {
    uint8_t action;    // enum btl_wdat_action, or another one
    uint8_t operation; // enum btl_wdat_operation
    bool preserve;     // a write keeps the other bits of the register
    bool io;           // the register is an I/O port, else in memory
    uint8_t width;     // of the register, bytes: 1, 2 or 4
    uint8_t shift;     // of the value in the register, bits
    uint64_t address;
    uint32_t value, mask; // before the shift
};

struct btl_wdat {
    uint32_t period_ms;            // of a count, at least 1
    uint32_t count_min, count_max; // count_min <= count_max
    uint32_t instruction_count;
    struct btl_wdat_instruction instructions[BTL_WDAT_INSTRUCTIONS_MAX];
};

// Check and decode a table, from its header on. Return NULL, or what is wrong with it; *ret_wdat is
// then empty.
const char *btl_wdat_read(struct btl_bytes table, struct btl_wdat *ret_wdat);
// The seconds that the watchdog can do: from *ret_min to *ret_max.
void btl_wdat_range(const struct btl_wdat *wdat, uint32_t *ret_min, uint32_t *ret_max);
// Return the count for a number of seconds in that range.
uint32_t btl_wdat_count(const struct btl_wdat *wdat, uint32_t seconds);
// Does the table have an instruction for this action?
bool btl_wdat_has(const struct btl_wdat *wdat, enum btl_wdat_action action);

BTL_END_DECLS

#endif
