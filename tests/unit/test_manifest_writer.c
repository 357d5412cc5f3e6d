// SPDX-License-Identifier: BSD-2-Clause
// Writing the manifest of a whole small boot, and reading it back.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot_fixture.h"

struct world {
    struct boot_fixture boot;
    struct btl_diags diags;
    struct btl_bytes bytes;
    struct btl_manifest manifest;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    boot_begin(&world->boot);
    world->diags.arena = &world->boot.memory.arena;
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    boot_end(&world->boot);
    free(world);
    return 0;
}

static void write_and_open(struct world *world)
{
    world->bytes = boot_write(&world->boot);
    if (!btl_manifest_open(world->bytes, (struct btl_place){0}, &world->manifest, &world->diags))
        print_error("%s", test_diags_text(&world->boot.memory, &world->diags));
    assert_int_equal(world->diags.errors, 0);
}

static const struct btlm_module *module(struct world *world, const char *name)
{
    return btl_manifest_module(&world->manifest, boot_index(&world->boot, name));
}

static const void *at(struct world *world, enum btlm_kind kind, uint64_t index)
{
    assert_true(index < btl_manifest_count(&world->manifest, kind));
    return btl_manifest_entry(&world->manifest, kind, index);
}

static void assert_string(struct world *world, struct btlm_str str, const char *expected)
{
    assert_str(&world->boot.memory, btl_manifest_str(&world->manifest, str), expected);
}

// ------------------------------------------------------------------------------------ the bytes

static void test_measured_size_is_written_to_the_last_byte_and_no_further(void **state)
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

static void test_memory_that_is_too_small_is_left_alone(void **state)
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

static void test_another_boot_from_the_same_files_gives_the_same_bytes(void **state)
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

static void test_a_moved_copy_reads_the_same(void **state)
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

static void test_every_string_is_there_once(void **state)
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

static void test_tables_are_aligned_and_do_not_overlap(void **state)
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

static void test_no_memory_at_each_allocation(void **state)
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

static void test_a_manifest_above_the_limit_is_not_written(void **state)
{
    struct world *world = *state;
    world->boot.input.memory_capacity = BTLM_SIZE_MAX / sizeof(struct btlm_memory);
    assert_int_equal(btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0), 0);
    world->boot.input.memory_capacity = UINT64_MAX / 16; // the product wraps
    assert_int_equal(btl_manifest_write(&world->boot.input, &world->boot.memory.arena, NULL, 0), 0);
}

// ---------------------------------------------------------------------------------- the contents

static void test_system(void **state)
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

static void test_boot_volume(void **state)
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

static void test_boot_volume_that_is_not_known(void **state)
{
    struct world *world = *state;
    world->boot.input.volume = NULL;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_VOLUME), 0);
    assert_null(btl_manifest_volume(&world->manifest));
}

static void test_what_was_booted_and_why(void **state)
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

static void test_boot_of_which_nothing_is_said(void **state)
{
    struct world *world = *state;
    world->boot.input.boot = NULL;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_BOOT), 0);
    assert_null(btl_manifest_boot(&world->manifest));
}

static void test_levels_of_failures(void **state)
{
    static const struct {
        const char *name;
        enum btl_on_error level;
        bool required;
    } expected[] = {{"ring", BTL_ON_ERROR_WARN, false},
                    {"disk", BTL_ON_ERROR_REQUIRED, true},
                    {"early", BTL_ON_ERROR_HALT, true},
                    {"hello", BTL_ON_ERROR_FALLBACK, false},
                    {"spare", BTL_ON_ERROR_IGNORE, false}};
    struct world *world = *state;
    write_and_open(world);
    for (size_t i = 0; i < BTL_COUNT(expected); i++) {
        uint16_t flags = module(world, expected[i].name)->flags;
        assert_int_equal(BTLM_ON_ERROR(flags), expected[i].level);
        assert_int_equal((flags & BTLM_REQUIRED) != 0, expected[i].required);
    }
}

static void test_level_in_a_manifest_before_1_2(void **state)
{
    assert_int_equal(BTLM_ON_ERROR(BTLM_REQUIRED | BTLM_CONFIGURED), BTL_ON_ERROR_REQUIRED);
    assert_int_equal(BTLM_ON_ERROR(BTLM_CONFIGURED | BTLM_METADATA), BTL_ON_ERROR_WARN);
}

static void test_kernel(void **state)
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

static void test_a_moved_kernel_has_its_entry_where_it_lies(void **state)
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

static void test_linked_module(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_module *ring = module(world, "ring");
    const struct btl_image *image = &world->boot.image[boot_index(&world->boot, "ring")];
    assert_string(world, ring->path, "/modules/ring.ko");
    assert_string(world, ring->version, "1.2");
    assert_string(world, ring->description, "a ring buffer");
    assert_string(world, ring->arguments, "");
    assert_int_equal(ring->type, BTL_TYPE_MISC);
    assert_int_equal(ring->supported, BTL_SUPPORTS_BOOT1 | BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN);
    assert_int_equal(ring->configured, BTL_PHASE_BOOT2);
    assert_int_equal(ring->phase, BTL_PHASE_BOOT1);
    assert_int_equal(ring->registered, BTL_PHASE_BOOT1);
    assert_int_equal(ring->pulled_by, boot_index(&world->boot, "early"));
    assert_int_equal(ring->state, BTLM_LINKED);
    assert_int_equal(ring->flags, BTLM_CONFIGURED | BTLM_METADATA);
    assert_int_equal(ring->reason, BTL_NONE);
    assert_int_equal(ring->file_size, 1500);
    assert_int_equal(ring->sha256[31], 0x10);
    assert_int_equal(ring->address, BOOT_MODULE_BASE);
    assert_int_equal(ring->size, image->size);
    assert_int_equal(ring->bss_size, 4000);
    assert_int_equal(ring->text_size, image->segment[BTL_SEG_TEXT].size);
    assert_int_equal(ring->rodata_size, image->segment[BTL_SEG_RODATA].size);
    assert_int_equal(image->segment[BTL_SEG_DATA].offset, ring->text_size + ring->rodata_size);
    assert_int_equal(ring->staged_size, 0);
    assert_int_equal(ring->wrapper, btl_image_section_address(image, BTL_STR(".btl.module")));
    assert_true(ring->wrapper > ring->address);
}

static void test_sections_of_linked_modules(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_module *early = module(world, "early");
    assert_int_equal(early->section_count, 4); // .text, .modinfo, .btl.module, .bss; not .comment
    uint64_t end = early->address;
    for (uint32_t i = 0; i < early->section_count; i++) {
        const struct btlm_section *section = at(world, BTLM_SECTIONS, early->first_section + i);
        assert_true(section->address >= end);
        end = section->address + section->size;
        assert_true(end <= early->address + early->size);
    }
    const struct btlm_section *text = at(world, BTLM_SECTIONS, early->first_section);
    assert_string(world, text->name, ".text");
    assert_int_equal(text->perm, BTL_PERM_READ | BTL_PERM_EXEC);
    assert_int_equal(text->size, 64);
    assert_int_equal(text->index, 1);
}

static void test_staged_and_registered_modules(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_module *disk = module(world, "disk"), *spare = module(world, "spare");
    assert_int_equal(disk->state, BTLM_STAGED);
    assert_int_equal(disk->type, BTL_TYPE_WSIO_CLASS);
    assert_int_equal(disk->staged_physical, 0x7d000000);
    assert_int_equal(disk->staged_size, 8192);
    assert_int_equal(disk->address, 0);
    assert_int_equal(disk->wrapper, 0);
    assert_int_equal(disk->section_count, 0);
    assert_int_equal(disk->flags, BTLM_CONFIGURED | BTLM_METADATA | BTLM_REQUIRED |
                                      BTL_ON_ERROR_REQUIRED << BTLM_ON_ERROR_SHIFT);
    assert_int_equal(spare->state, BTLM_REGISTERED);
    assert_int_equal(spare->phase, BTL_PHASE_AUTO);
}

static void test_failed_modules_and_their_reasons(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    static const struct {
        const char *name, *code;
    } failed[] = {{"broken", "plan-module-unusable"},
                  {"lost", "plan-dependency-failed"},
                  {"shy", "plan-dependency-off"}};
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_DIAGNOSTICS), 3);
    for (size_t i = 0; i < BTL_COUNT(failed); i++) {
        const struct btlm_module *at_module = module(world, failed[i].name);
        assert_int_equal(at_module->state, BTLM_FAILED);
        const struct btlm_diagnostic *reason = at(world, BTLM_DIAGNOSTICS, at_module->reason);
        assert_string(world, reason->code, failed[i].code);
        assert_int_equal(reason->severity, BTL_ERROR);
        assert_int_equal(reason->module, boot_index(&world->boot, failed[i].name));
        const struct btl_planned *planned =
            &world->boot.plan.modules[boot_index(&world->boot, failed[i].name)];
        assert_string(world, reason->text, test_diag_text(&world->boot.memory, planned->reason));
    }
    assert_int_equal(module(world, "quiet")->state, BTLM_OFF);
    assert_int_equal(module(world, "broken")->flags & BTLM_METADATA, 0);
    assert_int_equal(module(world, "broken")->file_size, 0);
}

// A module that failed after it was laid out has no image any more, and is in no order; neither
// are its exports there, even when they were left in the table.
static void test_a_module_that_failed_late_has_no_image(void **state)
{
    struct world *world = *state;
    uint32_t early = boot_index(&world->boot, "early"), ring = boot_index(&world->boot, "ring");
    btl_plan_fail(&world->boot.plan, ring, NULL);
    write_and_open(world);
    assert_int_equal(btl_manifest_module(&world->manifest, ring)->state, BTLM_FAILED);
    assert_int_equal(btl_manifest_module(&world->manifest, ring)->address, 0);
    assert_int_equal(btl_manifest_module(&world->manifest, ring)->export_count, 0);
    assert_int_equal(btl_manifest_module(&world->manifest, early)->state, BTLM_FAILED);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_SECTIONS), 0);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_ORDER), 3);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EXPORTS), 1);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_SYMBOLS), 4);
}

static void test_reason_of_no_diagnostic_is_absent(void **state)
{
    struct world *world = *state;
    struct btl_diag foreign = {0}; // not in the list, as when it was reported elsewhere
    world->boot.plan.modules[boot_index(&world->boot, "broken")].reason = &foreign;
    world->boot.plan.modules[boot_index(&world->boot, "lost")].reason = NULL;
    write_and_open(world);
    assert_int_equal(module(world, "broken")->reason, BTL_NONE);
    assert_int_equal(module(world, "lost")->reason, BTL_NONE);
}

static void test_diagnostics_about_no_module_of_the_plan(void **state)
{
    struct world *world = *state;
    struct btl_place other = {.module = BTL_STR("stranger")};
    btl_report(&world->boot.diags, BTL_NO_MEMORY, other, BTL_ARG_Z("testing"));
    btl_report(&world->boot.diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z("testing"));
    write_and_open(world);
    for (uint64_t i = 3; i < 5; i++) {
        const struct btlm_diagnostic *diagnostic = at(world, BTLM_DIAGNOSTICS, i);
        assert_int_equal(diagnostic->module, BTL_NONE);
        assert_string(world, diagnostic->code, "no-memory");
    }
}

static void test_dependencies(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_DEPENDS), 3);
    const struct btlm_module *shy = module(world, "shy");
    assert_int_equal(shy->depend_count, 1);
    assert_int_equal(*(const uint32_t *)at(world, BTLM_DEPENDS, shy->first_depend),
                     boot_index(&world->boot, "quiet"));
}

static void test_interfaces(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_interface *kernel = at(world, BTLM_INTERFACES, 0);
    assert_string(world, kernel->name, "kernel");
    assert_int_equal(kernel->owner, BTL_KERNEL);
    assert_int_equal(kernel->provided, 1);
    assert_int_equal(kernel->major, 1);
    const struct btlm_module *ring = module(world, "ring");
    assert_int_equal(ring->interface_count, 2);
    const struct btlm_interface *provides = at(world, BTLM_INTERFACES, ring->first_interface);
    assert_string(world, provides->name, "ring");
    assert_int_equal(provides->minor, 1);
    assert_int_equal(provides[1].provided, 0);
    assert_int_equal(provides[1].owner, boot_index(&world->boot, "ring"));
}

// The table of symbols has them in the order of linking; here one of the kernel comes last.
static void test_exports_are_grouped_by_owner(void **state)
{
    struct world *world = *state;
    uint32_t early = boot_index(&world->boot, "early"), ring = boot_index(&world->boot, "ring");
    assert_true(btl_symtab_add(&world->boot.symtab, BTL_STR("late"), 5, early, NULL));
    assert_true(btl_symtab_add(&world->boot.symtab, BTL_STR("more"), 6, ring, NULL));
    assert_true(btl_symtab_add(&world->boot.symtab, BTL_STR("last"), 7, BTL_KERNEL, NULL));
    assert_true(btl_symtab_add(&world->boot.symtab, BTL_STR("lost"), 8, 4711, NULL));
    write_and_open(world);
    static const char *const names[] = {"kprintf", "last", "ring_entry", "more", "late"};
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EXPORTS), BTL_COUNT(names));
    for (uint64_t i = 0; i < BTL_COUNT(names); i++)
        assert_string(world, ((const struct btlm_export *)at(world, BTLM_EXPORTS, i))->name,
                      names[i]);
    assert_int_equal(module(world, "ring")->first_export, 2);
    assert_int_equal(module(world, "ring")->export_count, 2);
    assert_int_equal(module(world, "early")->first_export, 4);
    assert_int_equal(module(world, "early")->export_count, 1);
    const struct btlm_export *entry = at(world, BTLM_EXPORTS, 2);
    assert_int_equal(entry->value, BOOT_MODULE_BASE);
    assert_int_equal(entry->owner, ring);
}

static void test_tunables(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_module *disk = module(world, "disk");
    assert_int_equal(disk->tunable_count, 2);
    const struct btlm_tunable *depth = at(world, BTLM_TUNABLES, disk->first_tunable);
    assert_string(world, depth->name, "depth");
    assert_string(world, depth->value, "32");
    assert_int_equal(depth->line, 11);
    assert_int_equal(depth->column, sizeof("disk.depth=")); // 1-based, of the quote
    assert_string(world, depth[1].value, "it's \"fast\"");
}

static void test_arguments_and_order(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    assert_string(world, module(world, "early")->arguments, "buffer=64k");
    static const char *const names[] = {"ring", "early", "disk", "hello", "spare"};
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_ORDER), BTL_COUNT(names));
    for (uint64_t i = 0; i < BTL_COUNT(names); i++) {
        uint32_t index = *(const uint32_t *)at(world, BTLM_ORDER, i);
        assert_string(world, btl_manifest_module(&world->manifest, index)->name, names[i]);
    }
}

static void test_functions_of_kernel_and_modules(void **state)
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

static void test_events_ascend_and_the_seal_ends_them(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_EVENTS), 7);
    for (uint64_t i = 1; i < 7; i++)
        assert_true(((const struct btlm_event *)at(world, BTLM_EVENTS, i - 1))->start <=
                    ((const struct btlm_event *)at(world, BTLM_EVENTS, i))->start);
    const struct btlm_event *loader = at(world, BTLM_EVENTS, 0), *leave = at(world, BTLM_EVENTS, 6);
    assert_int_equal(loader->kind, BTLM_EVENT_LOADER);
    assert_int_equal(loader->end, BOOT_END);
    assert_int_equal(leave->kind, BTLM_EVENT_EXIT);
    assert_int_equal(leave->start, BOOT_EXIT_START);
    assert_int_equal(leave->end, BOOT_END);
}

static void test_log_and_configuration_are_there_as_they_were(void **state)
{
    struct world *world = *state;
    write_and_open(world);
    struct btl_str log = btl_manifest_text(&world->manifest, BTLM_LOG);
    struct btl_str config = btl_manifest_text(&world->manifest, BTLM_CONFIG);
    assert_true(btl_str_equal(log, world->boot.input.log));
    assert_true(btl_str_equal(config, world->boot.config.text));
}

static void test_seal_takes_no_more_entries_than_there_is_room_for(void **state)
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

static void test_unsealed_manifest_is_refused(void **state)
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

static void test_a_kernel_without_metadata_and_symbols(void **state)
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_measured_size_is_written_to_the_last_byte_and_no_further),
        TEST(test_memory_that_is_too_small_is_left_alone),
        TEST(test_another_boot_from_the_same_files_gives_the_same_bytes),
        TEST(test_a_moved_copy_reads_the_same),
        TEST(test_every_string_is_there_once),
        TEST(test_tables_are_aligned_and_do_not_overlap),
        TEST(test_no_memory_at_each_allocation),
        TEST(test_a_manifest_above_the_limit_is_not_written),
        TEST(test_system),
        TEST(test_kernel),
        TEST(test_boot_volume),
        TEST(test_boot_volume_that_is_not_known),
        TEST(test_what_was_booted_and_why),
        TEST(test_boot_of_which_nothing_is_said),
        TEST(test_levels_of_failures),
        TEST(test_level_in_a_manifest_before_1_2),
        TEST(test_a_moved_kernel_has_its_entry_where_it_lies),
        TEST(test_linked_module),
        TEST(test_sections_of_linked_modules),
        TEST(test_staged_and_registered_modules),
        TEST(test_failed_modules_and_their_reasons),
        TEST(test_a_module_that_failed_late_has_no_image),
        TEST(test_reason_of_no_diagnostic_is_absent),
        TEST(test_diagnostics_about_no_module_of_the_plan),
        TEST(test_dependencies),
        TEST(test_interfaces),
        TEST(test_exports_are_grouped_by_owner),
        TEST(test_tunables),
        TEST(test_arguments_and_order),
        TEST(test_functions_of_kernel_and_modules),
        TEST(test_events_ascend_and_the_seal_ends_them),
        TEST(test_log_and_configuration_are_there_as_they_were),
        TEST(test_seal_takes_no_more_entries_than_there_is_room_for),
        TEST(test_unsealed_manifest_is_refused),
        TEST(test_a_kernel_without_metadata_and_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
