// SPDX-License-Identifier: BSD-2-Clause
// The timeline in the manifest: the whole boot, with the attempts before it.
#include "menu_user.h"

#include <btl/boot.h>

static const struct btlm_event *event_at(const struct btl_manifest *manifest, uint64_t index)
{
    return btl_manifest_entry(manifest, BTLM_EVENTS, index);
}

// The last event of a kind; *ret_count: how many there are.
static const struct btlm_event *last_event(const struct btl_manifest *manifest,
                                           enum btlm_event_kind kind, uint32_t *ret_count)
{
    const struct btlm_event *found = NULL;
    *ret_count = 0;
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_EVENTS); i++) {
        if (event_at(manifest, i)->kind != kind)
            continue;
        found = event_at(manifest, i);
        (*ret_count)++;
    }
    return found;
}

static const struct btlm_event *only_event(const struct btl_manifest *manifest,
                                           enum btlm_event_kind kind)
{
    uint32_t count;
    const struct btlm_event *event = last_event(manifest, kind, &count);
    if (count != 1)
        fail_msg("%u events \"%s\"", count, btlm_event_name(kind));
    return event;
}

// The events explain the loader's time, except less than a twentieth of what is not waiting.
static void expect_no_gaps(const struct btl_manifest *manifest)
{
    uint64_t end = 0, gaps = 0, whole = only_event(manifest, BTLM_EVENT_LOADER)->end;
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = event_at(manifest, i);
        if (event->kind == BTLM_EVENT_LOADER)
            continue;
        if (btlm_event_waits(event->kind))
            whole -= event->end - event->start;
        gaps += event->start > end ? event->start - end : 0;
        end = event->end > end ? event->end : end;
    }
    gaps += only_event(manifest, BTLM_EVENT_LOADER)->end - end;
    if (gaps * 20 >= whole)
        fail_msg("%lu of %lu ns without an event", gaps, whole);
}

// A machine whose volume and console take time.
static struct mock *slow_machine(struct mock *mock)
{
    mock->call_us = 200;
    mock->line_us = 700;
    return mock;
}

TEST(test_every_step_has_its_event)
{
    struct btl_manifest manifest;
    struct mock *mock = slow_machine(mock_begin());
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_no_gaps(&manifest);
    for (int kind = BTLM_EVENT_START; kind <= BTLM_EVENT_CLOSED; kind++) {
        if (!btlm_event_waits(kind))
            only_event(&manifest, kind);
    }
    const struct btlm_event *exit = only_event(&manifest, BTLM_EVENT_EXIT);
    assert_int_equal(only_event(&manifest, BTLM_EVENT_MANIFEST)->end, exit->start);
    mock_end(mock);
}

TEST(test_saving_is_an_event)
{
    struct btl_manifest manifest;
    struct mock *mock = slow_machine(mock_begin());
    mock_add_ordinary(mock);
    mock_options(mock, "-m /btl/m.bin");
    mock->restless = 1; // the map changes: the file is written twice
    mock_expect_boot(mock, NULL);
    mock_saved_manifest(mock, "/btl/m.bin", &manifest);
    expect_no_gaps(&manifest);
    const struct btlm_event *saved = only_event(&manifest, BTLM_EVENT_SAVED);
    assert_true(saved->end - saved->start > 1000 * mock->call_us);
    assert_int_equal(only_event(&manifest, BTLM_EVENT_MANIFEST)->end, saved->start);
    mock_end(mock);
}

TEST(test_waiting_is_an_event)
{
    struct btl_manifest manifest;
    struct mock *mock = slow_machine(mock_begin());
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\nautoboot_delay=\"5\"\n");
    mock->keys = "{wait}{wait}x{see boot menu}b";
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_no_gaps(&manifest);
    const struct btlm_event *countdown = only_event(&manifest, BTLM_EVENT_COUNTDOWN);
    assert_true(countdown->end - countdown->start >= 2000000000);
    assert_true(only_event(&manifest, BTLM_EVENT_MENU)->start >= countdown->end);
    mock_end(mock);
}

// The menu plans again; the files are in memory, and their events keep the time of the read.
TEST(test_files_read_before_the_menu)
{
    struct btl_manifest manifest;
    struct mock *mock = slow_machine(menu_begin("s{see Safe boot is on}s{see Safe boot is off}b"));
    uint32_t menus, reads = 0;
    menu_boot(mock, &manifest);
    expect_no_gaps(&manifest);
    last_event(&manifest, BTLM_EVENT_MENU, &menus);
    assert_int_equal(menus, 3);
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = event_at(&manifest, i);
        if (event->kind != BTLM_EVENT_MODULE_READ && event->kind != BTLM_EVENT_KERNEL_READ)
            continue;
        reads++;
        assert_true(event->end - event->start > 1000 * mock->call_us && event->bytes > 0);
    }
    assert_int_equal(reads, 1 + btl_manifest_count(&manifest, BTLM_MODULES));
    only_event(&manifest, BTLM_EVENT_KERNEL_READ);
    mock_end(mock);
}

// A preview's manifest has no exit, and leaves none in the next one.
TEST(test_preview)
{
    struct btl_manifest manifest;
    struct mock *mock = slow_machine(menu_begin("m{see manifest}{escape}{see Kernel options}b"));
    menu_boot(mock, &manifest);
    expect_no_gaps(&manifest);
    only_event(&manifest, BTLM_EVENT_EXIT);
    mock_end(mock);
}

// A boot that fails between the manifest and the kernel: its record is in order.
TEST(test_failure_after_the_manifest)
{
    struct btl_manifest manifest;
    uint32_t saved = 0;
    for (uint32_t call = 1; call <= 8; call++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock_options(mock, "-m /btl/m.bin");
        mock->restless = 9; // the manifest is written again, unsaved
        mock->fail_service = MOCK_MEMORY_MAP;
        mock->fail_status = FW_DEVICE_ERROR;
        mock->fail_at = call;
        run(&mock->firmware);
        if (mock_has_file(mock, BTL_MANIFEST_FAILED)) {
            mock_saved_manifest(mock, BTL_MANIFEST_FAILED, &manifest);
            for (uint64_t i = 1; i < btl_manifest_count(&manifest, BTLM_EVENTS); i++)
                assert_true(event_at(&manifest, i - 1)->start <= event_at(&manifest, i)->start);
            saved++;
        }
        mock_end(mock);
    }
    assert_true(saved > 4);
}
