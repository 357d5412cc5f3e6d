// SPDX-License-Identifier: BSD-2-Clause
#include "kbd/keymap.h"

#include <btl/kernel.h>

enum {
    CODE_EXTENDED = 0xe0,
    CODE_PAUSE = 0xe1, // five more bytes belong to it
    CODE_RELEASED = 0x80
};
enum {
    KEY_CONTROL = 0x1d,
    KEY_LEFT_SHIFT = 0x2a,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_ALT = 0x38, // extended: AltGr
    KEY_CAPS = 0x3a,
    KEY_STAR = 0x37,
    KEY_KEYPAD = 0x47 // its first key
};
// Behind 0xe0.
enum { KEY_ENTER = 0x1c, KEY_SLASH = 0x35, KEY_UP = 0x48, KEY_DOWN = 0x50, KEY_DELETE = 0x53 };

#define PAUSE_REST 5

// The monitor knows ASCII alone: keys of other letters have no character.
static const struct keymap_layout layouts[] = {
    {"us",
     {[0x01] = '\033', [0x02] = '1',  [0x03] = '2',  [0x04] = '3',  [0x05] = '4',  [0x06] = '5',
      [0x07] = '6',    [0x08] = '7',  [0x09] = '8',  [0x0a] = '9',  [0x0b] = '0',  [0x0c] = '-',
      [0x0d] = '=',    [0x0e] = '\b', [0x0f] = '\t', [0x10] = 'q',  [0x11] = 'w',  [0x12] = 'e',
      [0x13] = 'r',    [0x14] = 't',  [0x15] = 'y',  [0x16] = 'u',  [0x17] = 'i',  [0x18] = 'o',
      [0x19] = 'p',    [0x1a] = '[',  [0x1b] = ']',  [0x1c] = '\r', [0x1e] = 'a',  [0x1f] = 's',
      [0x20] = 'd',    [0x21] = 'f',  [0x22] = 'g',  [0x23] = 'h',  [0x24] = 'j',  [0x25] = 'k',
      [0x26] = 'l',    [0x27] = ';',  [0x28] = '\'', [0x29] = '`',  [0x2b] = '\\', [0x2c] = 'z',
      [0x2d] = 'x',    [0x2e] = 'c',  [0x2f] = 'v',  [0x30] = 'b',  [0x31] = 'n',  [0x32] = 'm',
      [0x33] = ',',    [0x34] = '.',  [0x35] = '/',  [0x39] = ' ',  [0x56] = '\\'},
     {[0x01] = '\033', [0x02] = '!',  [0x03] = '@',  [0x04] = '#',  [0x05] = '$', [0x06] = '%',
      [0x07] = '^',    [0x08] = '&',  [0x09] = '*',  [0x0a] = '(',  [0x0b] = ')', [0x0c] = '_',
      [0x0d] = '+',    [0x0e] = '\b', [0x0f] = '\t', [0x10] = 'Q',  [0x11] = 'W', [0x12] = 'E',
      [0x13] = 'R',    [0x14] = 'T',  [0x15] = 'Y',  [0x16] = 'U',  [0x17] = 'I', [0x18] = 'O',
      [0x19] = 'P',    [0x1a] = '{',  [0x1b] = '}',  [0x1c] = '\r', [0x1e] = 'A', [0x1f] = 'S',
      [0x20] = 'D',    [0x21] = 'F',  [0x22] = 'G',  [0x23] = 'H',  [0x24] = 'J', [0x25] = 'K',
      [0x26] = 'L',    [0x27] = ':',  [0x28] = '"',  [0x29] = '~',  [0x2b] = '|', [0x2c] = 'Z',
      [0x2d] = 'X',    [0x2e] = 'C',  [0x2f] = 'V',  [0x30] = 'B',  [0x31] = 'N', [0x32] = 'M',
      [0x33] = '<',    [0x34] = '>',  [0x35] = '?',  [0x39] = ' ',  [0x56] = '|'},
     {0}},
    {"de",
     {[0x01] = '\033', [0x02] = '1', [0x03] = '2', [0x04] = '3', [0x05] = '4', [0x06] = '5',
      [0x07] = '6',    [0x08] = '7', [0x09] = '8', [0x0a] = '9', [0x0b] = '0', [0x0e] = '\b',
      [0x0f] = '\t',   [0x10] = 'q', [0x11] = 'w', [0x12] = 'e', [0x13] = 'r', [0x14] = 't',
      [0x15] = 'z',    [0x16] = 'u', [0x17] = 'i', [0x18] = 'o', [0x19] = 'p', [0x1b] = '+',
      [0x1c] = '\r',   [0x1e] = 'a', [0x1f] = 's', [0x20] = 'd', [0x21] = 'f', [0x22] = 'g',
      [0x23] = 'h',    [0x24] = 'j', [0x25] = 'k', [0x26] = 'l', [0x29] = '^', [0x2b] = '#',
      [0x2c] = 'y',    [0x2d] = 'x', [0x2e] = 'c', [0x2f] = 'v', [0x30] = 'b', [0x31] = 'n',
      [0x32] = 'm',    [0x33] = ',', [0x34] = '.', [0x35] = '-', [0x39] = ' ', [0x56] = '<'},
     {[0x01] = '\033', [0x02] = '!',  [0x03] = '"', [0x05] = '$', [0x06] = '%', [0x07] = '&',
      [0x08] = '/',    [0x09] = '(',  [0x0a] = ')', [0x0b] = '=', [0x0c] = '?', [0x0d] = '`',
      [0x0e] = '\b',   [0x0f] = '\t', [0x10] = 'Q', [0x11] = 'W', [0x12] = 'E', [0x13] = 'R',
      [0x14] = 'T',    [0x15] = 'Z',  [0x16] = 'U', [0x17] = 'I', [0x18] = 'O', [0x19] = 'P',
      [0x1b] = '*',    [0x1c] = '\r', [0x1e] = 'A', [0x1f] = 'S', [0x20] = 'D', [0x21] = 'F',
      [0x22] = 'G',    [0x23] = 'H',  [0x24] = 'J', [0x25] = 'K', [0x26] = 'L', [0x2b] = '\'',
      [0x2c] = 'Y',    [0x2d] = 'X',  [0x2e] = 'C', [0x2f] = 'V', [0x30] = 'B', [0x31] = 'N',
      [0x32] = 'M',    [0x33] = ';',  [0x34] = ':', [0x35] = '_', [0x39] = ' ', [0x56] = '>'},
     {[0x08] = '{',
      [0x09] = '[',
      [0x0a] = ']',
      [0x0b] = '}',
      [0x0c] = '\\',
      [0x10] = '@',
      [0x1b] = '~',
      [0x56] = '|'}},
};

const struct keymap_layout *keymap_layout_named(const char *name)
{
    for (size_t i = 0; i < BTL_COUNT(layouts); i++)
        if (btl_str_equal(btl_str_of(name), btl_str_of(layouts[i].name)))
            return &layouts[i];
    return NULL;
}

const char *keymap_layout_names(void)
{
    return "us and de";
}

static void keymap_queue(struct keymap *keymap, const char *text)
{
    keymap->count = 0;
    while (text[keymap->count] != '\0' && keymap->count < sizeof(keymap->queue)) {
        keymap->queue[keymap->count] = text[keymap->count];
        keymap->count++;
    }
}

// True: the key is a modifier.
static bool keymap_modify(struct keymap *keymap, uint8_t key, bool extended, bool pressed)
{
    switch (key) {
    case KEY_LEFT_SHIFT:
    case KEY_RIGHT_SHIFT:
        if (extended) // some keyboards wrap the arrows in shifts that are none
            return true;
        *(key == KEY_LEFT_SHIFT ? &keymap->left_shift : &keymap->right_shift) = pressed;
        return true;
    case KEY_CONTROL:
        keymap->control = pressed;
        return true;
    case KEY_ALT:
        *(extended ? &keymap->altgr : &keymap->alt) = pressed;
        return true;
    case KEY_CAPS:
        keymap->caps ^= pressed;
        return true;
    default:
        return false;
    }
}

static void keymap_press_extended(struct keymap *keymap, uint8_t key)
{
    switch (key) {
    case KEY_ENTER:
        keymap_queue(keymap, "\r");
        break;
    case KEY_SLASH:
        keymap_queue(keymap, "/");
        break;
    case KEY_UP:
        keymap_queue(keymap, "\033[A");
        break;
    case KEY_DOWN:
        keymap_queue(keymap, "\033[B");
        break;
    case KEY_DELETE:
        keymap_queue(keymap, "\177");
        break;
    }
}

// The keypad, as with Num Lock.
static char keymap_keypad(uint8_t key)
{
    static const char keys[] = "789-456+1230.";
    if (key == KEY_STAR)
        return '*';
    return key >= KEY_KEYPAD && key < KEY_KEYPAD + sizeof(keys) - 1 ? keys[key - KEY_KEYPAD] : '\0';
}

static char keymap_character(const struct keymap *keymap, uint8_t key)
{
    const struct keymap_layout *layout = keymap->layout;
    char plain = key < sizeof(layout->plain) ? layout->plain[key] : '\0';
    bool letter = (plain >= 'a' && plain <= 'z');
    bool shift = (keymap->left_shift || keymap->right_shift) != (keymap->caps && letter);
    if (plain == '\0' && key < sizeof(layout->plain) && !shift && !keymap->altgr)
        return keymap_keypad(key);
    if (keymap->altgr)
        return key < sizeof(layout->altgr) ? layout->altgr[key] : '\0';
    if (key >= sizeof(layout->shift))
        return '\0';
    if (keymap->control)
        return letter ? (char)(plain & 0x1f) : '\0';
    return shift && layout->shift[key] != '\0' ? layout->shift[key]
           : shift                             ? keymap_keypad(key)
                                               : plain;
}

void keymap_feed(struct keymap *keymap, uint8_t byte)
{
    bool extended = keymap->extended, pressed = (byte & CODE_RELEASED) == 0;
    uint8_t key = byte & (uint8_t)~CODE_RELEASED;
    if (keymap->skip > 0) {
        keymap->skip--;
        return;
    }
    keymap->extended = byte == CODE_EXTENDED;
    if (byte == CODE_PAUSE)
        keymap->skip = PAUSE_REST;
    if (byte == CODE_EXTENDED || byte == CODE_PAUSE ||
        keymap_modify(keymap, key, extended, pressed) || !pressed)
        return;
    if (extended) {
        keymap_press_extended(keymap, key);
        return;
    }
    char text[2] = {keymap_character(keymap, key), '\0'};
    keymap_queue(keymap, text);
}

int keymap_take(struct keymap *keymap)
{
    if (keymap->count == 0)
        return -1;
    int c = (uint8_t)keymap->queue[0];
    keymap->count--;
    memmove(keymap->queue, keymap->queue + 1, keymap->count);
    return c;
}
