// SPDX-License-Identifier: BSD-2-Clause
// What the manifest says of modules.
#include "manifest_world.h"

TEST(test_levels_of_failures)
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

TEST(test_level_in_a_manifest_before_1_2)
{
    assert_int_equal(BTLM_ON_ERROR(BTLM_REQUIRED | BTLM_CONFIGURED), BTL_ON_ERROR_REQUIRED);
    assert_int_equal(BTLM_ON_ERROR(BTLM_CONFIGURED | BTLM_METADATA), BTL_ON_ERROR_WARN);
}

TEST(test_linked_module)
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

TEST(test_sections_of_linked_modules)
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

TEST(test_staged_and_registered_modules)
{
    struct world *world = *state;
    write_and_open(world);
    const struct btlm_module *disk = module(world, "disk"), *spare = module(world, "spare");
    assert_int_equal(disk->state, BTLM_STAGED);
    assert_int_equal(disk->type, BTL_TYPE_WSIO_CLASS);
    assert_int_equal(btl_manifest_major(&world->manifest, disk, BTL_DEVICE_CHAR),
                     BTL_MAJOR_DYNAMIC);
    assert_int_equal(btl_manifest_major(&world->manifest, disk, BTL_DEVICE_BLOCK), 8);
    assert_int_equal(btl_manifest_major(&world->manifest, spare, BTL_DEVICE_BLOCK), BTL_MAJOR_NONE);
    assert_int_equal(module(world, "broken")->majors[BTL_DEVICE_CHAR], BTL_MAJOR_NONE);
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

TEST(test_failed_modules_and_their_reasons)
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
TEST(test_a_module_that_failed_late_has_no_image)
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

TEST(test_reason_of_no_diagnostic_is_absent)
{
    struct world *world = *state;
    struct btl_diag foreign = {0}; // not in the list, as when it was reported elsewhere
    world->boot.plan.modules[boot_index(&world->boot, "broken")].reason = &foreign;
    world->boot.plan.modules[boot_index(&world->boot, "lost")].reason = NULL;
    write_and_open(world);
    assert_int_equal(module(world, "broken")->reason, BTL_NONE);
    assert_int_equal(module(world, "lost")->reason, BTL_NONE);
}

TEST(test_diagnostics_about_no_module_of_the_plan)
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

TEST(test_dependencies)
{
    struct world *world = *state;
    write_and_open(world);
    assert_int_equal(btl_manifest_count(&world->manifest, BTLM_DEPENDS), 3);
    const struct btlm_module *shy = module(world, "shy");
    assert_int_equal(shy->depend_count, 1);
    assert_int_equal(*(const uint32_t *)at(world, BTLM_DEPENDS, shy->first_depend),
                     boot_index(&world->boot, "quiet"));
}

TEST(test_interfaces)
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
TEST(test_exports_are_grouped_by_owner)
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

TEST(test_tunables)
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

TEST(test_arguments_and_order)
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
