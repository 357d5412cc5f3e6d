// SPDX-License-Identifier: BSD-2-Clause
// Loading and unloading by command.
#include "lab.h"

#include "monitor/commands.h"

#include <string.h>

EACH_TEST(lab_begin, lab_end)

TEST(dependencies_come_first_and_go_last)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC), b = lab_module("b", "misc", BTL_TYPE_MISC);
    uint32_t c;

    world_depends(a);
    c = lab_module("c", "misc", BTL_TYPE_MISC);
    world_depends(b);
    world_depends(a);
    lab_start();
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(module_load_by_hand(c), 0);
    assert_string_equal(lab_events, "load a;load b;load c;");
    assert_int_equal(module_get(a)->dependents, 2);
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "a: it cannot be unloaded, because b is loaded and needs it");
    assert_contains(host_printed(), "a: it cannot be unloaded, because c is loaded and needs it");
    assert_contains(host_printed(), "run-busy-dependent");
    lab_forget_events();
    assert_int_equal(module_unload(c), 0);
    assert_int_equal(module_unload(b), 0);
    assert_int_equal(module_unload(a), 0);
    assert_string_equal(lab_events, "unload c;unload b;unload a;");
    assert_int_equal(module_get(a)->state, MODULE_REGISTERED);
    assert_snapshot(before);
}

TEST(what_was_loaded_for_its_sake_goes_when_it_fails)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC), b, c, kept = BTL_NONE;

    b = lab_module("b", "misc", BTL_TYPE_MISC);
    world_depends(a);
    kept = lab_module("kept", "misc", BTL_TYPE_MISC);
    c = lab_module("c", "misc", BTL_TYPE_MISC);
    world_depends(b);
    world_depends(kept);
    lab_start();
    assert_int_equal(module_load_by_hand(kept), 0);
    lab_forget_events();
    struct lab_snapshot before = lab_snapshot();
    lab_load_result[c] = BTL_EIO;
    assert_int_equal(module_load_by_hand(c), BTL_ENODEV);
    assert_string_equal(lab_events, "load a;load b;load c;unload b;unload a;");
    assert_int_equal(module_get(c)->state, MODULE_FAILED);
    assert_contains(module_get(c)->reason, "run-load-function");
    assert_int_equal(module_get(kept)->state, MODULE_LOADED);
    assert_snapshot(before);
    lab_load_result[c] = 0; // the administrator tries again
    assert_int_equal(module_load_by_hand(c), 0);
    assert_null(module_get(c)->reason);
}

TEST(a_failed_dependency_gets_another_chance_by_hand)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC), b = lab_module("b", "misc", BTL_TYPE_MISC);

    world_depends(a);
    lab_start();
    lab_load_result[a] = BTL_EIO;
    assert_int_equal(module_load_by_hand(b), BTL_ENODEV);
    assert_contains(module_get(b)->reason, "it needs a, which is not loaded (failed)");
    assert_int_equal(module_autoload(b), BTL_ENODEV); // not on demand
    assert_string_equal(lab_events, "load a;");
    lab_load_result[a] = 0;
    assert_int_equal(module_load_by_hand(b), 0);
    assert_int_equal(module_get(a)->state, MODULE_LOADED);
}

TEST(what_the_loader_refused_stays_refused)
{
    uint32_t bad = lab_module("bad", "misc", BTL_TYPE_MISC), off;

    world.module[bad].state = BTLM_FAILED;
    world_reason("error: bad: it is bad");
    off = lab_module("off", "misc", BTL_TYPE_MISC);
    world.module[off].state = BTLM_OFF;
    lab_start();
    assert_int_equal(module_load_by_hand(bad), BTL_ENODEV);
    assert_contains(host_printed(), "it is failed: error: bad: it is bad");
    assert_int_equal(module_load_by_hand(off), BTL_ENODEV);
    assert_contains(host_printed(), "it is off: switched off");
}

TEST(a_module_that_refuses_stays)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC);

    lab_start();
    assert_int_equal(module_unload(a), BTL_EINVAL);
    assert_contains(host_printed(), "run-not-loaded");
    assert_int_equal(module_load_by_hand(a), 0);
    struct lab_snapshot before = lab_snapshot();
    lab_unload_result[a] = BTL_EBUSY;
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "run-unload-refused");
    assert_int_equal(module_get(a)->state, MODULE_LOADED);
    assert_snapshot(before);
}

TEST(a_module_without_unload_function_stays)
{
    uint32_t a = lab_module("a", "forever", BTL_TYPE_MISC);

    lab_start();
    assert_int_equal(module_load_by_hand(a), 0);
    assert_int_equal(module_unload(a), BTL_ENOSYS);
    assert_contains(host_printed(), "run-no-unload");
}

TEST(who_holds_it_is_named)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC);
    struct module *module;

    lab_start();
    assert_int_equal(module_load_by_hand(a), 0);
    module = module_get(a);
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(hold_add(module, "the first"), 0);
    assert_int_equal(hold_add(module, "the first"), 0);
    assert_int_equal(
        hold_add(module, "the other, whose name is longer than what a hold keeps of it"), 0);
    assert_int_equal(module_hold_count(module), 3);
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "because the first uses it (count 2)");
    assert_contains(host_printed(), "because the other");
    assert_contains(host_printed(), "run-busy-held");
    hold_drop(module, "the first");
    hold_drop(module, "the first");
    assert_panics(hold_drop(module, "the first"), "does not hold it");
    hold_drop(module, "the other, whose name is longer than what a hold keeps of it");
    assert_snapshot(before);
    host_fail_alloc(0);
    assert_int_equal(hold_add(module, "a user"), BTL_ENOMEM);
    assert_int_equal(module_unload(a), 0);
}

static uint32_t recursive;

static int load_recursively(const char *name, const char *flags)
{
    strcat(lab_events, "load;");
    assert_int_equal(module_autoload(recursive), BTL_EBUSY);
    return 0;
}

TEST(a_recursive_request_loads_it_once)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC);

    recursive = a;
    lab_start();
    lab->load = load_recursively;
    assert_int_equal(module_autoload(a), 0);
    assert_string_equal(lab_events, "load;");
}

// a's load function loads b, which needs a: b is not broken, but too early.
TEST(a_dependent_that_asks_too_early_is_put_off)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC), b = lab_module("b", "misc", BTL_TYPE_MISC);

    world_depends(a);
    recursive = b;
    lab_start();
    lab->load = load_recursively;
    assert_int_equal(module_autoload(a), 0);
    assert_contains(host_printed(), "run-dependency-busy");
    assert_int_equal(module_get(b)->state, MODULE_REGISTERED);
}

TEST(a_type_other_than_misc_in_phase_1)
{
    uint32_t a = lab_module("a", "char3", BTL_TYPE_WSIO_CLASS);

    world.module[a].registered = BTL_PHASE_BOOT1;
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
    assert_int_equal(module_get(a)->state, MODULE_FAILED);
    assert_contains(module_get(a)->reason, "run-early-type");
}

TEST(a_staged_module_asked_for_in_phase_1)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC);

    lab_start();
    world_vm_ready = false;
    assert_int_equal(module_load_by_hand(a), BTL_ENODEV);
    assert_contains(module_get(a)->reason, "run-too-early");
}

TEST(transitions_from_another_state_panic)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC);
    struct module *module;

    lab_start();
    module = module_get(a);
    assert_panics(module_loaded(module), "module a: loaded from state registered");
    assert_panics(module_unloaded(module), "unloaded from state registered");
    assert_panics(module_begin_unload(module), "unload from state registered");
    assert_panics(module_unload_refused(module), "unload refused");
    assert_panics(module_put_off(module), "put off");
    assert_panics(module_failed(module, ""), "failed from state registered");
    assert_panics(module_retry(module), "retry");
    assert_panics(module_registered(module), "registered from state registered");
    module_begin_load(module);
    assert_panics(module_begin_load(module), "load from state loading");
}

TEST(ten_thousand_cycles_leave_nothing)
{
    uint32_t a = lab_module("a", "misc", BTL_TYPE_MISC),
             b = lab_module("b", "answer", BTL_TYPE_MISC);

    world_depends(a);
    lab_start();
    struct lab_snapshot before = lab_snapshot();
    for (int i = 0; i < 10000; i++) {
        lab_forget_events();
        host_clear();
        assert_int_equal(module_load_by_hand(b), 0);
        assert_int_equal(module_unload(b), 0);
        assert_int_equal(module_unload(a), 0);
    }
    assert_snapshot(before);
}

// NAME_phase applies to modules with NAME_load="YES" alone (docs/phases.md). A module of which
// loader.conf only sets a tunable, for example, joined the plan as a dependency, AUTO.
TEST(a_phase_of_what_joined_as_a_dependency_switches_it_on)
{
    char command[] = "kmadmin", option[] = "-b", phase[] = "2", name[] = "a";
    char *words[] = {command, option, phase, name};
    uint32_t id = lab_module("a", "misc", BTL_TYPE_MISC);

    world.module[id].supported = BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN;
    world.module[id].configured = BTL_PHASE_AUTO;
    lab_start();
    kmadmin_run(4, words);
    assert_contains(host_printed(), "a_load=\"YES\"\na_phase=\"BOOT2\"\n");
}
