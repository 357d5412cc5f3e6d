// SPDX-License-Identifier: BSD-2-Clause
// watchdog="SECONDS": the machine's own watchdog is armed before the kernel starts.
#include "trial.h"

#include <string.h>

#include <btl/running_record.h>
#include <btl/wdat.h>

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", conf);
    mock->devices.tco = true;
    return mock;
}

// Fail the test unless manifest and BtlBoot say that a watchdog of `seconds` runs, and how it
// stops.
static void expect_told(struct mock *mock, uint32_t seconds, enum fw_space space, uint64_t address)
{
    struct btl_manifest manifest;
    struct btl_watchdog watchdog;
    struct btl_running running;
    const struct mock_variable *variable = mock_variable(mock, BTL_RUNNING_VARIABLE);
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_watchdog(&manifest, &watchdog), seconds != 0);
    assert_int_equal(watchdog.seconds, seconds);
    if (seconds != 0) {
        assert_int_equal(watchdog.space, space);
        assert_int_equal(watchdog.address, address);
    }
    assert_true(btl_running_read((struct btl_bytes){variable->bytes, variable->size}, &running));
    assert_int_equal(running.watchdog, seconds);
}

TEST(test_without_the_key_no_register_is_touched)
{
    struct mock *mock = begin("base_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->calls[MOCK_REGISTER_READ], 0);
    assert_int_equal(mock->calls[MOCK_REGISTER_WRITE], 0);
    expect_told(mock, 0, 0, 0);
    mock_end(mock);
}

TEST(test_the_tco)
{
    for (int smi = 0; smi < 2; smi++) {
        struct mock *mock = begin("watchdog=\"60\"\n");
        mock->devices.tco_smi = smi;
        mock_expect_boot(mock, NULL);
        assert_int_equal(mock_tco_seconds(mock), 60);
        assert_int_equal(mock->devices.reloads, 1);
        assert_true(mock_said(mock, "watchdog: the TCO resets the machine in 60 s"));
        expect_told(mock, 60, FW_SPACE_IO, 0x668);
        mock_end(mock);
    }
}

TEST(test_the_i6300esb_comes_first)
{
    struct mock *mock = begin("watchdog=\"60\"\n");
    mock->devices.esb = true;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock_esb_seconds(mock), 60);
    assert_int_equal(mock_tco_seconds(mock), 0);
    assert_true(mock_said(mock, "watchdog: the i6300esb resets"));
    expect_told(mock, 60, FW_SPACE_PCI, 0x120068);
    mock_end(mock);
}

static void expect_unarmed(struct mock *mock, const char *code, const char *text)
{
    mock_expect_boot(mock, code);
    if (!mock_said(mock, text))
        fail_msg("not said: %s\n%s", text, mock->console);
    assert_int_equal(mock_tco_seconds(mock), 0);
    assert_int_equal(mock_esb_seconds(mock), 0);
    expect_told(mock, 0, 0, 0);
    mock_end(mock);
}

TEST(test_what_the_machine_cannot_do_is_said_and_the_boot_goes_on)
{
    struct mock *mock = begin("watchdog=\"60\"\n");
    mock->devices.tco = false;
    expect_unarmed(mock, "watchdog-none", "no hardware watchdog");
    mock = begin("watchdog=\"4\"\n");
    expect_unarmed(mock, "watchdog-time", "5 to 1227 s");
    mock = begin("watchdog=\"3600\"\n");
    expect_unarmed(mock, "watchdog-time", "5 to 1227 s");
    mock = begin("watchdog=\"60\"\n");
    mock->devices.tco_disabled = true;
    expect_unarmed(mock, "watchdog-unusable", "has not enabled its registers");
    mock = begin("watchdog=\"60\"\n");
    mock->devices.strapped = true;
    expect_unarmed(mock, "watchdog-unusable", "the board forbids it");
    mock = begin("watchdog=\"60\"\n");
    mock->devices.esb = true;
    mock->devices.stuck = true;
    expect_unarmed(mock, "watchdog-unusable", "it does not start");
}

// The TCO takes the place of an i6300esb that cannot be used.
TEST(test_another_watchdog_is_tried)
{
    struct mock *mock = begin("watchdog=\"60\"\n");
    mock->devices.esb = true;
    mock->devices.esb_lock = 1;
    mock_expect_boot(mock, "watchdog-unusable");
    assert_true(mock_said(mock, "it is locked"));
    assert_int_equal(mock_tco_seconds(mock), 60);
    mock_end(mock);
}

TEST(test_a_dry_run_arms_none)
{
    struct mock *mock = begin("watchdog=\"60\"\n");
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_int_equal(mock->calls[MOCK_REGISTER_WRITE], 0);
    mock_end(mock);
}

// The last read of the memory map fails, before ExitBootServices: the watchdog is armed by then.
TEST(test_a_failed_attempt_disarms_it)
{
    struct mock *mock = begin("watchdog=\"60\"\n");
    mock_expect_boot(mock, NULL);
    uint32_t last = mock->calls[MOCK_MEMORY_MAP];
    mock_end(mock);
    mock = begin("watchdog=\"60\"\n");
    mock->fail_service = MOCK_MEMORY_MAP;
    mock->fail_at = last;
    mock->fail_status = FW_DEVICE_ERROR;
    run(&mock->firmware);
    assert_false(mock->handed_off);
    assert_int_equal(mock->devices.reloads, 1);
    assert_int_equal(mock_tco_seconds(mock), 0);
    mock_end(mock);
}

// ------------------------------------------------------------------------------------------ WDAT

static void put32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof(value));
}

static void put_instruction(uint8_t *at, uint8_t action, uint8_t operation, uint32_t port,
                            uint32_t value, uint32_t mask)
{
    const uint8_t begin[] = {action, operation, 0, 0, 1, 16, 0, 2};
    memcpy(at, begin, sizeof(begin));
    put32(at + 8, port);
    put32(at + 16, value);
    put32(at + 20, mask);
}

// RSDP at 0, XSDT at 64, WDAT at 128.
static void put_acpi(struct mock *mock, uint8_t memory[512])
{
    const uint32_t at = 0x3000000, size = 68 + 4 * 24;
    uint8_t *wdat = memory + 128, sum = 0;
    memset(memory, 0, 512);
    memcpy(memory, "RSD PTR ", 8);
    memory[15] = 2;
    put32(memory + 24, at + 64);
    memcpy(memory + 64, "XSDT", 4);
    put32(memory + 68, 36 + 8);
    put32(memory + 100, at + 128);
    memcpy(wdat, "WDAT", 4);
    put32(wdat + 4, size);
    put32(wdat + 36, 32);
    put32(wdat + 48, 1200);
    put32(wdat + 52, 0x3ff);
    put32(wdat + 56, 4);
    wdat[60] = 1;
    put32(wdat + 64, 4);
    put_instruction(wdat + 68, BTL_WDAT_SET_COUNTDOWN, 0x83, 0x672, 0, 0x3ff);
    put_instruction(wdat + 92, BTL_WDAT_SET_RUNNING, 0x82, 0x668, 0, 0x800);
    put_instruction(wdat + 116, BTL_WDAT_SET_STOPPED, 0x82, 0x668, 0x800, 0x800);
    put_instruction(wdat + 140, BTL_WDAT_GET_RUNNING, 0x80, 0x668, 0, 0x800);
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + wdat[i]);
    wdat[9] = (uint8_t)-sum;
    mock->facts.acpi_rsdp = at;
    mock->devices.acpi = memory;
    mock->devices.acpi_at = at;
    mock->devices.acpi_size = 512;
}

TEST(test_a_watchdog_of_the_firmware_s_description)
{
    uint8_t memory[512];
    struct mock *mock = begin("watchdog=\"60\"\n");
    put_acpi(mock, memory);
    mock->devices.gcs = 0;
    mock_expect_boot(mock, NULL);
    assert_true(mock_said(mock, "watchdog: the WDAT resets the machine in 60 s"));
    assert_int_equal(mock_tco_seconds(mock), 60);
    assert_int_equal(mock->devices.tco_timer, 0xfc00 | 50);
    expect_told(mock, 60, FW_SPACE_IO, 0x668);
    mock_end(mock);
}

TEST(test_a_damaged_table)
{
    uint8_t memory[512];
    struct mock *mock = begin("watchdog=\"60\"\n");
    put_acpi(mock, memory);
    memory[128 + 9]++;
    mock_expect_boot(mock, "watchdog-unusable");
    assert_true(mock_said(mock, "its checksum is wrong"));
    assert_int_equal(mock_tco_seconds(mock), 60); // by the TCO's own driver
    mock_end(mock);
    mock = begin("watchdog=\"60\"\n");
    put_acpi(mock, memory);
    put32(memory + 132, 100000);
    mock_expect_boot(mock, "watchdog-unusable");
    assert_true(mock_said(mock, "its length is wrong"));
    mock_end(mock);
}
