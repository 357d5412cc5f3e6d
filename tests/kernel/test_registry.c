// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <string.h>

#include "base/handoff.h"
#include "console/command.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "monitor/monitor.h"
#include "vm/kmem.h"

static int begin(void **state)
{
    host_memory(256);
    host_clear();
    world_begin("");
    return 0;
}

static int finish(void **state)
{
    host_memory_end();
    return 0;
}

EACH_TEST(begin, finish)

TEST(every_module_of_the_manifest_is_known_by_id_and_name)
{
    uint32_t id;

    world_module("ring", BTL_PHASE_BOOT1, BTLM_LINKED);
    world_module("pci", BTL_PHASE_BOOT2, BTLM_STAGED);
    world_seal();
    registry_init();
    assert_int_equal(module_count(), 2);
    assert_true(module_find(BTL_STR("pci"), &id));
    assert_int_equal(id, 1);
    assert_int_equal(module_id(module_get(1)), 1);
    assert_false(module_find(BTL_STR("pc"), &id));
    assert_false(module_find(BTL_STR(""), &id));
}

// Rule 2: a module that supports BOOT1 is registered in phase 1, every other one in phase 2.
TEST(registration_comes_in_its_phase)
{
    world_module("early", BTL_PHASE_INIT, BTLM_STAGED);
    world_module("late", BTL_PHASE_BOOT2, BTLM_STAGED);
    world.module[1].registered = BTL_PHASE_BOOT2;
    world_seal();
    registry_init();
    assert_int_equal(module_get(0)->state, MODULE_ANNOUNCED);
    registry_register(BTL_PHASE_BOOT1);
    assert_int_equal(module_get(0)->state, MODULE_REGISTERED);
    assert_int_equal(module_get(1)->state, MODULE_ANNOUNCED);
    registry_register(BTL_PHASE_BOOT2);
    assert_int_equal(module_get(1)->state, MODULE_REGISTERED);
}

TEST(what_the_loader_refused_has_the_loaders_reason)
{
    world_module("bad", BTL_PHASE_BOOT1, BTLM_FAILED);
    world_reason("error: bad: it is bad [link-unresolved]");
    world_module("worse", BTL_PHASE_BOOT1, BTLM_FAILED);
    world_module("off", BTL_PHASE_BOOT1, BTLM_OFF);
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
    assert_int_equal(module_get(0)->state, MODULE_FAILED);
    assert_string_equal(module_get(0)->reason, "error: bad: it is bad [link-unresolved]");
    assert_int_equal(module_get(1)->state, MODULE_FAILED);
    assert_non_null(module_get(1)->reason);
    assert_int_equal(module_get(2)->state, MODULE_OFF);
    assert_contains(module_get(2)->reason, "switched off");
}

TEST(the_strongest_action_and_the_first_module_that_asks_for_it)
{
    uint32_t id;

    world_module("a", BTL_PHASE_BOOT1, BTLM_FAILED);
    world_module("b", BTL_PHASE_BOOT1, BTLM_STAGED);
    world_module("c", BTL_PHASE_BOOT1, BTLM_OFF);
    world_module("d", BTL_PHASE_BOOT1, BTLM_FAILED);
    world.module[0].flags = BTL_ON_ERROR_IGNORE << BTLM_ON_ERROR_SHIFT;
    world.module[1].flags = BTL_ON_ERROR_FALLBACK << BTLM_ON_ERROR_SHIFT;
    world_seal();
    registry_init();
    assert_int_equal(modules_action(true, &id), BTL_GO_ON);
    assert_int_equal(id, 2);
    module_failed(module_get(1), "no disk");
    assert_int_equal(modules_action(true, &id), BTL_FALL_BACK);
    assert_int_equal(id, 1);
    assert_int_equal(modules_action(false, &id), BTL_GO_ON);
    assert_int_equal(id, 1);
    world.module[2].flags = world.module[3].flags = BTL_ON_ERROR_HALT << BTLM_ON_ERROR_SHIFT;
    assert_int_equal(modules_action(true, &id), BTL_STOP);
    assert_int_equal(id, 2);
}

TEST(without_a_failure_nothing_is_asked_for)
{
    uint32_t id;

    world_module("a", BTL_PHASE_BOOT1, BTLM_STAGED);
    world.module[0].flags = BTL_ON_ERROR_HALT << BTLM_ON_ERROR_SHIFT;
    world_seal();
    registry_init();
    assert_int_equal(modules_action(true, &id), BTL_GO_ON_SILENTLY);
    assert_int_equal(id, BTL_NONE);
}

TEST(a_reason_needs_no_memory)
{
    static char long_reason[REASON_MAX + 100];

    memset(long_reason, 'x', sizeof(long_reason) - 1);
    world_module("a", BTL_PHASE_BOOT1, BTLM_STAGED);
    world_module("b", BTL_PHASE_BOOT1, BTLM_STAGED);
    world_seal();
    registry_init();
    host_fail_allocs();
    module_failed(module_get(0), "no disk");
    module_failed(module_get(1), long_reason);
    host_fail_no_alloc();
    assert_int_equal(module_get(0)->state, MODULE_FAILED);
    assert_string_equal(module_get(0)->reason, "no disk");
    assert_int_equal(strlen(module_get(1)->reason), REASON_MAX - 1);
}

// The arena of phase 1 is used up by another module: what fails then has a name and a reason.
TEST(a_module_that_fails_without_any_memory_says_why)
{
    world_module("needy", BTL_PHASE_BOOT2, BTLM_REGISTERED);
    world_module("needier", BTL_PHASE_BOOT2, BTLM_REGISTERED);
    world_depends(0);
    world_seal();
    registry_init();
    host_fail_allocs();
    dlkm_boot_phase(BTL_PHASE_BOOT1);
    dlkm_boot_phase(BTL_PHASE_BOOT2);
    host_fail_no_alloc();
    assert_contains(module_get(0)->reason, "error: needy: its file");
    assert_contains(module_get(0)->reason, "[run-no-volume]");
    assert_contains(module_get(1)->reason, "error: needier: it needs needy");
    assert_contains(module_get(1)->reason, "[run-dependency]");
    assert_contains(host_printed(), module_get(0)->reason);
    assert_contains(host_printed(), module_get(1)->reason);
    assert_null(strstr(host_printed(), "messages are lost"));
}

TEST(a_registry_without_memory_names_the_constant)
{
    world_module("a", BTL_PHASE_BOOT1, BTLM_STAGED);
    world_seal();
    for (uint64_t nth = 0; nth < 2; nth++) {
        host_fail_alloc(nth);
        assert_panics(registry_init(), "make early_size larger");
        assert_int_equal(module_count(), 0); // what a panic goes through
    }
}

TEST(a_boot_phase_loads_only_its_own_modules)
{
    world_module("boot2", BTL_PHASE_BOOT2, BTLM_STAGED); // not really staged: the load fails
    world_module("init", BTL_PHASE_INIT, BTLM_STAGED);
    world_module("auto", BTL_PHASE_AUTO, BTLM_STAGED);
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
    dlkm_boot_phase(BTL_PHASE_BOOT2);
    assert_int_equal(module_get(0)->state, MODULE_FAILED);
    assert_contains(module_get(0)->reason, "run-no-volume");
    assert_int_equal(module_get(1)->state, MODULE_REGISTERED);
    dlkm_boot_phase(BTL_PHASE_INIT);
    assert_int_equal(module_get(1)->state, MODULE_FAILED);
    assert_int_equal(module_get(2)->state, MODULE_REGISTERED);
    assert_contains(host_printed(), "BOOT2: 0 modules loaded, 1 failed");
    assert_contains(host_printed(), "INIT: 0 modules loaded, 1 failed");
}

TEST(files_of_auto_modules_are_kept)
{
    world_module("done", BTL_PHASE_INIT, BTLM_STAGED);
    world.module[0].staged_size = 5000;
    world_module("auto", BTL_PHASE_AUTO, BTLM_STAGED);
    world.module[1].staged_size = 3 * BTL_PAGE_SIZE;
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
    module_begin_load(module_get(0));
    module_loaded(module_get(0));
    source_release_rest();
    assert_int_equal(world_released, 2 * BTL_PAGE_SIZE);
}

TEST(options_are_words)
{
    world_begin("  report autotest\tconsole=screen bogus ");
    world_seal();
    options_parse();
    assert_true(options.report);
    assert_true(options.autotest);
    assert_true(options.screen);
    assert_false(options.serial);
    assert_contains(host_printed(), "unknown word \"bogus\"");
    assert_contains(host_printed(), "console=com1");
}

static void command(int argc, char **argv)
{
}

TEST(commands_of_modules_come_and_go)
{
    uint64_t here = (uint64_t)(uintptr_t)command;

    assert_int_equal(monitor_add("one", "help", command), 0);
    assert_int_equal(monitor_add("one", "help", command), BTL_EEXIST);
    assert_int_equal(monitor_add("lsmod", "help", command), BTL_EEXIST);
    assert_int_equal(monitor_add("", "help", command), BTL_EINVAL);
    assert_int_equal(monitor_add("two", NULL, NULL), BTL_EINVAL);
    assert_int_equal(monitor_add("two", NULL, command), 0);
    assert_int_equal(monitor_add_with("four", "[NAME]", "says", command), 0);
    monitor_help();
    assert_contains(host_printed(), "one");
    assert_contains(host_printed(), "four       [NAME]     says");
    monitor_remove("one");
    monitor_remove("one");
    assert_false(command_forget(1, 2));
    assert_true(command_forget(here, here + 1));
    assert_false(command_forget(here, here + 1));
    host_fail_alloc(0);
    assert_int_equal(monitor_add("three", "help", command), BTL_ENOMEM);
    assert_int_equal(kmem_stats().bytes, 0);
}
