// SPDX-License-Identifier: BSD-2-Clause
// COM1, polled, 115200 8N1. Every wait is bounded: a transmitter that never gets ready costs
// characters, not the boot. A port without a UART reads as all ones and fails the scratch test.
#include "console/print.h"

#include <btl/kernel.h>

#define COM1 0x3f8

enum { DATA, INTERRUPTS, FIFO, LINE, MODEM, LINE_STATUS, MODEM_STATUS, SCRATCH };
enum { DIVISOR_LOW = 0, DIVISOR_HIGH = 1 };
enum { LINE_8N1 = 0x03, LINE_DIVISOR = 0x80 };
enum { STATUS_READY = 0x01, STATUS_EMPTY = 0x20 };

#define DIVISOR_115200 1
#define WAITS          100000 // polls; a character takes about 90 us

static uint8_t uart_get(int reg)
{
    return port_in8((uint16_t)(COM1 + reg));
}

static void uart_set(int reg, uint8_t value)
{
    port_out8((uint16_t)(COM1 + reg), value);
}

static bool uart_present(void)
{
    uart_set(SCRATCH, 0x5a);
    if (uart_get(SCRATCH) != 0x5a)
        return false;
    uart_set(SCRATCH, 0xa5);
    return uart_get(SCRATCH) == 0xa5 && uart_get(LINE_STATUS) != 0xff;
}

bool uart_init(void)
{
    if (!uart_present())
        return false;
    uart_set(INTERRUPTS, 0);
    uart_set(LINE, LINE_DIVISOR);
    uart_set(DIVISOR_LOW, DIVISOR_115200);
    uart_set(DIVISOR_HIGH, 0);
    uart_set(LINE, LINE_8N1);
    uart_set(FIFO, 0xc7);  // on, cleared
    uart_set(MODEM, 0x03); // DTR, RTS
    return true;
}

// Wait once for a transmitter that does not get ready; after that poll once for each character
// until it is ready again.
static void uart_put_byte(uint8_t byte)
{
    static bool stuck;

    for (int i = 0; i < (stuck ? 1 : WAITS); i++) {
        if (uart_get(LINE_STATUS) & STATUS_EMPTY) {
            uart_set(DATA, byte);
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
            uart_put_byte('\r');
        uart_put_byte((uint8_t)text[i]);
    }
}

int uart_read(void)
{
    return uart_get(LINE_STATUS) & STATUS_READY ? uart_get(DATA) : -1;
}
