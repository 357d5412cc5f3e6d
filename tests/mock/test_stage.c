// SPDX-License-Identifier: BSD-2-Clause
// Which files the kernel gets in memory, and how it learns where the others are.
#include "mock.h"

#include <string.h>

#define CONF                                                                                       \
    "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n"            \
    "reader_load=\"YES\"\nreader_phase=\"BOOT2\"\n"
#define DISK "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00"

static struct mock *boot(const char *conf, uint32_t kind, const char *controller,
                         struct btl_manifest *ret_manifest)
{
    struct mock *mock = mock_begin();
    mock_add_text(mock, "/loader.conf", conf);
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock_add_fixture(mock, "/modules/late.ko", "late.ko");
    mock_add_fixture(mock, "/modules/lazy.ko", "lazy.ko");
    mock_add_fixture(mock, "/modules/reader.ko", "reader.ko");
    mock->facts.volume = (struct fw_volume){.known = true,
                                            .kind = kind,
                                            .partition = 3,
                                            .start_block = 2048,
                                            .block_count = 4096,
                                            .guid = {9, 8, 7}};
    strcpy(mock->facts.volume.controller, controller);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, ret_manifest);
    return mock;
}

static void expect_lazy_on(const char *conf, uint32_t kind, const char *controller,
                           enum btlm_state state)
{
    struct btl_manifest manifest;
    struct mock *mock = boot(conf, kind, controller, &manifest);
    const struct btlm_module *lazy = mock_module(&manifest, "lazy");
    const struct mock_file *file = mock_file(mock, "/modules/lazy.ko");
    static const uint8_t none[32];
    assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
    assert_int_equal(mock_module(&manifest, "reader")->state, BTLM_STAGED);
    assert_int_equal(lazy->state, state);
    assert_int_equal(lazy->staged_size != 0, state == BTLM_STAGED);
    assert_int_equal(lazy->file_size, file->size);
    if (state == BTLM_REGISTERED)
        assert_memory_not_equal(lazy->sha256, none, 32); // it was read, for this
    assert_int_equal(file->reads, 1);
    assert_int_equal(mock_count(mock, "on the disk"), state == BTLM_REGISTERED);
    mock_end(mock);
}

static void expect_lazy(const char *conf, const char *controller, enum btlm_state state)
{
    expect_lazy_on(conf, BTLM_VOLUME_GPT, controller, state);
}

TEST(test_a_disk_that_modules_read)
{
    expect_lazy(CONF, DISK, BTLM_REGISTERED);
    expect_lazy(CONF "stage=\"boot\"\n", DISK, BTLM_REGISTERED);
    expect_lazy(CONF "stage=\"all\"\n", DISK, BTLM_STAGED);
}

TEST(test_a_disk_that_no_module_reads)
{
    expect_lazy(CONF, "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", BTLM_STAGED);
    expect_lazy(CONF, "", BTLM_STAGED);
    expect_lazy(CONF "stage=\"boot\"\n", "", BTLM_REGISTERED);
}

// The fixture reads a GPT, and no MBR.
TEST(test_a_layout_that_no_module_reads)
{
    expect_lazy_on(CONF, BTLM_VOLUME_MBR, DISK, BTLM_STAGED);
    expect_lazy_on(CONF, BTLM_VOLUME_DISK, DISK, BTLM_REGISTERED);
    expect_lazy_on(CONF, BTLM_VOLUME_UNKNOWN, DISK, BTLM_STAGED);
}

TEST(test_the_volume_is_in_the_manifest)
{
    struct btl_manifest manifest;
    struct mock *mock = boot(CONF, BTLM_VOLUME_GPT, DISK, &manifest);
    const struct btlm_volume *volume = btl_manifest_volume(&manifest);
    static const uint8_t guid[16] = {9, 8, 7};
    assert_non_null(volume);
    assert_int_equal(volume->kind, BTLM_VOLUME_GPT);
    assert_int_equal(volume->partition, 3);
    assert_int_equal(volume->start_block, 2048);
    assert_int_equal(volume->block_count, 4096);
    assert_memory_equal(volume->guid, guid, 16);
    assert_true(btl_str_equal(btl_manifest_str(&manifest, volume->controller), BTL_STR(DISK)));
    mock_end(mock);
}

TEST(test_a_firmware_that_does_not_say_where_it_booted_from)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_null(btl_manifest_volume(&manifest));
    mock_end(mock);
}
