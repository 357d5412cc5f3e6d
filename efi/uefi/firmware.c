// SPDX-License-Identifier: BSD-2-Clause
// Implementation of firmware.h on UEFI.
#include <efi.h>

#include "firmware.h"
#include "cpu.h"
#include <btl/utf16.h>
#include "uefi.h"

#include <btl/mem.h>

// ------------------------------------------------------------------------------------------ facts

static uint64_t uefi_find_table(const struct uefi *uefi, EFI_GUID guid)
{
    const EFI_SYSTEM_TABLE *system = uefi->system;
    for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &system->ConfigurationTable[i];
        if (memcmp(&table->VendorGuid, &guid, sizeof(guid)) == 0)
            return (uintptr_t)table->VendorTable;
    }
    return 0;
}

static void uefi_get_tables(const struct uefi *uefi, struct fw_facts *ret_facts)
{
    static const EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID;
    static const EFI_GUID smbios = SMBIOS_TABLE_GUID, smbios3 = SMBIOS3_TABLE_GUID;
    static const EFI_GUID attributes = UEFI_MEMORY_ATTRIBUTES_TABLE_GUID;
    ret_facts->system_table = (uintptr_t)uefi->system;
    ret_facts->acpi_rsdp = uefi_find_table(uefi, acpi2);
    if (ret_facts->acpi_rsdp == 0)
        ret_facts->acpi_rsdp = uefi_find_table(uefi, acpi1);
    ret_facts->smbios = uefi_find_table(uefi, smbios);
    ret_facts->smbios3 = uefi_find_table(uefi, smbios3);
    ret_facts->memory_attributes = uefi_find_table(uefi, attributes);
}

static void uefi_get_framebuffer(const struct uefi *uefi, struct fw_framebuffer *ret_framebuffer)
{
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
    if (uefi->boot->LocateProtocol(&guid, NULL, (void **)&graphics) != EFI_SUCCESS ||
        graphics->Mode == NULL || graphics->Mode->Info == NULL)
        return;
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = graphics->Mode->Info;
    bool rgb = mode->PixelFormat == PixelRedGreenBlueReserved8BitPerColor;
    bool bgr = mode->PixelFormat == PixelBlueGreenRedReserved8BitPerColor;
    if ((!rgb && !bgr) || graphics->Mode->FrameBufferBase == 0)
        return;
    ret_framebuffer->address = graphics->Mode->FrameBufferBase;
    ret_framebuffer->size = graphics->Mode->FrameBufferSize;
    ret_framebuffer->width = mode->HorizontalResolution;
    ret_framebuffer->height = mode->VerticalResolution;
    ret_framebuffer->stride = mode->PixelsPerScanLine;
    ret_framebuffer->format = rgb ? 1 : 2;
}

// Get the console's size, by default that of mode 0 (UEFI 2.10, 12.4.1).
static void uefi_get_console(const struct uefi *uefi, struct fw_facts *ret_facts)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = uefi->system->ConOut;
    UINTN columns, rows;
    bool known = console != NULL && console->Mode != NULL &&
                 console->QueryMode(console, console->Mode->Mode, &columns, &rows) == EFI_SUCCESS;
    ret_facts->console_columns = known ? (uint32_t)columns : 80;
    ret_facts->console_rows = known ? (uint32_t)rows : 25;
}

// Did the shell start the loader? Then a protocol is on the loader's handle, and the load options
// are a command line that begins with the loader's name.
static bool uefi_started_by_shell(const struct uefi *uefi)
{
    EFI_GUID guid = UEFI_SHELL_PARAMETERS_GUID;
    void *parameters;
    return uefi->boot->HandleProtocol(uefi->image, &guid, &parameters) == EFI_SUCCESS;
}

static void uefi_facts(struct firmware *fw, struct fw_facts *ret_facts)
{
    struct uefi *uefi = uefi_of(fw);
    *ret_facts = (struct fw_facts){0};
    size_t len = uefi->system->FirmwareVendor == NULL
                     ? 0
                     : btl_utf16_to_utf8(uefi->system->FirmwareVendor, sizeof(uefi->vendor),
                                         uefi->vendor, sizeof(uefi->vendor));
    ret_facts->vendor = (struct btl_str){uefi->vendor, len};
    ret_facts->firmware_revision = uefi->system->FirmwareRevision;
    ret_facts->uefi_revision = uefi->system->Hdr.Revision;
    if (uefi->loaded != NULL) {
        ret_facts->load_options = uefi->loaded->LoadOptions;
        ret_facts->load_options_size = uefi->loaded->LoadOptionsSize;
        ret_facts->options_name_program = uefi_started_by_shell(uefi);
        volume_uefi_identify(uefi->boot, uefi->loaded->DeviceHandle, &ret_facts->volume);
        ret_facts->loader_file = volume_uefi_loader_file(uefi->loaded->FilePath, uefi->loader_file,
                                                         sizeof(uefi->loader_file));
    }
    uefi_get_tables(uefi, ret_facts);
    uefi_get_framebuffer(uefi, &ret_facts->framebuffer);
    uefi_get_console(uefi, ret_facts);
    ret_facts->shim = image_uefi_shim(uefi) != NULL;
    cpu_features(&ret_facts->cpu);
}

// ----------------------------------------------------------------------------------------- memory

static fw_status uefi_allocate(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                               uint64_t *ret_address)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    EFI_STATUS status =
        uefi_of(fw)->boot->AllocatePages(AllocateAnyPages, (EFI_MEMORY_TYPE)type, pages, &address);
    // Page 0 stays allocated and unused, because address 0 means "none" here.
    if (status == EFI_SUCCESS && address == 0)
        status = uefi_of(fw)->boot->AllocatePages(AllocateAnyPages, (EFI_MEMORY_TYPE)type, pages,
                                                  &address);
    if (status == EFI_SUCCESS)
        *ret_address = address;
    return status;
}

static fw_status uefi_allocate_at(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                                  uint64_t address)
{
    EFI_PHYSICAL_ADDRESS wanted = address;
    return uefi_of(fw)->boot->AllocatePages(AllocateAddress, (EFI_MEMORY_TYPE)type, pages, &wanted);
}

static fw_status uefi_release(struct firmware *fw, uint64_t address, uint64_t pages)
{
    return uefi_of(fw)->boot->FreePages(address, pages);
}

static fw_status uefi_memory_map(struct firmware *fw, struct fw_memory_map *map)
{
    UINTN size = map->capacity, key = 0, stride = 0;
    UINT32 version = 0;
    EFI_STATUS status =
        uefi_of(fw)->boot->GetMemoryMap(&size, map->descriptors, &key, &stride, &version);
    map->size = size;
    map->stride = stride;
    map->key = key;
    return status;
}

// ----------------------------------------------------------------------------------------- volume

static fw_status uefi_open_volume(struct firmware *fw, struct volume **ret_volume)
{
    struct uefi *uefi = uefi_of(fw);
    if (uefi->loaded == NULL)
        return FW_UNSUPPORTED;
    fw_status status = volume_uefi_open(&uefi->volume, uefi->boot, uefi->loaded->DeviceHandle);
    if (status == FW_SUCCESS)
        *ret_volume = &uefi->volume.volume;
    return status;
}

// ------------------------------------------------------------------------------------ time, chance

static uint64_t uefi_ticks(struct firmware *fw)
{
    return cpu_ticks();
}

static uint64_t uefi_ticks_per_second(struct firmware *fw)
{
    return cpu_ticks_per_second((uintptr_t)uefi_of(fw)->system);
}

static void uefi_stall(struct firmware *fw, uint64_t microseconds)
{
    uefi_of(fw)->boot->Stall(microseconds);
}

static bool uefi_date(struct firmware *fw, struct btl_limine_date *ret_date)
{
    EFI_TIME time;
    if (uefi_of(fw)->runtime->GetTime(&time, NULL) != EFI_SUCCESS)
        return false;
    *ret_date = (struct btl_limine_date){
        .year = time.Year,
        .month = time.Month,
        .day = time.Day,
        .hour = time.Hour,
        .minute = time.Minute,
        .second = time.Second,
        .zone = time.TimeZone == EFI_UNSPECIFIED_TIMEZONE ? 0 : time.TimeZone,
    };
    return true;
}

#define WATCHDOG_CODE 0x42544c // "BTL"; codes below 0x10000 are the firmware's

static fw_status uefi_watchdog(struct firmware *fw, uint32_t seconds)
{
    return uefi_of(fw)->boot->SetWatchdogTimer(seconds, WATCHDOG_CODE, 0, NULL);
}

static bool uefi_random(struct firmware *fw, uint8_t *to, size_t size)
{
    EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    EFI_RNG_PROTOCOL *source;
    return uefi_of(fw)->boot->LocateProtocol(&guid, NULL, (void **)&source) == EFI_SUCCESS &&
           source->GetRNG(source, NULL, size, to) == EFI_SUCCESS;
}

// ------------------------------------------------------------------------------------- the way out

static fw_status uefi_exit_boot_services(struct firmware *fw, uint64_t key)
{
    return uefi_of(fw)->boot->ExitBootServices(uefi_of(fw)->image, key);
}

static void uefi_start_processors(struct firmware *fw, struct processors *processors)
{
    cpu_start_processors(processors);
}

static uint64_t uefi_place_code(struct firmware *fw, const uint8_t *code)
{
    return cpu_place_code(code);
}

static void uefi_hand_off(struct firmware *fw, const struct handoff *handoff)
{
    cpu_hand_off(handoff);
}

static void uefi_reset(struct firmware *fw, enum fw_reset how)
{
    EFI_RESET_TYPE type = how == FW_RESET_OFF ? EfiResetShutdown : EfiResetCold;
    uefi_of(fw)->runtime->ResetSystem(type, EFI_SUCCESS, 0, NULL);
}

// bootctl(1) and btl state recognize a loader by this text.
__attribute__((used)) static const char loader_info[] =
    "#### LoaderInfo: BTL " LOADER_VERSION " ####";

// The EFI entry point.
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    struct uefi uefi = {.firmware = {.facts = uefi_facts,
                                     .allocate = uefi_allocate,
                                     .allocate_at = uefi_allocate_at,
                                     .release = uefi_release,
                                     .memory_map = uefi_memory_map,
                                     .open_volume = uefi_open_volume,
                                     .ticks = uefi_ticks,
                                     .ticks_per_second = uefi_ticks_per_second,
                                     .stall = uefi_stall,
                                     .watchdog = uefi_watchdog,
                                     .random = uefi_random,
                                     .exit_boot_services = uefi_exit_boot_services,
                                     .date = uefi_date,
                                     .acpi_table = uefi_acpi_table,
                                     .start_processors = uefi_start_processors,
                                     .place_code = uefi_place_code,
                                     .hand_off = uefi_hand_off,
                                     .reset = uefi_reset},
                        .image = image,
                        .system = system,
                        .boot = system->BootServices,
                        .runtime = system->RuntimeServices};
    console_uefi(&uefi.firmware);
    terminal_uefi(&uefi.firmware);
    variables_uefi(&uefi.firmware);
    registers_uefi(&uefi.firmware);
    shell_uefi(&uefi.firmware);
    image_uefi(&uefi.firmware);
    tpm_uefi(&uefi.firmware);
    if (uefi.boot->HandleProtocol(image, &guid, (void **)&uefi.loaded) != EFI_SUCCESS)
        uefi.loaded = NULL; // no volume: run() reports it
    return run(&uefi.firmware);
}
