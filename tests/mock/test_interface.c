// SPDX-License-Identifier: BSD-2-Clause
// The volatile variables for kernels that are EFI programs: systemd's Boot Loader Interface, and
// the log.
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include <btl/running_record.h>

#include "pe_builder.h"

static const uint8_t systemd[16] = {0x82, 0xb0, 0x67, 0x4a, 0x4c, 0x0a, 0xcf, 0x41,
                                    0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f};
static struct pe_builder program;

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    pb_begin(&program);
    pb_section(&program, ".text", "code", 4);
    mock_add(mock, "/program.efi", program.bytes, program.size);
    mock_add_text(mock, "/loader.conf", conf);
    mock_add_text(mock, "/loader.conf.d/other.conf", conf);
    mock_add_text(mock, "/loader.conf.d/a name.conf", conf);
    mock->facts.loader_file = BTL_STR("\\EFI\\BTL\\BTLX64.EFI");
    mock->facts.volume = (struct fw_volume){.known = true, .kind = BTLM_VOLUME_GPT};
    for (uint8_t i = 0; i < 16; i++)
        mock->facts.volume.guid[i] = i;
    return mock;
}

// Return a variable as text, its UTF-16 NULs as '|'. NULL: there is none.
static const char *get(const struct mock *mock, const char *name)
{
    static char text[256];
    for (size_t i = 0; i < MOCK_VARIABLES; i++) {
        const struct mock_variable *variable = &mock->variables[i];
        if (strcmp(variable->name, name) != 0 || memcmp(variable->guid, systemd, 16) != 0 ||
            variable->size == 0)
            continue;
        assert_int_equal(variable->attributes, 6);
        assert_int_equal(variable->size % 2, 0);
        for (uint64_t at = 0; at < variable->size; at += 2) {
            assert_int_equal(variable->bytes[at + 1], 0);
            text[at / 2] = variable->bytes[at] != 0 ? (char)variable->bytes[at] : '|';
        }
        text[variable->size / 2] = '\0';
        return text;
    }
    return NULL;
}

static void expect(const struct mock *mock, const char *name, const char *text)
{
    const char *got = get(mock, name);
    if (got == NULL || strcmp(got, text) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", name, got == NULL ? "absent" : got, text);
}

TEST(test_an_efi_program_learns_about_the_loader)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    assert_int_equal(mock_run(mock), FW_SUCCESS);
    assert_true(mock->program_started);
    expect(mock, "LoaderInfo", "BTL test|");
    expect(mock, "LoaderFirmwareInfo", "Mock 0.07|");
    expect(mock, "LoaderFirmwareType", "UEFI 2.10|");
    expect(mock, "LoaderImageIdentifier", "\\EFI\\BTL\\BTLX64.EFI|");
    expect(mock, "LoaderDevicePartUUID", "03020100-0504-0706-0809-0a0b0c0d0e0f|");
    expect(mock, "LoaderFeatures", "||||"); // the number 0
    expect(mock, "LoaderEntrySelected", "loader.conf|");
    expect(mock, "LoaderEntries", "loader.conf|other.conf|"); // systemd takes no blank
    mock_end(mock);
}

TEST(test_the_times_are_of_one_clock)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    mock->ticks = 5 * MOCK_HERTZ; // five seconds in the firmware
    mock->call_us = 1000;
    mock_run(mock);
    unsigned long long init = strtoull(get(mock, "LoaderTimeInitUSec"), NULL, 10);
    unsigned long long exec = strtoull(get(mock, "LoaderTimeExecUSec"), NULL, 10);
    assert_in_range(init, 5000000, 5100000);
    assert_in_range(exec, init + 1000, mock->ticks / (MOCK_HERTZ / 1000000));
    mock_end(mock);
}

TEST(test_the_log_for_user_space)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    mock_run(mock);
    const struct mock_variable *log = mock_variable(mock, BTL_LOG_VARIABLE);
    assert_non_null(log);
    assert_int_equal(log->attributes, BTL_RUNNING_ATTRIBUTES);
    assert_int_equal(log->bytes[0], '[');
    assert_int_equal(log->bytes[log->size - 1], '\n');
    mock_end(mock);
}

TEST(test_a_kernel_of_btl_has_its_manifest)
{
    struct mock *mock = begin("");
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    assert_null(get(mock, "LoaderInfo"));
    assert_null(mock_variable(mock, BTL_LOG_VARIABLE));
    mock_end(mock);
}

// Nothing remains of a program that returns, and its watchdog is stopped.
TEST(test_a_program_that_returns_leaves_no_variable)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\nwatchdog=\"60\"\n");
    mock->devices.tco = true;
    mock->returns = true;
    mock_run(mock);
    assert_true(mock_said(mock, "[image-returned]"));
    assert_int_equal(mock->devices.reloads, 1);
    assert_int_equal(mock_tco_seconds(mock), 0);
    assert_null(get(mock, "LoaderInfo"));
    assert_null(get(mock, "LoaderTimeExecUSec"));
    assert_null(mock_variable(mock, BTL_LOG_VARIABLE));
    assert_null(mock_variable(mock, BTL_RUNNING_VARIABLE));
    mock_end(mock);
}

// Each write fails in turn; the program is started all the same.
TEST(test_each_write_that_fails)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    mock_run(mock);
    uint32_t writes = mock->calls[MOCK_TRANSIENT_SET];
    assert_in_range(writes, 12, 20);
    mock_end(mock);
    for (uint32_t at = 1; at <= writes; at++) {
        mock = begin("kernel=\"/program.efi\"\n");
        mock->fail_service = MOCK_TRANSIENT_SET;
        mock->fail_at = at;
        mock->fail_status = FW_OUT_OF_RESOURCES;
        mock_run(mock);
        assert_true(mock->program_started);
        mock_end(mock);
    }
}
