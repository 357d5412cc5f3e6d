// SPDX-License-Identifier: BSD-2-Clause
#include "lab.h"

#include <string.h>

#include "device/streams.h"

static uint32_t bottom, plus;

static int begin(void **state)
{
    lab_begin(state);
    bottom = lab_module("bottom", "bottom", BTL_TYPE_STREAMS_DRV);
    plus = lab_module("plus", "plus", BTL_TYPE_STREAMS_MOD);
    lab_module("misc", "misc", BTL_TYPE_MISC);
    lab_start();
    return 0;
}

EACH_TEST(begin, lab_end)

TEST(data_goes_down_and_up_through_every_element)
{
    struct btl_stream *stream;
    uint8_t bytes[3] = {1, 2, 3};

    assert_int_equal(stream_open("bottom", &stream), 0);
    assert_int_equal(stream_push(stream, "plus"), 0);
    assert_int_equal(stream_push(stream, "plus"), 0);
    assert_string_equal(lab_events, "load bottom;open;load plus;");
    assert_int_equal(stream_write(stream, bytes, 3), 3);
    assert_int_equal(stream_read(stream, bytes, 2), 2); // in two pieces
    assert_int_equal(bytes[0], (1 + 2) * 4);
    assert_int_equal(bytes[1], (2 + 2) * 4);
    assert_int_equal(stream_read(stream, bytes, 3), 1);
    assert_int_equal(bytes[0], (3 + 2) * 4);
    assert_int_equal(stream_read(stream, bytes, 3), 0);
    assert_int_equal(stream_pop(stream), 0);
    assert_int_equal(stream_write(stream, bytes, 1), 1);
    assert_int_equal(stream_pop(stream), 0);
    assert_int_equal(stream_pop(stream), BTL_ENOENT);
    stream_close(stream); // with an unread message
}

TEST(elements_in_use_are_held)
{
    struct btl_stream *stream;

    assert_int_equal(stream_open("bottom", &stream), 0);
    assert_int_equal(stream_push(stream, "plus"), 0);
    assert_int_equal(module_unload(bottom), BTL_EBUSY);
    assert_int_equal(module_unload(plus), BTL_EBUSY);
    assert_contains(host_printed(), "a stream uses it (count 1)");
    stream_close(stream);
    assert_int_equal(module_unload(bottom), 0);
    assert_int_equal(module_unload(plus), 0);
}

TEST(what_is_no_driver_or_no_module)
{
    struct btl_stream *stream;

    assert_int_equal(stream_open("plus", &stream), BTL_EINVAL);
    assert_int_equal(stream_open("misc", &stream), BTL_EINVAL);
    assert_int_equal(stream_open("nobody", &stream), BTL_ENOENT);
    assert_int_equal(stream_open("bottom", &stream), 0);
    assert_int_equal(stream_push(stream, "bottom"), BTL_EINVAL);
    assert_int_equal(stream_push(stream, "nobody"), BTL_ENOENT);
    lab_load_result[plus] = BTL_EIO;
    assert_int_equal(stream_push(stream, "plus"), BTL_ENODEV);
    assert_int_equal(stream_pop(stream), BTL_ENOENT);
    stream_close(stream);
}

TEST(a_driver_that_does_not_open)
{
    struct btl_stream *stream;

    assert_int_equal(module_load_by_hand(bottom), 0);
    struct lab_snapshot before = lab_snapshot();
    lab_event_result = BTL_EBUSY;
    assert_int_equal(stream_open("bottom", &stream), BTL_EBUSY);
    lab_event_result = 0;
    assert_snapshot(before);
}

TEST(limits)
{
    static uint8_t large[BTL_MESSAGE_MAX + 1];
    struct btl_stream *stream;

    assert_int_equal(stream_open("bottom", &stream), 0);
    assert_int_equal(stream_write(stream, large, BTL_MESSAGE_MAX + 1), BTL_EINVAL);
    assert_int_equal(stream_write(stream, large, BTL_MESSAGE_MAX), BTL_MESSAGE_MAX);
    assert_int_equal(stream_read(stream, large, sizeof(large)), BTL_MESSAGE_MAX);
    for (int i = 0; i < BTL_STREAM_QUEUE_MAX; i++)
        assert_int_equal(stream_write(stream, large, 1), 1);
    assert_int_equal(stream_write(stream, large, 1), BTL_EBUSY);
    for (int i = 0; i < BTL_STREAM_MODULES_MAX; i++)
        assert_int_equal(stream_push(stream, "plus"), 0);
    assert_int_equal(stream_push(stream, "plus"), BTL_EBUSY);
    host_fail_alloc(0);
    assert_int_equal(stream_write(stream, large, 1), BTL_ENOMEM);
    stream_close(stream);
}

// Each allocation of opening, pushing and closing fails in turn.
TEST(memory_that_ends_at_any_point)
{
    struct btl_stream *stream;
    uint64_t nth = 0;

    assert_int_equal(module_load_by_hand(bottom), 0);
    assert_int_equal(module_load_by_hand(plus), 0);
    struct lab_snapshot before = lab_snapshot();
    for (bool failed = true; failed; nth++) {
        host_fail_alloc(nth);
        if (stream_open("bottom", &stream) == 0) {
            stream_push(stream, "plus");
            stream_close(stream);
        }
        failed = host_alloc_failed();
        host_fail_no_alloc();
        assert_snapshot(before);
    }
    assert_true(nth > 4);
}
