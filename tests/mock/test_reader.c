// SPDX-License-Identifier: BSD-2-Clause
// Files that are read past the firmware's file system, and everything that goes back to it.
#include "mock.h"

#include <stdio.h>
#include <string.h>

#define CONF                                                                                       \
    "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n"           \
    "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\nhash=\"all\"\nverbose=\"YES\"\n"

static struct mock *begin(const char *more)
{
    static char conf[1024];
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    strcpy(conf, CONF);
    strcat(conf, more);
    mock_add_text(mock, "/loader.conf", conf);
    return mock;
}

static bool firmware_has_read(struct mock *mock, const char *path)
{
    return mock_file(mock, path)->reads > 0;
}

// The boot must succeed, with the right bytes in memory. `by_firmware`: these files, and no others
// besides the configuration.
static void expect(struct mock *mock, const char *by_firmware)
{
    static const char *const paths[] = {"/kernel/kernel.elf", "/modules/base.ko",
                                        "/modules/late.ko", "/modules/lazy.ko"};
    struct btl_manifest manifest;
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_module *late = mock_module(&manifest, "late");
    assert_int_equal(late->state, BTLM_STAGED);
    const struct mock_file *file = mock_file(mock, "/modules/late.ko");
    assert_int_equal(late->file_size, file->size);
    assert_memory_equal((const void *)(uintptr_t)late->staged_physical, file->bytes, file->size);
    assert_true(firmware_has_read(mock, "/loader.conf"));
    for (size_t i = 0; i < BTL_COUNT(paths); i++)
        assert_int_equal(firmware_has_read(mock, paths[i]), strstr(by_firmware, paths[i]) != NULL);
}

#define ALL "/kernel/kernel.elf /modules/base.ko /modules/late.ko /modules/lazy.ko"

static struct mock *boot(struct mock_disk shape, const char *by_firmware)
{
    struct mock *mock = begin("");
    mock->disk = shape;
    mock_disk_make(mock);
    expect(mock, by_firmware);
    return mock;
}

TEST(every_shape_of_a_disk)
{
    static const struct mock_disk shapes[] = {
        {.bits = 12},
        {.bits = 16},
        {.bits = 32},
        {.bits = 12, .cluster_size = 512, .clusters = 3000},
        {.bits = 12, .cluster_size = 65536, .clusters = 100},
        {.bits = 16, .block_size = 4096, .cluster_size = 4096},
        {.bits = 12, .scattered = true, .cluster_size = 512, .clusters = 3000},
        {.bits = 16, .scattered = true},
        {.bits = 32, .cluster_size = 512, .scattered = true},
        {.bits = 12, .align = 4096},
        {.bits = 12, .align = 512, .cluster_size = 512, .clusters = 3000, .scattered = true},
        {.bits = 12, .align = 4096, .cluster_size = 512, .clusters = 3000, .scattered = true},
    };
    for (size_t i = 0; i < BTL_COUNT(shapes); i++) {
        struct mock *mock = boot(shapes[i], "");
        assert_true(mock_said(mock, "past the firmware"));
        mock_end(mock);
    }
}

// What a manifest says, without times and physical addresses ("at 15bed000").
static void copy_manifest(const struct mock *mock, struct btl_manifest *ret, char text[65536])
{
    struct btl_buffer buffer = btl_buffer(text, 65536);
    mock_manifest(mock, ret);
    btl_manifest_print(ret,
                       1u << BTLM_MODULES | 1u << BTLM_KERNEL_IMAGE | 1u << BTLM_SEGMENTS |
                           1u << BTLM_SECTIONS | 1u << BTLM_EXPORTS | 1u << BTLM_ORDER |
                           1u << BTLM_CONFIG | 1u << BTLM_DIAGNOSTICS,
                       &buffer.out);
    for (char *at = text; (at = strstr(at, " at ")) != NULL;)
        for (at += 4; strchr("0123456789abcdef", *at) != NULL; at++)
            *at = 'x';
}

TEST(both_readers_give_the_same_manifest)
{
    static char by_blocks[65536], by_firmware[65536];
    struct btl_manifest manifest;
    struct mock *mock = boot((struct mock_disk){.scattered = true}, "");
    copy_manifest(mock, &manifest, by_blocks);
    struct btlm_module module = *mock_module(&manifest, "lazy");
    mock_end(mock);
    mock = begin("");
    expect(mock, ALL);
    copy_manifest(mock, &manifest, by_firmware);
    assert_string_equal(by_blocks, by_firmware);
    module.staged_physical = mock_module(&manifest, "lazy")->staged_physical;
    assert_memory_equal(&module, mock_module(&manifest, "lazy"), sizeof(module));
    mock_end(mock);
}

TEST(the_configuration_can_demand_the_firmware)
{
    struct mock *mock = begin("volume=\"firmware\"\n");
    mock_disk_make(mock);
    expect(mock, ALL);
    assert_int_equal(mock->disk.requests, 0);
    mock_end(mock);
}

TEST(a_volume_without_usable_blocks)
{
    struct mock *mock = begin("");
    mock_disk_make(mock);
    mock->volume.blocks.align = 8192;
    expect(mock, ALL);
    mock_end(mock);
    mock = begin("");
    expect(mock, ALL); // no blocks at all
    assert_true(mock_said(mock, "no blocks that can be read"));
    mock_end(mock);
}

TEST(a_volume_that_is_not_fat)
{
    struct mock *mock = begin("");
    mock_disk_make(mock);
    memset(mock->disk.bytes, 0, 512);
    expect(mock, ALL);
    assert_true(mock_said(mock, "cannot be read as FAT"));
    mock_end(mock);
}

// The firmware keeps writes back, or shows another volume.
TEST(blocks_with_another_configuration)
{
    struct mock *mock = begin("");
    mock_disk_make(mock);
    mock_add_text(mock, "/loader.conf", CONF "# changed\n");
    expect(mock, ALL);
    assert_true(mock_said(mock, "another configuration"));
    mock_end(mock);
}

TEST(a_file_that_the_blocks_do_not_have)
{
    struct mock *mock = begin("");
    struct mock_file late = *mock_file(mock, "/modules/late.ko");
    mock_file(mock, "/modules/late.ko")->path = "/modules/another.ko";
    mock_disk_make(mock);
    mock_file(mock, "/modules/another.ko")->path = late.path;
    expect(mock, "/modules/late.ko");
    mock_end(mock);
}

// A short name is another file's alias: the firmware decides. So it does about folding.
TEST(names_that_may_be_found_in_another_way)
{
    static const char *const names[] = {"/modules/LONGNA~1.KO", "/modules/l\xc3\x84te.ko"};
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        static char line[128];
        struct mock *mock = begin("");
        snprintf(line, sizeof(line), "late_name=\"%s\"\n", names[i]);
        struct mock *other = begin(line);
        mock_end(mock);
        struct mock_file *file = mock_file(other, "/modules/late.ko");
        file->path = "/modules/longname-of-late.ko";
        mock_disk_make(other);
        file->path = names[i];
        struct btl_manifest manifest;
        mock_expect_boot(other, NULL);
        mock_manifest(other, &manifest);
        assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
        assert_true(firmware_has_read(other, names[i]));
        assert_false(firmware_has_read(other, "/modules/base.ko"));
        mock_end(other);
    }
}

// A chain that ends early, leads outside, or in a circle.
TEST(a_broken_chain)
{
    static const uint32_t values[] = {0xfff, 0xff0, 0};
    for (size_t i = 0; i < BTL_COUNT(values); i++) {
        struct mock *mock = begin("");
        mock->disk = (struct mock_disk){.cluster_size = 512, .clusters = 3000};
        mock_disk_make(mock);
        const struct mock_file *file = mock_file(mock, "/modules/late.ko");
        uint64_t data = (32 + 2 * ((3002 * 12 / 8 + 512) / 512) + 32) * 512ull;
        uint32_t cluster = (uint32_t)((mock_disk_find(mock, file->bytes, 512) - data) / 512) + 2;
        mock_disk_mark(mock, cluster, values[i]);
        expect(mock, "/modules/late.ko");
        mock_end(mock);
    }
}

TEST(a_firmware_that_refuses_large_requests)
{
    static const fw_status refusals[] = {FW_INVALID_PARAMETER, FW_BAD_BUFFER_SIZE};
    for (size_t i = 0; i < BTL_COUNT(refusals); i++) {
        static char large[1 << 20];
        struct mock *mock = begin("file_LARGE=\"/large\"\n");
        memset(large, 'x', sizeof(large));
        mock_add(mock, "/large", large, sizeof(large));
        mock->disk = (struct mock_disk){.request_max = 128 << 10, .refusal = refusals[i]};
        mock_disk_make(mock);
        expect(mock, "");
        assert_false(firmware_has_read(mock, "/large"));
        assert_int_equal(mock->disk.largest, 128 << 10);
        mock_end(mock);
    }
}

TEST(a_firmware_that_refuses_every_request)
{
    struct mock *mock = begin("");
    mock->disk = (struct mock_disk){.request_max = 256, .refusal = FW_BAD_BUFFER_SIZE};
    mock_disk_make(mock);
    expect(mock, ALL);
    mock_end(mock);
}

// The n-th request fails, for every n, once or from then on; or the medium is another one. No boot
// is worse than by the firmware alone.
TEST(every_request_fails_once)
{
    static const fw_status statuses[] = {FW_DEVICE_ERROR, FW_MEDIA_CHANGED, FW_NO_MEDIA,
                                         FW_INVALID_PARAMETER};
    for (size_t i = 0; i < BTL_COUNT(statuses); i++) {
        for (int lasting = 0; lasting < 2; lasting++) {
            uint32_t requests = UINT32_MAX;
            for (uint32_t n = 1; n <= requests; n++) {
                struct btl_manifest manifest;
                struct mock *mock = begin("");
                mock->disk = (struct mock_disk){.fail_from = n,
                                                .fail_count = lasting ? UINT32_MAX - n : 1,
                                                .fail_status = statuses[i]};
                mock_disk_make(mock);
                mock_expect_boot(mock, NULL);
                mock_manifest(mock, &manifest);
                assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
                assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
                if (mock->disk.requests < n)
                    requests = mock->disk.requests;
                mock_end(mock);
            }
        }
    }
}

TEST(the_medium_has_changed)
{
    struct mock *mock = begin("");
    mock_disk_make(mock);
    mock_expect_boot(mock, NULL);
    uint32_t requests = mock->disk.requests;
    mock_end(mock);
    mock = begin("");
    mock->disk =
        (struct mock_disk){.fail_from = requests, .fail_count = 1, .fail_status = FW_MEDIA_CHANGED};
    mock_disk_make(mock);
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->disk.requests, requests); // none after that
    mock_end(mock);
}

// A request of a wave fails: the firmware reads the files of that wave, and the reader the others.
TEST(a_wave_that_fails)
{
    uint32_t found = 0;
    for (uint32_t n = 1; n < 12; n++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock_add_text(mock, "/loader.conf",
                      "user_load=\"YES\"\nuser_phase=\"BOOT1\"\nverbose=\"YES\"\n");
        mock->disk =
            (struct mock_disk){.fail_from = n, .fail_count = 1, .fail_status = FW_DEVICE_ERROR};
        mock_disk_make(mock);
        mock_expect_boot(mock, NULL);
        if (mock_said(mock, "2 files could not be read together (Device Error)")) {
            assert_true(firmware_has_read(mock, "/kernel/kernel.elf"));
            assert_true(firmware_has_read(mock, "/modules/user.ko"));
            assert_false(firmware_has_read(mock, "/modules/base.ko")); // of the second wave
            found++;
        }
        mock_end(mock);
    }
    assert_true(found > 0);
}

// A file of the firmware alone: the message is that of the firmware's reader.
TEST(a_file_that_is_missing)
{
    struct mock *mock = begin("none_load=\"YES\"\n");
    mock_disk_make(mock);
    mock_expect_boot(mock, "file-not-found");
    mock_end(mock);
}

TEST(no_memory_for_the_reader)
{
    for (uint32_t n = 1; n < 40; n++) {
        struct mock *mock = begin("");
        mock->fail_service = MOCK_ALLOCATE;
        mock->fail_at = n;
        mock->fail_status = FW_OUT_OF_RESOURCES;
        mock_disk_make(mock);
        fw_status status = mock_run(mock);
        assert_true(mock->handed_off || status != FW_SUCCESS);
        mock_end(mock);
    }
}

// Everything that the configuration names is read together: neighbours on the disk by one request.
TEST(files_are_read_together)
{
    struct mock *mock = begin("");
    mock_disk_make(mock);
    expect(mock, "");
    uint32_t together = mock->disk.requests;
    mock_end(mock);
    mock = boot((struct mock_disk){.scattered = true}, "");
    // Configuration, kernel and modules have one and more clusters each, in four files.
    assert_true(together < mock->disk.requests);
    assert_true(mock->disk.largest <= 64 << 10);
    mock_end(mock);
    mock = begin("");
    mock_disk_make(mock);
    expect(mock, "");
    uint64_t kernel = mock_file(mock, "/kernel/kernel.elf")->size;
    assert_true(mock->disk.largest > kernel); // with the files beside it
    mock_end(mock);
}

// A module that the configuration does not name is read with the plan.
TEST(dependencies_are_a_second_wave)
{
    struct mock *mock = mock_begin();
    struct btl_manifest manifest;
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", "user_load=\"YES\"\nuser_phase=\"BOOT1\"\n");
    mock_disk_make(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED); // of user
    assert_false(firmware_has_read(mock, "/modules/base.ko"));
    assert_false(firmware_has_read(mock, "/modules/user.ko"));
    mock_end(mock);
}

// A module that is switched off costs nothing.
TEST(what_is_off_is_not_read)
{
    static char large[512 << 10];
    struct mock *mock = mock_begin();
    struct btl_manifest manifest;
    mock_add_ordinary(mock);
    memset(large, 'x', sizeof(large));
    mock_add(mock, "/modules/late.ko", large, sizeof(large));
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"NO\"\n"
                  "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n");
    mock_disk_make(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    assert_true(mock->disk.largest < sizeof(large));
    mock_end(mock);
}

// After a visit to the shell everything is read again, from the disk as it is then.
static void change_in_shell(struct mock *mock)
{
    static uint8_t changed[1 << 16];
    struct mock_file *file = mock_file(mock, "/modules/late.ko");
    memcpy(changed, file->bytes, file->size);
    file->bytes = changed;
    file->size += 16;
    mock_disk_end(mock);
    mock_disk_make(mock);
}

TEST(the_shell_may_change_files)
{
    struct mock *mock = begin("");
    struct btl_manifest manifest;
    mock_disk_make(mock);
    mock_options(mock, "-i");
    mock->has_shell = true;
    mock->in_shell = change_in_shell;
    mock->keys = "{see boot menu}h{see Back from the shell}b";
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    const struct btlm_module *late = mock_module(&manifest, "late");
    const struct mock_file *file = mock_file(mock, "/modules/late.ko");
    assert_int_equal(late->file_size, file->size);
    assert_memory_equal((const void *)(uintptr_t)late->staged_physical, file->bytes, file->size);
    assert_false(firmware_has_read(mock, "/modules/late.ko"));
    mock_end(mock);
}
