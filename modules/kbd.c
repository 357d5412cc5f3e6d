// SPDX-License-Identifier: BSD-2-Clause
// The keyboard at an i8042 controller as an input of the console, by its interrupt, or polled where
// there is none. Machines without the controller often offer one in its place for a keyboard on
// USB, until the firmware's driver is gone.
#include <btl/module.h>

#include "kbd/keymap.h"

#define PORT_DATA    0x60
#define PORT_STATUS  0x64
#define PORT_COMMAND 0x64

enum { STATUS_OUTPUT = 0x01, STATUS_INPUT = 0x02, STATUS_AUXILIARY = 0x20 };
enum {
    COMMAND_READ_CONFIG = 0x20,
    COMMAND_WRITE_CONFIG = 0x60,
    COMMAND_AUXILIARY_OFF = 0xa7,
    COMMAND_KEYBOARD_OFF = 0xad,
    COMMAND_KEYBOARD_ON = 0xae
};
enum {
    CONFIG_INTERRUPT = 0x01, // of the keyboard
    CONFIG_INTERRUPTS = 0x03,
    CONFIG_KEYBOARD_OFF = 0x10,
    CONFIG_TRANSLATE = 0x40 // to scan code set 1
};
enum { KEYBOARD_ENABLE = 0xf4, KEYBOARD_ACKNOWLEDGE = 0xfa };

#define WAITS     100000 // polls of a port, about 1 us each
#define FLUSH_MAX 64     // bytes that may wait in the controller and keyboard
#define IRQ       1
#define RING_SIZE 64 // bytes that may wait for the monitor; a power of two

#define TUNABLES(x) BTL_TUNABLE_STRING(x, layout, 8, "us", "of the keys: us or de")
BTL_TUNABLE_LIST(TUNABLES);
static struct keymap keymap;
static struct btl_intr *intr; // NULL: polled
static struct btl_lock lock = BTL_LOCK("kbd");
static uint8_t ring[RING_SIZE];
static volatile uint32_t put_count, take_count; // ever

static bool kbd_wait(uint8_t bit, bool set)
{
    for (int i = 0; i < WAITS; i++)
        if (((port_in8(PORT_STATUS) & bit) != 0) == set)
            return true;
    return false;
}

static bool kbd_write(uint16_t port, uint8_t byte)
{
    if (!kbd_wait(STATUS_INPUT, false))
        return false;
    port_out8(port, byte);
    return true;
}

static bool kbd_answer(uint8_t *ret_byte)
{
    if (!kbd_wait(STATUS_OUTPUT, true))
        return false;
    *ret_byte = port_in8(PORT_DATA);
    return true;
}

// Discard what the keyboard has sent so far. False: the controller always has more, so it is none.
static bool kbd_flush(void)
{
    for (int i = 0; i < FLUSH_MAX; i++) {
        if ((port_in8(PORT_STATUS) & STATUS_OUTPUT) == 0)
            return true;
        (void)port_in8(PORT_DATA);
    }
    return false;
}

// Switch translation on, and the keyboard's interrupt if there is a handler.
static bool kbd_configure(bool interrupt)
{
    uint8_t config;
    if (!kbd_write(PORT_COMMAND, COMMAND_READ_CONFIG) || !kbd_answer(&config))
        return false;
    config &= (uint8_t) ~(CONFIG_INTERRUPTS | CONFIG_KEYBOARD_OFF);
    config |= CONFIG_TRANSLATE | (interrupt ? CONFIG_INTERRUPT : 0);
    return kbd_write(PORT_COMMAND, COMMAND_WRITE_CONFIG) && kbd_write(PORT_DATA, config) &&
           kbd_write(PORT_COMMAND, COMMAND_KEYBOARD_ON);
}

// A key that is pressed now may come before the acknowledgement.
static bool kbd_enable(void)
{
    uint8_t answer;
    if (!kbd_write(PORT_DATA, KEYBOARD_ENABLE))
        return false;
    for (int i = 0; i < FLUSH_MAX; i++) {
        if (!kbd_answer(&answer))
            return false;
        if (answer == KEYBOARD_ACKNOWLEDGE)
            return true;
    }
    return false;
}

static bool kbd_start(void)
{
    return port_in8(PORT_STATUS) != 0xff && kbd_write(PORT_COMMAND, COMMAND_KEYBOARD_OFF) &&
           kbd_write(PORT_COMMAND, COMMAND_AUXILIARY_OFF) && kbd_flush() && kbd_configure(false) &&
           kbd_enable();
}

// Take in what the keyboard has sent. If the monitor is not listening, the newest bytes are lost.
static bool kbd_receive(void *argument)
{
    bool any = false;
    uint8_t status;
    while (((status = port_in8(PORT_STATUS)) & STATUS_OUTPUT) != 0 && status != 0xff) {
        uint8_t byte = port_in8(PORT_DATA);
        if ((status & STATUS_AUXILIARY) == 0 && put_count - take_count < RING_SIZE)
            ring[put_count++ % RING_SIZE] = byte;
        any = true;
    }
    return any;
}

static bool kbd_next_byte(uint8_t *ret_byte)
{
    lock_acquire(&lock);
    if (intr == NULL)
        kbd_receive(NULL);
    bool any = put_count != take_count;
    if (any)
        *ret_byte = ring[take_count++ % RING_SIZE];
    lock_release(&lock);
    return any;
}

static int kbd_read(void)
{
    int c = keymap_take(&keymap);
    uint8_t byte;
    while (c < 0 && kbd_next_byte(&byte)) {
        keymap_feed(&keymap, byte);
        c = keymap_take(&keymap);
    }
    return c;
}

// The keyboard is off meanwhile, so that the controller's answer is not taken for a key, nor by the
// handler.
static bool kbd_switch_interrupt(bool on)
{
    lock_acquire(&lock);
    bool good = kbd_write(PORT_COMMAND, COMMAND_KEYBOARD_OFF);
    kbd_receive(NULL);
    good = good && kbd_configure(on);
    lock_release(&lock);
    return good;
}

static void kbd_use_interrupt(void)
{
    const struct btl_intr_source source = {.kind = BTL_INTR_ISA, .line = IRQ, .name = "keyboard"};
    if (intr_attach(&source, kbd_receive, NULL, &intr) != 0)
        return;
    if (kbd_switch_interrupt(true))
        return;
    intr_detach(intr);
    intr = NULL;
}

static int kbd_load(const struct btl_load_args *args)
{
    const struct keymap_layout *found = keymap_layout_named(layout);
    if (found == NULL) {
        kprintf("kbd: layout=\"%s\" is none of its layouts, which are %s\n", layout,
                keymap_layout_names());
        return BTL_EINVAL;
    }
    if (!kbd_start()) {
        kprintf("kbd: no keyboard at an i8042 controller\n");
        return BTL_ENODEV;
    }
    keymap = (struct keymap){.layout = found};
    kbd_use_interrupt();
    kprintf("kbd: keyboard, layout %s%s\n", found->name, intr != NULL ? "" : ", polled");
    int error = console_input_add(kbd_read);
    if (error != 0)
        intr_detach(intr);
    return error;
}

static int kbd_unload(void)
{
    console_input_remove(kbd_read);
    if (intr != NULL)
        kbd_switch_interrupt(false);
    intr_detach(intr);
    return 0;
}

BTL_MODULE("kbd", .load = kbd_load, .unload = kbd_unload, BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("keyboard at an i8042 controller, for the monitor");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
