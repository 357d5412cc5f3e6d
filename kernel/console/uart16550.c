// SPDX-License-Identifier: BSD-2-Clause
// COM1, 115200 8N1. Output is polled, input too where there are no interrupts. Every wait is
// bounded: a transmitter that never gets ready costs characters, not the boot. A port without a
// UART reads as all ones and fails the scratch test.
#include "console/print.h"

#include <btl/intr.h>
#include <btl/kernel.h>

#define COM1     0x3f8
#define COM1_IRQ 4

enum { DATA, INTERRUPTS, FIFO, LINE, MODEM, LINE_STATUS, MODEM_STATUS, SCRATCH };
enum { DIVISOR_LOW = 0, DIVISOR_HIGH = 1 };
enum { LINE_8N1 = 0x03, LINE_DIVISOR = 0x80 };
enum { INTERRUPT_RECEIVED = 0x01 };
enum { MODEM_DTR_RTS = 0x03, MODEM_OUT2 = 0x08 }; // OUT2 connects the interrupt
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
    uart_set(FIFO, 0xc7); // on, cleared
    uart_set(MODEM, MODEM_DTR_RTS);
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

#define RECEIVED_SIZE 256 // a power of two

static uint8_t received[RECEIVED_SIZE];
static volatile uint32_t received_count, read_count; // ever

static uint8_t interrupts; // those that are on while there is room

static bool uart_has_room(void)
{
    return received_count - read_count < RECEIVED_SIZE;
}

// Take in what has arrived. What has no room stays in the UART, where flow control sees it, without
// an interrupt until there is room.
static bool uart_receive(void *argument)
{
    bool any = false;

    while (uart_has_room() && (uart_get(LINE_STATUS) & STATUS_READY)) {
        received[received_count++ % RECEIVED_SIZE] = uart_get(DATA);
        any = true;
    }
    if (!uart_has_room())
        uart_set(INTERRUPTS, 0);
    return any;
}

static uint8_t uart_take(void)
{
    bool was_full = !uart_has_room();
    uint8_t byte = received[read_count++ % RECEIVED_SIZE];

    if (was_full)
        uart_set(INTERRUPTS, interrupts);
    return byte;
}

void uart_start_interrupts(void)
{
    const struct btl_intr_source source = {.kind = BTL_INTR_ISA, .line = COM1_IRQ, .name = "COM1"};
    struct btl_intr *intr;

    if (intr_attach(&source, uart_receive, NULL, &intr) != 0)
        return;
    uart_set(MODEM, MODEM_DTR_RTS | MODEM_OUT2);
    interrupts = INTERRUPT_RECEIVED;
    uart_set(INTERRUPTS, interrupts);
}

int uart_read(void)
{
    static struct btl_lock lock = BTL_LOCK("COM1");
    int c = -1;

    lock_acquire(&lock);
    uart_receive(NULL);
    if (received_count != read_count)
        c = uart_take();
    lock_release(&lock);
    return c;
}
