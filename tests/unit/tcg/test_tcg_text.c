// SPDX-License-Identifier: BSD-2-Clause
// What events are about.
#include "test_case.h"

#include "btl_test.h"
#include "tcg_sample.h"
#include <btl/tcg_log.h>

static void expect(uint32_t type, const void *data, size_t size, const char *text)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_tcg_event event = {.type = type, .data = test_block(&memory, data, size)};
    assert_str(&memory, btl_tcg_event_text(&event, &memory.arena), text);
    test_memory_end(&memory);
}

TEST(test_texts)
{
    expect(BTL_TCG_IPL, "btl end", 7, "btl end");
    expect(BTL_TCG_IPL, "grub_cmd: boot\0\0", 16, "grub_cmd: boot");
    expect(BTL_TCG_IPL, "", 0, "");
    expect(BTL_TCG_ACTION, "Exit Boot Services Invocation", 29, "Exit Boot Services Invocation");
    expect(BTL_TCG_SEPARATOR, "\0\0\0\0", 4, "");
    expect(0x80000006, "EFI PART", 8, "");
}

TEST(test_names_of_variables)
{
    static const uint32_t types[] = {BTL_TCG_VARIABLE, BTL_TCG_BOOT, BTL_TCG_BOOT2,
                                     BTL_TCG_AUTHORITY};
    struct tcg_sample data = {.size = 16};
    ts_put(&data, 2, 8);
    ts_put(&data, 1, 8);
    ts_bytes(&data, "d\0b\0\1", 5);
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        expect(types[i], data.bytes, data.size, "db");
    for (size_t size = 0; size < 36; size++)
        expect(BTL_TCG_VARIABLE, data.bytes, size, "");
    ts_number(&data, 16, UINT64_C(1) << 63, 8); // times 2 is 0
    expect(BTL_TCG_VARIABLE, data.bytes, data.size, "");
    ts_number(&data, 16, 3, 8);
    expect(BTL_TCG_VARIABLE, data.bytes, data.size, "");
}

static void put_node(struct tcg_sample *data, uint8_t type, uint8_t subtype, const void *content,
                     size_t size)
{
    ts_put(data, type, 1);
    ts_put(data, subtype, 1);
    ts_put(data, size + 4, 2);
    ts_bytes(data, content, size);
}

TEST(test_files_of_programs)
{
    struct tcg_sample data = {.size = 32};
    put_node(&data, 1, 1, "\1\2", 2); // hardware, PCI
    put_node(&data, 4, 4, "\\\0a\0\0\0", 6);
    size_t second = data.size;
    put_node(&data, 4, 4, "\\\0b\0\0\0ignored", 13);
    put_node(&data, 0x7f, 0xff, NULL, 0);
    ts_number(&data, 24, data.size - 32, 8);
    expect(BTL_TCG_APPLICATION, data.bytes, data.size, "\\b");
    expect(BTL_TCG_BOOT_DRIVER, data.bytes, data.size, "\\b");
    expect(BTL_TCG_RUN_DRIVER, data.bytes, data.size, "\\b");
    expect(BTL_TCG_APPLICATION, data.bytes, second, "\\a");
    expect(BTL_TCG_APPLICATION, data.bytes, 31, "");
    ts_number(&data, 24, second - 32, 8); // the device path ends there
    expect(BTL_TCG_APPLICATION, data.bytes, data.size, "\\a");
    ts_number(&data, 24, UINT64_MAX, 8);
    expect(BTL_TCG_APPLICATION, data.bytes, data.size, "\\b");
    ts_number(&data, second + 2, 3, 2); // a node without its header
    expect(BTL_TCG_APPLICATION, data.bytes, data.size, "\\a");
    ts_number(&data, second + 2, 0xffff, 2);
    expect(BTL_TCG_APPLICATION, data.bytes, data.size, "\\a");
}

TEST(test_names_of_types)
{
    assert_string_equal(btl_tcg_type_name(BTL_TCG_IPL), "EV_IPL");
    assert_string_equal(btl_tcg_type_name(BTL_TCG_APPLICATION), "EV_EFI_BOOT_SERVICES_APPLICATION");
    assert_null(btl_tcg_type_name(2));
}
