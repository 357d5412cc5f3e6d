// SPDX-License-Identifier: BSD-2-Clause
// EFI programs that are started as kernels, and the initrd that Linux asks for.
#include <efi.h>

#include <btl/types.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

// The path of the file says to the program from which device it comes; its bytes are in memory.
static fw_status image_path(struct uefi *uefi, struct btl_str path, uint8_t **ret_path)
{
    uint16_t name[BTL_UTF16_PATH_MAX];
    struct uefi_node node;
    size_t units = 0;
    if (uefi->loaded == NULL || !btl_path_to_utf16(path, name))
        return FW_INVALID_PARAMETER;
    while (name[units] != 0)
        units++;
    uefi_node_make(&node, UEFI_MEDIA_FILE, name, 2 * (units + 1));
    return uefi_path_make(uefi, uefi->loaded->DeviceHandle, &node, ret_path);
}

static fw_status image_load(struct firmware *fw, struct btl_bytes bytes, struct btl_str name,
                            void **ret_image)
{
    struct uefi *uefi = uefi_of(fw);
    EFI_HANDLE image = NULL;
    uint8_t *path;
    fw_status status = image_path(uefi, name, &path);
    if (status != FW_SUCCESS)
        return status;
    status = uefi->boot->LoadImage(FALSE, uefi->image, (EFI_DEVICE_PATH *)(void *)path,
                                   (void *)(uintptr_t)bytes.at, bytes.size, &image);
    uefi->boot->FreePool(path);
    if (status == EFI_SUCCESS)
        *ret_image = image;
    else if (image != NULL) // loaded, but rejected by Secure Boot
        uefi->boot->UnloadImage(image);
    return status;
}

static fw_status image_unload(struct firmware *fw, void *image)
{
    return uefi_of(fw)->boot->UnloadImage(image);
}

struct uefi_shim_lock *image_uefi_shim(const struct uefi *uefi)
{
    EFI_GUID guid = UEFI_SHIM_LOCK_GUID;
    struct uefi_shim_lock *shim;
    return uefi->boot->LocateProtocol(&guid, NULL, (void **)&shim) == EFI_SUCCESS ? shim : NULL;
}

static fw_status image_verify(struct firmware *fw, struct btl_bytes bytes, struct btl_str path)
{
    struct uefi_shim_lock *shim = image_uefi_shim(uefi_of(fw));
    void *image;
    if (shim != NULL)
        return bytes.size > UINT32_MAX
                   ? FW_UNSUPPORTED
                   : shim->verify((void *)(uintptr_t)bytes.at, (uint32_t)bytes.size);
    fw_status status = image_load(fw, bytes, path, &image);
    if (status == FW_SUCCESS)
        image_unload(fw, image);
    return status;
}

static void image_set_options(struct uefi *uefi, EFI_HANDLE image, const uint16_t *options,
                              uint32_t size)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded;
    if (uefi->boot->HandleProtocol(image, &guid, (void **)&loaded) != EFI_SUCCESS)
        return;
    loaded->LoadOptions = size == 0 ? NULL : (void *)(uintptr_t)options;
    loaded->LoadOptionsSize = size;
}

// The program may have changed the mode of the console, which is restored.
static void image_start(struct firmware *fw, void *image, const uint16_t *options,
                        uint32_t options_size, struct fw_exit *ret_exit)
{
    struct uefi *uefi = uefi_of(fw);
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi->system->ConOut;
    INT32 mode = console != NULL && console->Mode != NULL ? console->Mode->Mode : 0;
    UINTN size = 0;
    CHAR16 *text = NULL;
    image_set_options(uefi, image, options, options_size);
    *ret_exit = (struct fw_exit){.status = uefi->boot->StartImage(image, &size, &text)};
    if (ret_exit->status == EFI_SECURITY_VIOLATION) // not started
        uefi->boot->UnloadImage(image);
    if (text != NULL) {
        ret_exit->len = btl_utf16_to_utf8(text, size / 2, ret_exit->text, sizeof(ret_exit->text));
        uefi->boot->FreePool(text);
    }
    if (console != NULL && console->Mode != NULL && console->Mode->Mode != mode)
        console->SetMode(console, (UINTN)mode);
    fw->screen_style(fw, FW_STYLE_NORMAL);
}

// ------------------------------------------------------------------------------------------ initrd

// Copy each byte once, into the memory that the program has allocated.
static EFI_STATUS EFIAPI initrd_load(struct uefi_load_file2 *file, void *path, BOOLEAN boot_policy,
                                     UINTN *size, void *buffer)
{
    const struct uefi_initrd *initrd = (const struct uefi_initrd *)file;
    uint64_t total = 0;
    if (boot_policy)
        return EFI_UNSUPPORTED;
    if (size == NULL)
        return EFI_INVALID_PARAMETER;
    for (size_t i = 0; i < initrd->count; i++)
        total += initrd->pieces[i].size;
    bool fits = buffer != NULL && *size >= total;
    *size = total;
    if (!fits)
        return EFI_BUFFER_TOO_SMALL;
    uint8_t *to = buffer;
    for (size_t i = 0; i < initrd->count; i++) {
        memcpy(to, initrd->pieces[i].at, initrd->pieces[i].size);
        to += initrd->pieces[i].size;
    }
    return EFI_SUCCESS;
}

// A device path of one node, for Linux alone.
static const struct {
    uint8_t vendor[4];
    EFI_GUID guid;
    uint8_t end[4];
} initrd_path = {{MEDIA_DEVICE_PATH, UEFI_MEDIA_VENDOR, 20, 0},
                 UEFI_LINUX_INITRD_GUID,
                 {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, 4, 0}};
_Static_assert(sizeof(initrd_path) == 24, "a device path has no padding");

static fw_status initrd_offer(struct firmware *fw, const struct btl_bytes *pieces, size_t count)
{
    struct uefi *uefi = uefi_of(fw);
    EFI_GUID path = DEVICE_PATH_PROTOCOL, load_file2 = UEFI_LOAD_FILE2_GUID;
    uefi->initrd =
        (struct uefi_initrd){.protocol.load_file = initrd_load, .pieces = pieces, .count = count};
    return uefi->boot->InstallMultipleProtocolInterfaces(&uefi->initrd.handle, &path,
                                                         (void *)(uintptr_t)&initrd_path,
                                                         &load_file2, &uefi->initrd.protocol, NULL);
}

static void initrd_remove(struct firmware *fw)
{
    struct uefi *uefi = uefi_of(fw);
    EFI_GUID path = DEVICE_PATH_PROTOCOL, load_file2 = UEFI_LOAD_FILE2_GUID;
    uefi->boot->UninstallMultipleProtocolInterfaces(uefi->initrd.handle, &path,
                                                    (void *)(uintptr_t)&initrd_path, &load_file2,
                                                    &uefi->initrd.protocol, NULL);
}

void image_uefi(struct firmware *ret_fw)
{
    ret_fw->verify_image = image_verify;
    ret_fw->load_image = image_load;
    ret_fw->unload_image = image_unload;
    ret_fw->start_image = image_start;
    ret_fw->offer_initrd = initrd_offer;
    ret_fw->remove_initrd = initrd_remove;
}
