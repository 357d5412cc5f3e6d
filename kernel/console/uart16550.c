// SPDX-License-Identifier: BSD-2-Clause
// COM1, polled, 115200 8N1. Every wait is bounded: a line that never gets ready costs characters,
// not the boot. A port without a UART reads as all ones and fails the scratch register.
#include "console/print.h"

#include <btl/kernel.h>

#define COM1 0x3f8

enum { DATA, INTERRUPTS, FIFO, LINE, MODEM, LINE_STATUS, MODEM_STATUS, SCRATCH };
enum { DIVISOR_LOW = 0, DIVISOR_HIGH = 1 };
enum { LINE_8N1 = 0x03, LINE_DIVISOR = 0x80 };
enum { STATUS_READY = 0x01, STATUS_EMPTY = 0x20 };

#define DIVISOR_115200 1
#define WAITS          100000 // polls; a character takes about 90 us

static uint8_t get(int reg)
{
    return port_in8((uint16_t)(COM1 + reg));
}

static void set(int reg, uint8_t value)
{
    port_out8((uint16_t)(COM1 + reg), value);
}

static bool present(void)
{
    set(SCRATCH, 0x5a);
    if (get(SCRATCH) != 0x5a)
        return false;
    set(SCRATCH, 0xa5);
    return get(SCRATCH) == 0xa5 && get(LINE_STATUS) != 0xff;
}

bool uart_init(void)
{
    if (!present())
        return false;
    set(INTERRUPTS, 0);
    set(LINE, LINE_DIVISOR);
    set(DIVISOR_LOW, DIVISOR_115200);
    set(DIVISOR_HIGH, 0);
    set(LINE, LINE_8N1);
    set(FIFO, 0xc7);  // on, cleared
    set(MODEM, 0x03); // DTR, RTS
    return true;
}

// A transmitter that does not get ready is waited for once; from then on it is asked once for each
// character, until it is.
static void put_byte(uint8_t byte)
{
    static bool stuck;

    for (int i = 0; i < (stuck ? 1 : WAITS); i++) {
        if (get(LINE_STATUS) & STATUS_EMPTY) {
            set(DATA, byte);
            stuck = false;
            return;
        }
    }
    stuck = true;
}

void uart_put(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            put_byte('\r');
        put_byte((uint8_t)text[i]);
    }
}

int uart_read(void)
{
    return get(LINE_STATUS) & STATUS_READY ? get(DATA) : -1;
}
