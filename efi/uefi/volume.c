// SPDX-License-Identifier: BSD-2-Clause
// A volume on EFI_SIMPLE_FILE_SYSTEM_PROTOCOL.
#include <efi.h>

#include "firmware.h"
#include <btl/utf16.h>
#include "uefi.h"

#include <btl/blocks.h>
#include <btl/mem.h>

// EFI_FILE_INFO ends with the name: on FAT and NTFS at most 255 units and a NUL.
#define INFO_MAX (sizeof(EFI_FILE_INFO) + 2 * 256)
union entry {
    EFI_FILE_INFO info;
    uint8_t bytes[INFO_MAX];
};

// Bytes of such a name in UTF-8.
#define NAME_MAX (3 * 256)
// Maximum number of entries in a directory of FAT. A longer listing is an error of the firmware.
#define ENTRIES_MAX 65536

static void volume_uefi_close_directory(struct volume_uefi *volume)
{
    if (volume->directory != NULL)
        volume->directory->Close(volume->directory);
    volume->directory = NULL;
    volume->directory_path[0] = 0;
}

// Return the length of a path before its last separator.
static size_t volume_directory_length(const CHAR16 *path)
{
    size_t length = 0;
    for (size_t i = 0; path[i] != 0; i++) {
        if (path[i] == '\\')
            length = i;
    }
    return length;
}

// Keep the directory of an opened file open until a file of another directory is opened. Errors are
// ignored: this only saves time.
static void volume_uefi_keep_directory(struct volume_uefi *volume, const CHAR16 *path)
{
    CHAR16 *kept = volume->directory_path;
    size_t length = volume_directory_length(path);
    if (memcmp(kept, path, length * sizeof(CHAR16)) == 0 && kept[length] == 0)
        return;
    volume_uefi_close_directory(volume);
    memcpy(kept, path, length * sizeof(CHAR16));
    kept[length] = 0;
    if (length > 0 && volume->root->Open(volume->root, &volume->directory, kept, EFI_FILE_MODE_READ,
                                         0) != EFI_SUCCESS)
        volume->directory = NULL;
}

static fw_status volume_uefi_open_file(struct volume *volume, struct btl_str path,
                                       struct volume_file *ret_file)
{
    EFI_FILE *root = ((struct volume_uefi *)volume)->root, *file;
    CHAR16 name[BTL_UTF16_PATH_MAX];
    if (!btl_path_to_utf16(path, name))
        return FW_INVALID_PARAMETER;
    EFI_STATUS status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
    if (status != EFI_SUCCESS)
        return status;
    *ret_file = (struct volume_file){volume, file};
    volume_uefi_keep_directory((struct volume_uefi *)volume, name);
    return status;
}

static fw_status volume_uefi_info(struct volume_file *file, struct volume_info *ret_info)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    EFI_FILE *handle = file->handle;
    union entry answer;
    UINTN size = sizeof(answer);
    EFI_STATUS status = handle->GetInfo(handle, &guid, &size, &answer);
    if (status != EFI_SUCCESS)
        return status;
    if (size < SIZE_OF_EFI_FILE_INFO || size > sizeof(answer))
        return FW_VOLUME_CORRUPTED;
    *ret_info = (struct volume_info){answer.info.FileSize,
                                     (answer.info.Attribute & EFI_FILE_DIRECTORY) != 0};
    return FW_SUCCESS;
}

static fw_status volume_uefi_read(struct volume_file *file, void *to, uint64_t size,
                                  uint64_t *ret_read)
{
    EFI_FILE *handle = file->handle;
    UINTN got = size;
    EFI_STATUS status = handle->Read(handle, &got, to);
    if (status == EFI_SUCCESS && got > size)
        return FW_DEVICE_ERROR;
    if (status == EFI_SUCCESS)
        *ret_read = got;
    return status;
}

static void volume_uefi_close_file(struct volume_file *file)
{
    EFI_FILE *handle = file->handle;
    handle->Close(handle);
}

// ------------------------------------------------------------------------------------------ blocks

static fw_status volume_uefi_read_blocks(struct volume *volume, uint64_t offset, void *to,
                                         uint64_t size)
{
    const struct volume_uefi *of = (struct volume_uefi *)volume;
    return of->blocks->ReadBlocks(of->blocks, of->media, offset / volume->blocks.block_size, size,
                                  to);
}

// Find the blocks of the volume, if they can be read as the loader's reader needs them.
static void volume_uefi_find_blocks(struct volume_uefi *volume, EFI_BOOT_SERVICES *boot,
                                    EFI_HANDLE device)
{
    EFI_GUID guid = BLOCK_IO_PROTOCOL;
    if (boot->HandleProtocol(device, &guid, (void **)&volume->blocks) != EFI_SUCCESS)
        return;
    const EFI_BLOCK_IO_MEDIA *media = volume->blocks->Media;
    uint32_t align = media->IoAlign > 1 ? media->IoAlign : 1;
    uint64_t blocks, size;
    if (!media->MediaPresent || media->BlockSize < BTL_BLOCK_MIN ||
        media->BlockSize > BTL_BLOCK_MAX || !btl_is_power_of_two(media->BlockSize) ||
        !btl_is_power_of_two(align) || !btl_add(media->LastBlock, 1, &blocks) ||
        !btl_mul(blocks, media->BlockSize, &size))
        return;
    volume->media = media->MediaId;
    volume->volume.blocks = (struct volume_blocks){size, media->BlockSize, align};
}

// ----------------------------------------------------------------------------------------- listing

// Convert the name of an entry of `bytes` bytes. False: truncated, not UTF-16, or not usable in a
// path.
static bool volume_entry_name(const union entry *entry, UINTN bytes, char to[static NAME_MAX],
                              struct btl_str *ret_name)
{
    size_t units = (bytes - SIZE_OF_EFI_FILE_INFO) / 2, len;
    const uint8_t *text = entry->bytes + SIZE_OF_EFI_FILE_INFO;
    if (!btl_utf16_name_to_utf8(text, units, to, NAME_MAX, &len))
        return false;
    *ret_name = (struct btl_str){to, len};
    return true;
}

static fw_status volume_uefi_list_entries(EFI_FILE *directory, volume_visit *visit, void *context)
{
    for (uint32_t i = 0; i < ENTRIES_MAX; i++) {
        union entry entry;
        char text[NAME_MAX];
        struct btl_str name;
        UINTN bytes = sizeof(entry);
        EFI_STATUS status = directory->Read(directory, &bytes, &entry);
        if (status == EFI_BUFFER_TOO_SMALL)
            return FW_VOLUME_CORRUPTED; // longer than any name; a retry would fail again
        if (status != EFI_SUCCESS || bytes == 0)
            return status;
        if (bytes < SIZE_OF_EFI_FILE_INFO || bytes > sizeof(entry))
            return FW_VOLUME_CORRUPTED;
        struct volume_info what = {entry.info.FileSize,
                                   (entry.info.Attribute & EFI_FILE_DIRECTORY) != 0};
        if (volume_entry_name(&entry, bytes, text, &name) && !visit(context, name, &what))
            return FW_SUCCESS;
    }
    return FW_VOLUME_CORRUPTED;
}

static fw_status volume_uefi_list(struct volume *volume, struct btl_str path, volume_visit *visit,
                                  void *context)
{
    struct volume_file directory;
    struct volume_info what;
    fw_status status = volume_uefi_open_file(volume, path, &directory);
    if (status != FW_SUCCESS)
        return status;
    status = volume_uefi_info(&directory, &what);
    if (status == FW_SUCCESS)
        status = what.directory ? volume_uefi_list_entries(directory.handle, visit, context)
                                : FW_NOT_FOUND;
    volume_uefi_close_file(&directory);
    return status;
}

// ----------------------------------------------------------------------------------------- writing

#define WRITABLE (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE)

// Create the missing directories of a path. Errors show when the file is created.
static void volume_uefi_make_directories(EFI_FILE *root, CHAR16 *name)
{
    EFI_FILE *directory;
    for (CHAR16 *at = name + 1; *at != 0; at++) {
        if (*at != '\\')
            continue;
        *at = 0;
        if (root->Open(root, &directory, name, WRITABLE | EFI_FILE_MODE_CREATE,
                       EFI_FILE_DIRECTORY) == EFI_SUCCESS)
            directory->Close(directory);
        *at = '\\';
    }
}

static fw_status volume_uefi_create(struct volume *volume, struct btl_str path,
                                    struct volume_file *ret_file)
{
    EFI_FILE *root = ((struct volume_uefi *)volume)->root, *file;
    CHAR16 name[BTL_UTF16_PATH_MAX];
    if (!btl_path_to_utf16(path, name))
        return FW_INVALID_PARAMETER;
    volume_uefi_make_directories(root, name);
    EFI_STATUS status = root->Open(root, &file, name, WRITABLE | EFI_FILE_MODE_CREATE, 0);
    if (status == EFI_SUCCESS)
        *ret_file = (struct volume_file){volume, file};
    return status;
}

static fw_status volume_uefi_write(struct volume_file *file, const void *from, uint64_t size,
                                   uint64_t *ret_written)
{
    EFI_FILE *handle = file->handle;
    UINTN written = size;
    EFI_STATUS status = handle->Write(handle, &written, (void *)(uintptr_t)from);
    if (status == EFI_SUCCESS)
        *ret_written = written;
    return status;
}

static fw_status volume_uefi_flush(struct volume_file *file)
{
    EFI_FILE *handle = file->handle;
    return handle->Flush(handle);
}

// Rename a file. A name without a directory keeps the file's (UEFI 2.10, 13.5.14).
static fw_status volume_uefi_rename(struct volume_file *file, struct btl_str name)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    EFI_FILE *handle = file->handle;
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[sizeof(EFI_FILE_INFO) + 2 * BTL_UTF16_PATH_MAX];
    } to;
    CHAR16 path[BTL_UTF16_PATH_MAX];
    UINTN size = sizeof(to), len = 0;
    if (!btl_path_to_utf16(name, path))
        return FW_INVALID_PARAMETER;
    EFI_STATUS status = handle->GetInfo(handle, &guid, &size, &to);
    if (status != EFI_SUCCESS)
        return status;
    for (; path[1 + len] != 0; len++) // without the root
        to.info.FileName[len] = path[1 + len];
    to.info.FileName[len] = 0;
    to.info.Size = SIZE_OF_EFI_FILE_INFO + 2 * (len + 1);
    return handle->SetInfo(handle, &guid, to.info.Size, &to);
}

static fw_status volume_uefi_remove(struct volume *volume, struct btl_str path)
{
    EFI_FILE *root = ((struct volume_uefi *)volume)->root, *file;
    CHAR16 name[BTL_UTF16_PATH_MAX];
    if (!btl_path_to_utf16(path, name))
        return FW_INVALID_PARAMETER;
    EFI_STATUS status = root->Open(root, &file, name, WRITABLE, 0);
    if (status != EFI_SUCCESS)
        return status;
    // Delete() closes the file in any case. A failure is a warning in the specification.
    return file->Delete(file) == EFI_SUCCESS ? FW_SUCCESS : FW_ACCESS_DENIED;
}

static void volume_uefi_close(struct volume *volume)
{
    EFI_FILE *root = ((struct volume_uefi *)volume)->root;
    volume_uefi_close_directory((struct volume_uefi *)volume);
    root->Close(root);
}

fw_status volume_uefi_open(struct volume_uefi *volume, EFI_BOOT_SERVICES *boot, EFI_HANDLE device)
{
    EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_FILE_IO_INTERFACE *system;
    EFI_STATUS status = boot->HandleProtocol(device, &guid, (void **)&system);
    if (status != EFI_SUCCESS)
        return status;
    *volume = (struct volume_uefi){.volume = {.open = volume_uefi_open_file,
                                              .info = volume_uefi_info,
                                              .read = volume_uefi_read,
                                              .close = volume_uefi_close_file,
                                              .list = volume_uefi_list,
                                              .read_blocks = volume_uefi_read_blocks,
                                              .create = volume_uefi_create,
                                              .write = volume_uefi_write,
                                              .flush = volume_uefi_flush,
                                              .rename = volume_uefi_rename,
                                              .remove = volume_uefi_remove,
                                              .close_volume = volume_uefi_close}};
    volume_uefi_find_blocks(volume, boot, device);
    return system->OpenVolume(system, &volume->root);
}
