// SPDX-License-Identifier: BSD-2-Clause
// Every call of every firmware service fails once, at each of its occurrences: each run ends in a
// boot or in a message, and gives back or accounts for all it took.
#include "state.h"

#include <string.h>

static const char *const services[MOCK_SERVICES] = {
    "allocate",     "memory_map",    "open_volume",   "open",           "info",
    "read",         "random",        "exit",          "create",         "write",
    "flush",        "rename",        "remove",        "list",           "variable_get",
    "variable_set", "transient_set", "register_read", "register_write", "enter_setup",
    "run_shell",    "load_image",    "offer_initrd",  "verify_image",   "tpm_find",
    "tpm_extend",   "tpm_log"};

// The first entry alone, without data.
static const uint8_t event_log[32] = {[4] = 3};

// With a module that is missing, so that a search path is walked too, and a firmware whose first
// map key is stale; the manifest is saved, in place of an older one, by a firmware that is
// restless. The configuration is on trial, and the last good one is not found.
static struct mock *begin(const char *options)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(
        mock, "/loader.conf",
        "module_path=\"/modules;/more\"\n"
        "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nuser_load=\"YES\"\nuser_phase=\"BOOT1\"\n"
        "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n"
        "gone_load=\"YES\"\nboot_tries=\"3\"\nwatchdog=\"60\"\n");
    mock->devices.tco = true;
    mock->tpm.banks = 2;
    mock->tpm.log = event_log;
    state_put(mock, BTL_VARIABLE_GOOD, "of another day", "/loader.conf.d/good.conf", 0, "");
    mock_add_text(mock, "/btl/m.bin", "BTLMANIF of an earlier boot");
    mock->stale_keys = 1;
    mock->restless = 1;
    mock_options(mock, options);
    return mock;
}

static bool all_loaded(const struct mock *mock)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    return mock_module(&manifest, "base")->state == BTLM_LINKED &&
           mock_module(&manifest, "user")->state == BTLM_LINKED &&
           mock_module(&manifest, "late")->state == BTLM_STAGED &&
           mock_module(&manifest, "lazy")->state == BTLM_STAGED;
}

// Either it was said that the manifest was not saved, or it was, and is the one that the kernel
// got.
static void expect_saved(struct mock *mock, const struct btl_manifest *manifest)
{
    struct btl_manifest saved;
    if (mock_said(mock, "[save-") || mock_said(mock, "while saving the manifest"))
        return;
    mock_saved_manifest(mock, "/btl/m.bin", &saved);
    mock_expect_same(&saved, manifest);
}

// The end of a run in which something failed.
static void expect_end(struct mock *mock, fw_status status, const char *what, uint32_t at)
{
    // Something beside the module that is missing in every run.
    bool reported = mock_count(mock, "error: ") > mock_count(mock, "error: gone: ") ||
                    mock_said(mock, "errors not shown, out of memory");
    bool good = status == FW_SUCCESS ? mock->handed_off && (reported || all_loaded(mock))
                                     : !mock->handed_off && mock_said(mock, "cannot boot") &&
                                           reported && (mock->key_waited || mock->reset);
    if (!good)
        fail_msg("%s %u: status %llx, and:\n%s", what, at, (unsigned long long)status,
                 mock->console);
    if (status == FW_SUCCESS) {
        struct btl_manifest manifest;
        mock_manifest(mock, &manifest);
        expect_saved(mock, &manifest);
    }
    mock_end(mock);
}

// The same of a dry run, which asks for no key and leaves the firmware alone.
static void expect_end_dry(struct mock *mock, fw_status status, const char *what, uint32_t at)
{
    bool reported = mock_count(mock, "error: ") > mock_count(mock, "error: gone: ") ||
                    mock_said(mock, "errors not shown, out of memory");
    bool good = status == FW_SUCCESS ? mock_said(mock, "this would boot")
                                     : mock_said(mock, "dry run: this would not boot") && reported;
    if (!good || mock->exit_tried || mock->key_waited || mock->reset || mock->handed_off)
        fail_msg("%s %u: status %llx, and:\n%s", what, at, (unsigned long long)status,
                 mock->console);
    mock_end(mock);
}

// Called only from the menu, for kernels that are EFI programs (test_image.c), or for seals
// (test_trust.c).
#define MENU_ONLY                                                                                  \
    (1u << MOCK_SETUP | 1u << MOCK_SHELL | 1u << MOCK_LOAD_IMAGE | 1u << MOCK_OFFER_INITRD |       \
     1u << MOCK_VERIFY_IMAGE)

typedef void expect_run(struct mock *mock, fw_status status, const char *what, uint32_t at);

// `unused`: services that such a run does not call.
static void fail_each(const char *options, uint32_t unused, expect_run *expect)
{
    static const fw_status statuses[] = {FW_OUT_OF_RESOURCES, FW_DEVICE_ERROR, FW_NOT_FOUND};
    struct mock *mock = begin(options);
    uint32_t calls[MOCK_SERVICES];
    assert_int_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[file-not-found]"));
    memcpy(calls, mock->calls, sizeof(calls));
    mock_end(mock);
    for (int service = 0; service < MOCK_SERVICES; service++) {
        assert_int_equal(calls[service] == 0, (unused >> service) & 1);
        for (uint32_t at = 1; at <= calls[service]; at++) {
            for (size_t i = 0; i < BTL_COUNT(statuses); i++) {
                mock = begin(options);
                mock->fail_service = service;
                mock->fail_at = at;
                mock->fail_status = statuses[i];
                fw_status status = run(&mock->firmware);
                assert_true(mock->calls[service] >= at);
                expect(mock, status, services[service], at);
            }
        }
    }
}

TEST(test_each_call_fails_in_turn)
{
    fail_each("-c /loader.conf -m /btl/m.bin", MENU_ONLY, expect_end);
}

TEST(test_each_call_of_a_dry_run_fails_in_turn)
{
    fail_each("-n -m /btl/m.bin",
              MENU_ONLY | 1u << MOCK_EXIT | 1u << MOCK_VARIABLE_SET | 1u << MOCK_TRANSIENT_SET |
                  1u << MOCK_REGISTER_WRITE | 1u << MOCK_TPM_EXTEND | 1u << MOCK_TPM_LOG,
              expect_end_dry);
}

// Memory runs out at every size, not at one call: everything after it fails too.
TEST(test_each_size_of_memory)
{
    struct mock *mock = begin("-m /btl/m.bin");
    mock_expect_boot(mock, "file-not-found");
    uint64_t peak = mock->peak_pages;
    mock_end(mock);
    uint32_t boots = 0;
    for (uint64_t pages = 0; pages <= peak; pages += pages < 100 ? 1 : 3) {
        mock = begin("-m /btl/m.bin");
        mock->page_limit = pages;
        fw_status status = run(&mock->firmware);
        boots += status == FW_SUCCESS;
        expect_end(mock, status, "pages", (uint32_t)pages);
    }
    // The arena may do with a smaller chunk; but most sizes are too small.
    assert_true(boots < peak / 4);
}
