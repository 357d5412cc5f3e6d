// SPDX-License-Identifier: BSD-2-Clause
// Start of \EFI\BTL\LOADER.EFI with hooked firmware calls, and direct access to the serial line.
#include <efi.h>
#include <efilib.h>

#define COM1 0x3f8
enum { LINE_STATUS = 5, READY = 0x01, EMPTY = 0x20 };

static inline UINT8 port_get(UINT16 port)
{
    UINT8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

// Write to the port directly: the firmware's console could change the memory map.
static inline void say(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((port_get(COM1 + LINE_STATUS) & EMPTY) == 0)
            continue;
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((UINT16)COM1));
    }
}

// At TPL_NOTIFY, so that the firmware's terminal driver does not read the bytes.
static inline void wait_for_byte(void)
{
    while ((port_get(COM1 + LINE_STATUS) & READY) == 0)
        continue;
}

static inline void hooked(EFI_TABLE_HEADER *table)
{
    table->CRC32 = 0;
    BS->CalculateCrc32(table, table->HeaderSize, &table->CRC32);
}

// `hook` changes the calls of the loader and of the firmware's drivers.
static inline EFI_STATUS start_loader(EFI_HANDLE image, void (*hook)(void))
{
    EFI_LOADED_IMAGE *self;
    EFI_HANDLE loader;
    EFI_STATUS status = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self);
    if (EFI_ERROR(status))
        return status;
    EFI_DEVICE_PATH *path = FileDevicePath(self->DeviceHandle, L"\\EFI\\BTL\\LOADER.EFI");
    status = BS->LoadImage(FALSE, image, path, NULL, 0, &loader);
    if (EFI_ERROR(status)) {
        say("there is no \\EFI\\BTL\\LOADER.EFI\r\n");
        return status;
    }
    if (hook != NULL)
        hook();
    return BS->StartImage(loader, NULL, NULL);
}
