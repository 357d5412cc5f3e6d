// SPDX-License-Identifier: BSD-2-Clause
// A failure at each step of loading, for modules of each type, restores pages, images, exports,
// heap, majors, holds and counts.
#include "lab.h"

#include <string.h>

#include "dlkm/dlkm.h"

static const struct kind {
    const char *guest;
    enum btl_module_type type;
} kinds[] = {
    {"misc", BTL_TYPE_MISC},         {"answer", BTL_TYPE_MISC},
    {"runtime", BTL_TYPE_MISC},      {"both", BTL_TYPE_WSIO_CLASS},
    {"driver", BTL_TYPE_WSIO_INTFC}, {"bottom", BTL_TYPE_STREAMS_DRV},
    {"plus", BTL_TYPE_STREAMS_MOD},
};

static uint32_t dependency, target;
static char device;

static const struct pci_function *find(uint16_t vendor, uint16_t id,
                                       const struct pci_function *after)
{
    return after == NULL && id == 1 ? (const struct pci_function *)&device : NULL;
}

static int on_attach(const struct pci_function *at, void **ret_state)
{
    return 0;
}

static void on_detach(const struct pci_function *at, void *state)
{
}

// A module with a dependency; the bus is loaded already.
static void prepare(const struct kind *kind)
{
    uint32_t pci = lab_module("pci", "pci", BTL_TYPE_MISC);

    dependency = lab_module("dependency", "misc", BTL_TYPE_MISC);
    target = lab_module("target", kind->guest, kind->type);
    world_depends(dependency);
    lab_start();
    lab->find = find;
    lab->attach = on_attach;
    lab->detach = on_detach;
    assert_int_equal(module_load_by_hand(pci), 0);
}

static void assert_fails(struct lab_snapshot before, const char *code)
{
    assert_int_equal(module_load_by_hand(target), BTL_ENODEV);
    assert_contains(module_get(target)->reason, code);
    assert_int_equal(module_get(target)->state, MODULE_FAILED);
    assert_int_equal(module_get(dependency)->state, MODULE_REGISTERED);
    assert_snapshot(before);
}

static void each_step(const struct kind *kind)
{
    struct btlm_module *entry = &world.module[target];
    struct btlm_module good = *entry;
    struct lab_snapshot before = lab_snapshot();

    entry->supported = BTL_SUPPORTS_BOOT1;
    assert_fails(before, "run-phase");
    entry->supported = good.supported;
    lab_load_result[dependency] = BTL_EIO;
    assert_int_equal(module_load_by_hand(target), BTL_ENODEV);
    assert_contains(module_get(target)->reason, "run-dependency");
    assert_snapshot(before);
    lab_load_result[dependency] = 0;
    entry->staged_size = 0;
    assert_fails(before, "run-no-volume");
    entry->staged_size = good.staged_size;
    entry->file_size = 100;
    assert_fails(before, "elf-");
    entry->file_size = good.file_size;
    world_seal_fails = true; // of the dependency
    assert_int_equal(module_load_by_hand(target), BTL_ENODEV);
    assert_snapshot(before);
    world_seal_fails = false;
    lab_load_result[target] = BTL_EIO;
    assert_fails(before, "run-load-function");
    lab_load_result[target] = 0;
    assert_int_equal(module_load_by_hand(target), 0);
    assert_int_equal(module_unload(target), 0);
    assert_int_equal(module_unload(dependency), 0);
    assert_snapshot(before);
}

TEST(a_failure_at_each_step)
{
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        lab_begin(state);
        prepare(&kinds[i]);
        each_step(&kinds[i]);
        lab_end(state);
    }
}

// The reason names the module and has a code, and was printed.
static void assert_reason_is_said(void)
{
    const char *reason = module_get(target)->reason;

    assert_contains(reason, "target: ");
    assert_string_equal(reason + strlen(reason) - 1, "]");
    assert_contains(host_printed(), reason);
}

static void each_allocation(const struct kind *kind)
{
    struct lab_snapshot before = lab_snapshot();
    bool failed = true;
    uint64_t nth;

    for (nth = 0; failed; nth++) {
        host_clear();
        lab_forget_events();
        host_fail_alloc(nth);
        int error = module_load_by_hand(target);
        failed = host_alloc_failed();
        host_fail_no_alloc();
        if (error != 0)
            assert_reason_is_said();
        if (error == 0) {
            assert_int_equal(module_unload(target), 0);
            assert_int_equal(module_unload(dependency), 0);
        }
        assert_snapshot(before);
    }
    assert_true(nth > 6);
}

TEST(memory_that_ends_at_any_point)
{
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        lab_begin(state);
        prepare(&kinds[i]);
        each_allocation(&kinds[i]);
        lab_end(state);
    }
}
