// SPDX-License-Identifier: BSD-2-Clause
// Records, and how a boot came about.
#include "state.h"

#include <btl/hash.h>

#include <string.h>

static void digest(const char *conf, uint8_t ret[32])
{
    memset(ret, 0, 32);
    if (conf != NULL)
        btl_sha256((struct btl_bytes){(const uint8_t *)conf, strlen(conf)}, ret);
}

void state_put(struct mock *mock, enum btl_variable variable, const char *conf, const char *path,
               uint32_t number, const char *text)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record record = {
        .valid = true, .number = number, .path = btl_str_of(path), .text = btl_str_of(text)};
    digest(conf, record.sha256);
    if (variable == BTL_VARIABLE_FAILED)
        btl_record_merge_given_up(&(struct btl_record){0}, &record);
    uint64_t size = btl_record_write(variable, &record, bytes);
    assert_int_not_equal(size, 0);
    mock_variable_put(mock, btl_variable_name(variable), bytes, size);
}

bool state_get(struct mock *mock, enum btl_variable variable, struct btl_record *ret)
{
    const struct mock_variable *stored = mock_variable(mock, btl_variable_name(variable));
    if (stored == NULL)
        return false;
    if (!btl_record_read(variable, (struct btl_bytes){stored->bytes, stored->size}, ret))
        fail_msg("%s holds no record", stored->name);
    return true;
}

void state_expect_none(struct mock *mock, enum btl_variable variable)
{
    if (mock_variable(mock, btl_variable_name(variable)) != NULL)
        fail_msg("%s is there", btl_variable_name(variable));
}

void state_expect(struct mock *mock, enum btl_variable variable, const char *conf, const char *path,
                  uint32_t number, const char *text)
{
    struct btl_record record;
    uint8_t sha256[32];
    digest(conf, sha256);
    if (!state_get(mock, variable, &record))
        fail_msg("%s is not there", btl_variable_name(variable));
    assert_memory_equal(record.sha256, sha256, sizeof(sha256));
    assert_true(btl_str_equal(record.path, btl_str_of(path)));
    assert_int_equal(record.number, number);
    if (memmem(record.text.at, record.text.len, text, strlen(text)) == NULL)
        fail_msg("no \"%s\" in: %.*s", text, (int)record.text.len, record.text.at);
}

const struct state_unwritable state_unwritable[STATE_UNWRITABLE] = {
    {FW_OUT_OF_RESOURCES, "[boot-state-full]"},
    {FW_WRITE_PROTECTED, "[boot-state-protected]"},
    {FW_UNSUPPORTED, "[boot-state-unsupported]"},
    {FW_DEVICE_ERROR, "[boot-state-unwritten]"}};

static const struct btlm_boot *boot(struct mock *mock, struct btl_manifest *ret_manifest)
{
    mock_expect_boot(mock, "");
    mock_manifest(mock, ret_manifest);
    const struct btlm_boot *record = btl_manifest_boot(ret_manifest);
    assert_non_null(record);
    return record;
}

// That it is the text of the file at `path`, and its hash.
static void expect_config(struct mock *mock, const struct btl_manifest *manifest,
                          const struct btlm_boot *record, const char *path)
{
    const struct mock_file *file = mock_file(mock, path);
    struct btl_str text = btl_manifest_text(manifest, BTLM_CONFIG);
    uint8_t sha256[32];
    btl_sha256((struct btl_bytes){file->bytes, file->size}, sha256);
    assert_memory_equal(record->sha256, sha256, sizeof(sha256));
    assert_true(text.len >= file->size);
    assert_memory_equal(text.at, file->bytes, file->size);
    mock_expect_text(manifest, btl_manifest_system(manifest)->config_path, path);
}

struct btlm_boot state_boot(struct mock *mock, const char *path, enum btlm_boot_how how)
{
    struct btl_manifest manifest;
    const struct btlm_boot *record = boot(mock, &manifest);
    mock_expect_text(&manifest, record->path, path);
    mock_expect_text(&manifest, record->wanted, path);
    mock_expect_text(&manifest, record->reason, "");
    assert_int_equal(record->how, how);
    expect_config(mock, &manifest, record, path);
    return *record;
}

struct btlm_boot state_fall_back(struct mock *mock, const char *path, const char *wanted,
                                 const char *part)
{
    struct btl_manifest manifest;
    const struct btlm_boot *record = boot(mock, &manifest);
    struct btl_str reason = btl_manifest_str(&manifest, record->reason);
    mock_expect_text(&manifest, record->path, path);
    mock_expect_text(&manifest, record->wanted, wanted);
    assert_int_equal(record->how, BTLM_HOW_FALLBACK);
    if (memmem(reason.at, reason.len, part, strlen(part)) == NULL)
        fail_msg("no \"%s\" in the reason: %.*s", part, (int)reason.len, reason.at);
    const struct btlm_diagnostic *first = btl_manifest_entry(&manifest, BTLM_DIAGNOSTICS, 0);
    mock_expect_text(&manifest, first->code, "boot-fallback");
    assert_true(mock_said(mock, "[boot-fallback]"));
    assert_false(mock->key_waited);
    expect_config(mock, &manifest, record, path);
    return *record;
}
