// SPDX-License-Identifier: BSD-2-Clause
// Detection of the terminal: is one of the console's devices a serial line, does a terminal answer
// there, and how large is it (ECMA-48, cursor position, device status report)?
#include <efi.h>
#include <efiser.h>

#include <btl/types.h>

#include "firmware.h"
#include "uefi.h"

#define ANSWER_US  100000
#define POLL_US    1000
#define BYTES_MAX  256 // a device that sends more is no terminal
#define EXTENT_MAX 999 // rows or columns
// A smaller terminal has not moved its cursor: its size stays unknown.
#define ROWS_LEAST    5
#define COLUMNS_LEAST 20

// Save the cursor, move it to the last place, ask where it is, restore it. A terminal stops the
// cursor at its edges, so the answer is its size.
static const char terminal_question[] = "\0337\033[999;999H\033[6n\0338";

// The answer to ESC [ 6 n: ESC [ row ; column R.
struct answer {
    uint32_t state;     // matched characters of the pattern; digits count once
    uint32_t number[2]; // row, column
    bool complete;
};

static bool answer_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static void answer_add_digit(uint32_t *number, uint8_t digit)
{
    *number = *number * 10 + (uint32_t)(digit - '0');
    *number = *number < EXTENT_MAX ? *number : EXTENT_MAX;
}

// Match the next byte of the answer. False: `c` is not part of it.
static bool answer_parse(struct answer *answer, uint8_t c)
{
    static const char pattern[] = "\033[0;0R";
    uint32_t state = answer->state;
    bool more = state > 0 && pattern[state - 1] == '0' && answer_is_digit(c);
    bool begins = !more && pattern[state] == '0' && answer_is_digit(c);
    if (more || begins)
        answer_add_digit(&answer->number[state <= 3 ? 0 : 1], c);
    if (more)
        return true;
    bool fits = begins || (pattern[state] != '0' && c == (uint8_t)pattern[state]);
    if (!fits)
        answer->number[0] = answer->number[1] = 0;
    answer->state = fits ? state + 1 : 0;
    answer->complete = answer->state == sizeof(pattern) - 1;
    return fits;
}

// Read a byte. False: no byte, or the line failed (*ret_failed).
static bool terminal_read_byte(EFI_SERIAL_IO_PROTOCOL *serial, uint8_t *ret_byte, bool *ret_failed)
{
    UINT32 control;
    UINTN size = 1;
    EFI_STATUS status = serial->GetControl(serial, &control);
    if (status == EFI_SUCCESS && (control & EFI_SERIAL_INPUT_BUFFER_EMPTY) != 0)
        return false;
    // If the driver cannot tell whether a byte has arrived, this may wait a second; so only once.
    if (status == EFI_SUCCESS)
        status = serial->Read(serial, &size, ret_byte);
    *ret_failed = status != EFI_SUCCESS || size != 1;
    return !*ret_failed;
}

// Keep a key typed meanwhile for wait_key.
static void terminal_keep_key(struct uefi *uefi, uint8_t c)
{
    if (uefi->typed_count < BTL_COUNT(uefi->typed) && (c == '\r' || (c >= ' ' && c <= '~')))
        uefi->typed[uefi->typed_count++] = c;
}

static void answer_get_size(const struct answer *answer, struct fw_size *ret_size)
{
    if (answer->number[0] >= ROWS_LEAST && answer->number[1] >= COLUMNS_LEAST)
        *ret_size = (struct fw_size){answer->number[0], answer->number[1]};
}

static bool terminal_await_answer(struct uefi *uefi, EFI_SERIAL_IO_PROTOCOL *serial,
                                  struct fw_size *ret_size)
{
    struct answer answer = {0};
    bool failed = false;
    uint8_t c;
    uint32_t bytes = 0;
    for (uint32_t us = 0; us < ANSWER_US && !failed; us += POLL_US) {
        while (bytes < BYTES_MAX && terminal_read_byte(serial, &c, &failed)) {
            bytes++;
            if (!answer_parse(&answer, c))
                terminal_keep_key(uefi, c);
            if (answer.complete) {
                answer_get_size(&answer, ret_size);
                return true;
            }
        }
        uefi->boot->Stall(POLL_US);
    }
    return false;
}

// Query the terminal, at TPL_NOTIFY: otherwise the firmware's terminal driver would read the answer
// as keys.
static bool terminal_answers(struct uefi *uefi, EFI_SERIAL_IO_PROTOCOL *serial)
{
    UINTN size = sizeof(terminal_question) - 1;
    EFI_TPL before = uefi->boot->RaiseTPL(TPL_NOTIFY);
    bool answered =
        serial->Write(serial, &size, (void *)(uintptr_t)terminal_question) == EFI_SUCCESS &&
        terminal_await_answer(uefi, serial, &uefi->terminal_size);
    uefi->boot->RestoreTPL(before);
    return answered;
}

// Return the serial line of a console device; NULL: none.
static EFI_SERIAL_IO_PROTOCOL *terminal_find_serial(EFI_BOOT_SERVICES *boot, EFI_HANDLE device)
{
    EFI_GUID path_guid = DEVICE_PATH_PROTOCOL, serial_guid = EFI_SERIAL_IO_PROTOCOL_GUID;
    EFI_DEVICE_PATH *path;
    EFI_SERIAL_IO_PROTOCOL *serial;
    EFI_HANDLE line;
    if (boot->HandleProtocol(device, &path_guid, (void **)&path) != EFI_SUCCESS ||
        boot->LocateDevicePath(&serial_guid, &path, &line) != EFI_SUCCESS ||
        boot->HandleProtocol(line, &serial_guid, (void **)&serial) != EFI_SUCCESS)
        return NULL;
    return serial;
}

static enum fw_terminal terminal_ask(struct uefi *uefi, const EFI_HANDLE *devices, UINTN count)
{
    enum fw_terminal found = FW_TERMINAL_SCREEN;
    for (UINTN i = 0; i < count && found != FW_TERMINAL_ANSWERS; i++) {
        EFI_SERIAL_IO_PROTOCOL *serial = terminal_find_serial(uefi->boot, devices[i]);
        if (serial != NULL)
            found = terminal_answers(uefi, serial) ? FW_TERMINAL_ANSWERS : FW_TERMINAL_SILENT;
    }
    return found;
}

// Query each device of the console once. edk2 and its predecessors, back to EFI 1.10, mark the
// active devices; otherwise every text output device counts.
static enum fw_terminal terminal_detect(struct firmware *fw, struct fw_size *ret_size)
{
    EFI_GUID marks[] = {UEFI_CONSOLE_OUT_DEVICE_GUID, SIMPLE_TEXT_OUTPUT_PROTOCOL};
    struct uefi *uefi = uefi_of(fw);
    for (size_t i = 0; i < BTL_COUNT(marks) && !uefi->terminal_asked; i++) {
        EFI_HANDLE *devices = NULL;
        UINTN count = 0;
        if (uefi->boot->LocateHandleBuffer(ByProtocol, &marks[i], NULL, &count, &devices) !=
            EFI_SUCCESS)
            continue;
        uefi->terminal_asked = true;
        uefi->terminal = terminal_ask(uefi, devices, count);
        uefi->boot->FreePool(devices);
    }
    uefi->terminal_asked = true;
    *ret_size = uefi->terminal_size;
    return uefi->terminal;
}

void terminal_uefi(struct firmware *ret_fw)
{
    ret_fw->terminal = terminal_detect;
}
