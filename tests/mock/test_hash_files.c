// SPDX-License-Identifier: BSD-2-Clause
// Which files the loader hashes: hash="all|needed", and its default by the processor.
#include "hash.h"
#include "x86_64/vectors.h"

#include "mock.h"

#include <stdio.h>
#include <string.h>

#define MODULES                                                                                    \
    "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\n"           \
    "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\nfile_RAW=\"/raw\"\n"

static struct mock *begin(const char *conf)
{
    static char text[1024];
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/raw", "raw bytes");
    snprintf(text, sizeof(text), "%s%s", MODULES, conf);
    mock_add_text(mock, "/loader.conf", text);
    return mock;
}

// The hash must be that of the file, or open.
static void expect(struct mock *mock, const char *path, const uint8_t sha256[32], bool hashed)
{
    const struct mock_file *file = mock_file(mock, path);
    uint8_t digest[32] = {0};
    if (hashed)
        btl_sha256((struct btl_bytes){file->bytes, file->size}, digest);
    assert_memory_equal(sha256, digest, sizeof(digest));
    assert_int_equal(file->reads, 1);
}

static void expect_module(struct mock *mock, const struct btl_manifest *manifest, const char *name,
                          bool hashed)
{
    const struct btlm_module *module = mock_module(manifest, name);
    char path[64];
    snprintf(path, sizeof(path), "/modules/%s.ko", name);
    expect(mock, path, module->sha256, hashed);
    assert_int_equal((module->flags & BTLM_NOT_HASHED) != 0, !hashed);
    assert_int_equal(module->file_size, mock_file(mock, path)->size);
}

// `staged`: the files of staged modules and those for the kernel as they are.
static void expect_boot(const char *conf, bool lazy, bool staged)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(conf);
    mock_expect_boot(mock, strstr(conf, "boot") != NULL ? "boot-stage" : NULL);
    mock_manifest(mock, &manifest);
    expect(mock, "/loader.conf", btl_manifest_boot(&manifest)->sha256, true);
    expect(mock, "/kernel/kernel.elf", btl_manifest_kernel(&manifest)->sha256, true);
    expect_module(mock, &manifest, "base", true);
    expect_module(mock, &manifest, "late", staged);
    expect_module(mock, &manifest, "lazy", lazy);
    expect(mock, "/raw", btl_manifest_find_file(&manifest, BTL_STR("RAW"))->sha256, staged);
    mock_end(mock);
}

TEST(all_files_are_hashed)
{
    expect_boot("hash=\"all\"\n", true, true);
}

TEST(files_that_are_needed_are_hashed)
{
    expect_boot("hash=\"needed\"\nstage=\"all\"\n", false, false);
    expect_boot("hash=\"needed\"\nstage=\"boot\"\n", true, false); // the kernel compares it
}

// The processor may have instructions for it, if the firmware permits them.
TEST(the_default_is_all_with_instructions_and_else_needed)
{
    const struct control_registers usual = mock_control;
    bool fast = hash_is_fast();
    expect_boot("stage=\"all\"\n", fast, fast);
    mock_control.cr4 = 0;
    expect_boot("stage=\"all\"\n", false, false);
    expect_boot("hash=\"auto\"\nstage=\"all\"\n", false, false);
    expect_boot("hash=\"all\"\nstage=\"all\"\n", true, true);
    mock_control = usual;
}

TEST(a_pinned_file_is_hashed)
{
    char line[256], text[BTL_SHA256_TEXT];
    uint8_t digest[32];
    struct btl_manifest manifest;
    struct mock *mock = begin("");
    const struct mock_file *file = mock_file(mock, "/modules/late.ko");
    btl_sha256((struct btl_bytes){file->bytes, file->size}, digest);
    snprintf(line, sizeof(line), MODULES "hash=\"needed\"\nlate_sha256=\"%s\"\n",
             btl_sha256_text(digest, text));
    mock_add_text(mock, "/loader.conf", line);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    expect_module(mock, &manifest, "late", true);
    mock_end(mock);
}
