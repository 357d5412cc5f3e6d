// SPDX-License-Identifier: BSD-2-Clause
// NAME_sha256 and kernel_sha256: a file with another hash is not used.
#include "state.h"

#include <btl/hash.h>

#include <stdio.h>
#include <string.h>

// A line that pins a file of the mock.
static const char *pin(struct mock *mock, const char *key, const char *path, char line[128])
{
    const struct mock_file *file = mock_file(mock, path);
    uint8_t digest[32];
    char text[BTL_SHA256_TEXT];
    btl_sha256((struct btl_bytes){file->bytes, file->size}, digest);
    snprintf(line, 128, "%s=\"%s\"\n", key, btl_sha256_text(digest, text));
    return line;
}

static struct mock *begin(char conf[1024])
{
    char base[128], lazy[128], kernel[128];
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    snprintf(conf, 1024,
             "%s%s%sbase_load=\"YES\"\nbase_phase=\"BOOT1\"\nlazy_load=\"YES\"\n"
             "lazy_phase=\"AUTO\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n",
             pin(mock, "base_sha256", "/modules/base.ko", base),
             pin(mock, "lazy_sha256", "/modules/lazy.ko", lazy),
             pin(mock, "kernel_sha256", "/kernel/kernel.elf", kernel));
    mock_add_text(mock, "/loader.conf", conf);
    return mock;
}

TEST(test_pinned_files_boot)
{
    char conf[1024];
    struct btl_manifest manifest;
    struct mock *mock = begin(conf);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    mock_end(mock);
}

// A module in the place of another, good by itself: every kind of module, at every phase.
TEST(test_a_changed_module_is_refused)
{
    const char *const names[] = {"base", "lazy"};
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        char conf[1024], path[64];
        static char changed[1 << 16];
        struct btl_manifest manifest;
        struct mock *mock = begin(conf);
        snprintf(path, sizeof(path), "/modules/%s.ko", names[i]);
        struct mock_file *file = mock_file(mock, path);
        memcpy(changed, file->bytes, file->size);
        file->bytes = changed;
        file->size++; // one byte behind the file, which changes nothing else
        mock_expect_boot(mock, "boot-pinned");
        mock_manifest(mock, &manifest);
        assert_int_equal(mock_module(&manifest, names[i])->state, BTLM_FAILED);
        assert_int_equal(mock_module(&manifest, "late")->state, BTLM_STAGED);
        mock_end(mock);
    }
}

TEST(test_a_changed_kernel_falls_back)
{
    char conf[1024];
    struct mock *mock = begin(conf);
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/kernel/kernel.elf\"\n");
    mock_add_fixture(mock, "/kernel/kernel.elf", "moved.elf");
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf",
                    "/kernel/kernel.elf has the SHA-256");
    mock_end(mock);
}
