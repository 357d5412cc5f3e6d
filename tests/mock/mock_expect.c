// SPDX-License-Identifier: BSD-2-Clause
// Expectations of the tests.
#include <btl/boot.h>
#include <btl/manifest_writer.h>

#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mock_add_ordinary(struct mock *mock)
{
    mock_add_text(mock, "/loader.conf",
                  "kernel=\"/kernel/kernel.elf\"\n"
                  "kernel_options=\"console=com1\"\n"
                  "base_load=\"YES\"\nbase_phase=\"BOOT1\"\n"
                  "user_load=\"YES\"\nuser_phase=\"BOOT1\"\nuser_flags=\"verbose=1\"\n"
                  "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlate.depth=\"4\"\n"
                  "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n");
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock_add_fixture(mock, "/modules/base.ko", "base.ko");
    mock_add_fixture(mock, "/modules/user.ko", "user.ko");
    mock_add_fixture(mock, "/modules/late.ko", "late.ko");
    mock_add_fixture(mock, "/modules/lazy.ko", "lazy.ko");
}

bool mock_said(const struct mock *mock, const char *text)
{
    return strstr(mock->console, text) != NULL;
}

uint32_t mock_count(const struct mock *mock, const char *text)
{
    uint32_t count = 0;
    for (const char *at = mock->console; (at = strstr(at, text)) != NULL; at += strlen(text))
        count++;
    return count;
}

static void open_manifest(struct btl_bytes bytes, struct btl_manifest *ret_manifest)
{
    static char buffer[1 << 16];
    struct btl_arena arena = {.at = (uint8_t *)buffer, .end = (uint8_t *)buffer + sizeof(buffer)};
    struct btl_diags diags = {.arena = &arena};
    assert_true(btl_manifest_open(bytes, (struct btl_place){0}, ret_manifest, &diags));
}

void mock_saved_manifest(struct mock *mock, const char *path, struct btl_manifest *ret_manifest)
{
    const struct mock_file *file = mock_file(mock, path);
    open_manifest((struct btl_bytes){file->bytes, file->size}, ret_manifest);
    assert_int_equal(ret_manifest->header->total_size, file->size);
}

void mock_manifest(const struct mock *mock, struct btl_manifest *ret_manifest)
{
    assert_true(mock->handed_off);
    uint64_t physical = mock->handoff.manifest - BTL_X86_64_DIRECT_MAP;
    const struct btlm_header *header = (const void *)(uintptr_t)physical;
    open_manifest((struct btl_bytes){(const void *)header, header->total_size}, ret_manifest);
    assert_int_equal(header->physical, physical);
}

const struct btlm_module *mock_module(const struct btl_manifest *manifest, const char *name)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(manifest, i);
        if (btl_str_equal(btl_manifest_str(manifest, module->name), btl_str_of(name)))
            return module;
    }
    fail_msg("no module %s in the manifest", name);
    return NULL;
}

void mock_expect_text(const struct btl_manifest *manifest, struct btlm_str str,
                      const char *expected)
{
    struct btl_str text = btl_manifest_str(manifest, str);
    if (!btl_str_equal(text, btl_str_of(expected)))
        fail_msg("expected \"%s\", got \"%.*s\"", expected, (int)text.len, text.at);
}

static bool said_code(const struct mock *mock, const char *code)
{
    char text[64];
    snprintf(text, sizeof(text), "[%s]", code);
    return mock_said(mock, text);
}

void mock_expect_stop(struct mock *mock, const char *code)
{
    fw_status status = run(&mock->firmware);
    if (status == FW_SUCCESS || !said_code(mock, code))
        fail_msg("expected a stop with [%s], got status %llx and:\n%s", code,
                 (unsigned long long)status, mock->console);
    assert_true(mock_said(mock, "cannot boot"));
    assert_true(mock->key_waited || mock->reset);
    mock_end(mock);
}

void mock_expect_boot(struct mock *mock, const char *code)
{
    fw_status status = run(&mock->firmware);
    bool found = code == NULL || code[0] == '\0' || said_code(mock, code);
    if (status != FW_SUCCESS || !found)
        fail_msg("expected a boot with [%s], got status %llx and:\n%s", code != NULL ? code : "-",
                 (unsigned long long)status, mock->console);
    if (code == NULL && (mock_said(mock, "error:") || mock_said(mock, "warning:")))
        fail_msg("expected a clean boot, got:\n%s", mock->console);
}

void mock_expect_return(struct mock *mock, fw_status status)
{
    fw_status got = run(&mock->firmware);
    if (got != status)
        fail_msg("expected status %llx, got %llx and:\n%s", (unsigned long long)status,
                 (unsigned long long)got, mock->console);
    assert_false(mock->exit_tried || mock->handed_off || mock->reset);
    assert_int_equal(mock->taken_pages, 0);
    assert_int_equal(mock->volumes_open, 0);
}

// Calls of cache_sync_code(): on x86-64 they do nothing, elsewhere code would not run without them.
#define SYNCED_MAX 16

static struct {
    uint64_t start, size;
} synced[SYNCED_MAX];
static size_t synced_count;

void __real_cache_sync_code(uint64_t start, uint64_t size);
void __wrap_cache_sync_code(uint64_t start, uint64_t size);

void __wrap_cache_sync_code(uint64_t start, uint64_t size)
{
    synced[synced_count].start = start;
    synced[synced_count].size = size;
    synced_count = (synced_count + 1) % SYNCED_MAX;
    __real_cache_sync_code(start, size);
}

void mock_forget_synced(void)
{
    memset(synced, 0, sizeof(synced));
    synced_count = 0;
}

bool mock_synced(uint64_t start, uint64_t size)
{
    for (size_t i = 0; i < SYNCED_MAX; i++)
        if (synced[i].size != 0 && start >= synced[i].start &&
            btl_in_range(start - synced[i].start, size, synced[i].size))
            return true;
    return false;
}

void mock_expect_same(const struct btl_manifest *saved, const struct btl_manifest *kernels)
{
    static const uint8_t no_seed[BTLM_SEED_MAX];
    const struct btlm_system *from = btl_manifest_system(saved);
    uint64_t size = kernels->header->total_size;
    assert_int_equal(saved->bytes.size, size);
    assert_int_equal(saved->header->checksum, kernels->header->checksum);
    assert_int_equal(from->seed_size, 0);
    assert_memory_equal(from->seed, no_seed, sizeof(no_seed));
    uint8_t *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, kernels->bytes.at, size);
    btl_manifest_clear_seed(copy);
    assert_memory_equal(saved->bytes.at, copy, size);
    free(copy);
}
