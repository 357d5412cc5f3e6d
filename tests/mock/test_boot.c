// SPDX-License-Identifier: BSD-2-Clause
// run() from loader.conf to the hand-off, and the kernel's view.
#include <btl/boot.h>
#include <btl/link.h>
#include <btl/module.h>

#include "mock.h"
#include "walk.h"

#include <string.h>

static struct mock *boot_ordinary(struct btl_manifest *ret_manifest)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, ret_manifest);
    return mock;
}

static struct walk walk_of(const struct mock *mock)
{
    return (struct walk){mock->handoff.page_table_root, mock->facts.cpu.five_levels};
}

TEST(test_manifest_says_what_was_loaded)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 4);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    assert_int_equal(mock_module(&manifest, "user")->state, BTLM_LINKED);
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    assert_int_equal(mock_module(&manifest, "lazy")->state, BTLM_STAGED);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_ORDER), 4);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), 0);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_int_equal(system->acpi_rsdp, mock->facts.acpi_rsdp);
    assert_int_equal(system->framebuffer_width, 1280);
    assert_int_equal(system->seed_size, 64);
    assert_int_equal(system->seed[1], 20);
    assert_int_equal(system->ticks_per_second, 3000000000);
    struct btl_str options = btl_manifest_str(&manifest, system->kernel_options);
    assert_true(btl_str_equal(options, BTL_STR("console=com1")));
    assert_true(btl_manifest_text(&manifest, BTLM_CONFIG).len > 100);
    mock_end(mock);
}

TEST(test_staged_files_are_the_files)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_module *late = mock_module(&manifest, "late");
    const struct mock_file *file = mock_file(mock, "/modules/late.ko");
    assert_int_equal(late->file_size, file->size);
    assert_int_equal(late->staged_physical % BTL_PAGE_SIZE, 0);
    assert_true(late->staged_size >= file->size && late->staged_size % BTL_PAGE_SIZE == 0);
    assert_memory_equal((const void *)(uintptr_t)late->staged_physical, file->bytes, file->size);
    mock_end(mock);
}

// The address behind a virtual one, through the page tables.
static const void *at_virtual(const struct mock *mock, uint64_t address)
{
    struct walk walk = walk_of(mock);
    struct mapping mapping;
    assert_true(walk_find(&walk, address, &mapping));
    return (const void *)(uintptr_t)(mapping.physical + (address & (mapping.size - 1)));
}

static uint64_t export_of(const struct btl_manifest *manifest, const char *name)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_EXPORTS); i++) {
        const struct btlm_export *export = btl_manifest_entry(manifest, BTLM_EXPORTS, i);
        if (btl_str_equal(btl_manifest_str(manifest, export->name), btl_str_of(name)))
            return export->value;
    }
    fail_msg("no export %s", name);
    return 0;
}

// user's table of pointers holds the address of base's function; its wrapper is the one of
// btl/module.h.
TEST(test_modules_are_linked_to_each_other)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    uint64_t wanted = export_of(&manifest, "base_count");
    const struct btlm_module *user = mock_module(&manifest, "user");
    const struct btl_wrapper *wrapper = at_virtual(mock, user->wrapper);
    assert_int_equal(wrapper->abi, BTL_MODULE_ABI);
    uint64_t load = (uintptr_t)wrapper->load;
    assert_true(load >= user->address && load < user->address + user->size);
    bool found = false;
    for (uint64_t at = user->address; at < user->address + user->size; at += 8) {
        struct walk walk = walk_of(mock);
        struct mapping mapping;
        if (walk_find(&walk, at, &mapping) && !mapping.execute)
            found |= *(const uint64_t *)at_virtual(mock, at) == wanted;
    }
    assert_true(found);
    mock_end(mock);
}

TEST(test_kernel_lies_at_its_link_address)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&manifest);
    assert_int_equal(kernel->virtual_base, 0xffffffff80200000);
    assert_int_equal(mock->handoff.entry, kernel->entry);
    const struct mock_file *file = mock_file(mock, "/kernel/kernel.elf");
    const struct elf64_header *header = file->bytes;
    assert_int_equal(kernel->entry, header->entry);
    const struct elf64_segment *segments =
        (const void *)((const char *)file->bytes + header->phoff);
    for (uint16_t i = 0; i < header->phnum; i++) {
        if (segments[i].type != ELF_PT_LOAD || segments[i].filesz == 0)
            continue;
        assert_memory_equal(at_virtual(mock, segments[i].vaddr),
                            (const char *)file->bytes + segments[i].offset,
                            segments[i].filesz < 4096 ? segments[i].filesz : 4096);
    }
    mock_end(mock);
}

struct count {
    const struct mock *mock;
    uint32_t writable_and_executable, executable_outside_window, code_pages;
};

static void count_leaf(void *context, uint64_t address, const struct mapping *mapping)
{
    struct count *count = context;
    count->writable_and_executable += mapping->write && mapping->execute;
    if (!mapping->execute || address >= BTL_X86_64_WINDOW)
        return;
    count->executable_outside_window++;
    count->code_pages += address == count->mock->handoff.code && mapping->size == BTL_PAGE_SIZE;
}

TEST(test_nothing_is_writable_and_executable)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    struct count count = {.mock = mock};
    struct walk walk = walk_of(mock);
    assert_true(walk_all(&walk, count_leaf, &count) > 100);
    assert_int_equal(count.writable_and_executable, 0);
    assert_int_equal(count.executable_outside_window, 1);
    assert_int_equal(count.code_pages, 1);
    mock_end(mock);
}

static void expect_perm(const struct mock *mock, uint64_t address, uint64_t size, uint32_t perm)
{
    struct walk walk = walk_of(mock);
    for (uint64_t at = address & ~4095ull; at < address + size; at += BTL_PAGE_SIZE) {
        struct mapping mapping;
        assert_true(walk_find(&walk, at, &mapping));
        assert_int_equal(mapping.write, (perm & BTL_PERM_WRITE) != 0);
        assert_int_equal(mapping.execute, (perm & BTL_PERM_EXEC) != 0);
    }
}

TEST(test_segments_and_sections_have_their_permissions)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    uint64_t segments = btl_manifest_count(&manifest, BTLM_SEGMENTS);
    uint64_t sections = btl_manifest_count(&manifest, BTLM_SECTIONS);
    assert_true(segments >= 3 && sections >= 6);
    for (uint64_t i = 0; i < segments; i++) {
        const struct btlm_segment *segment = btl_manifest_entry(&manifest, BTLM_SEGMENTS, i);
        expect_perm(mock, segment->address, segment->size, segment->perm);
    }
    for (uint64_t i = 0; i < sections; i++) {
        const struct btlm_section *section = btl_manifest_entry(&manifest, BTLM_SECTIONS, i);
        expect_perm(mock, section->address, section->size, section->perm);
    }
    mock_end(mock);
}

TEST(test_stack_has_a_guard_and_the_early_arena_is_clear)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    struct walk walk = walk_of(mock);
    struct mapping mapping;
    assert_int_equal(system->stack_size, BTL_BOOT_STACK_SIZE);
    assert_int_equal(mock->handoff.stack_top, system->stack_virtual + system->stack_size);
    assert_int_equal(mock->handoff.stack_top % 16, 0);
    assert_int_equal(system->stack_virtual % (2 << 20), BTL_PAGE_SIZE); // btl/boot.h
    expect_perm(mock, system->stack_virtual, system->stack_size, BTL_PERM_WRITE);
    assert_false(walk_find(&walk, system->stack_virtual - 1, &mapping));
    assert_false(walk_find(&walk, system->stack_virtual + system->stack_size, &mapping));
    expect_perm(mock, system->early_virtual, system->early_size, BTL_PERM_WRITE);
    uint64_t entries = btl_manifest_count(&manifest, BTLM_MODULES) * BTL_BOOT_EARLY_MODULE;
    assert_int_equal(system->early_size, BTL_BOOT_EARLY_SIZE + (entries + 4095) / 4096 * 4096);
    const uint8_t *early = (const void *)(uintptr_t)system->early_physical;
    for (uint64_t i = 0; i < system->early_size; i++)
        assert_int_equal(early[i], 0);
    assert_false(walk_find(&walk, 0xffffffffffe00000, &mapping));
    mock_end(mock);
}

TEST(test_early_size_is_the_size_of_the_early_arena)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "early_size=\"5000K\"\n");
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 0);
    assert_int_equal(system->early_size, 5000 << 10);
    expect_perm(mock, system->early_virtual, system->early_size, BTL_PERM_WRITE);
    mock_end(mock);
}

static const struct btlm_memory *memory_at(const struct btl_manifest *manifest, uint64_t address)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *entry = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (entry->start <= address && address - entry->start < entry->size)
            return entry;
    }
    fail_msg("%llx is not in the map", (unsigned long long)address);
    return NULL;
}

TEST(test_memory_map_tells_the_loaders_ranges)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    struct {
        uint64_t address;
        uint32_t type, efi_type;
    } expected[] = {
        {btl_manifest_kernel(&manifest)->physical_base, BTLM_MEM_KERNEL, 0},
        {system->modules_physical, BTLM_MEM_MODULES, 0},
        {system->early_physical, BTLM_MEM_EARLY, 0},
        {manifest.header->physical, BTLM_MEM_MANIFEST, 0},
        {mock_module(&manifest, "late")->staged_physical, BTLM_MEM_STAGED, 2},
        {system->stack_physical, BTLM_MEM_LOADER, 2},
        {system->page_table_root, BTLM_MEM_LOADER, 2},
        {mock->handoff.code, BTLM_MEM_LOADER, 1},
        {MOCK_MEMORY_START, BTLM_MEM_USABLE, 7},
        {0x2000000, BTLM_MEM_RUNTIME_CODE, 5},
        {0x3000000, BTLM_MEM_BOOT_SERVICES, 3},
        {0xfec00000, BTLM_MEM_MMIO, 11},
    };
    for (size_t i = 0; i < BTL_COUNT(expected); i++) {
        const struct btlm_memory *entry = memory_at(&manifest, expected[i].address);
        assert_int_equal(entry->type, expected[i].type);
        assert_int_equal(entry->efi_type, expected[i].efi_type);
    }
    // For handlers of misses.
    assert_ptr_equal((const void *)(uintptr_t)mock->handoff.memory,
                     btl_manifest_entry(&manifest, BTLM_MEMORY, 0));
    assert_int_equal(mock->handoff.memory_count, btl_manifest_count(&manifest, BTLM_MEMORY));
    mock_end(mock);
}

// Every page that the firmware has allocated has such a type in the kernel's map.
TEST(test_every_taken_page_is_accounted_for)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    for (uint64_t page = 0; page < MOCK_PAGES; page++) {
        uint64_t address = MOCK_MEMORY_START + page * BTL_PAGE_SIZE;
        bool usable = memory_at(&manifest, address)->type == BTLM_MEM_USABLE;
        assert_int_equal(usable, mock->type[page] == 7);
    }
    mock_end(mock);
}

TEST(test_all_memory_is_in_both_maps)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    struct walk walk = walk_of(mock);
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *entry = btl_manifest_entry(&manifest, BTLM_MEMORY, i);
        uint64_t addresses[] = {entry->start, entry->start + entry->size - 1, mock->handoff.code};
        for (size_t a = 0; a < 3; a++) {
            struct mapping low, high;
            assert_true(walk_find(&walk, addresses[a], &low));
            assert_true(walk_find(&walk, system->direct_map + addresses[a], &high));
            assert_int_equal(low.physical, addresses[a] & ~(low.size - 1));
            assert_int_equal(high.physical, low.physical);
            assert_false(high.execute);
            assert_true(addresses[a] < system->direct_map_size);
        }
    }
    expect_perm(mock, system->direct_map + system->framebuffer, system->framebuffer_size,
                BTL_PERM_WRITE);
    mock_end(mock);
}

TEST(test_code_page_holds_the_handoff_code)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    assert_memory_equal((const void *)(uintptr_t)mock->handoff.code, handoff_code,
                        (size_t)(handoff_code_end - handoff_code));
    mock_end(mock);
}

// On a machine where the loader runs the hand-off code in place, its page is that of the code, and
// nothing is allocated as code.
TEST(test_hand_off_code_in_place)
{
    struct mock *mock = mock_begin();
    mock->code_page = MOCK_MEMORY_START + (MOCK_PAGES / 2) * BTL_PAGE_SIZE;
    mock->type[MOCK_PAGES / 2] = FW_LOADER_CODE;
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->handoff.code, mock->code_page);
    struct count count = {.mock = mock};
    struct walk walk = walk_of(mock);
    assert_true(walk_all(&walk, count_leaf, &count) > 100);
    assert_int_equal(count.writable_and_executable, 0);
    assert_int_equal(count.code_pages, 1);
    for (size_t page = 0; page < MOCK_PAGES; page++)
        assert_true(page == MOCK_PAGES / 2 || mock->type[page] != FW_LOADER_CODE);
    mock_end(mock);
}

TEST(test_what_is_code_is_synced)
{
    struct btl_manifest manifest;
    mock_forget_synced();
    struct mock *mock = boot_ordinary(&manifest);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_true(system->modules_size > 0);
    assert_true(mock_synced(mock->handoff.code, (size_t)(handoff_code_end - handoff_code)));
    assert_true(mock_synced(kernel->physical_base, kernel->size));
    assert_true(mock_synced(system->modules_physical, system->modules_size));
    mock_end(mock);
}

TEST(test_log_and_timeline_are_in_the_manifest)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    char text[8192];
    assert_true(log.len < sizeof(text));
    memcpy(text, log.at, log.len);
    text[log.len] = '\0';
    assert_non_null(strstr(text, "] info  base "));
    assert_null(strchr(text, '\r'));
    bool kinds[BTLM_EVENTS_KINDS] = {false};
    uint64_t last = 0;
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(&manifest, BTLM_EVENTS, i);
        assert_true(event->start >= last && event->end >= event->start);
        last = event->start;
        kinds[event->kind] = true;
    }
    for (int kind = BTLM_EVENT_LOADER; kind <= BTLM_EVENT_EXIT; kind++)
        assert_true(kinds[kind]);
    mock_end(mock);
}

TEST(test_movable_kernel_goes_to_the_window)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_fixture(mock, "/kernel/kernel.elf", "moved.elf");
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&manifest);
    assert_int_equal(kernel->virtual_base, BTL_X86_64_WINDOW);
    assert_true(mock->handoff.entry > BTL_X86_64_WINDOW &&
                mock->handoff.entry < BTL_X86_64_WINDOW + kernel->size);
    assert_int_equal(mock->handoff.entry, kernel->entry);
    mock_end(mock);
}

TEST(test_boots_without_modules_and_without_extras)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock->facts.framebuffer = (struct fw_framebuffer){0};
    mock->facts.cpu.huge_pages = false;
    mock->fail_service = MOCK_RANDOM;
    mock->fail_at = 1;
    mock->rate = 0; // then it is measured
    mock_add_text(mock, "/loader.conf", "");
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_int_equal(system->seed_size, 0);
    assert_int_equal(system->framebuffer_format, 0);
    assert_int_equal(system->modules_size, 0);
    assert_true(system->ticks_per_second > 2900000000 && system->ticks_per_second < 3100000000);
    mock_end(mock);
}

// A wrong answer about the screen costs the screen, not the boot: the reader refuses a manifest
// with a framebuffer that does not hold its lines, and the kernel a manifest that the reader
// refuses.
TEST(test_framebuffer_that_cannot_be_is_none)
{
    static const struct fw_framebuffer wrong[] = {
        {0x800000000ull, 1280 * 800 * 4 - 1, 1280, 800, 1280, 2}, // smaller than its lines
        {0x800000000ull, 0, 1280, 800, 1280, 2},
        {0x800000000ull, 1280 * 800 * 4, 1280, 800, 1279, 2}, // lines that overlap
        {UINT64_MAX - 4095, 1280 * 800 * 4, 1280, 800, 1280, 2},
    };
    for (size_t i = 0; i < BTL_COUNT(wrong); i++) {
        struct btl_manifest manifest;
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock->facts.framebuffer = wrong[i];
        mock_expect_boot(mock, NULL);
        mock_manifest(mock, &manifest);
        assert_int_equal(btl_manifest_system(&manifest)->framebuffer_format, 0);
        assert_int_equal(btl_manifest_system(&manifest)->framebuffer, 0);
        mock_end(mock);
    }
}

TEST(test_impossible_tick_rate_is_measured_instead)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock->rate = UINT64_MAX;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    uint64_t rate = btl_manifest_system(&manifest)->ticks_per_second;
    assert_true(rate > 2900000000 && rate < 3100000000);
    mock_end(mock);
}

static uint32_t tick_calls, back_at;

static uint64_t ticks_that_go_back(struct firmware *fw)
{
    struct mock *mock = (struct mock *)fw;
    if (++tick_calls == back_at)
        mock->ticks -= 5000;
    return mock->ticks += 1000;
}

// A counter that is set back once (by a driver of the firmware, by a virtual machine that was
// moved) spoils a time, not the manifest, which the kernel would refuse.
TEST(test_counter_that_goes_back)
{
    uint32_t calls = UINT32_MAX;
    for (back_at = 1; back_at <= calls; back_at++) {
        struct btl_manifest manifest;
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock->ticks = 1000000;
        mock->firmware.ticks = ticks_that_go_back;
        tick_calls = 0;
        mock_expect_boot(mock, NULL);
        mock_manifest(mock, &manifest);
        calls = tick_calls;
        mock_end(mock);
    }
}

TEST(test_five_levels)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock->facts.cpu.five_levels = true;
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&manifest);
    expect_perm(mock, kernel->entry, 1, BTL_PERM_EXEC);
    mock_end(mock);
}

TEST(test_verbose_and_quiet)
{
    static const char *const confs[] = {"quiet=\"YES\"\n", "verbose=\"YES\"\n"};
    for (size_t i = 0; i < 2; i++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        char conf[1024] = "base_load=\"YES\"\nbase_phase=\"BOOT1\"\n";
        strcat(conf, confs[i]);
        mock_add_text(mock, "/loader.conf", conf);
        mock_expect_boot(mock, NULL);
        assert_int_equal(mock->console_len == 0, i == 0);
        assert_int_equal(mock_said(mock, "base"), i == 1);
        assert_int_equal(mock_said(mock, "files of INIT and AUTO modules"), i == 1);
        mock_end(mock);
    }
}

TEST(test_autoboot_delay_is_waited_for)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "autoboot_delay=\"3\"\n");
    mock_expect_boot(mock, NULL);
    assert_true(mock->key_waited && mock->waited_ms == 3000);
    mock_end(mock);
}

TEST(test_lines_fit_80_columns)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_ordinary(&manifest);
    for (const char *line = mock->console; *line != '\0';) {
        const char *end = strchr(line, '\r');
        assert_non_null(end);
        assert_true(end - line <= 80);
        line = end + 2;
    }
    assert_int_equal(mock_count(mock, "BOOT1"), 2);
    assert_int_equal(mock_count(mock, "staged"), 2);
    mock_end(mock);
}
