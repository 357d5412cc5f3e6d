// SPDX-License-Identifier: BSD-2-Clause
// A disk in memory, so that reading costs instructions only, the same in each run, and every read
// is traced. The firmware's own partition and FAT drivers use the disk. The program starts
// \floor.efi, \floor_fat.efi, and \loader.efi. Before each it drops the drivers' caches.
#include "firmware.h"

#define FW_CFG_SELECT    0x510
#define FW_CFG_DMA       0x514 // big-endian, high half first
#define FW_CFG_DIRECTORY 0x19
#define DMA_ERROR        1u
#define DMA_READ         2u
#define DMA_SELECT       8u

#define BLOCK    512
#define PATH_MAX 64

static EFI_BOOT_SERVICES *boot;

// ------------------------------------------------------------------------------- files of fw_cfg

struct dma {
    uint32_t control, length;
    uint64_t address;
} __attribute__((packed));

static void dma_read(uint32_t control, void *to, uint32_t length)
{
    volatile struct dma dma = {__builtin_bswap32(control | DMA_READ), __builtin_bswap32(length),
                               __builtin_bswap64((uintptr_t)to)};
    uint64_t address = (uintptr_t)&dma;
    __asm__ volatile("outl %0, %w1" : : "a"(__builtin_bswap32(address >> 32)), "d"(FW_CFG_DMA));
    __asm__ volatile("outl %0, %w1"
                     :
                     : "a"(__builtin_bswap32((uint32_t)address)), "d"(FW_CFG_DMA + 4)
                     : "memory");
    must(dma.control, "fw_cfg");
}

struct cfg_file {
    uint32_t size;
    uint16_t select, reserved;
    char name[56];
} __attribute__((packed));

static int cfg_is_named(const struct cfg_file *file, const char *name)
{
    const char *own = file->name;
    for (; *own != '\0' && *own == *name; own++)
        name++;
    return *own == *name;
}

static void cfg_find(const char *name, struct cfg_file *ret_file)
{
    uint32_t count;
    dma_read(FW_CFG_DIRECTORY << 16 | DMA_SELECT, &count, sizeof(count));
    for (count = __builtin_bswap32(count); count > 0; count--) {
        dma_read(0, ret_file, sizeof(*ret_file));
        if (cfg_is_named(ret_file, name))
            return;
    }
    must(EFI_NOT_FOUND, "no-disk");
}

// ------------------------------------------------------------------------------------- the disk

static uint8_t *disk_bytes;
static EFI_BLOCK_IO_MEDIA media = {
    .MediaPresent = TRUE, .ReadOnly = TRUE, .BlockSize = BLOCK, .IoAlign = 1};

static EFI_STATUS EFIAPI disk_reset(EFI_BLOCK_IO *disk, BOOLEAN extended)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI disk_read(EFI_BLOCK_IO *disk, UINT32 id, EFI_LBA block, UINTN size,
                                   void *to)
{
    if (size % BLOCK != 0 || block > media.LastBlock || size / BLOCK > media.LastBlock + 1 - block)
        return EFI_INVALID_PARAMETER;
    UINTN words = size / 8;
    const uint8_t *from = disk_bytes + block * BLOCK;
    trace("read", block, size / BLOCK);
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI disk_write(EFI_BLOCK_IO *disk, UINT32 id, EFI_LBA block, UINTN size,
                                    void *from)
{
    return EFI_WRITE_PROTECTED;
}

static EFI_STATUS EFIAPI disk_flush(EFI_BLOCK_IO *disk)
{
    return EFI_SUCCESS;
}

static EFI_BLOCK_IO disk = {.Revision = EFI_BLOCK_IO_INTERFACE_REVISION,
                            .Media = &media,
                            .Reset = disk_reset,
                            .ReadBlocks = disk_read,
                            .WriteBlocks = disk_write,
                            .FlushBlocks = disk_flush};

#define END                                                                                        \
    {                                                                                              \
        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,                                      \
        {                                                                                          \
            sizeof(EFI_DEVICE_PATH), 0                                                             \
        }                                                                                          \
    }

static struct {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH end;
} disk_path = {{{HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
                {0xb7100000, 0x0001, 0x4000, {0x80, 0, 0, 0, 0, 0, 0, 1}}},
               END};

static void disk_install(EFI_HANDLE *ret_handle)
{
    EFI_GUID path_guid = DEVICE_PATH_PROTOCOL, block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_PHYSICAL_ADDRESS address;
    struct cfg_file file;
    cfg_find("opt/btl/disk", &file);
    uint32_t size = __builtin_bswap32(file.size);
    must(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, size / 4096 + 1, &address),
         "no-memory");
    disk_bytes = (uint8_t *)address;
    dma_read((uint32_t)__builtin_bswap16(file.select) << 16 | DMA_SELECT, disk_bytes, size);
    media.LastBlock = size / BLOCK - 1;
    *ret_handle = NULL;
    must(boot->InstallProtocolInterface(ret_handle, &path_guid, EFI_NATIVE_INTERFACE, &disk_path),
         "install");
    must(boot->InstallProtocolInterface(ret_handle, &block_guid, EFI_NATIVE_INTERFACE, &disk),
         "install");
}

// ---------------------------------------------------------------------------------- the programs

// Bytes of a device path, without its end.
static UINTN path_length(const EFI_DEVICE_PATH *path)
{
    UINTN offset = 0;
    const uint8_t *bytes = (const uint8_t *)path;
    while ((bytes[offset] & 0x7f) != END_DEVICE_PATH_TYPE)
        offset += bytes[offset + 2] + 256u * bytes[offset + 3];
    return offset;
}

// The path of a volume on this disk; NULL: the handle is another volume.
static EFI_DEVICE_PATH *own_disk_path(EFI_HANDLE handle)
{
    EFI_GUID guid = DEVICE_PATH_PROTOCOL;
    EFI_DEVICE_PATH *path;
    if (boot->HandleProtocol(handle, &guid, (void **)&path) != EFI_SUCCESS)
        return NULL;
    const uint8_t *a = (const uint8_t *)path, *b = (const uint8_t *)&disk_path;
    for (UINTN i = 0; i < sizeof(disk_path.vendor); i++) {
        if (a[i] != b[i])
            return NULL;
    }
    return path;
}

static EFI_DEVICE_PATH *find_volume_path(void)
{
    EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_HANDLE *handles;
    UINTN count;
    must(boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles), "no-volume");
    for (UINTN i = 0; i < count; i++) {
        EFI_DEVICE_PATH *path = own_disk_path(handles[i]);
        if (path != NULL)
            return path;
    }
    must(EFI_NOT_FOUND, "no-volume");
    return NULL;
}

static void start_program(EFI_HANDLE image, EFI_HANDLE device, const CHAR16 *name)
{
    EFI_HANDLE program;
    uint8_t path[512];
    must(boot->ConnectController(device, NULL, NULL, TRUE), "connect");
    const EFI_DEVICE_PATH *volume = find_volume_path();
    UINTN length = path_length(volume), name_size = 0;
    EFI_DEVICE_PATH end = END, *node = (EFI_DEVICE_PATH *)(path + length);
    do
        name_size += sizeof(CHAR16);
    while (name[name_size / sizeof(CHAR16) - 1] != 0);
    must(length + name_size + 2 * sizeof(end) > sizeof(path), "long-path");
    boot->CopyMem(path, (void *)volume, length);
    *node = (EFI_DEVICE_PATH){
        MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, {(uint8_t)(sizeof(*node) + name_size), 0}};
    boot->CopyMem(node + 1, (void *)name, name_size);
    boot->CopyMem((uint8_t *)(node + 1) + name_size, &end, sizeof(end));
    must(boot->LoadImage(FALSE, image, (EFI_DEVICE_PATH *)path, NULL, 0, &program), "load");
    trace("start", trace_now(), 0);
    boot->StartImage(program, NULL, NULL);
    must(boot->DisconnectController(device, NULL, NULL), "disconnect");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE device;
    boot = system->BootServices;
    disk_install(&device);
    start_program(image, device, L"\\floor.efi");
    start_program(image, device, L"\\floor_fat.efi");
    start_program(image, device, L"\\loader.efi");
    must(EFI_LOAD_ERROR, "returned");
    return EFI_SUCCESS;
}
