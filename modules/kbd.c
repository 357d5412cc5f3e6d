// SPDX-License-Identifier: BSD-2-Clause
// The keyboard at an i8042 controller as an input of the console, polled. Machines without the
// controller often offer one in its place for a keyboard on USB, until the firmware's driver is
// gone.
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
    CONFIG_INTERRUPTS = 0x03,
    CONFIG_KEYBOARD_OFF = 0x10,
    CONFIG_TRANSLATE = 0x40 // to scan code set 1
};
enum { KEYBOARD_ENABLE = 0xf4, KEYBOARD_ACKNOWLEDGE = 0xfa };

#define WAITS     100000 // polls of a port, about 1 us each
#define FLUSH_MAX 64     // bytes that may wait in the controller and keyboard

#define TUNABLES(x) BTL_TUNABLE_STRING(x, layout, 8, "us", "of the keys: us or de")
BTL_TUNABLE_LIST(TUNABLES);
static struct keymap keymap;

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

// Switch translation on and interrupts off, which no handler would take.
static bool kbd_configure(void)
{
    uint8_t config;
    if (!kbd_write(PORT_COMMAND, COMMAND_READ_CONFIG) || !kbd_answer(&config))
        return false;
    config &= (uint8_t) ~(CONFIG_INTERRUPTS | CONFIG_KEYBOARD_OFF);
    config |= CONFIG_TRANSLATE;
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
           kbd_write(PORT_COMMAND, COMMAND_AUXILIARY_OFF) && kbd_flush() && kbd_configure() &&
           kbd_enable();
}

static int kbd_read(void)
{
    int c = keymap_take(&keymap);
    uint8_t status = c < 0 ? port_in8(PORT_STATUS) : 0;
    if (c >= 0 || (status & STATUS_OUTPUT) == 0)
        return c;
    uint8_t byte = port_in8(PORT_DATA);
    if ((status & STATUS_AUXILIARY) == 0)
        keymap_feed(&keymap, byte);
    return keymap_take(&keymap);
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
    kprintf("kbd: keyboard, layout %s\n", found->name);
    return console_input_add(kbd_read);
}

static int kbd_unload(void)
{
    console_input_remove(kbd_read);
    return 0;
}

BTL_MODULE("kbd", .load = kbd_load, .unload = kbd_unload, BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("keyboard at an i8042 controller, for the monitor");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.4");
