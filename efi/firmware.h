// SPDX-License-Identifier: BSD-2-Clause
// The table of the firmware services that the loader uses. uefi/firmware.c implements it on UEFI;
// the tests run the same loader on a mock.
#ifndef BTL_EFI_FIRMWARE_H
#define BTL_EFI_FIRMWARE_H

#include <btl/types.h>

#include "handoff.h"
#include "paging.h"
#include "processors.h"
#include "volume.h"

// EFI_STATUS (UEFI 2.10, appendix D), as far as the loader distinguishes them.
typedef uint64_t fw_status;
#define FW_ERROR(number)      ((1ull << 63) | (number))
#define FW_SUCCESS            ((fw_status)0)
#define FW_LOAD_ERROR         FW_ERROR(1)
#define FW_INVALID_PARAMETER  FW_ERROR(2)
#define FW_UNSUPPORTED        FW_ERROR(3)
#define FW_BAD_BUFFER_SIZE    FW_ERROR(4)
#define FW_BUFFER_TOO_SMALL   FW_ERROR(5)
#define FW_NOT_READY          FW_ERROR(6)
#define FW_DEVICE_ERROR       FW_ERROR(7)
#define FW_WRITE_PROTECTED    FW_ERROR(8)
#define FW_OUT_OF_RESOURCES   FW_ERROR(9)
#define FW_VOLUME_CORRUPTED   FW_ERROR(10)
#define FW_VOLUME_FULL        FW_ERROR(11)
#define FW_NO_MEDIA           FW_ERROR(12)
#define FW_MEDIA_CHANGED      FW_ERROR(13)
#define FW_NOT_FOUND          FW_ERROR(14)
#define FW_ACCESS_DENIED      FW_ERROR(15)
#define FW_ALREADY_STARTED    FW_ERROR(20)
#define FW_ABORTED            FW_ERROR(21)
#define FW_SECURITY_VIOLATION FW_ERROR(26)

// Return a name for messages, such as "Device Error".
struct btl_str fw_status_name(fw_status status);

// Values of EFI_MEMORY_TYPE for allocation.
enum fw_memory_type { FW_RESERVED = 0, FW_LOADER_CODE = 1, FW_LOADER_DATA = 2 };

struct fw_memory_map {
    void *descriptors;
    uint64_t capacity; // bytes of descriptors[]
    // Written by the call. With FW_BUFFER_TOO_SMALL, `size` is the size needed.
    uint64_t size, stride, key;
};

struct fw_framebuffer {
    uint64_t address, size;
    uint32_t width, height, stride, format; // as in struct btlm_system
};

// The place of the boot volume on its disk, and the disk's controller: as in struct btlm_volume.
struct fw_volume {
    bool known; // a partition or a disk; the fields up to `guid` are valid
    uint32_t kind, partition;
    uint64_t start_block, block_count;
    uint8_t guid[16];
    char controller[64]; // "": not on PCI, or unknown
};

// A TPM 2.0 that the firmware has started.
struct fw_tpm {
    uint32_t banks; // that are active: bits of EFI_TCG2_EVENT_ALGORITHM_BITMAP, 2 for SHA-256
    bool log;       // the firmware keeps a log in the format of TPM 2.0
};

// The event log of a TPM, in memory of the firmware.
struct fw_tpm_log {
    const uint8_t *first; // entry
    uint64_t last;        // offset of the last entry
    bool truncated;       // entries are missing
};

// Facts that do not change while the loader runs. Addresses are physical; 0: none.
struct fw_facts {
    struct btl_str vendor;
    uint32_t firmware_revision, uefi_revision;
    uint64_t system_table, acpi_rsdp, smbios, smbios3;
    uint64_t memory_attributes;        // EFI_MEMORY_ATTRIBUTES_TABLE
    const void *load_options;          // UTF-16
    uint32_t load_options_size;        // bytes
    bool options_name_program;         // their first word is the loader's name
    struct btl_str loader_file;        // its path, with '\\'; empty: unknown
    struct fw_framebuffer framebuffer; // format 0: none
    uint32_t console_rows, console_columns;
    struct fw_volume volume;
    bool shim; // shim's protocol is installed
    struct paging_cpu cpu;
};

// A key: a Unicode character (Return is '\r', Backspace '\b', Tab '\t'), or one of these. 0: none.
typedef uint32_t fw_key;
enum {
    FW_KEY_UP = 0x110000, // above the last character
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

// Styles of text. A console without colours approximates them.
enum fw_style {
    FW_STYLE_NORMAL,
    FW_STYLE_TITLE,
    FW_STYLE_SELECTED,
    FW_STYLE_PROBLEM,
    FW_STYLE_GOOD,
    FW_STYLE_DIM,
    FW_STYLES
};

// The other end of the console, as far as known.
enum fw_terminal {
    FW_TERMINAL_SCREEN,  // no console is a serial line
    FW_TERMINAL_ANSWERS, // a terminal on a serial line answers
    FW_TERMINAL_SILENT   // a serial line without an answer, maybe a log: no line is rewritten
};

// 0 rows and columns: unknown.
struct fw_size {
    uint32_t rows, columns;
};

struct fw_variable {
    uint8_t guid[16]; // memory layout of EFI_GUID
    const char *name; // ASCII
    bool transient;   // written without NON_VOLATILE: it lives until the machine is reset
    bool hidden; // written without RUNTIME_ACCESS: a running system can neither see nor change it
};

// How a program that was started has ended.
struct fw_exit {
    fw_status status;
    char text[256]; // the program's, UTF-8; may be empty
    size_t len;
};

enum fw_reset { FW_RESET_COLD, FW_RESET_OFF };

// Where the registers of devices are; the numbers are those of enum btlm_space.
enum fw_space { FW_SPACE_PCI, FW_SPACE_IO, FW_SPACE_MEMORY };
// An address in PCI's configuration space, of segment 0.
#define FW_PCI(bus, device, function, offset)                                                      \
    ((uint64_t)(bus) << 20 | (uint64_t)(device) << 15 | (uint64_t)(function) << 12 | (offset))

struct firmware {
    void (*facts)(struct firmware *fw, struct fw_facts *ret_facts);

    // Memory. Physical addresses are also valid pointers (UEFI maps memory one to one).
    fw_status (*allocate)(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                          uint64_t *ret_address);
    // Allocate the pages at `address`. Fails if they are not free.
    fw_status (*allocate_at)(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                             uint64_t address);
    fw_status (*release)(struct firmware *fw, uint64_t address, uint64_t pages);
    fw_status (*memory_map)(struct firmware *fw, struct fw_memory_map *map);

    // Open the boot volume, which is not open. May be opened again after it was closed.
    fw_status (*open_volume)(struct firmware *fw, struct volume **ret_volume);

    // Console. write: UTF-8 without control characters except \r\n at line ends, whole characters
    // in each call. A character without a glyph becomes '?'. wait_key: 0: no key in time; 0 ms
    // polls once. forget_keys: drop the keys typed so far.
    void (*write)(struct firmware *fw, const char *text, size_t len);
    fw_key (*wait_key)(struct firmware *fw, uint32_t milliseconds);
    void (*forget_keys)(struct firmware *fw);

    // The console as a screen, facts.console_rows high. Columns and rows count from 0; positions
    // off the screen are ignored. The style applies to the text written next and to screen_clear.
    void (*screen_clear)(struct firmware *fw);
    void (*screen_at)(struct firmware *fw, uint32_t column, uint32_t row);
    void (*screen_style)(struct firmware *fw, enum fw_style style);
    void (*screen_cursor)(struct firmware *fw, bool shown);
    // Query the terminal and its size at the first call, which may take 100 ms.
    enum fw_terminal (*terminal)(struct firmware *fw, struct fw_size *ret_size);

    // UEFI variables. variable_get: *size is the size of the buffer `to`, then of the variable.
    // FW_NOT_FOUND: no such variable. FW_BUFFER_TOO_SMALL: larger than the buffer, and *size may be
    // unchanged. Check *ret_attributes too: any program may have written the variable.
    // variable_set: write with BTL_VARIABLE_ATTRIBUTES, those of a transient variable without
    // NON_VOLATILE, of a hidden one without RUNTIME_ACCESS, even over other attributes; size 0
    // deletes, and FW_NOT_FOUND then means no such variable.
    fw_status (*variable_get)(struct firmware *fw, const struct fw_variable *which, void *to,
                              uint64_t *size, uint32_t *ret_attributes);
    fw_status (*variable_set)(struct firmware *fw, const struct fw_variable *which,
                              const void *data, uint64_t size);

    // Time. ticks_per_second: the rate that the processor or the firmware states, or 0.
    uint64_t (*ticks)(struct firmware *fw);
    uint64_t (*ticks_per_second)(struct firmware *fw);
    void (*stall)(struct firmware *fw, uint64_t microseconds);
    // Reset the machine after `seconds`; 0: never. FW_UNSUPPORTED: no watchdog.
    fw_status (*watchdog)(struct firmware *fw, uint32_t seconds);

    // Registers of devices, of `width` 1, 2 or 4 bytes. FW_UNSUPPORTED: the machine has no ports.
    // A PCI function that does not exist reads as ones, or fails.
    fw_status (*register_read)(struct firmware *fw, enum fw_space space, uint64_t address,
                               uint32_t width, uint32_t *ret_value);
    fw_status (*register_write)(struct firmware *fw, enum fw_space space, uint64_t address,
                                uint32_t width, uint32_t value);
    // The date of the machine's clock. False: unknown.
    bool (*date)(struct firmware *fw, struct btl_limine_date *ret_date);
    // Return an ACPI table by its signature of 4 characters, whole; empty: there is none.
    struct btl_bytes (*acpi_table)(struct firmware *fw, const char *signature);

    // Fill in random bytes. False: no source, or it failed.
    bool (*random)(struct firmware *fw, uint8_t *to, size_t size);

    // The firmware's setup and the UEFI shell. enter_setup returns only on failure or in a test.
    // run_shell returns when the shell exits; FW_NOT_FOUND: no shell. The boot volume must be
    // closed before: the shell may change it.
    bool (*has_setup)(struct firmware *fw);
    fw_status (*enter_setup)(struct firmware *fw);
    bool (*has_shell)(struct firmware *fw);
    fw_status (*run_shell)(struct firmware *fw);

    // Verify the signature of an EFI program that is never started, the file `path` of the boot
    // volume, by shim if it is there, else by the firmware. Any error is a refusal.
    fw_status (*verify_image)(struct firmware *fw, struct btl_bytes bytes, struct btl_str path);

    // The TPM. FW_NOT_FOUND: no protocol, no TPM, or no active bank. tpm_extend: extend a register
    // with the hash of a text by each active bank, and log the text as an event of the type EV_IPL.
    // FW_VOLUME_FULL: extended, and not logged.
    fw_status (*tpm_find)(struct firmware *fw, struct fw_tpm *ret_tpm);
    fw_status (*tpm_extend)(struct firmware *fw, uint32_t pcr, struct btl_str text);
    // tpm_log: the log of TPM 2.0. FW_NOT_FOUND: none.
    fw_status (*tpm_log)(struct firmware *fw, struct fw_tpm_log *ret_log);

    // Programs. load_image: load `bytes` as the file `path` of the boot volume. On failure there is
    // no program. FW_ACCESS_DENIED, FW_SECURITY_VIOLATION: not permitted. unload_image: give back a
    // program that was not started. start_image: start it with load options, UTF-16 with a NUL, or
    // none (size 0). It returns only when the program does, which is then unloaded, or was not
    // permitted to start.
    fw_status (*load_image)(struct firmware *fw, struct btl_bytes bytes, struct btl_str path,
                            void **ret_image);
    fw_status (*unload_image)(struct firmware *fw, void *image);
    void (*start_image)(struct firmware *fw, void *image, const uint16_t *options,
                        uint32_t options_size, struct fw_exit *ret_exit);
    // Offer an initrd to programs (LoadFile2 on LINUX_EFI_INITRD_MEDIA_GUID): the pieces, one after
    // the other, which a program copies once. They must stay until remove_initrd.
    fw_status (*offer_initrd)(struct firmware *fw, const struct btl_bytes *pieces, size_t count);
    void (*remove_initrd)(struct firmware *fw);

    // The end. After the first call of exit_boot_services only memory_map and exit_boot_services
    // may be called (UEFI 2.10, 7.4.6), then hand_off or reset. reset returns only on failure or in
    // a test, hand_off only in a test.
    fw_status (*exit_boot_services)(struct firmware *fw, uint64_t key);
    // start_processors: mask the lines of the interrupt controllers, and start other processors,
    // which then wait; called between exit_boot_services and hand_off.
    void (*start_processors)(struct firmware *fw, struct processors *processors);
    // Return where the hand-off code runs in place: `code`, if the loader's image has it on pages
    // of its own. 0: it is copied to the hand-off area.
    uint64_t (*place_code)(struct firmware *fw, const uint8_t *code);
    void (*hand_off)(struct firmware *fw, const struct handoff *handoff);
    void (*reset)(struct firmware *fw, enum fw_reset how);
};

// Run the loader, from loader.conf to the kernel's entry point. Returns when it cannot boot or is
// not asked to boot (a dry run, -h), with everything freed. After a boot, returns only in a test.
fw_status run(struct firmware *fw);

#endif
