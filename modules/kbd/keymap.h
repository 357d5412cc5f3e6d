// SPDX-License-Identifier: BSD-2-Clause
// From the bytes of a keyboard (scan code set 1, as an i8042 with translation gives it) to the
// characters that a terminal sends.
#ifndef BTL_MODULES_KBD_KEYMAP_H
#define BTL_MODULES_KBD_KEYMAP_H

#include <btl/types.h>

struct keymap_layout {
    const char *name;
    // By scan code; 0: none.
    char plain[0x59], shift[0x59], altgr[0x59];
};

struct keymap {
    const struct keymap_layout *layout;
    bool extended; // the byte before was 0xe0
    uint8_t skip;  // so many bytes of the key Pause follow
    bool left_shift, right_shift, control, alt, altgr, caps;
    char queue[4]; // characters of the last key that have not been taken
    uint8_t count;
};

// NULL: there is no layout of that name.
const struct keymap_layout *keymap_layout_named(const char *name);
// Return the names of all layouts, for a message.
const char *keymap_layout_names(void);
// Take in a byte from the keyboard.
void keymap_feed(struct keymap *keymap, uint8_t byte);
// Return the next character, or -1.
int keymap_take(struct keymap *keymap);

#endif
