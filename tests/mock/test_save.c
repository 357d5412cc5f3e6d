// SPDX-License-Identifier: BSD-2-Clause
// The manifest as a file: the bytes that the kernel gets, or a warning and a boot all the same.
#include <btl/boot.h>

#include "mock.h"

#include <stdlib.h>
#include <string.h>

static struct mock *begin(const char *options)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    if (options != NULL)
        mock_options(mock, options);
    return mock;
}

static void expect_same(struct mock *mock, const char *path)
{
    struct btl_manifest kernels, saved;
    mock_manifest(mock, &kernels);
    mock_saved_manifest(mock, path, &saved);
    mock_expect_same(&saved, &kernels);
    assert_true(btl_manifest_count(&saved, BTLM_MEMORY) > 5);
    assert_true(btl_manifest_count(&saved, BTLM_EVENTS) > 5);
    assert_true(btl_manifest_boot(&saved)->flags & BTLM_BOOT_SAVED);
}

TEST(test_saved_as_the_kernel_gets_it)
{
    struct mock *mock = begin("-m /btl/m.bin");
    mock_expect_boot(mock, NULL);
    expect_same(mock, "/btl/m.bin");
    assert_false(mock_has_file(mock, "/btl/m.bin.new"));
    assert_int_equal(mock->calls[MOCK_CREATE], 1);
    assert_true(mock_said(mock, "saving the manifest to /btl/m.bin"));
    mock_end(mock);
}

TEST(test_loader_conf_asks_for_it)
{
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf", "manifest_save=\"YES\"\nbase_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    expect_same(mock, BTL_MANIFEST_SAVED);
    mock_end(mock);
}

TEST(test_option_counts_more_than_loader_conf)
{
    struct mock *mock = begin("-m other.bin");
    mock_add_text(mock, "/loader.conf", "manifest_save=\"YES\"\nbase_load=\"YES\"\n");
    mock_expect_boot(mock, NULL);
    expect_same(mock, "/other.bin");
    assert_false(mock_has_file(mock, BTL_MANIFEST_SAVED));
    mock_end(mock);
}

TEST(test_not_saved_unless_asked_for)
{
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf", "manifest_save=\"NO\"\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->calls[MOCK_CREATE], 0);
    assert_int_equal(mock->calls[MOCK_OPEN_VOLUME], 1);
    mock_end(mock);
}

TEST(test_replaces_an_older_one)
{
    static const char *const old[] = {"BTLMANIF and more", ""};
    for (size_t i = 0; i < BTL_COUNT(old); i++) {
        struct mock *mock = begin("-m /btl/m.bin");
        mock_add_text(mock, "/btl/m.bin", old[i]);
        mock_add_text(mock, "/btl/m.bin.new", old[i]);
        mock_expect_boot(mock, NULL);
        expect_same(mock, "/btl/m.bin");
        assert_false(mock_has_file(mock, "/btl/m.bin.new"));
        mock_end(mock);
    }
}

// Firmware that keeps buffers after the first write: the second file has the new map.
TEST(test_map_that_writing_changes)
{
    for (uint32_t restless = 1; restless <= 2; restless++) {
        struct mock *mock = begin("-m /btl/m.bin");
        mock->restless = restless;
        mock_expect_boot(mock, NULL);
        assert_int_equal(mock->calls[MOCK_CREATE], 1 + restless);
        expect_same(mock, "/btl/m.bin");
        mock_end(mock);
    }
}

TEST(test_map_that_writing_always_changes)
{
    struct btl_manifest kernels, saved;
    struct mock *mock = begin("-m /btl/m.bin");
    mock->restless = UINT32_MAX;
    mock_expect_boot(mock, "save-map-changed");
    mock_manifest(mock, &kernels);
    mock_saved_manifest(mock, "/btl/m.bin", &saved);
    assert_int_equal(btl_manifest_count(&kernels, BTLM_DIAGNOSTICS), 1);
    mock_end(mock);
}

// A stale key alone is no other map.
TEST(test_stale_keys)
{
    struct mock *mock = begin("-m /btl/m.bin");
    mock->stale_keys = 3;
    mock_expect_boot(mock, NULL);
    expect_same(mock, "/btl/m.bin");
    mock_end(mock);
}

// What cannot be saved is a warning on the console, in the log and in the manifest, and costs
// nothing else: there are the times of the exit as in every boot that is not saved.
static void expect_warning(struct mock *mock, const char *code)
{
    struct btl_manifest manifest;
    mock_expect_boot(mock, code);
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_DIAGNOSTICS), 1);
    const struct btlm_diagnostic *diagnostic = btl_manifest_entry(&manifest, BTLM_DIAGNOSTICS, 0);
    assert_true(btl_str_equal(btl_manifest_str(&manifest, diagnostic->code), btl_str_of(code)));
    assert_int_equal(diagnostic->severity, BTL_WARNING);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    assert_non_null(memmem(log.at, log.len, code, strlen(code)));
    const struct btlm_event *last =
        btl_manifest_entry(&manifest, BTLM_EVENTS, btl_manifest_count(&manifest, BTLM_EVENTS) - 1);
    assert_int_equal(last->kind, BTLM_EVENT_EXIT);
    assert_true(last->start < last->end);
    assert_true(btl_manifest_count(&manifest, BTLM_MEMORY) > 5);
    assert_int_equal(mock_module(&manifest, "user")->state, BTLM_LINKED);
    assert_false(btl_manifest_boot(&manifest)->flags & BTLM_BOOT_SAVED);
}

// "-m \\" and so many characters of three bytes.
static struct mock *begin_with_wide_path(size_t characters)
{
    static const char option[] = "-m \\";
    size_t begins = sizeof(option) - 1, units = begins + characters + 1;
    char *text = malloc(units);
    assert_non_null(text);
    memset(text, 'x', units);
    memcpy(text, option, begins);
    text[units - 1] = '\0';
    struct mock *mock = begin(text);
    for (size_t i = begins; i < units - 1; i++)
        ((uint16_t *)(uintptr_t)mock->facts.load_options)[i] = 0x4e2d;
    free(text);
    return mock;
}

// The messages show four characters for each byte of it, twice in one sentence at most.
TEST(test_warning_about_a_long_path_has_room)
{
    struct mock *mock = begin_with_wide_path(1000);
    expect_warning(mock, "save-bad-path");
    mock_end(mock);
    mock = begin_with_wide_path(500);
    mock->write_status = FW_DEVICE_ERROR;
    expect_warning(mock, "save-create-failed");
    mock_end(mock);
}

TEST(test_other_files_are_left_alone)
{
    static const char *const paths[] = {"/kernel/mine", "/kernel/mine.new"};
    static const char *const texts[] = {"precious", "BTL", "BTLMANIG is not it"};
    for (size_t i = 0; i < BTL_COUNT(paths); i++) {
        for (size_t t = 0; t < BTL_COUNT(texts); t++) {
            struct mock *mock = begin("-m /kernel/mine");
            mock_add_text(mock, paths[i], texts[t]);
            expect_warning(mock, "save-not-manifest");
            assert_true(mock_file(mock, paths[i])->bytes == texts[t]);
            assert_int_equal(mock->calls[MOCK_REMOVE] + mock->calls[MOCK_CREATE], 0);
            assert_true(mock_said(mock, paths[i]));
            mock_end(mock);
        }
    }
}

TEST(test_directory_is_left_alone)
{
    struct mock *mock = begin("-m /btl");
    mock_add_text(mock, "/btl", "")->directory = true;
    expect_warning(mock, "save-not-manifest");
    assert_int_equal(mock->calls[MOCK_REMOVE], 0);
    mock_end(mock);
}

TEST(test_unreadable_file_is_left_alone)
{
    struct mock *mock = begin("-m /m.bin");
    mock_add_text(mock, "/m.bin", "BTLMANIF")->read_status = FW_DEVICE_ERROR;
    expect_warning(mock, "save-unreadable");
    assert_int_equal(mock->calls[MOCK_REMOVE], 0);
    mock_end(mock);
}

TEST(test_bad_paths)
{
    static const char *const options[] = {"-m \\", "-m /btl/", "-m fs0:\\"};
    for (size_t i = 0; i < BTL_COUNT(options); i++) {
        struct mock *mock = begin(options[i]);
        expect_warning(mock, "save-bad-path");
        mock_end(mock);
    }
}

TEST(test_write_protected_volume)
{
    struct mock *mock = begin("-m /m.bin");
    mock->write_status = FW_WRITE_PROTECTED;
    expect_warning(mock, "save-protected");
    mock_end(mock);
    mock = begin("-m /m.bin");
    mock_add_text(mock, "/m.bin.new", "BTLMANIF");
    mock->write_status = FW_WRITE_PROTECTED;
    expect_warning(mock, "save-protected");
    mock_end(mock);
}

TEST(test_partial_write)
{
    struct mock *mock = begin("-m /m.bin");
    mock->write_limit = 1000;
    expect_warning(mock, "save-short");
    assert_false(mock_has_file(mock, "/m.bin") || mock_has_file(mock, "/m.bin.new"));
    mock_end(mock);
}

TEST(test_each_way_to_fail)
{
    static const struct {
        enum mock_service service;
        uint32_t at;
        fw_status status;
        const char *code;
        bool new_is_left, cannot_rename;
    } cases[] = {
        {MOCK_OPEN_VOLUME, 2, FW_DEVICE_ERROR, "save-no-volume", false, false},
        {MOCK_REMOVE, 1, FW_DEVICE_ERROR, "save-create-failed", false, false},
        {MOCK_CREATE, 1, FW_VOLUME_FULL, "save-full", false, false},
        {MOCK_CREATE, 1, FW_ACCESS_DENIED, "save-create-failed", false, false},
        {MOCK_WRITE, 1, FW_VOLUME_FULL, "save-full", false, false},
        {MOCK_WRITE, 1, FW_DEVICE_ERROR, "save-write-failed", false, false},
        {MOCK_FLUSH, 1, FW_DEVICE_ERROR, "save-write-failed", false, false},
        {MOCK_REMOVE, 2, FW_ACCESS_DENIED, "save-remove-failed", true, false},
        {MOCK_CREATE, 2, FW_VOLUME_FULL, "save-rename-failed", true, true},
        {MOCK_WRITE, 2, FW_VOLUME_FULL, "save-rename-failed", true, true},
        {MOCK_FLUSH, 2, FW_DEVICE_ERROR, "save-rename-failed", true, true},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct btl_manifest saved;
        struct mock *mock = begin("-m /m.bin");
        mock->fail_service = cases[i].service;
        mock->fail_at = cases[i].at;
        mock->fail_status = cases[i].status;
        mock->rename_status = cases[i].cannot_rename ? FW_ACCESS_DENIED : FW_SUCCESS;
        expect_warning(mock, cases[i].code);
        assert_int_equal(mock_has_file(mock, "/m.bin.new"), cases[i].new_is_left);
        assert_false(mock_has_file(mock, "/m.bin"));
        if (cases[i].new_is_left)
            mock_saved_manifest(mock, "/m.bin.new", &saved);
        mock_end(mock);
    }
}

TEST(test_firmware_that_cannot_rename)
{
    struct btl_manifest saved;
    struct mock *mock = begin("-m /m.bin");
    mock_add_text(mock, "/m.bin", "BTLMANIF of an earlier boot");
    mock->rename_status = FW_ACCESS_DENIED;
    mock_expect_boot(mock, NULL);
    assert_false(mock_has_file(mock, "/m.bin.new"));
    mock_saved_manifest(mock, "/m.bin", &saved);
    mock_end(mock);
}

// A failure leaves the file of an earlier boot unchanged.
TEST(test_older_one_outlives_a_failure)
{
    static const char old[] = "BTLMANIF of an earlier boot";
    struct mock *mock = begin("-m /m.bin");
    mock_add_text(mock, "/m.bin", old);
    mock->fail_service = MOCK_WRITE;
    mock->fail_at = 1;
    mock->fail_status = FW_VOLUME_FULL;
    expect_warning(mock, "save-full");
    assert_true(mock_file(mock, "/m.bin")->bytes == old);
    mock_end(mock);
}

// --------------------------------------------------------------------- boots that the loader gives
// up

static void expect_failed(struct mock *mock, const char *reason, struct btl_manifest *ret_saved)
{
    mock_saved_manifest(mock, BTL_MANIFEST_FAILED, ret_saved);
    const struct btlm_boot *boot = btl_manifest_boot(ret_saved);
    assert_non_null(boot);
    assert_true((boot->flags & BTLM_BOOT_FAILED) != 0);
    struct btl_str text = btl_manifest_str(ret_saved, boot->reason);
    assert_non_null(memmem(text.at, text.len, reason, strlen(reason)));
    assert_true(btl_manifest_count(ret_saved, BTLM_DIAGNOSTICS) > 0);
    assert_true(btl_manifest_text(ret_saved, BTLM_LOG).len > 0);
    assert_true(btl_manifest_text(ret_saved, BTLM_CONFIG).len > 0);
    assert_int_equal(btl_manifest_count(ret_saved, BTLM_MEMORY), 0);
    assert_int_equal(btl_manifest_system(ret_saved)->seed_size, 0);
}

TEST(test_failed_boot_is_saved_without_a_kernel)
{
    struct btl_manifest saved;
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf",
                  "manifest_save=\"YES\"\nkernel=\"/gone.elf\"\nbase_load=\"YES\"\n");
    mock_expect_return(mock, FW_LOAD_ERROR);
    expect_failed(mock, "file-not-found", &saved);
    assert_int_equal(btl_manifest_count(&saved, BTLM_MODULES), 0);
    assert_int_equal(btl_manifest_kernel(&saved)->size, 0);
    assert_false(mock_has_file(mock, BTL_MANIFEST_SAVED));
    mock_end(mock);
}

TEST(test_failed_boot_is_saved_with_its_plan)
{
    struct btl_manifest saved;
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf",
                  "manifest_save=\"YES\"\nbase_load=\"YES\"\n"
                  "gone_load=\"YES\"\ngone_required=\"YES\"\n");
    mock_expect_return(mock, FW_LOAD_ERROR);
    expect_failed(mock, "file-not-found", &saved);
    assert_int_equal(btl_manifest_count(&saved, BTLM_MODULES), 2);
    assert_int_equal(btl_manifest_module(&saved, 1)->state, BTLM_FAILED);
    assert_true(btl_manifest_kernel(&saved)->file_size > 0);
    mock_end(mock);
}

// The fallback that then boots saves its own manifest beside.
TEST(test_failed_boot_is_saved_before_its_fallback)
{
    struct btl_manifest saved;
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf", "manifest_save=\"YES\"\nkernel=\"/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.prev", "manifest_save=\"YES\"\nbase_load=\"YES\"\n");
    mock_expect_boot(mock, "boot-fallback");
    expect_failed(mock, "file-not-found", &saved);
    expect_same(mock, BTL_MANIFEST_SAVED);
    mock_end(mock);
}

TEST(test_failed_boot_is_not_saved_unless_asked_for)
{
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf", "kernel=\"/gone.elf\"\n");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_false(mock_has_file(mock, BTL_MANIFEST_FAILED));
    mock_end(mock);
}

// What is not a manifest stays; so does the message about the boot.
TEST(test_failed_boot_destroys_no_other_file)
{
    struct mock *mock = begin(NULL);
    mock_add_text(mock, "/loader.conf", "manifest_save=\"YES\"\nkernel=\"/gone.elf\"\n");
    mock_add_text(mock, BTL_MANIFEST_FAILED, "my letters");
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "save-not-manifest"));
    assert_true(mock_said(mock, "file-not-found"));
    mock_end(mock);
}
