// SPDX-License-Identifier: BSD-2-Clause
// The mock itself: a test that relies on it must be able to fail.
#include "mock.h"

#include <string.h>

#include <btl/boot_state.h>

static const struct fw_variable trial = {.guid = BTL_VARIABLE_GUID, .name = "BtlTrial"};
static const struct fw_variable other = {.guid = {1}, .name = "BtlTrial"};

static fw_status set(struct mock *mock, const char *bytes)
{
    return mock->firmware.variable_set(&mock->firmware, &trial, bytes, strlen(bytes));
}

static fw_status get(struct mock *mock, uint64_t capacity, uint64_t *ret_size,
                     uint32_t *ret_attributes)
{
    uint8_t bytes[MOCK_VARIABLE_MAX];
    *ret_size = capacity;
    return mock->firmware.variable_get(&mock->firmware, &trial, bytes, ret_size, ret_attributes);
}

TEST(test_variables)
{
    struct mock *mock = mock_begin();
    uint64_t size;
    uint32_t attributes;
    assert_int_equal(get(mock, 9, &size, &attributes), FW_NOT_FOUND);
    assert_int_equal(set(mock, ""), FW_NOT_FOUND);
    assert_int_equal(set(mock, "abc"), FW_SUCCESS);
    assert_int_equal(mock_variable(mock, "BtlTrial")->writes, 1);
    assert_int_equal(get(mock, 2, &size, &attributes), FW_BUFFER_TOO_SMALL);
    assert_int_equal(get(mock, 3, &size, &attributes), FW_SUCCESS);
    assert_int_equal(size, 3);
    assert_int_equal(attributes, BTL_VARIABLE_ATTRIBUTES);
    uint8_t byte;
    size = 1;
    assert_int_equal(
        mock->firmware.variable_get(&mock->firmware, &other, &byte, &size, &attributes),
        FW_NOT_FOUND);
    mock_reboot(mock);
    assert_int_equal(mock_variable(mock, "BtlTrial")->writes, 0);
    assert_int_equal(set(mock, ""), FW_SUCCESS);
    assert_null(mock_variable(mock, "BtlTrial"));
    mock_end(mock);
}

TEST(test_stores_that_take_nothing)
{
    struct mock *mock = mock_begin();
    uint64_t size;
    uint32_t attributes;
    mock->variable_room = 2 * sizeof("BtlTrial") + 2;
    assert_int_equal(set(mock, "abc"), FW_OUT_OF_RESOURCES);
    assert_int_equal(set(mock, "ab"), FW_SUCCESS);
    mock->variable_status = FW_WRITE_PROTECTED;
    assert_int_equal(set(mock, "cd"), FW_WRITE_PROTECTED);
    assert_int_equal(get(mock, 2, &size, &attributes), FW_SUCCESS);
    mock->variables_status = FW_UNSUPPORTED;
    assert_int_equal(get(mock, 2, &size, &attributes), FW_UNSUPPORTED);
    mock->variables_status = mock->variable_status = FW_SUCCESS;
    mock->fail_service = MOCK_VARIABLE_SET;
    mock->fail_at = mock->calls[MOCK_VARIABLE_SET] + 1;
    mock->fail_status = FW_DEVICE_ERROR;
    assert_int_equal(set(mock, "ef"), FW_DEVICE_ERROR);
    mock_end(mock);
}

TEST(test_variables_that_lie)
{
    struct mock *mock = mock_begin();
    uint64_t size;
    uint32_t attributes;
    struct mock_variable *variable = mock_variable_put(mock, "BtlTrial", "abc", 3);
    variable->said_size = 5;
    variable->attributes = 3;
    assert_int_equal(get(mock, 4, &size, &attributes), FW_BUFFER_TOO_SMALL);
    assert_int_equal(get(mock, 9, &size, &attributes), FW_SUCCESS);
    assert_true(size == 5 && attributes == 3);
    mock_end(mock);
}

struct listed {
    char names[512];
    uint64_t sizes;
    uint32_t count, last;
};

static bool list_entry(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listed *listed = context;
    strncat(listed->names, name.at, name.len);
    strcat(listed->names, info->directory ? "/ " : " ");
    listed->sizes += info->size;
    return ++listed->count != listed->last;
}

static fw_status list(struct mock *mock, const char *path, struct listed *listed)
{
    struct volume *volume;
    assert_int_equal(mock->firmware.open_volume(&mock->firmware, &volume), FW_SUCCESS);
    fw_status status = volume->list(volume, btl_str_of(path), list_entry, listed);
    volume->close_volume(volume);
    return status;
}

TEST(test_listing)
{
    struct mock *mock = mock_begin();
    static const struct mock_ghost ghosts[] = {{"/modules", "gone.ko", UINT64_MAX, false, 1}, {0}};
    struct listed all = {0}, one = {.last = 1}, root = {0}, none = {0};
    mock_add_text(mock, "/loader.conf", "abc");
    mock_add_text(mock, "/modules/a.ko", "12");
    mock_add_text(mock, "/modules/x86/b.ko", "12");
    mock_add_text(mock, "/modules/x86/c.ko", "12");
    assert_int_equal(list(mock, "/modules/", &all), FW_SUCCESS);
    assert_string_equal(all.names, "a.ko x86/ ");
    assert_int_equal(list(mock, "modules", &one), FW_SUCCESS);
    assert_string_equal(one.names, "a.ko ");
    assert_int_equal(list(mock, "/", &root), FW_SUCCESS);
    assert_string_equal(root.names, "loader.conf modules/ ");
    assert_int_equal(list(mock, "/loader.conf", &none), FW_NOT_FOUND);
    assert_int_equal(list(mock, "/mod", &none), FW_NOT_FOUND);
    mock->ghosts = ghosts;
    all = (struct listed){0};
    assert_int_equal(list(mock, "/modules", &all), FW_SUCCESS);
    assert_string_equal(all.names, "a.ko x86/ gone.ko gone.ko ");
    mock_end(mock);
}

TEST(test_volume_that_vanishes)
{
    struct mock *mock = mock_begin();
    struct volume *volume;
    struct volume_file file;
    struct listed none = {0};
    char text[4];
    uint64_t got;
    mock_add_text(mock, "/loader.conf", "abc");
    mock->vanish_at = 3;
    assert_int_equal(mock->firmware.open_volume(&mock->firmware, &volume), FW_SUCCESS);
    assert_int_equal(volume->open(volume, BTL_STR("/loader.conf"), &file), FW_SUCCESS);
    assert_int_equal(volume->read(&file, text, 1, &got), FW_SUCCESS);
    assert_int_equal(volume->read(&file, text, 1, &got), FW_NO_MEDIA);
    volume->close(&file);
    assert_int_equal(volume->open(volume, BTL_STR("/loader.conf"), &file), FW_NO_MEDIA);
    volume->close_volume(volume);
    assert_int_equal(list(mock, "/", &none), FW_NO_MEDIA);
    mock_end(mock);
}

static void put(struct mock *mock, const char *text)
{
    mock->firmware.write(&mock->firmware, text, strlen(text));
}

TEST(test_screen)
{
    struct mock *mock = mock_begin();
    struct firmware *fw = &mock->firmware;
    mock->facts.console_rows = 4;
    mock->facts.console_columns = 10;
    fw->screen_clear(fw);
    fw->screen_at(fw, 3, 1);
    fw->screen_style(fw, FW_STYLE_SELECTED);
    put(mock, "\xc3\xa4z");
    fw->screen_style(fw, FW_STYLE_NORMAL);
    fw->screen_at(fw, 0, 2);
    put(mock, "0123456789abc\r\nlast");
    assert_int_equal(mock->screen.scrolls, 1);
    assert_string_equal(mock_row(mock, 0).at, "   \xc3\xa4z");
    assert_string_equal(mock_row(mock, 1).at, "0123456789");
    assert_string_equal(mock_row(mock, 3).at, "last");
    assert_int_equal(mock_style(mock, "z"), FW_STYLE_SELECTED);
    assert_int_equal(mock_style(mock, "last"), FW_STYLE_NORMAL);
    assert_false(mock_shows(mock, "9abc"));
    mock_end(mock);
}

static fw_key press(struct mock *mock, uint32_t milliseconds)
{
    return mock->firmware.wait_key(&mock->firmware, milliseconds);
}

TEST(test_script)
{
    struct mock *mock = mock_begin();
    struct firmware *fw = &mock->firmware;
    put(mock, "menu");
    mock->typed = "t";
    mock->keys = "a{see menu}{down}{f12}{enter}{wait}\xc3\xa4{not other}{open}";
    assert_int_equal(press(mock, 0), 't');
    assert_int_equal(press(mock, 0), 0);
    static const fw_key wanted[] = {'a', FW_KEY_DOWN, FW_KEY_F12, '\r', 0, 0xe4, '{', 0};
    for (size_t i = 0; i < BTL_COUNT(wanted); i++)
        assert_int_equal(press(mock, 1500), wanted[i]);
    assert_int_equal(mock->waited_ms, 3000);
    assert_int_equal(mock->ticks / mock->rate, 3);
    mock->typed = "t";
    fw->forget_keys(fw);
    assert_int_equal(press(mock, 0), 0);
    mock_end(mock);
}

static void change_file(struct mock *mock)
{
    mock_add_text(mock, "/loader.conf", "changed");
}

TEST(test_setup_and_shell)
{
    struct mock *mock = mock_begin();
    struct firmware *fw = &mock->firmware;
    assert_int_equal(fw->run_shell(fw), FW_NOT_FOUND);
    assert_int_equal(fw->enter_setup(fw), FW_UNSUPPORTED);
    mock->has_setup = mock->has_shell = true;
    mock->in_shell = change_file;
    assert_int_equal(fw->run_shell(fw), FW_SUCCESS);
    assert_true(mock_has_file(mock, "/loader.conf") && mock->shell_runs == 1);
    assert_int_equal(fw->enter_setup(fw), FW_SUCCESS);
    assert_true(mock->entered_setup && mock->reset && mock->reset_how == FW_RESET_COLD);
    mock_end(mock);
}

// A watchdog that is armed again in time does nothing.
TEST(test_watchdog)
{
    struct mock *mock = mock_begin();
    struct firmware *fw = &mock->firmware;
    fw->stall(fw, 299000000);
    assert_int_equal(fw->watchdog(fw, 10), FW_SUCCESS);
    fw->stall(fw, 9000000);
    mock_watchdog_check(mock);
    assert_int_equal(mock->watchdog_resets, 0);
    fw->stall(fw, 1100000);
    assert_int_equal(fw->watchdog(fw, 0), FW_SUCCESS);
    assert_int_equal(mock->watchdog_resets, 1);
    fw->stall(fw, 1000000000);
    mock_watchdog_check(mock);
    assert_int_equal(mock->watchdog_resets, 1);
    mock->watchdog_resets = 0;
    mock_end(mock);
}
