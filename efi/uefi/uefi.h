// SPDX-License-Identifier: BSD-2-Clause
// Declarations shared by the files of efi/uefi, and those that gnu-efi's headers lack.
#ifndef BTL_EFI_UEFI_H
#define BTL_EFI_UEFI_H

#include <efi.h>

#include "firmware.h"
#include <btl/utf16.h>

#define UEFI_MEMORY_ATTRIBUTES_TABLE_GUID                                                          \
    {                                                                                              \
        0xdcfa911d, 0x26eb, 0x469f,                                                                \
        {                                                                                          \
            0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20                                         \
        }                                                                                          \
    }
#define UEFI_SHELL_PARAMETERS_GUID                                                                 \
    {                                                                                              \
        0x752f3136, 0x4e16, 0x4fdc,                                                                \
        {                                                                                          \
            0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca                                         \
        }                                                                                          \
    }
// Marks the active console devices (edk2: gEfiConsoleOutDeviceGuid).
#define UEFI_CONSOLE_OUT_DEVICE_GUID                                                               \
    {                                                                                              \
        0xd3b36f2c, 0xd551, 0x11d4,                                                                \
        {                                                                                          \
            0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }
// The shell's file in a firmware volume.
#define UEFI_SHELL_FILE_GUID                                                                       \
    {                                                                                              \
        0x7c04a583, 0x9e3e, 0x4f1c,                                                                \
        {                                                                                          \
            0xad, 0x65, 0xe0, 0x52, 0x68, 0xd0, 0xb4, 0xd1                                         \
        }                                                                                          \
    }
#define UEFI_FIRMWARE_VOLUME2_GUID                                                                 \
    {                                                                                              \
        0x220e73b6, 0x6bdb, 0x4413,                                                                \
        {                                                                                          \
            0x84, 0x05, 0xb9, 0x74, 0xb1, 0x08, 0x61, 0x9a                                         \
        }                                                                                          \
    }

#define UEFI_LOAD_FILE2_GUID                                                                       \
    {                                                                                              \
        0x4006c0c1, 0xfcb3, 0x403e,                                                                \
        {                                                                                          \
            0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d                                         \
        }                                                                                          \
    }
// The device path at which Linux looks for its initrd.
#define UEFI_LINUX_INITRD_GUID                                                                     \
    {                                                                                              \
        0x5568e427, 0x68fc, 0x4f3d,                                                                \
        {                                                                                          \
            0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68                                         \
        }                                                                                          \
    }

#define UEFI_SHIM_LOCK_GUID                                                                        \
    {                                                                                              \
        0x605dab50, 0xe046, 0x4300,                                                                \
        {                                                                                          \
            0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23                                         \
        }                                                                                          \
    }

// shim's protocol, up to the last member used. shim is built for the ABI of System V.
#ifdef __x86_64__
#define UEFI_SHIM_CALL __attribute__((sysv_abi))
#else
#define UEFI_SHIM_CALL
#endif
struct uefi_shim_lock {
    EFI_STATUS(UEFI_SHIM_CALL *verify)(void *bytes, uint32_t size);
};

// EFI_LOAD_FILE2_PROTOCOL (UEFI 2.10, 13.2).
struct uefi_load_file2 {
    EFI_STATUS(EFIAPI *load_file)
    (struct uefi_load_file2 *file, void *path, BOOLEAN boot_policy, UINTN *size, void *buffer);
};

// The initrd that is offered to programs.
struct uefi_initrd {
    struct uefi_load_file2 protocol; // first
    const struct btl_bytes *pieces;
    size_t count;
    EFI_HANDLE handle;
};

// A node of a device path, large enough for the path of a file.
#define UEFI_NODE_SIZE     (2 * BTL_UTF16_PATH_MAX)
#define UEFI_MEDIA_VENDOR  3 // subtypes of media device path nodes (UEFI 2.10, 10.3.5)
#define UEFI_MEDIA_FILE    4
#define UEFI_MEDIA_FV_FILE 6
struct uefi_node {
    uint8_t type, subtype, size[2];
    uint8_t data[UEFI_NODE_SIZE];
};

// EFI_FIRMWARE_VOLUME2_PROTOCOL (PI 1.7, volume 3, 3.4.1), up to the last member used.
struct uefi_firmware_volume2 {
    void *get_volume_attributes, *set_volume_attributes;
    EFI_STATUS(EFIAPI *read_file)
    (struct uefi_firmware_volume2 *volume, const EFI_GUID *file, void **buffer, UINTN *size,
     uint8_t *ret_type, uint32_t *ret_attributes, uint32_t *ret_authentication);
};

struct volume_uefi {
    struct volume volume; // first: the table's functions get a pointer to it
    EFI_FILE *root;
    EFI_BLOCK_IO *blocks; // valid when volume.blocks.size is not 0
    uint32_t media;       // their MediaId when the volume was opened
    // Directory of the file opened last; NULL: none. While it is open, EDK II's FAT driver caches
    // its entries.
    EFI_FILE *directory;
    CHAR16 directory_path[BTL_UTF16_PATH_MAX];
};

// Cache of glyph queries. Index: unit % UEFI_TESTED.
#define UEFI_TESTED 256
struct uefi_tested {
    uint16_t unit; // 0: none yet
    bool shown;
};

struct uefi {
    struct firmware firmware; // first: the table's functions get a pointer to it
    EFI_HANDLE image;
    EFI_SYSTEM_TABLE *system;
    EFI_BOOT_SERVICES *boot;
    EFI_RUNTIME_SERVICES *runtime;
    EFI_LOADED_IMAGE *loaded; // NULL: unknown
    struct volume_uefi volume;
    bool mode_set; // all devices of the console are in its mode
    bool terminal_asked;
    enum fw_terminal terminal;
    struct fw_size terminal_size;
    fw_key typed[16]; // typed during the query of the terminal
    uint32_t typed_count;
    char vendor[128];      // UTF-8
    char loader_file[512]; // UTF-8
    struct uefi_initrd initrd;
    struct uefi_tested tested[UEFI_TESTED];
};

static inline struct uefi *uefi_of(struct firmware *fw)
{
    return (struct uefi *)fw;
}

// Each fills in its part of the table of functions.
void console_uefi(struct firmware *ret_fw);
void terminal_uefi(struct firmware *ret_fw);
void variables_uefi(struct firmware *ret_fw);
void registers_uefi(struct firmware *ret_fw);
void shell_uefi(struct firmware *ret_fw);
void image_uefi(struct firmware *ret_fw);
void tpm_uefi(struct firmware *ret_fw);

// Make a node of media type; `size` is at most UEFI_NODE_SIZE.
void uefi_node_make(struct uefi_node *ret_node, uint8_t subtype, const void *data, size_t size);
// Build the device path of a file on a device, in memory of the pool.
fw_status uefi_path_make(struct uefi *uefi, EFI_HANDLE handle, const struct uefi_node *file,
                         uint8_t **ret_path);

// Find the partition of the volume and the controller of its disk. Unknown members are left
// unchanged.
void volume_uefi_identify(EFI_BOOT_SERVICES *boot, EFI_HANDLE device, struct fw_volume *ret_volume);
// Return the path of a file, from the nodes of its device path, in `to`.
struct btl_str volume_uefi_loader_file(const EFI_DEVICE_PATH *path, char *to, size_t size);
fw_status volume_uefi_open(struct volume_uefi *volume, EFI_BOOT_SERVICES *boot, EFI_HANDLE device);

// Return shim's protocol; NULL: shim has not started the loader.
struct uefi_shim_lock *image_uefi_shim(const struct uefi *uefi);

struct btl_bytes uefi_acpi_table(struct firmware *fw, const char *signature); // acpi.c

#endif
