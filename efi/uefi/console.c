// SPDX-License-Identifier: BSD-2-Clause
// Text, style and keys on the firmware's console (UEFI 2.10, 12.3 and 12.4).
#include <efi.h>

#include "firmware.h"
#include "keys.h"
#include <btl/utf16.h>
#include "uefi.h"

#include <btl/mem.h>

#define POLL_US     10000
#define PIECE_UNITS 128
// Escape sequences: wait for the next character, and maximum number of waits.
#define SEQUENCE_US    2000
#define SEQUENCE_TRIES 24

// ------------------------------------------------------------------------------------------- text

// Does the console have a glyph? Cached, because EDK II's screen leaks memory on each query.
static bool console_has_glyph(struct uefi *uefi, CHAR16 unit)
{
    struct uefi_tested *tested = &uefi->tested[unit % UEFI_TESTED];
    CHAR16 one[2] = {unit, 0};
    if (unit < 0x80)
        return true;
    if (tested->unit != unit)
        *tested = (struct uefi_tested){
            unit, uefi->system->ConOut->TestString(uefi->system->ConOut, one) == EFI_SUCCESS};
    return tested->shown;
}

static void console_put_piece(struct uefi *uefi, CHAR16 *piece)
{
    for (CHAR16 *at = piece; *at != 0; at++) {
        if (!console_has_glyph(uefi, *at))
            *at = '?';
    }
    uefi->system->ConOut->OutputString(uefi->system->ConOut, piece);
}

static void console_uefi_write(struct firmware *fw, const char *text, size_t len)
{
    CHAR16 piece[PIECE_UNITS + 1];
    struct btl_str all = {text, len};
    if (uefi_of(fw)->system->ConOut == NULL)
        return;
    for (size_t at = 0; at < len;) {
        size_t units = btl_utf8_to_ucs2(all, &at, piece, PIECE_UNITS);
        piece[units] = 0;
        console_put_piece(uefi_of(fw), piece);
    }
}

// ----------------------------------------------------------------------------------------- screen

// Set the console's mode on all its devices. One of them may be in another mode (OVMF with a screen
// and a serial line), and then drops text beyond its own columns. Setting the current mode does
// nothing, hence mode 0 first.
static void console_sync_mode(struct uefi *uefi, SIMPLE_TEXT_OUTPUT_INTERFACE *console)
{
    UINTN mode = (UINTN)console->Mode->Mode;
    if (uefi->mode_set || mode == 0)
        return;
    uefi->mode_set = true;
    if (console->SetMode(console, 0) == EFI_SUCCESS)
        console->SetMode(console, mode);
}

static void console_uefi_clear(struct firmware *fw)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi_of(fw)->system->ConOut;
    if (console == NULL)
        return;
    console_sync_mode(uefi_of(fw), console);
    console->ClearScreen(console);
}

static void console_uefi_move(struct firmware *fw, uint32_t column, uint32_t row)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi_of(fw)->system->ConOut;
    if (console != NULL)
        console->SetCursorPosition(console, column, row);
}

// Dim text is not dark grey: many screens and terminals show that as black.
static void console_uefi_style(struct firmware *fw, enum fw_style style)
{
    static const uint8_t attributes[FW_STYLES] = {
        [FW_STYLE_NORMAL] = EFI_TEXT_ATTR(EFI_LIGHTGRAY, EFI_BLACK),
        [FW_STYLE_TITLE] = EFI_TEXT_ATTR(EFI_WHITE, EFI_BLUE),
        [FW_STYLE_SELECTED] = EFI_TEXT_ATTR(EFI_BLACK, EFI_LIGHTGRAY),
        [FW_STYLE_PROBLEM] = EFI_TEXT_ATTR(EFI_LIGHTRED, EFI_BLACK),
        [FW_STYLE_GOOD] = EFI_TEXT_ATTR(EFI_LIGHTGREEN, EFI_BLACK),
        [FW_STYLE_DIM] = EFI_TEXT_ATTR(EFI_CYAN, EFI_BLACK),
    };
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi_of(fw)->system->ConOut;
    if (console != NULL)
        console->SetAttribute(console, attributes[style]);
}

// Errors are ignored: a console may have no visible cursor.
static void console_uefi_cursor(struct firmware *fw, bool shown)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi_of(fw)->system->ConOut;
    if (console != NULL)
        console->EnableCursor(console, shown);
}

// ------------------------------------------------------------------------------------------- keys

// Convert a key. EFI scan codes 1 to 0x17 (UEFI 2.10, table 12.1).
static fw_key console_key_of(EFI_INPUT_KEY key)
{
    static const fw_key scan[] = {
        [SCAN_UP] = FW_KEY_UP,           [SCAN_DOWN] = FW_KEY_DOWN,
        [SCAN_RIGHT] = FW_KEY_RIGHT,     [SCAN_LEFT] = FW_KEY_LEFT,
        [SCAN_HOME] = FW_KEY_HOME,       [SCAN_END] = FW_KEY_END,
        [SCAN_INSERT] = FW_KEY_INSERT,   [SCAN_DELETE] = FW_KEY_DELETE,
        [SCAN_PAGE_UP] = FW_KEY_PAGE_UP, [SCAN_PAGE_DOWN] = FW_KEY_PAGE_DOWN,
        [SCAN_ESC] = FW_KEY_ESCAPE,
    };
    bool surrogate = key.UnicodeChar >= 0xd800 && key.UnicodeChar < 0xe000;
    if (key.UnicodeChar == 0x1b)
        return FW_KEY_ESCAPE;
    if (key.UnicodeChar == 0x7f)
        return '\b'; // most terminals send it for Backspace
    if (key.UnicodeChar == '\n')
        return '\r';
    if (key.UnicodeChar != 0)
        return surrogate ? (fw_key)FW_KEY_OTHER : key.UnicodeChar;
    if (key.ScanCode >= SCAN_F1 && key.ScanCode <= SCAN_F12)
        return FW_KEY_F1 + (key.ScanCode - SCAN_F1);
    fw_key named = key.ScanCode < BTL_COUNT(scan) ? scan[key.ScanCode] : 0;
    return named != 0 ? named : (fw_key)FW_KEY_OTHER;
}

// Return the first key that arrived during the query of the terminal.
static fw_key console_kept_key(struct uefi *uefi)
{
    fw_key key = uefi->typed[0];
    uefi->typed_count--;
    memmove(uefi->typed, uefi->typed + 1, uefi->typed_count * sizeof(key));
    return key;
}

static fw_key console_next_key(struct uefi *uefi)
{
    SIMPLE_INPUT_INTERFACE *keys = uefi->system->ConIn;
    EFI_INPUT_KEY key;
    if (uefi->typed_count > 0)
        return console_kept_key(uefi);
    return keys != NULL && keys->ReadKeyStroke(keys, &key) == EFI_SUCCESS ? console_key_of(key) : 0;
}

// Read the rest of an escape sequence after Escape. The driver delivers a sequence at once, faster
// than a person types.
static fw_key console_read_sequence(struct uefi *uefi)
{
    struct key_sequence sequence = {0};
    fw_key key = 0;
    for (uint32_t tries = 0; tries < SEQUENCE_TRIES; tries++) {
        fw_key next = console_next_key(uefi);
        if (next == 0) {
            uefi->boot->Stall(SEQUENCE_US);
            continue;
        }
        enum key_progress progress = key_sequence_parse(&sequence, next, &key);
        if (progress == KEY_NONE && uefi->typed_count < BTL_COUNT(uefi->typed))
            uefi->typed[uefi->typed_count++] = next;
        if (progress != KEY_MORE)
            return progress == KEY_COMPLETE ? key : (fw_key)FW_KEY_ESCAPE;
    }
    return FW_KEY_ESCAPE;
}

// Poll, so that the wait ends even without the firmware's timer events.
static fw_key console_uefi_wait_key(struct firmware *fw, uint32_t milliseconds)
{
    struct uefi *uefi = uefi_of(fw);
    for (uint64_t left = (uint64_t)milliseconds * 1000 / POLL_US;; left--) {
        fw_key key = console_next_key(uefi);
        if (key == FW_KEY_ESCAPE)
            key = console_read_sequence(uefi);
        if (key != 0 || left == 0)
            return key;
        uefi->boot->Stall(POLL_US);
    }
}

static void console_uefi_forget_keys(struct firmware *fw)
{
    SIMPLE_INPUT_INTERFACE *keys = uefi_of(fw)->system->ConIn;
    uefi_of(fw)->typed_count = 0;
    if (keys != NULL)
        keys->Reset(keys, FALSE);
}

void console_uefi(struct firmware *ret_fw)
{
    ret_fw->write = console_uefi_write;
    ret_fw->screen_clear = console_uefi_clear;
    ret_fw->screen_at = console_uefi_move;
    ret_fw->screen_style = console_uefi_style;
    ret_fw->screen_cursor = console_uefi_cursor;
    ret_fw->wait_key = console_uefi_wait_key;
    ret_fw->forget_keys = console_uefi_forget_keys;
}
