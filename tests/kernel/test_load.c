// SPDX-License-Identifier: BSD-2-Clause
// Loading modules that the loader has linked.
#include "self.h"

#include "console/print.h"
#include "dlkm/dlkm.h"
#include "vm/kmem.h"

EACH_TEST(self_begin, self_end)

TEST(a_load_function_gets_its_arguments)
{
    uint32_t id = self_module("clock");

    world.module[id].arguments = world_str("verbose=1");
    self_start();
    assert_true(module_load(id, BTL_PHASE_BOOT1));
    assert_int_equal(module_get(id)->state, MODULE_LOADED);
    assert_int_equal(self_load_calls, 1);
    assert_string_equal(self_seen_name, "clock");
    assert_string_equal(self_seen_flags, "verbose=1");
    assert_int_equal(self_seen.phase, BTL_PHASE_BOOT1);
    assert_ptr_equal(self_seen_running, module_name(module_get(id)).at);
    assert_int_equal(dlkm_running().len, 0);
    assert_ptr_equal(image_find((uint64_t)&self_wrapper), module_get(id)->image);
    assert_null(image_find(1));
}

TEST(dependents_are_counted)
{
    uint32_t ring = self_module("ring"), log = self_module("log");

    world_depends(ring);
    self_start();
    assert_true(module_load(ring, BTL_PHASE_BOOT1));
    assert_int_equal(module_get(ring)->dependents, 0);
    assert_true(module_load(log, BTL_PHASE_BOOT1));
    assert_int_equal(module_get(ring)->dependents, 1);
    assert_int_equal(module_get(log)->dependents, 0);
}

TEST(a_failing_load_function_fails_its_dependents_by_name)
{
    uint32_t ring = self_module("ring"), log = self_module("log"), other;

    world_depends(ring);
    other = self_module("other");
    self_start();
    self_load_result = BTL_EIO;
    assert_false(module_load(ring, BTL_PHASE_BOOT1));
    assert_contains(module_get(ring)->reason, "error -5 (input/output error)");
    assert_contains(module_get(ring)->reason, "[run-load-function]");
    self_load_result = self_load_calls = 0;
    self_assert_fails(log, "run-dependency");
    assert_contains(module_get(log)->reason, "it needs ring");
    assert_true(module_load(other, BTL_PHASE_BOOT1)); // other modules still load
    assert_int_equal(module_get(ring)->dependents, 0);
}

TEST(what_is_ignored_is_said_in_the_log_alone)
{
    static char text[1 << 17];
    struct btl_buffer log = btl_buffer(text, sizeof(text));
    uint32_t id = self_module("noise");

    world.module[id].flags = BTL_ON_ERROR_IGNORE << BTLM_ON_ERROR_SHIFT;
    self_start();
    self_load_result = BTL_EIO;
    assert_false(module_load(id, BTL_PHASE_BOOT1));
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
    assert_contains(module_get(id)->reason, "[run-load-function]");
    assert_string_equal(host_printed(), "");
    log_print(&log.out, BTL_LOG_DEBUG);
    assert_contains(text, "error error: noise: its load function returned error -5");
}

// A driver without its device is no failure, unless the boot needs it.
TEST(a_missing_device)
{
    uint32_t id = self_module("driver"), needed = self_module("needed");

    world.module[id].flags = BTL_ON_ERROR_WARN << BTLM_ON_ERROR_SHIFT;
    world.module[needed].flags = BTL_ON_ERROR_FALLBACK << BTLM_ON_ERROR_SHIFT;
    self_start();
    self_load_result = BTL_ENODEV;
    assert_false(module_load(id, BTL_PHASE_BOOT1));
    assert_contains(module_get(id)->reason, "[run-no-device]");
    assert_string_equal(module_condition(module_get(id)), "no-device");
    assert_false(module_is_faulty(module_get(id)));
    assert_string_equal(host_printed(), "");
    assert_false(module_load(needed, BTL_PHASE_BOOT1));
    assert_contains(module_get(needed)->reason, "[run-load-function]");
    assert_true(module_is_faulty(module_get(needed)));
    self_load_result = 0;
    module_retry(module_get(id));
    assert_true(module_load(id, BTL_PHASE_BOOT1));
    assert_string_equal(module_condition(module_get(id)), "loaded");
}

TEST(a_phase_that_is_not_supported)
{
    uint32_t id = self_module("late");

    world.module[id].supported = BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN;
    self_start();
    self_assert_fails(id, "run-phase");
    assert_contains(module_get(id)->reason, "BOOT2,RUN");
}

TEST(an_image_outside_the_phase_1_memory)
{
    uint32_t id = self_module("stray");

    world.module[id].address -= BTL_PAGE_SIZE;
    self_start();
    self_assert_fails(id, "run-bad-image");
}

TEST(segments_larger_than_the_image)
{
    uint32_t id = self_module("stray");

    world.module[id].rodata_size = world.module[id].size;
    self_start();
    self_assert_fails(id, "run-bad-image");
}

TEST(a_segment_that_is_not_whole_pages)
{
    uint32_t id = self_module("stray");

    world.module[id].text_size -= 16;
    self_start();
    self_assert_fails(id, "run-bad-image");
}

// Each allocation of a load fails in turn; the heap is restored.
TEST(memory_that_ends_at_any_point)
{
    uint32_t id = self_module("hello");
    uint64_t nth = 0;

    world_tunable("depth", "1", 3);
    self_start();
    for (bool loaded = false; !loaded; nth++) {
        uint64_t before = kmem_stats().allocations - kmem_stats().frees;
        host_fail_alloc(nth);
        if (module_get(id)->state == MODULE_FAILED)
            module_retry(module_get(id));
        loaded = module_load(id, BTL_PHASE_BOOT1);
        host_fail_no_alloc();
        assert_int_equal(loaded, !host_alloc_failed());
        if (loaded)
            break;
        module_retry(module_get(id));
        assert_int_equal(kmem_stats().allocations - kmem_stats().frees, before);
    }
    assert_true(nth >= 2);
    assert_int_equal(self_load_calls, 1);
}
