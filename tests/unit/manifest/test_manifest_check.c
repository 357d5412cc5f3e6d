// SPDX-License-Identifier: BSD-2-Clause
// What the reader of the manifest checks of the entries: one defect after the other.
#include "manifest_spoiled.h"

// ------------------------------------------------------------------------------------- entries

ALL_TESTS(begin_all, end_all)

TEST(test_bad_strings_are_all_reported)
{
    struct btlm_module *module = entry(BTLM_MODULES, 2);
    struct btlm_export *export = entry(BTLM_EXPORTS, 1);
    module->path.offset = UINT32_MAX;
    module->description = (struct btlm_str){0, UINT32_MAX};
    export->name.length = (uint32_t)table(BTLM_STRINGS)->count;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->reason.offset = UINT32_MAX;
    assert_spoiled(
        "manifest-bad-string manifest-bad-string manifest-bad-string manifest-bad-string");
    assert_says("table boot, entry 0: reason has");
    assert_says("table modules, entry 2: path has");
}

TEST(test_bad_indices_are_all_reported)
{
    ((struct btlm_module *)entry(BTLM_MODULES, 0))->pulled_by = 9;
    ((struct btlm_module *)entry(BTLM_MODULES, 5))->reason = 3;
    *(uint32_t *)entry(BTLM_DEPENDS, 0) = BTL_NONE; // absent makes no sense here
    *(uint32_t *)entry(BTLM_ORDER, 3) = 9;
    ((struct btlm_interface *)entry(BTLM_INTERFACES, 0))->owner = BTL_NONE;
    ((struct btlm_export *)entry(BTLM_EXPORTS, 0))->owner = 9;
    ((struct btlm_diagnostic *)entry(BTLM_DIAGNOSTICS, 0))->module = 0xfffffffe;
    ((struct btlm_event *)entry(BTLM_EVENTS, 0))->module = 9;
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->owner = 9;
    assert_spoiled("manifest-bad-index manifest-bad-index manifest-bad-index manifest-bad-index "
                   "manifest-bad-index manifest-bad-index manifest-bad-index manifest-bad-index "
                   "manifest-bad-index");
    assert_says("table modules, entry 0: pulled_by names entry 9 of a table that has 9 entries");
}

TEST(test_bad_range)
{
    struct btlm_module *module = entry(BTLM_MODULES, 1);
    module->section_count = 5;
    module->first_depend = UINT32_MAX;
    module->first_tunable = UINT32_MAX; // harmless: it has none
    assert_spoiled("manifest-bad-range manifest-bad-range");
}

TEST(test_shared_range)
{
    ((struct btlm_module *)entry(BTLM_MODULES, 1))->first_section = 3;
    assert_spoiled("manifest-shared-range");
    assert_says("first_section is 3, but entries from there on belong to an earlier entry");
}

TEST(test_bad_major)
{
    ((struct btlm_module *)entry(BTLM_MODULES, 0))->majors[BTL_DEVICE_CHAR] = BTL_MAJORS_MAX;
    ((struct btlm_module *)entry(BTLM_MODULES, 8))->majors[BTL_DEVICE_BLOCK] = -3;
    assert_spoiled("manifest-bad-major manifest-bad-major");
    assert_says("entry 0: majors[BTL_DEVICE_CHAR] is 256; it must be below 256, or 65535 for any, "
                "or 65534 for none");
    assert_says("entry 8: majors[BTL_DEVICE_BLOCK] is 65533");
}

TEST(test_bad_value)
{
    struct btlm_module *module = entry(BTLM_MODULES, 0);
    module->type = BTL_TYPES;
    module->supported = 8;
    module->configured = BTL_PHASES;
    module->phase = 255;
    module->registered = BTL_PHASES;
    module->state = BTLM_STATES;
    struct btlm_system *system = entry(BTLM_SYSTEM, 0);
    system->seed_size = 65;
    system->required_failure = 2;
    ((struct btlm_interface *)entry(BTLM_INTERFACES, 0))->provided = 2;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 0))->type = BTLM_MEM_TYPES;
    ((struct btlm_diagnostic *)entry(BTLM_DIAGNOSTICS, 0))->severity = 3;
    boot_reseal((uint8_t *)world.spoiled.at);
    struct btl_manifest manifest;
    assert_false(btl_manifest_open(world.spoiled, place, &manifest, &world.diags));
    assert_int_equal(test_count_code(&world.diags, BTL_MANIFEST_BAD_VALUE), 11);
    assert_int_equal(world.diags.errors, 11);
    assert_says("table system, entry 0: seed_size is 65; it must be below 65");
}

TEST(test_enums_that_may_grow_are_not_refused)
{
    struct btl_manifest manifest;
    ((struct btlm_event *)entry(BTLM_EVENTS, 0))->kind = 1000;
    ((struct btlm_system *)entry(BTLM_SYSTEM, 0))->framebuffer_format = 1000;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->how = 1000;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->flags = UINT32_MAX;
    ((struct btlm_module *)entry(BTLM_MODULES, 0))->flags |= 7u << BTLM_ON_ERROR_SHIFT;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 0))->efi_type = 0x80000000;
    assert_true(open_resealed(&manifest));
}

TEST(test_bad_permission)
{
    ((struct btlm_segment *)entry(BTLM_SEGMENTS, 0))->perm = BTL_PERM_WRITE | BTL_PERM_EXEC;
    ((struct btlm_section *)entry(BTLM_SECTIONS, 0))->perm = 8;
    assert_spoiled("manifest-bad-permission manifest-bad-permission");
}

TEST(test_bad_span)
{
    ((struct btlm_system *)entry(BTLM_SYSTEM, 0))->window_size = 1ull << 32;
    ((struct btlm_kernel *)entry(BTLM_KERNEL_IMAGE, 0))->size = 1ull << 63;
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->size = UINT64_MAX;
    assert_spoiled("manifest-bad-span manifest-bad-span manifest-bad-span");
    assert_says("0x100000000 bytes at the window 0xffffffff80000000");
}

TEST(test_not_pages)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 2))->start += 8;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 2))->size -= 8;
    assert_spoiled("manifest-not-pages manifest-not-pages");
}

TEST(test_overlap)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size += BTL_PAGE_SIZE;
    assert_spoiled("manifest-overlap");
    assert_says("table memory, entry 2:");
}

TEST(test_memory_that_is_empty_or_wraps)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size = 0;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 5))->size = -(uint64_t)BTL_PAGE_SIZE;
    assert_spoiled("manifest-bad-span manifest-empty-range");
}

TEST(test_not_ascending)
{
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->address = BOOT_KERNEL_BASE + 0x61;
    assert_spoiled("manifest-not-ascending");
    assert_says("table symbols, entry 1:");
}

TEST(test_bad_event)
{
    struct btlm_event *event = entry(BTLM_EVENTS, 1);
    event->start = event->end + 1;
    assert_spoiled("manifest-bad-event");
}

TEST(test_events_may_have_any_order)
{
    struct btl_manifest manifest;
    struct btlm_event *event = entry(BTLM_EVENTS, 0), held = event[0];
    event[0] = event[1];
    event[1] = held;
    assert_true(open_resealed(&manifest));
}

TEST(test_bad_framebuffer)
{
    struct btlm_system *system = entry(BTLM_SYSTEM, 0);
    system->framebuffer_width++;
    assert_spoiled("manifest-bad-framebuffer");
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    system->framebuffer_width--;
    system->framebuffer_height++;
    assert_spoiled("manifest-bad-framebuffer");
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    system->framebuffer_height--;
    system->framebuffer = UINT64_MAX - 4096;
    assert_spoiled("manifest-bad-framebuffer");
}
