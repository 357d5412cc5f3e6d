// SPDX-License-Identifier: BSD-2-Clause
// The mock firmware.
#include "mock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Free memory is poisoned, so that AddressSanitizer finds every access to it.
#include <sanitizer/asan_interface.h>

#define EFI_FREE 7

struct control_registers mock_control = {.cr0 = 0x80000011, .cr4 = 0x220}; // as EDK II sets them
int mock_control_reads;

struct control_registers cpu_control_registers(void)
{
    mock_control_reads++;
    return mock_control;
}

static uint8_t *memory;

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

// Counts a call; true when this is the one that fails. After the first ExitBootServices only
// GetMemoryMap and ExitBootServices may come.
bool mock_fails(struct mock *mock, enum mock_service service)
{
    if (mock->exit_tried && service != MOCK_MEMORY_MAP && service != MOCK_EXIT)
        mock->violations++;
    if (mock->exited)
        mock->violations++;
    mock->calls[service]++;
    bool changes =
        (service >= MOCK_CREATE && service <= MOCK_REMOVE) || service == MOCK_VARIABLE_SET;
    if (changes && ++mock->changes == mock->cut_at)
        longjmp(mock->power, 1);
    return mock->fail_at != 0 && mock->fail_service == service &&
           mock->calls[service] == mock->fail_at;
}

static void facts(struct firmware *fw, struct fw_facts *ret)
{
    mock_of(fw)->ran = true;
    *ret = mock_of(fw)->facts;
}

static void mark_taken(struct mock *mock, uint64_t page, enum fw_memory_type type, uint64_t pages)
{
    uint8_t *at = memory + page * BTL_PAGE_SIZE;
    memset(mock->type + page, type, pages);
    ASAN_UNPOISON_MEMORY_REGION(at, pages * BTL_PAGE_SIZE);
    memset(at, 0xa5, pages * BTL_PAGE_SIZE);
    mock->taken_pages += pages;
    if (mock->taken_pages > mock->peak_pages)
        mock->peak_pages = mock->taken_pages;
    mock->key++;
}

static fw_status allocate_at(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                             uint64_t address)
{
    struct mock *mock = mock_of(fw);
    uint64_t first = (address - MOCK_MEMORY_START) / BTL_PAGE_SIZE;
    if (mock_fails(mock, MOCK_ALLOCATE))
        return mock->fail_status;
    if (address % BTL_PAGE_SIZE != 0 || address < MOCK_MEMORY_START ||
        !btl_in_range(first, pages, MOCK_PAGES) || mock->taken_pages + pages > mock->page_limit)
        return FW_NOT_FOUND;
    for (uint64_t i = 0; i < pages; i++) {
        if (mock->type[first + i] != EFI_FREE)
            return FW_NOT_FOUND;
    }
    mark_taken(mock, first, type, pages);
    return FW_SUCCESS;
}

// From the top down, as most firmwares do. Fresh memory is full of junk.
static fw_status allocate(struct firmware *fw, enum fw_memory_type type, uint64_t pages,
                          uint64_t *ret_address)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_ALLOCATE))
        return mock->fail_status;
    uint64_t run = 0;
    if (pages == 0 || mock->taken_pages + pages > mock->page_limit)
        return FW_OUT_OF_RESOURCES;
    for (uint64_t page = MOCK_PAGES; page > 0; page--) {
        run = mock->type[page - 1] == EFI_FREE ? run + 1 : 0;
        if (run < pages)
            continue;
        mark_taken(mock, page - 1, type, pages);
        *ret_address = (uintptr_t)memory + (page - 1) * BTL_PAGE_SIZE;
        return FW_SUCCESS;
    }
    return FW_OUT_OF_RESOURCES;
}

static fw_status release(struct firmware *fw, uint64_t address, uint64_t pages)
{
    struct mock *mock = mock_of(fw);
    uint64_t first = (address - MOCK_MEMORY_START) / BTL_PAGE_SIZE;
    mock->violations += mock->exited;
    assert_true(address % BTL_PAGE_SIZE == 0 && address >= MOCK_MEMORY_START);
    assert_true(btl_in_range(first, pages, MOCK_PAGES));
    for (uint64_t i = 0; i < pages; i++) {
        assert_true(mock->type[first + i] != EFI_FREE); // freed twice
        mock->type[first + i] = EFI_FREE;
    }
    ASAN_POISON_MEMORY_REGION((void *)(uintptr_t)address, pages * BTL_PAGE_SIZE);
    mock->taken_pages -= pages;
    mock->key++;
    return FW_SUCCESS;
}

struct map_writer {
    struct fw_memory_map *map;
    uint64_t size; // of all descriptors, written or not
};

static void put_descriptor(struct map_writer *writer, uint32_t type, uint64_t start, uint64_t pages,
                           uint64_t attributes)
{
    struct btl_efi_memory descriptor = {
        .type = type, .physical = start, .pages = pages, .attributes = attributes};
    if (writer->size + MOCK_STRIDE <= writer->map->capacity) {
        char *at = (char *)writer->map->descriptors + writer->size;
        memset(at, 0xee, MOCK_STRIDE);
        memcpy(at, &descriptor, sizeof(descriptor));
    }
    writer->size += MOCK_STRIDE;
}

// The special ranges of every machine, unsorted.
static void put_fixed(struct map_writer *writer)
{
    put_descriptor(writer, 11, 0xfec00000, 1, 1);               // MMIO
    put_descriptor(writer, 5, 0x2000000, 16, 0xf | 1ull << 63); // runtime code
    put_descriptor(writer, 6, 0x2010000, 16, 0xf | 1ull << 63); // runtime data
    put_descriptor(writer, 9, 0x2020000, 4, 0xf);               // ACPI
    put_descriptor(writer, 3, 0x3000000, 256, 0xf);             // boot services
    put_descriptor(writer, 7, 0x1000, 0x9f, 0xf);               // free
    put_descriptor(writer, 7, 0x140000000ull, 0x40000, 0xf);    // free, above 4 GiB
}

static fw_status memory_map(struct firmware *fw, struct fw_memory_map *map)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_MEMORY_MAP))
        return mock->fail_status;
    struct map_writer writer = {.map = map};
    put_fixed(&writer);
    for (uint64_t page = 0; page < MOCK_PAGES;) {
        uint64_t start = page;
        while (page < MOCK_PAGES && mock->type[page] == mock->type[start])
            page++;
        put_descriptor(&writer, mock->type[start], MOCK_MEMORY_START + start * BTL_PAGE_SIZE,
                       page - start, 0xf);
    }
    bool fits =
        writer.size + (uint64_t)mock->map_room * mock->calls[MOCK_MEMORY_MAP] <= map->capacity;
    map->size = writer.size;
    map->stride = MOCK_STRIDE;
    map->key = mock->key;
    if (!fits)
        return FW_BUFFER_TOO_SMALL;
    if (mock->change_map != NULL)
        mock->change_map(mock, map);
    return FW_SUCCESS;
}

static fw_status open_volume(struct firmware *fw, struct volume **ret_volume)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_OPEN_VOLUME))
        return mock->fail_status;
    assert_int_equal(mock->volumes_open, 0); // the firmware's table has one
    mock->volumes_open++;
    *ret_volume = &mock->volume;
    return FW_SUCCESS;
}

// ----------------------------------------------------------------------------------- time, way out

static uint64_t ticks(struct firmware *fw)
{
    return mock_of(fw)->ticks += 1000;
}

static uint64_t ticks_per_second(struct firmware *fw)
{
    return mock_of(fw)->rate;
}

static void stall(struct firmware *fw, uint64_t microseconds)
{
    struct mock *mock = mock_of(fw);
    mock->stalled += microseconds;
    mock->ticks += microseconds * (MOCK_HERTZ / 1000000);
}

// One that would have reset the machine is noticed when the loader comes back to it.
void mock_watchdog_check(struct mock *mock)
{
    if (mock->watchdog == 0 || mock->ticks <= mock->watchdog_due)
        return;
    mock->watchdog_resets++;
    mock->watchdog_due = UINT64_MAX;
}

static fw_status watchdog(struct firmware *fw, uint32_t seconds)
{
    struct mock *mock = mock_of(fw);
    mock->violations += mock->exit_tried;
    if (mock->watchdog_status != FW_SUCCESS)
        return mock->watchdog_status;
    mock_watchdog_check(mock);
    mock->watchdog = seconds;
    mock->watchdog_due = mock->ticks + seconds * MOCK_HERTZ;
    return FW_SUCCESS;
}

static bool random_bytes(struct firmware *fw, uint8_t *to, size_t size)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_RANDOM))
        return false;
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(17 * i + 3);
    return true;
}

static bool date(struct firmware *fw, struct btl_limine_date *ret_date)
{
    *ret_date = mock_of(fw)->date;
    return true;
}

static struct btl_bytes acpi_table(struct firmware *fw, const char *signature)
{
    struct mock *mock = mock_of(fw);
    if (strcmp(signature, "FACP") == 0)
        return mock->devices.fadt;
    assert_string_equal(signature, "APIC");
    return mock->madt;
}

// Every second processor starts.
static void start_processors(struct firmware *fw, struct processors *processors)
{
    struct mock *mock = mock_of(fw);
    assert_true(mock->exited && !mock->handed_off);
    for (uint32_t i = 1; i < processors->machine->processor_count; i += 2)
        processors->started[i] = true;
    mock->processors = *processors;
}

static fw_status exit_boot_services(struct firmware *fw, uint64_t key)
{
    struct mock *mock = mock_of(fw);
    bool failing = mock_fails(mock, MOCK_EXIT);
    mock->exit_tried = true;
    if (failing)
        return mock->fail_status;
    if (mock->stale_keys > 0) {
        mock->stale_keys--;
        mock->key++;
        return FW_INVALID_PARAMETER;
    }
    if (key != mock->key)
        return FW_INVALID_PARAMETER;
    mock->exited = true;
    mock->watchdog = 0; // UEFI 2.10, 7.5
    return FW_SUCCESS;
}

static uint64_t place_code(struct firmware *fw, const uint8_t *code)
{
    return mock_of(fw)->code_page;
}

static void hand_off(struct firmware *fw, const struct handoff *handoff)
{
    struct mock *mock = mock_of(fw);
    assert_true(mock->exited && !mock->handed_off);
    mock->handed_off = true;
    mock->handoff = *handoff;
}

static void reset(struct firmware *fw, enum fw_reset how)
{
    mock_of(fw)->reset = true;
    mock_of(fw)->reset_how = how;
}

// ----------------------------------------------------------------------------------- for the tests

static void map_memory(void)
{
    if (memory != NULL)
        return;
    void *wanted = (void *)(uintptr_t)MOCK_MEMORY_START;
    void *got = mmap(wanted, MOCK_MEMORY_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    assert_ptr_equal(got, wanted);
    memory = got;
}

static void alloc_table(struct mock *mock)
{
    mock_volume(&mock->volume);
    mock->firmware = (struct firmware){
        .facts = facts,
        .allocate = allocate,
        .allocate_at = allocate_at,
        .release = release,
        .memory_map = memory_map,
        .open_volume = open_volume,
        .ticks = ticks,
        .ticks_per_second = ticks_per_second,
        .stall = stall,
        .watchdog = watchdog,
        .random = random_bytes,
        .exit_boot_services = exit_boot_services,
        .date = date,
        .acpi_table = acpi_table,
        .start_processors = start_processors,
        .place_code = place_code,
        .hand_off = hand_off,
        .reset = reset,
    };
    mock_console(&mock->firmware);
    mock_variables(&mock->firmware);
    mock_images(&mock->firmware);
    mock_devices(&mock->firmware);
    mock_tpm(&mock->firmware);
}

static void free_memory(struct mock *mock)
{
    map_memory();
    ASAN_POISON_MEMORY_REGION(memory, MOCK_MEMORY_SIZE);
    memset(mock->type, EFI_FREE, sizeof(mock->type));
    mock->taken_pages = mock->peak_pages = 0;
}

// As the boot manager has it when it starts a program (UEFI 2.10, 3.1.2).
static void begin_watchdog(struct mock *mock)
{
    mock->watchdog = 300;
    mock->watchdog_due = mock->ticks + 300 * MOCK_HERTZ;
}

struct mock *mock_begin(void)
{
    struct mock *mock = calloc(1, sizeof(*mock));
    assert_non_null(mock);
    free_memory(mock);
    alloc_table(mock);
    mock->page_limit = MOCK_PAGES;
    mock->rate = MOCK_HERTZ;
    begin_watchdog(mock);
    mock_devices_begin(mock);
    mock->open_directory = (struct mock_file){.path = "a directory", .directory = true};
    mock->write_limit = UINT64_MAX;
    mock->variable_room = 64u << 10;
    mock->facts = (struct fw_facts){
        .vendor = BTL_STR("Mock"),
        .firmware_revision = 7,
        .uefi_revision = 2 << 16 | 100,
        .system_table = 0x2010100,
        .acpi_rsdp = 0x2020014,
        .smbios3 = 0x2010800,
        .console_rows = 25,
        .console_columns = 80,
        .framebuffer = {0x800000000ull, 1280 * 800 * 4, 1280, 800, 1280, 2},
        .cpu = {.no_execute = true, .huge_pages = true, .physical_bits = 40},
    };
    return mock;
}

// The volume was not open at the end, and no file was read twice.
static void check_files(const struct mock *mock)
{
    assert_int_equal(mock->volumes_open, 0);
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        const struct mock_file *file = &mock->files[i];
        assert_int_equal(file->open_now, 0);
        // Once, unless it may have been changed in the shell.
        if (!mock->reads_again && !file->created && mock->calls[MOCK_SHELL] == 0 &&
            (file->opened > 1 || file->read_bytes > file->size))
            fail_msg("%s was opened %u times; %llu of %llu bytes were read", file->path,
                     file->opened, (unsigned long long)file->read_bytes,
                     (unsigned long long)file->size);
    }
}

static void check_boot(struct mock *mock)
{
    assert_int_equal(mock->violations, 0);
    mock_watchdog_check(mock);
    assert_int_equal(mock->watchdog_resets, 0);
    if (mock->ran && !mock->program_started && (mock->exited || !mock->exit_tried))
        assert_int_equal(mock->watchdog, 0);
    check_files(mock);
    mock_variables_check(mock);
    mock_images_check(mock);
    if (!mock->handed_off && !mock->program_started)
        assert_int_equal(mock->taken_pages, 0);
}

static void power_on(struct mock *mock)
{
    free_memory(mock);
    memset(mock->calls, 0, sizeof(mock->calls));
    memset(mock->console, 0, mock->console_len);
    mock->console_len = 0;
    mock->screen = (struct mock_screen){0};
    mock->keys = mock->typed = NULL;
    mock->fail_at = mock->cut_at = mock->changes = mock->stale_keys = mock->volume_calls =
        mock->terminal_asked = 0;
    mock->waited_ms = mock->idle_waits = mock->ticks = mock->stalled = 0;
    mock->key_waited = mock->ran = mock->exit_tried = mock->exited = mock->reset = false;
    mock->handed_off = mock->entered_setup = mock->program_started = mock->initrd_offered = false;
    mock->programs_run = 0;
    mock->tpm.count = 0;
    begin_watchdog(mock);
    mock->shell_runs = 0;
    for (size_t i = 0; i < MOCK_FILES; i++) {
        struct mock_file *file = &mock->files[i];
        file->opened = file->reads = 0;
        file->position = file->read_bytes = 0;
    }
    for (size_t i = 0; i < MOCK_VARIABLES; i++) {
        struct mock_variable *variable = &mock->variables[i];
        variable->writes = variable->idle = 0;
        if ((variable->attributes & MOCK_NON_VOLATILE) == 0)
            variable->size = 0;
    }
}

void mock_reboot(struct mock *mock)
{
    check_boot(mock);
    power_on(mock);
}

static void cut_power(struct mock *mock)
{
    mock->volumes_open = 0;
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        struct mock_file *file = &mock->files[i];
        file->open_now = 0;
        if (file->created && !file->flushed)
            file->size /= 2;
    }
    power_on(mock);
}

bool mock_run_until(struct mock *mock, uint32_t change)
{
    mock->cut_at = change;
    if (setjmp(mock->power) == 0) {
        run(&mock->firmware);
        return true;
    }
    cut_power(mock);
    return false;
}

void mock_end(struct mock *mock)
{
    check_boot(mock);
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++)
        mock_forget(&mock->files[i]);
    free((void *)(uintptr_t)mock->facts.load_options);
    free(mock->initrd);
    mock_disk_end(mock);
    free(mock);
}
