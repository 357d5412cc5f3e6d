// SPDX-License-Identifier: BSD-2-Clause
// Measured boot: what is measured, when, and what a TPM that fails means.
#include "trust.h"

#include <stdio.h>
#include <string.h>

#include <btl/hash.h>

#include "pe_builder.h"

#define SHA256_BANK 2u
#define REQUIRED    "tpm=\"required\"\n"
#define MODULES                                                                                    \
    "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nuser_load=\"YES\"\nuser_phase=\"BOOT1\"\n"           \
    "late_load=\"YES\"\nlate_phase=\"BOOT2\"\nlazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n"

static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", conf);
    mock->tpm.banks = SHA256_BANK;
    return mock;
}

static const char *hash_of(const void *bytes, uint64_t size)
{
    static char text[8][BTL_SHA256_TEXT];
    static unsigned next;
    uint8_t digest[32];
    btl_sha256((struct btl_bytes){bytes, size}, digest);
    return btl_sha256_text(digest, text[next++ % 8]);
}

static const char *file_hash(struct mock *mock, const char *path)
{
    const struct mock_file *file = mock_file(mock, path);
    return hash_of(file->bytes, file->size);
}

static void expect_event(const struct mock *mock, uint32_t index, uint32_t pcr, const char *text)
{
    assert_true(index < mock->tpm.count);
    assert_string_equal(mock->tpm.events[index].text, text);
    assert_int_equal(mock->tpm.events[index].pcr, pcr);
}

// The six events from `first` on, of the ordinary kernel; `list`: the lines of the files.
static void expect_six(struct mock *mock, uint32_t first, const char *conf, const char *options,
                       const char *how, const char *list)
{
    char text[MOCK_TPM_TEXT];
    size_t lines = 0;
    for (const char *at = list; *at != '\0'; at++)
        lines += *at == '\n';
    snprintf(text, sizeof(text), "btl config sha256=%s size=%zu", hash_of(conf, strlen(conf)),
             strlen(conf));
    expect_event(mock, first, 8, text);
    snprintf(text, sizeof(text), "btl options text=%s", options);
    expect_event(mock, first + 1, 8, text);
    snprintf(text, sizeof(text), "btl how=%s", how);
    expect_event(mock, first + 2, 8, text);
    snprintf(text, sizeof(text), "btl kernel sha256=%s path=/kernel/kernel.elf",
             file_hash(mock, "/kernel/kernel.elf"));
    expect_event(mock, first + 3, 9, text);
    snprintf(text, sizeof(text), "btl files sha256=%s count=%zu", hash_of(list, strlen(list)),
             lines);
    expect_event(mock, first + 4, 9, text);
    expect_event(mock, first + 5, 9, "btl end");
}

// The lines of these files, in their order, with a NULL at the end.
static const char *list_of(struct mock *mock, const char *const *paths)
{
    static char list[MOCK_TPM_TEXT];
    size_t len = 0;
    list[0] = '\0';
    for (; *paths != NULL; paths++)
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s %s\n", file_hash(mock, *paths),
                                *paths);
    return list;
}

static const char *const ordinary[] = {"/modules/base.ko", "/modules/late.ko", "/modules/lazy.ko",
                                       "/modules/user.ko", NULL};

TEST(test_a_boot_is_measured)
{
    struct mock *mock = begin(MODULES);
    mock_options(mock, "\t-v -c  /loader.conf\r\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->tpm.count, 6);
    expect_six(mock, 0, MODULES, "-v -c  /loader.conf", "option,safe=0,changed=0",
               list_of(mock, ordinary));
    assert_true(mock_said(mock, "measured into registers 8 and 9 of the TPM"));
    mock_end(mock);
}

TEST(test_the_name_of_the_loader_is_no_option)
{
    struct mock *mock = begin(MODULES);
    mock->facts.options_name_program = true;
    mock_options(mock, "fs0:\\BOOTX64.EFI -s");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->tpm.count, 6);
    expect_event(mock, 1, 8, "btl options text=-s");
    expect_event(mock, 2, 8, "btl how=normal,safe=1,changed=0");
    mock_end(mock);
    mock = begin(MODULES);
    mock_options(mock, "root=/dev/sda1 ro");
    mock_expect_boot(mock, "option-foreign");
    expect_event(mock, 1, 8, "btl options text=");
    mock_end(mock);
}

// A module that is off, and one that failed, are no files of the kernel.
TEST(test_files_that_the_kernel_does_not_get)
{
    static const char conf[] = "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nuser_load=\"NO\"\n"
                               "gone_load=\"YES\"\nfile_note=\"/note\"\n";
    static const char *const files[] = {"/modules/base.ko", "/note", NULL};
    struct mock *mock = begin(conf);
    mock_add_text(mock, "/note", "a file for the kernel");
    mock_expect_boot(mock, "file-not-found");
    expect_six(mock, 0, conf, "", "normal,safe=0,changed=0", list_of(mock, files));
    mock_end(mock);
}

TEST(test_without_a_tpm)
{
    struct mock *mock = begin(MODULES);
    mock->tpm.banks = 0;
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->tpm.count, 0);
    assert_false(mock_said(mock, "TPM"));
    mock_end(mock);
    mock = begin(MODULES REQUIRED);
    mock->tpm.banks = 0;
    mock_expect_stop(mock, "tpm-required");
}

TEST(test_nothing_is_measured)
{
    struct mock *mock = begin(MODULES "tpm=\"no\"\n");
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->calls[MOCK_TPM_EXTEND], 0);
    mock_end(mock);
    mock = begin(MODULES "tpm=\"no\"\n");
    mock->fail_service = MOCK_TPM_FIND;
    mock->fail_at = 1;
    mock->fail_status = FW_DEVICE_ERROR;
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

static struct mock *failing(const char *conf, enum mock_service service, uint32_t at)
{
    struct mock *mock = begin(conf);
    mock->fail_service = service;
    mock->fail_at = at;
    mock->fail_status = FW_DEVICE_ERROR;
    return mock;
}

TEST(test_a_tpm_that_does_not_answer)
{
    struct mock *mock = failing(MODULES, MOCK_TPM_FIND, 1);
    mock_expect_boot(mock, "tpm-failed");
    assert_true(mock_said(mock, "the TPM does not answer (Device Error)"));
    assert_int_equal(mock->calls[MOCK_TPM_EXTEND], 0);
    mock_end(mock);
    mock_expect_stop(failing(MODULES REQUIRED, MOCK_TPM_FIND, 1), "tpm-required");
}

TEST(test_each_event_fails_in_turn)
{
    for (uint32_t at = 1; at <= 6; at++) {
        struct mock *mock = failing(MODULES, MOCK_TPM_EXTEND, at);
        mock_expect_boot(mock, "tpm-failed");
        assert_int_equal(mock->tpm.count, at - 1);
        assert_int_equal(mock->calls[MOCK_TPM_EXTEND], at);
        assert_false(mock_said(mock, "measured into"));
        mock_end(mock);
        mock_expect_stop(failing(MODULES REQUIRED, MOCK_TPM_EXTEND, at), "tpm-required");
    }
}

// The registers are right, so the boot is not refused.
TEST(test_the_log_is_full)
{
    for (uint32_t room = 1; room <= 6; room++) {
        struct mock *mock = begin(MODULES REQUIRED);
        mock->tpm.log_room = room;
        mock_expect_boot(mock, room < 6 ? "tpm-log-full" : NULL);
        assert_int_equal(mock->tpm.count, 6);
        assert_int_equal(mock_count(mock, "[tpm-log-full]"), room < 6);
        mock_end(mock);
    }
}

TEST(test_a_dry_run_measures_nothing)
{
    struct mock *mock = begin(MODULES REQUIRED);
    mock_options(mock, "-n");
    assert_int_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "this would boot"));
    assert_int_equal(mock->calls[MOCK_TPM_EXTEND], 0);
    mock_end(mock);
    mock = begin(MODULES REQUIRED);
    mock->tpm.banks = 0;
    mock_options(mock, "-n");
    run(&mock->firmware);
    assert_true(mock_said(mock, "dry run: this would not boot"));
    mock_end(mock);
}

// Only the attempt that starts its kernel is measured.
TEST(test_a_failed_attempt_measures_nothing)
{
    struct mock *mock = begin(MODULES "kernel=\"/gone.elf\"\n");
    mock_add_text(mock, "/loader.conf.prev", MODULES);
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock->tpm.count, 6);
    expect_six(mock, 0, MODULES, "", "fallback,safe=0,changed=0", list_of(mock, ordinary));
    mock_end(mock);
    mock = begin(MODULES "gone_load=\"YES\"\ngone_on_error=\"fallback\"\n");
    mock_add_text(mock, "/loader.conf.prev", MODULES);
    mock_expect_boot(mock, "boot-fallback");
    assert_int_equal(mock->tpm.count, 6);
    mock_end(mock);
}

// A program that returns was measured, and what follows it is measured after it.
TEST(test_a_program_that_returns_was_measured)
{
    static struct pe_builder program;
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    pb_begin(&program);
    pb_section(&program, ".text", "code", 4);
    mock_add(mock, "/program.efi", program.bytes, program.size);
    mock_add_text(mock, "/loader.conf.prev", MODULES);
    mock->returns = mock->reads_again = true;
    mock->program_exit.status = FW_ABORTED;
    mock_expect_boot(mock, "image-returned");
    assert_int_equal(mock->tpm.count, 12);
    char text[MOCK_TPM_TEXT];
    snprintf(text, sizeof(text), "btl kernel sha256=%s path=/program.efi",
             hash_of(program.bytes, program.size));
    expect_event(mock, 3, 9, text);
    expect_six(mock, 6, MODULES, "", "fallback,safe=0,changed=0", list_of(mock, ordinary));
    mock_end(mock);
}

// A program that the firmware refuses has not got as far.
TEST(test_a_program_that_is_refused_measures_nothing)
{
    static struct pe_builder program;
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    pb_begin(&program);
    pb_section(&program, ".text", "code", 4);
    mock_add(mock, "/program.efi", program.bytes, program.size);
    mock->fail_service = MOCK_LOAD_IMAGE;
    mock->fail_at = 1;
    mock->fail_status = FW_ACCESS_DENIED;
    mock_add_text(mock, "/loader.conf.prev", MODULES);
    mock_expect_boot(mock, "image-access-denied");
    assert_int_equal(mock->tpm.count, 6);
    mock_end(mock);
}

// A staged module has its hash in the manifest if the events need it.
TEST(test_a_measured_boot_hashes_every_file)
{
    static const uint8_t open[32];
    for (int tpm = 0; tpm < 3; tpm++) {
        struct btl_manifest manifest;
        struct mock *mock =
            begin(tpm == 2 ? MODULES "hash=\"needed\"\ntpm=\"no\"\n" : MODULES "hash=\"needed\"\n");
        if (tpm == 0)
            mock->tpm.banks = 0;
        mock_expect_boot(mock, NULL);
        mock_manifest(mock, &manifest);
        bool hashed = memcmp(mock_module(&manifest, "late")->sha256, open, 32) != 0;
        assert_int_equal(hashed, tpm == 1);
        mock_end(mock);
    }
}

// ------------------------------------------------------------------------------- in the manifest

static const uint8_t event_log[40] = {[4] = 3, [28] = 4, [32] = 'd', 'a', 't', 'a'};

static const struct btlm_trust *trust_of(const struct mock *mock, struct btl_manifest *manifest)
{
    mock_manifest(mock, manifest);
    assert_int_equal(btl_manifest_count(manifest, BTLM_TRUST), 1);
    return btl_manifest_trust(manifest);
}

TEST(test_the_manifest_tells_the_result)
{
    static const struct {
        uint32_t banks, fail_at;
        const char *conf;
        enum btlm_tpm tpm;
    } rows[] = {{0, 0, MODULES, BTLM_TPM_NONE},
                {SHA256_BANK, 0, MODULES "tpm=\"no\"\n", BTLM_TPM_UNUSED},
                {SHA256_BANK, 0, MODULES, BTLM_TPM_MEASURED},
                {SHA256_BANK, 6, MODULES, BTLM_TPM_INCOMPLETE}};
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct btl_manifest manifest;
        struct mock *mock = begin(rows[i].conf);
        mock->tpm.banks = rows[i].banks;
        mock->fail_service = MOCK_TPM_EXTEND;
        mock->fail_at = rows[i].fail_at;
        mock->fail_status = FW_DEVICE_ERROR;
        assert_int_equal(run(&mock->firmware), FW_SUCCESS);
        const struct btlm_trust *trust = trust_of(mock, &manifest);
        assert_int_equal(trust->tpm, rows[i].tpm);
        assert_int_equal(trust->banks, rows[i].banks);
        assert_int_equal(trust->flags, 0);
        assert_int_equal(btl_manifest_count(&manifest, BTLM_EVENT_LOG), 0);
        mock_end(mock);
    }
}

TEST(test_the_manifest_has_the_log)
{
    for (int truncated = 0; truncated < 2; truncated++) {
        struct btl_manifest manifest;
        struct mock *mock = begin(MODULES);
        mock->tpm.log = event_log;
        mock->tpm.log_truncated = truncated;
        mock_expect_boot(mock, NULL);
        assert_int_equal(trust_of(mock, &manifest)->flags, truncated ? BTLM_TRUST_LOG_FULL : 0);
        struct btl_str log = btl_manifest_text(&manifest, BTLM_EVENT_LOG);
        assert_int_equal(log.len, 36);
        assert_memory_equal(log.at, event_log, 36);
        mock_end(mock);
    }
}

// A log that cannot be used is left out, and refuses nothing.
TEST(test_a_log_that_is_no_log)
{
    static const uint8_t damaged[40] = {[4] = 3, [31] = 0xff};
    static const struct {
        const uint8_t *log;
        uint64_t last;
        uint32_t fail_at;
        const char *said;
    } rows[] = {{damaged, 0, 0, "it is damaged or too large (Success)"},
                {event_log, 35, 0, "it is damaged or too large (Success)"},
                {event_log, 1u << 20, 0, "it is damaged or too large (Success)"},
                {event_log, UINT64_MAX, 0, "it is damaged or too large (Success)"},
                {event_log, 0, 1, "the firmware does not give it (Device Error)"}};
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct btl_manifest manifest;
        struct mock *mock = failing(MODULES REQUIRED, MOCK_TPM_LOG, rows[i].fail_at);
        mock->tpm.log = rows[i].log;
        mock->tpm.log_last = rows[i].last;
        mock_expect_boot(mock, "tpm-log-unreadable");
        assert_true(mock_said(mock, rows[i].said));
        assert_int_equal(trust_of(mock, &manifest)->tpm, BTLM_TPM_MEASURED);
        assert_int_equal(btl_manifest_count(&manifest, BTLM_EVENT_LOG), 0);
        mock_end(mock);
    }
}

TEST(test_the_manifest_tells_of_secure_boot)
{
    struct btl_manifest manifest;
    struct mock *mock = trust_begin(&(struct trust_seal){.level = 7, .revoke = 5});
    mock_expect_boot(mock, NULL);
    const struct btlm_trust *trust = trust_of(mock, &manifest);
    assert_int_equal(trust->flags, BTLM_TRUST_SECURE_BOOT | BTLM_TRUST_ENFORCED);
    assert_int_equal(trust->seal_level, 7);
    assert_int_equal(trust->level, 0); // raised after the manifest
    uint8_t digest[32];
    const struct mock_file *seal = mock_file(mock, "/loader.conf.seal");
    btl_sha256((struct btl_bytes){seal->bytes, seal->size}, digest);
    assert_memory_equal(trust->seal_sha256, digest, 32);
    mock_end(mock);
}
