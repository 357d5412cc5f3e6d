// SPDX-License-Identifier: BSD-2-Clause
// The firmware's table of processors.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include <btl/limine_kernel.h>

#include "btl_test.h"

struct table {
    struct test_memory memory;
    uint8_t bytes[20000];
    size_t size;
    struct btl_limine_machine machine;
};

static void table_begin(struct table *t)
{
    memset(t, 0, sizeof(*t));
    t->size = 44;
    test_memory_begin(&t->memory);
}

static void table_add(struct table *t, const void *entry, size_t size)
{
    memcpy(t->bytes + t->size, entry, size);
    t->size += size;
}

static void table_read(struct table *t)
{
    struct btl_bytes bytes = test_block(&t->memory, t->bytes, t->size);
    assert_true(btl_limine_machine(bytes, 4, &t->memory.arena, &t->machine));
}

static void table_apic(struct table *t, uint8_t uid, uint8_t id, uint8_t flags)
{
    const uint8_t entry[] = {0, 8, uid, id, flags, 0, 0, 0};
    table_add(t, entry, sizeof(entry));
}

static void table_x2apic(struct table *t, uint32_t uid, uint32_t id, uint32_t flags)
{
    const uint32_t entry[] = {9 | 16 << 8, id, flags, uid};
    table_add(t, entry, sizeof(entry));
}

TEST(no_table)
{
    struct table t;
    table_begin(&t);
    t.size = 0;
    table_read(&t);
    assert_int_equal(t.machine.processor_count, 1);
    assert_int_equal(t.machine.processors[0].lapic_id, 4);
    assert_int_equal(t.machine.io_apic_count, 0);
    test_memory_end(&t.memory);
}

TEST(processors_and_io_apics)
{
    static const uint8_t io_apic[] = {1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0};
    static const uint8_t other[] = {2, 10, 0, 0, 0, 0, 0, 0, 0, 0};
    struct table t;
    table_begin(&t);
    table_apic(&t, 1, 2, 1);
    table_add(&t, other, sizeof(other));
    table_apic(&t, 9, 4, 1); // the boot processor
    table_apic(&t, 3, 6, 0); // disabled
    table_add(&t, io_apic, sizeof(io_apic));
    table_x2apic(&t, 1, 2, 1); // the same processor again
    table_x2apic(&t, 500, 300, 3);
    table_read(&t);
    assert_int_equal(t.machine.processor_count, 3);
    static const struct btl_limine_processor expected[] = {{9, 4}, {1, 2}, {500, 300}};
    assert_memory_equal(t.machine.processors, expected, sizeof(expected));
    assert_int_equal(t.machine.io_apic_count, 1);
    assert_int_equal(t.machine.io_apics[0], 0xfec00000);
    test_memory_end(&t.memory);
}

TEST(damaged_entries)
{
    static const uint8_t nothing[] = {0, 0}, one[] = {0, 1}, small[] = {0, 7, 1, 1, 1, 0, 0};
    static const uint8_t *const entries[] = {nothing, one, small};
    static const size_t sizes[] = {2, 2, 7}, counts[] = {1, 1, 2};
    for (size_t i = 0; i < BTL_COUNT(entries); i++) {
        struct table t;
        table_begin(&t);
        table_add(&t, entries[i], sizes[i]);
        table_apic(&t, 1, 2, 1);
        table_read(&t);
        assert_int_equal(t.machine.processor_count, counts[i]);
        test_memory_end(&t.memory);
    }
}

TEST(cut_off_anywhere)
{
    for (size_t cut = 0; cut <= 60; cut++) {
        struct table t;
        table_begin(&t);
        table_apic(&t, 1, 2, 1);
        table_apic(&t, 2, 3, 1);
        t.size = cut;
        table_read(&t);
        assert_int_equal(t.machine.processor_count, cut < 52 ? 1 : cut < 60 ? 2 : 3);
        test_memory_end(&t.memory);
    }
}

TEST(too_many)
{
    struct table t;
    table_begin(&t);
    for (uint32_t i = 0; i < 1100; i++)
        table_x2apic(&t, i, i + 10, 1);
    table_read(&t);
    assert_int_equal(t.machine.processor_count, BTL_LIMINE_PROCESSORS_MAX);
    test_memory_end(&t.memory);
}
