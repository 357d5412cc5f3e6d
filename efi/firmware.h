// SPDX-License-Identifier: BSD-2-Clause
// The firmware and the machine as the loader sees them: one table of the few services it uses. The
// real table is in firmware_uefi.c; the tests run the same loader on a table of their own.
#ifndef BTL_EFI_FIRMWARE_H
#define BTL_EFI_FIRMWARE_H

#include <btl/types.h>

#include "handoff.h"
#include "paging.h"
#include "volume.h"

// EFI_STATUS (UEFI 2.10, appendix D), as far as the loader tells them apart.
typedef uint64_t fw_status;
#define FW_ERROR(number)     ((1ull << 63) | (number))
#define FW_SUCCESS           ((fw_status)0)
#define FW_LOAD_ERROR        FW_ERROR(1)
#define FW_INVALID_PARAMETER FW_ERROR(2)
#define FW_UNSUPPORTED       FW_ERROR(3)
#define FW_BUFFER_TOO_SMALL  FW_ERROR(5)
#define FW_DEVICE_ERROR      FW_ERROR(7)
#define FW_WRITE_PROTECTED   FW_ERROR(8)
#define FW_OUT_OF_RESOURCES  FW_ERROR(9)
#define FW_VOLUME_CORRUPTED  FW_ERROR(10)
#define FW_VOLUME_FULL       FW_ERROR(11)
#define FW_NO_MEDIA          FW_ERROR(12)
#define FW_NOT_FOUND         FW_ERROR(14)
#define FW_ACCESS_DENIED     FW_ERROR(15)
#define FW_ABORTED           FW_ERROR(21)

// "Device Error", for messages; "error N" where there is no name.
struct btl_str fw_status_name(fw_status status);

// EFI_MEMORY_TYPE values; allocation takes the first three.
enum fw_memory_type { FW_RESERVED = 0, FW_LOADER_CODE = 1, FW_LOADER_DATA = 2 };

struct fw_memory_map {
    void *descriptors;
    uint64_t capacity; // bytes of descriptors[]
    // Written by the call; `size` also with FW_BUFFER_TOO_SMALL, then it is what would be needed.
    uint64_t size, stride, key;
};

struct fw_framebuffer {
    uint64_t address, size;
    uint32_t width, height, stride, format; // as in struct btlm_system
};

// The boot volume's partition, and the controller of its disk.
struct fw_volume {
    bool known; // below are its fields
    bool gpt;   // `guid` is a partition's
    uint32_t partition;
    uint64_t start_block, block_count;
    uint8_t guid[16];
    char controller[64]; // as in struct btlm_volume; "": not on PCI, or not known
};

// What does not change while the loader runs. Addresses are physical, 0: not there.
struct fw_facts {
    struct btl_str vendor;
    uint32_t firmware_revision, uefi_revision;
    uint64_t system_table, acpi_rsdp, smbios, smbios3;
    uint64_t memory_attributes;        // EFI_MEMORY_ATTRIBUTES_TABLE
    const void *load_options;          // UTF-16, as the firmware has it
    uint32_t load_options_size;        // bytes
    bool options_name_program;         // their first word is the loader's own name
    struct fw_framebuffer framebuffer; // format 0: none
    uint32_t console_rows, console_columns;
    struct fw_volume volume;
    struct paging_cpu cpu;
};

// A key: a Unicode character (Return is '\r', Backspace '\b', Tab '\t'), or one of these. 0: none.
typedef uint32_t fw_key;
enum {
    FW_KEY_UP = 0x110000, // past the last character
    FW_KEY_DOWN,
    FW_KEY_LEFT,
    FW_KEY_RIGHT,
    FW_KEY_HOME,
    FW_KEY_END,
    FW_KEY_PAGE_UP,
    FW_KEY_PAGE_DOWN,
    FW_KEY_INSERT,
    FW_KEY_DELETE,
    FW_KEY_ESCAPE,
    FW_KEY_F1, // F2 to F12 follow
    FW_KEY_F12 = FW_KEY_F1 + 11,
    FW_KEY_OTHER
};

// How text looks. A console without colours shows them as it can.
enum fw_style {
    FW_STYLE_NORMAL,
    FW_STYLE_TITLE,
    FW_STYLE_SELECTED,
    FW_STYLE_PROBLEM,
    FW_STYLE_GOOD,
    FW_STYLE_DIM,
    FW_STYLES
};

// What is at the other end of the console, as far as it can be known.
enum fw_terminal {
    FW_TERMINAL_SCREEN,  // no serial line is among the consoles
    FW_TERMINAL_ANSWERS, // one is, and a terminal there said where its cursor is
    FW_TERMINAL_SILENT   // one is, and nothing answered: a log, maybe. No line is written twice
};

struct fw_variable {
    uint8_t guid[16]; // EFI_GUID, as it lies in memory
    const char *name; // ASCII
};

enum fw_reset { FW_RESET_COLD, FW_RESET_OFF };

struct firmware {
    void (*facts)(struct firmware *fw, struct fw_facts *ret);

    // Memory. Physical addresses are also addresses (UEFI maps memory one to one).
    fw_status (*allocate)(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                          uint64_t *ret_address);
    // The same, where it is wanted. Anything but success: these pages are not free.
    fw_status (*allocate_at)(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                             uint64_t address);
    fw_status (*release)(struct firmware *fw, uint64_t address, uint64_t pages);
    fw_status (*memory_map)(struct firmware *fw, struct fw_memory_map *map);

    // The volume that the loader was started from. May be opened again when it was closed.
    fw_status (*open_volume)(struct firmware *fw, struct volume **ret_volume);

    // Console. write: UTF-8 without control characters other than \r and \n, \r\n at line ends;
    // each call's text is whole characters. What the console cannot show becomes '?'. wait_key: 0
    // when nobody pressed a key in time; 0 ms looks once. forget_keys: what was typed until now was
    // not meant for what comes.
    void (*write)(struct firmware *fw, const char *text, size_t len);
    fw_key (*wait_key)(struct firmware *fw, uint32_t milliseconds);
    void (*forget_keys)(struct firmware *fw);

    // The console as a screen, facts.console_rows high. Columns and rows count from 0; a place that
    // is not on the screen is left alone. The style is that of what is written next, and, with
    // screen_clear, of the empty screen.
    void (*screen_clear)(struct firmware *fw);
    void (*screen_at)(struct firmware *fw, uint32_t column, uint32_t row);
    void (*screen_style)(struct firmware *fw, enum fw_style style);
    void (*screen_cursor)(struct firmware *fw, bool shown);
    // Asks at the first call, which may take 100 ms.
    enum fw_terminal (*terminal)(struct firmware *fw);

    // UEFI variables. variable_get: *size is the room at `to`, then the variable's bytes;
    // FW_NOT_FOUND: there is none; FW_BUFFER_TOO_SMALL: it is larger than the room, and *size may
    // be untouched. Any program may have written it: a reader looks at *ret_attributes too.
    // variable_set: with BTL_VARIABLE_ATTRIBUTES, in place of one with others too; size 0 deletes,
    // and FW_NOT_FOUND says that there was none.
    fw_status (*variable_get)(struct firmware *fw, const struct fw_variable *which, void *to,
                              uint64_t *size, uint32_t *ret_attributes);
    fw_status (*variable_set)(struct firmware *fw, const struct fw_variable *which,
                              const void *data, uint64_t size);

    // Time. ticks_per_second: as the processor itself states it, or 0.
    uint64_t (*ticks)(struct firmware *fw);
    uint64_t (*ticks_per_second)(struct firmware *fw);
    void (*stall)(struct firmware *fw, uint64_t microseconds);
    // Resets the machine when that many seconds have passed; 0: never. FW_UNSUPPORTED: there is
    // none.
    fw_status (*watchdog)(struct firmware *fw, uint32_t seconds);

    // Random bytes; false when there is no source, or it failed.
    bool (*random)(struct firmware *fw, uint8_t *to, size_t size);

    // The firmware's own programs. enter_setup returns only where it failed, and to a test.
    // run_shell returns when the shell was left; FW_NOT_FOUND: there is none. The boot volume must
    // not be open meanwhile: the shell may change it.
    bool (*has_setup)(struct firmware *fw);
    fw_status (*enter_setup)(struct firmware *fw);
    bool (*has_shell)(struct firmware *fw);
    fw_status (*run_shell)(struct firmware *fw);

    // The way out. After the first call of exit_boot_services nothing but memory_map and
    // exit_boot_services may be called (UEFI 2.10, 7.4.6), then hand_off or reset. reset returns
    // only where it failed, and to a test; hand_off returns only to a test.
    fw_status (*exit_boot_services)(struct firmware *fw, uint64_t key);
    void (*hand_off)(struct firmware *fw, const struct handoff *handoff);
    void (*reset)(struct firmware *fw, enum fw_reset how);
};

// The loader: from loader.conf to the kernel's first instruction. Returns when it cannot boot or is
// not meant to (a dry run, -h): everything it took is given back then. After a boot it returns only
// to a test.
fw_status run(struct firmware *fw);

#endif
