// SPDX-License-Identifier: BSD-2-Clause
// Writing the manifest of a whole small boot: its bytes, and what it says of all but modules.
#include "manifest_world.h"

// ------------------------------------------------------------------------------------ the bytes

TEST(test_measured_size_is_written_to_the_last_byte_and_no_further)
{
    struct world *world = *state;
    struct btl_arena *arena = &world->boot.memory.arena;
    uint64_t size = btl_manifest_write(&world->boot.input, arena, NULL, 0);
    assert_true(size > sizeof(struct btlm_header));
    uint8_t *first = malloc(size), *second = malloc(size); // ASan sees their ends
    memset(first, 0x11, size);
    memset(second, 0xee, size);
    assert_int_equal(btl_manifest_write(&world->boot.input, arena, first, size), size);
    assert_int_equal(btl_manifest_write(&world->boot.input, arena, second, size), size);
    assert_memory_equal(first, second, size); // no byte is left as it was
    assert_int_equal(boot_header(first)->total_size, size);
    free(first);
    free(second);
}

TEST(test_memory_that_is_too_small_is_left_alone)
{
    struct world *world = *state;
    uint64_t size = btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0);
    uint8_t *memory = calloc(1, size);
    assert_int_equal(
        btl_manifest_write(&world->boot.input, &world->boot.memory.arena, memory, size - 1), size);
    for (uint64_t i = 0; i < size; i++)
        assert_int_equal(memory[i], 0);
    free(memory);
}

TEST(test_another_boot_from_the_same_files_gives_the_same_bytes)
{
    struct world *world = *state;
    struct boot_fixture other;
    write_and_open(world);
    boot_begin(&other);
    struct btl_bytes bytes = boot_write(&other);
    assert_int_equal(bytes.size, world->bytes.size);
    assert_memory_equal(bytes.at, world->bytes.at, bytes.size);
    boot_end(&other);
}

TEST(test_a_moved_copy_reads_the_same)
{
    struct world *world = *state;
    struct btl_manifest moved;
    write_and_open(world);
    struct btl_bytes copy = test_block(&world->boot.memory, world->bytes.at, world->bytes.size);
    memset((uint8_t *)world->bytes.at, 0xff, world->bytes.size); // nothing points back
    assert_true(btl_manifest_open(copy, (struct btl_place){0}, &moved, &world->diags));
    world->manifest = moved;
    assert_string(world, module(world, "disk")->name, "disk");
    assert_int_equal(moved.header->physical, BOOT_PHYSICAL);
}

TEST(test_every_string_is_there_once)
{
    struct world *world = *state;
    write_and_open(world);
    struct btl_str strings = btl_manifest_text(&world->manifest, BTLM_STRINGS);
    size_t found = 0;
    for (size_t i = 0; i + 5 <= strings.len; i++)
        found += memcmp(strings.at + i, ".text", 5) == 0;
    assert_int_equal(found, 1); // though two images have that section
    const struct btlm_section *ring = at(world, BTLM_SECTIONS, 0);
    const struct btlm_section *early = at(world, BTLM_SECTIONS, 4);
    assert_string(world, ring->name, ".text");
    assert_int_equal(ring->name.offset, early->name.offset);
}

TEST(test_tables_are_aligned_and_do_not_overlap)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_header *header = world->manifest.header;
    const struct btlm_table *table = (const void *)(world->bytes.at + header->directory);
    assert_int_equal(header->table_count, BTLM_KINDS - 1);
    for (uint32_t i = 0; i < header->table_count; i++) {
        uint64_t size = table[i].count * table[i].entry_size;
        assert_int_equal(table[i].kind, i + 1);
        assert_int_equal(table[i].offset % 8, 0);
        for (uint32_t j = 0; j < i; j++)
            assert_true(table[i].offset + size <= table[j].offset ||
                        table[j].offset + table[j].count * table[j].entry_size <= table[i].offset);
    }
}

TEST(test_no_memory_at_each_allocation)
{
    struct world *world = *state;
    uint64_t size = btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0);
    uint8_t *memory = malloc(size);
    for (size_t n = 0;; n++) {
        struct test_memory limited;
        test_memory_begin_limited(&limited, n);
        uint64_t got = btl_manifest_write(&world->boot.input, &limited.arena, memory, size);
        bool starved = limited.refused > 0;
        test_memory_end(&limited);
        assert_int_equal(got, starved ? 0 : size);
        if (!starved) {
            assert_true(n > 10);
            break;
        }
    }
    free(memory);
}

TEST(test_a_manifest_above_the_limit_is_not_written)
{
    struct world *world = *state;
    world->boot.input.memory_capacity = BTLM_SIZE_MAX / sizeof(struct btlm_memory);
    assert_int_equal(btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0), 0);
    world->boot.input.memory_capacity = UINT64_MAX / 16; // the product wraps
    assert_int_equal(btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0), 0);
}

// ---------------------------------------------------------------------------------- the contents

TEST(test_system)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_system *system = btl_manifest_system(&world->manifest);
    const struct btlm_system *given = &world->boot.input.system;
    assert_string(world, system->loader_version, "BTL 0.1");
    assert_string(world, system->firmware_vendor, "Firm\x1b ware");
    assert_string(world, system->config_path, "loader.conf");
    assert_string(world, system->kernel_options, "console=com1");
    size_t rest = offsetof(struct btlm_system, firmware_revision);
    assert_memory_equal((const char *)system + rest, (const char *)given + rest,
                        sizeof(*system) - rest);
}

TEST(test_boot_volume)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_VOLUME), 1);
    const struct btlm_volume *volume = btl_manifest_volume(&world->manifest);
    const struct btlm_volume *given = world->boot.input.volume;
    assert_memory_equal(volume, given, offsetof(struct btlm_volume, controller));
    assert_string(world, volume->controller,
                  "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00");
}

TEST(test_boot_volume_that_is_not_known)
{
    struct world *world = *state;
    world->boot.input.volume = NULL;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_VOLUME), 0);
    assert_null(btl_manifest_volume(&world->manifest));
}

TEST(test_trust_and_event_log)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_TRUST), 1);
    assert_memory_equal(btl_manifest_trust(&world->manifest), world->boot.input.trust,
                        sizeof(struct btlm_trust));
    struct btl_str log = btl_manifest_text(&world->manifest, BTLM_EVENT_LOG);
    assert_true(btl_str_equal(log, world->boot.input.event_log));
}

TEST(test_trust_that_is_not_known)
{
    struct world *world = *state;
    world->boot.input.trust = NULL;
    world->boot.input.event_log = BTL_STR("");
    write_and_open(world);
    assert_null(btl_manifest_trust(&world->manifest));
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EVENT_LOG), 0);
}

TEST(test_what_was_booted_and_why)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_BOOT), 1);
    const struct btlm_boot *boot = btl_manifest_boot(&world->manifest);
    const struct btlm_boot *given = &world->boot.input.boot->facts;
    size_t rest = offsetof(struct btlm_boot, sha256);
    assert_memory_equal((const char *)boot + rest, (const char *)given + rest,
                        sizeof(*boot) - rest);
    assert_string(world, boot->path, "/loader.conf.prev");
    assert_string(world, boot->title, "Before the new disk");
    assert_string(world, boot->wanted, "/loader.conf");
    assert_string(world, boot->reason, "each of its 3 tries was used");
}

TEST(test_boot_of_which_nothing_is_said)
{
    struct world *world = *state;
    world->boot.input.boot = NULL;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_BOOT), 0);
    assert_null(btl_manifest_boot(&world->manifest));
}

TEST(test_kernel)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&world->manifest);
    assert_string(world, kernel->path, "/kernel/kernel.elf");
    assert_string(world, kernel->version, "0.1");
    assert_memory_equal(kernel->sha256, world->boot.input.kernel_sha256, 32);
    assert_int_equal(kernel->virtual_base, BOOT_KERNEL_BASE);
    assert_int_equal(kernel->physical_base, 0x7b000000);
    assert_int_equal(kernel->size, 0x3000);
    assert_int_equal(kernel->entry, BOOT_KERNEL_BASE + 0x40);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_SEGMENTS), 2);
    const struct btlm_segment *text = at(world, BTLM_SEGMENTS, 0), *data = text + 1;
    assert_int_equal(text->address, BOOT_KERNEL_BASE);
    assert_int_equal(text->size, 0x2000);
    assert_int_equal(text->perm, BTL_PERM_READ | BTL_PERM_EXEC);
    assert_int_equal(data->address, BOOT_KERNEL_BASE + 0x2000);
    assert_int_equal(data->perm, BTL_PERM_READ | BTL_PERM_WRITE);
}

TEST(test_a_moved_kernel_has_its_entry_where_it_lies)
{
    struct world *world = *state;
    world->boot.kernel.base = BOOT_KERNEL_BASE + 0x10000000; // as after loading an ET_DYN there
    write_and_open(world);
    const struct btlm_kernel *kernel = btl_manifest_kernel(&world->manifest);
    assert_int_equal(kernel->virtual_base, BOOT_KERNEL_BASE + 0x10000000);
    assert_int_equal(kernel->entry, BOOT_KERNEL_BASE + 0x10000040);
    const struct btlm_segment *text = at(world, BTLM_SEGMENTS, 0);
    assert_int_equal(text->address, BOOT_KERNEL_BASE + 0x10000000);
}

TEST(test_functions_of_kernel_and_modules)
{
    struct world *world = *state;
    write_and_open(world);
    static const struct {
        uint64_t address, size;
        const char *name;
    } expected[] = {
        {BOOT_KERNEL_BASE + 0x40, 0x20, "entry"}, // no size: to the next
        {BOOT_KERNEL_BASE + 0x60, 16, "kmain"},   {BOOT_KERNEL_BASE + 0x80, 1, "kprintf_alias"},
        {BOOT_KERNEL_BASE + 0x80, 32, "kprintf"}, // the larger of two comes last
        {BOOT_MODULE_BASE, 32, "ring_entry"},     {BOOT_MODULE_BASE + 32, 16, "ring_local"}};
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_SYMBOLS), 8); // and two of early
    for (uint64_t i = 0; i < BTL_COUNT(expected); i++) {
        const struct btlm_symbol *symbol = at(world, BTLM_SYMBOLS, i);
        assert_int_equal(symbol->address, expected[i].address);
        assert_int_equal(symbol->size, expected[i].size);
        assert_string(world, symbol->name, expected[i].name);
        assert_int_equal(symbol->owner, i < 4 ? BTL_KERNEL : boot_index(&world->boot, "ring"));
    }
}

TEST(test_events_ascend_and_the_seal_ends_them)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EVENTS), 7);
    for (uint64_t i = 1; i < 7; i++)
        assert_true(((const struct btlm_event *)at(world, BTLM_EVENTS, i - 1))->start <=
                    ((const struct btlm_event *)at(world, BTLM_EVENTS, i))->start);
    const struct btlm_event *loader = at(world, BTLM_EVENTS, 0),
                            *exit_event = at(world, BTLM_EVENTS, 6);
    assert_int_equal(loader->kind, BTLM_EVENT_LOADER);
    assert_int_equal(loader->end, BOOT_END);
    assert_int_equal(exit_event->kind, BTLM_EVENT_EXIT);
    assert_int_equal(exit_event->start, BOOT_EXIT_START);
    assert_int_equal(exit_event->end, BOOT_END);
}

// An event that contains others begins with them and ends later: it comes before them. The exit
// from the firmware has its times from the seal alone, so it comes last whatever it says; the event
// of the loader has its end from there, and comes first.
TEST(test_of_events_that_start_together_the_one_that_contains_the_others_is_first)
{
    struct world *world = *state;
    static const struct btlm_event expected[] = {
        {10, 10, BTLM_EVENT_LOADER, BTL_NONE, 0}, {10, 15, BTLM_EVENT_START, BTL_NONE, 0},
        {20, 80, BTLM_EVENT_MODULE_READ, 1, 0},   {20, 60, BTLM_EVENT_PLAN, BTL_NONE, 0},
        {20, 40, BTLM_EVENT_CONFIG, BTL_NONE, 0}, {20, 40, BTLM_EVENT_MODULE_READ, 0, 7},
        {20, 40, BTLM_EVENT_MODULE_READ, 1, 5},   {20, 40, BTLM_EVENT_MODULE_READ, 1, 6},
        {20, 20, BTLM_EVENT_CONFIG, BTL_NONE, 0}, {30, 90, BTLM_EVENT_SPACE, BTL_NONE, 0},
        {1, 2, BTLM_EVENT_EXIT, BTL_NONE, 0},
    };
    struct btlm_event given[BTL_COUNT(expected)];
    for (size_t shift = 0; shift < BTL_COUNT(expected); shift++) {
        for (size_t i = 0; i < BTL_COUNT(expected); i++)
            given[i] = expected[(i * 3 + shift) % BTL_COUNT(expected)];
        world->boot.input.events = given;
        world->boot.input.event_count = BTL_COUNT(expected);
        write_and_open(world);
        assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EVENTS), BTL_COUNT(expected));
        for (size_t i = 0; i < BTL_COUNT(expected); i++) {
            const struct btlm_event *event = at(world, BTLM_EVENTS, i);
            assert_int_equal(event->start,
                             i + 1 < BTL_COUNT(expected) ? expected[i].start : BOOT_EXIT_START);
            assert_int_equal(event->kind, expected[i].kind);
            assert_int_equal(event->module, expected[i].module);
            assert_int_equal(event->bytes, expected[i].bytes);
            if (i > 0 && i + 1 < BTL_COUNT(expected))
                assert_int_equal(event->end, expected[i].end);
        }
    }
}

TEST(test_log_and_configuration_are_there_as_they_were)
{
    struct world *world = *state;
    write_and_open(world);
    struct btl_str log = btl_manifest_text(&world->manifest, BTLM_LOG);
    struct btl_str config = btl_manifest_text(&world->manifest, BTLM_CONFIG);
    assert_true(btl_str_equal(log, world->boot.input.log));
    assert_true(btl_str_equal(config, world->boot.config.text));
}

TEST(test_seal_takes_no_more_entries_than_there_is_room_for)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_MEMORY), 6);
    uint8_t *memory = (uint8_t *)world->bytes.at;
    struct btlm_memory *map = btl_manifest_memory(memory);
    for (uint64_t i = 0; i < 8; i++)
        map[i] = (struct btlm_memory){i * BTL_PAGE_SIZE, BTL_PAGE_SIZE, BTLM_MEM_USABLE, 7, i};
    btl_manifest_seal(memory, 9, BOOT_EXIT_START, BOOT_END);
    assert_true(
        btl_manifest_open(world->bytes, (struct btl_place){0}, &world->manifest, &world->diags));
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_MEMORY), 8);
    assert_ptr_equal(&map[8], world->bytes.at + world->bytes.size);
}

static const struct btlm_event *sealed_event(struct world *world, enum btlm_event_kind kind,
                                             uint64_t skip)
{
    for (uint64_t i = 0; i < btl_manifest_count(&world->manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(&world->manifest, BTLM_EVENTS, i);
        if (event->kind == kind && skip-- == 0)
            return event;
    }
    return NULL;
}

// The seal ends the last event, the manifest's event before it, and that of the loader. A manifest
// of an earlier attempt keeps its times.
TEST(test_seal_ends_the_last_events)
{
    static const enum btlm_event_kind last[] = {BTLM_EVENT_EXIT, BTLM_EVENT_SAVED};
    for (size_t i = 0; i < BTL_COUNT(last); i++) {
        struct world *world = *state;
        const struct btlm_event events[] = {
            {0, 0, BTLM_EVENT_LOADER, BTL_NONE, 0},
            {10, 20, BTLM_EVENT_MANIFEST, BTL_NONE, 0},
            {30, 40, BTLM_EVENT_MANIFEST, BTL_NONE, 0},
            {35, 35, last[i], BTL_NONE, 0},
        };
        world->boot.input.events = events;
        world->boot.input.event_count = BTL_COUNT(events);
        write_and_open(world);
        btl_manifest_seal((uint8_t *)world->bytes.at, 0, 100, 200);
        assert_true(btl_manifest_open(world->bytes, (struct btl_place){0}, &world->manifest,
                                      &world->diags));
        assert_int_equal(sealed_event(world, last[i], 0)->start, 100);
        assert_int_equal(sealed_event(world, last[i], 0)->end, 200);
        assert_int_equal(sealed_event(world, BTLM_EVENT_MANIFEST, 0)->end, 20);
        assert_int_equal(sealed_event(world, BTLM_EVENT_MANIFEST, 1)->end, 100);
        assert_int_equal(sealed_event(world, BTLM_EVENT_LOADER, 0)->end, 200);
    }
}

TEST(test_unsealed_manifest_is_refused)
{
    struct world *world = *state;
    uint64_t size = btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0);
    uint8_t *memory = malloc(size);
    btl_manifest_write(&world->boot.input, &world->boot.memory.arena, memory, size);
    assert_false(btl_manifest_open((struct btl_bytes){memory, size}, (struct btl_place){0},
                                   &world->manifest, &world->diags));
    assert_codes(&world->boot.memory, &world->diags, "manifest-bad-checksum");
    free(memory);
}

TEST(test_a_kernel_without_metadata_and_symbols)
{
    struct world *world = *state;
    world->boot.input.kernel_info = NULL;
    world->boot.kernel_elf.symbols = NULL;
    world->boot.kernel_elf.symbol_count = 0;
    write_and_open(world);
    assert_string(world, btl_manifest_kernel(&world->manifest)->version, "");
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_SYMBOLS), 4);
    assert_int_equal(module(world, "ring")->first_interface, 0);
}
