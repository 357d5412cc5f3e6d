// SPDX-License-Identifier: BSD-2-Clause
// Seals: each line of the table of docs/security.md, where they are enforced and where not. A boot
// that is refused never starts a kernel: mock_expect_stop() and mock_end() check that.
#include "trial.h"
#include "trust.h"

#include <string.h>

#include "pe_builder.h"

#define ORDINARY ((struct trust_seal){.level = 7})

static enum btlm_state state_of(struct mock *mock, const char *module)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    return (enum btlm_state)mock_module(&manifest, module)->state;
}

TEST(test_sealed_configuration_boots)
{
    struct mock *mock = trust_begin(&ORDINARY);
    mock_expect_boot(mock, NULL);
    assert_int_equal(mock->calls[MOCK_VERIFY_IMAGE], 1);
    assert_true(mock_said(mock, "Secure Boot is on: seals are enforced"));
    mock_end(mock);
}

// ------------------------------------------------------------------------------------- enforcing

static void remove_seal(struct mock *mock)
{
    *mock_file(mock, "/loader.conf.seal") = (struct mock_file){.path = "/"};
}

static void sign_by_another(struct mock *mock)
{
    mock_file(mock, "/loader.conf.seal")->trusted = false;
}

static void seal_by_another(struct mock *mock)
{
    trust_seal(mock, &(struct trust_seal){.foreign = true});
}

static void change_seal(struct mock *mock)
{
    trust_change(mock, "/loader.conf.seal");
    mock_file(mock, "/loader.conf.seal")->trusted = false;
}

static void change_configuration(struct mock *mock)
{
    trust_change(mock, "/loader.conf");
}

static void remove_configuration(struct mock *mock)
{
    *mock_file(mock, "/loader.conf") = (struct mock_file){.path = "/"};
}

static void change_kernel(struct mock *mock)
{
    trust_change(mock, "/kernel/kernel.elf");
}

static void lengthen_kernel(struct mock *mock)
{
    mock_add(mock, "/kernel/kernel.elf", NULL, 0);
    mock_add_fixture(mock, "/kernel/kernel.elf", "moved.elf");
}

static void seal_another_kernel(struct mock *mock)
{
    mock_add_fixture(mock, "/other.elf", "kernel.elf");
    trust_seal(mock, &(struct trust_seal){.kernel = "/other.elf"});
}

// The seal of another configuration, copied.
static void copy_seal(struct mock *mock)
{
    mock_add_text(mock, "/other.conf", "kernel=\"/kernel/kernel.elf\"\n");
    struct mock_file *other = trust_seal(mock, &(struct trust_seal){.conf = "/other.conf"});
    mock_file(mock, "/loader.conf.seal")->bytes = other->bytes;
    mock_file(mock, "/loader.conf.seal")->size = other->size;
}

// A configuration that the seal of another one lists as a file is not that seal's configuration.
static void list_configuration(struct mock *mock)
{
    mock_add_text(mock, "/other.conf", "kernel=\"/kernel/kernel.elf\"\n");
    struct mock_file *other =
        trust_seal(mock, &(struct trust_seal){.conf = "/other.conf", .files = {"/loader.conf"}});
    mock_file(mock, "/loader.conf.seal")->bytes = other->bytes;
    mock_file(mock, "/loader.conf.seal")->size = other->size;
}

static void damage_seal(struct mock *mock)
{
    mock_add_text(mock, "/loader.conf.seal", "no PE file")->trusted = true;
}

static void make_seal_unreadable(struct mock *mock)
{
    mock_file(mock, "/loader.conf.seal")->open_status = FW_DEVICE_ERROR;
}

static const struct refusal {
    const char *code;    // where seals are enforced
    const char *warning; // in the sentence, where they are not; NULL: none
    void (*act)(struct mock *mock);
} refusals[] = {
    {"seal-missing", NULL, remove_seal},
    {"seal-untrusted", NULL, sign_by_another},
    {"seal-untrusted", NULL, seal_by_another},
    {"seal-untrusted", NULL, change_seal},
    {"seal-mismatch", "/loader.conf: warning: the file is not the one", change_configuration},
    {"boot-no-config", NULL, remove_configuration},
    {"seal-mismatch", "/kernel/kernel.elf: warning: the file is not", change_kernel},
    {"seal-mismatch", "/kernel/kernel.elf: warning: the file is not", lengthen_kernel},
    {"seal-not-listed", "/kernel/kernel.elf: warning: /loader.conf.seal does not list",
     seal_another_kernel},
    {"seal-not-listed", "/loader.conf: warning: /loader.conf.seal does not list", copy_seal},
    {"seal-not-listed", "/loader.conf: warning: /loader.conf.seal does not list",
     list_configuration},
    {"pe-not-pe", "/loader.conf.seal: warning: ", damage_seal},
    {"file-open-failed", "/loader.conf.seal: warning: ", make_seal_unreadable},
};

static void refuse(const struct refusal *row)
{
    struct mock *mock = trust_begin(&ORDINARY);
    row->act(mock);
    mock_expect_stop(mock, row->code);
}

static void warn(const struct refusal *row)
{
    struct mock *mock = trust_begin(&ORDINARY);
    trust_put(mock, "SecureBoot", 0, TRUST_SEEN);
    row->act(mock);
    fw_status status = run(&mock->firmware);
    if (row->act == remove_configuration) {
        assert_int_equal(status, FW_SUCCESS); // today's defaults
    } else if (row->warning == NULL) {
        assert_false(mock_said(mock, "warning:") || mock_said(mock, "error:"));
    } else if (!mock_said(mock, row->warning) || !mock_said(mock, "[seal-not-enforced]")) {
        fail_msg("not reported:\n%s", mock->console);
    }
    if (status != FW_SUCCESS && row->act != change_kernel)
        fail_msg("no boot:\n%s", mock->console);
    assert_int_equal(mock->calls[MOCK_VERIFY_IMAGE], 0);
    mock_end(mock);
}

static void refuse_strict(const struct refusal *row)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf",
                  "kernel=\"/kernel/kernel.elf\"\nbase_load=\"YES\"\nseal=\"strict\"\n# x");
    trust_seal(mock, &ORDINARY);
    row->act(mock);
    if (row->act == remove_configuration || strcmp(row->code, "seal-untrusted") == 0) {
        // Without a configuration, no line demands a seal; and no signature is verified.
        assert_int_equal(run(&mock->firmware), FW_SUCCESS);
        mock_end(mock);
        return;
    }
    mock_expect_stop(mock, row->code);
}

TEST(test_what_is_refused_where_seals_are_enforced)
{
    for (size_t i = 0; i < BTL_COUNT(refusals); i++)
        refuse(&refusals[i]);
}

TEST(test_what_is_reported_where_seals_are_not_enforced)
{
    for (size_t i = 0; i < BTL_COUNT(refusals); i++)
        warn(&refusals[i]);
}

TEST(test_what_a_strict_configuration_refuses)
{
    for (size_t i = 0; i < BTL_COUNT(refusals); i++)
        refuse_strict(&refusals[i]);
}

TEST(test_every_refusal_of_the_firmware_counts)
{
    static const fw_status statuses[] = {FW_ACCESS_DENIED, FW_SECURITY_VIOLATION, FW_UNSUPPORTED,
                                         FW_NOT_FOUND, FW_OUT_OF_RESOURCES};
    for (size_t i = 0; i < BTL_COUNT(statuses); i++) {
        struct mock *mock = trust_begin(&ORDINARY);
        mock->fail_service = MOCK_VERIFY_IMAGE;
        mock->fail_at = 1;
        mock->fail_status = statuses[i];
        mock_expect_stop(mock, "seal-untrusted");
    }
}

TEST(test_seal_is_verified_before_it_is_read)
{
    struct mock *mock = trust_begin(&ORDINARY);
    damage_seal(mock);
    sign_by_another(mock);
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "[seal-untrusted]"));
    assert_false(mock_said(mock, "[pe-not-pe]"));
    mock_end(mock);
}

// The text of a refused configuration is not parsed: it has an error that nothing reports.
TEST(test_refused_configuration_is_not_parsed)
{
    struct mock *mock = trust_begin(&ORDINARY);
    mock_add_text(mock, "/loader.conf", "kernel=\n\"\n");
    assert_int_not_equal(run(&mock->firmware), FW_SUCCESS);
    assert_false(mock_said(mock, "[conf-"));
    assert_int_equal(mock_file(mock, "/kernel/kernel.elf")->opened, 0);
    mock_end(mock);
}

// --------------------------------------------------------------------------------------- modules

TEST(test_refused_module_is_a_failed_module)
{
    struct mock *mock = trust_begin(&ORDINARY);
    trust_change(mock, "/modules/lazy.ko");
    mock_expect_boot(mock, "seal-mismatch");
    assert_int_equal(state_of(mock, "lazy"), BTLM_FAILED);
    assert_int_equal(state_of(mock, "late"), BTLM_STAGED);
    mock_end(mock);
}

TEST(test_module_that_is_not_listed)
{
    struct mock *mock =
        trust_begin(&(struct trust_seal){.files = {"/modules/base.ko", "/modules/user.ko"}});
    mock_expect_boot(mock, "seal-not-listed");
    assert_int_equal(state_of(mock, "late"), BTLM_FAILED);
    assert_int_equal(state_of(mock, "lazy"), BTLM_FAILED);
    assert_int_equal(state_of(mock, "user"), BTLM_LINKED);
    mock_end(mock);
}

TEST(test_refused_module_stops_by_its_level)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\nbase_on_error=\"halt\"\n");
    trust_seal(mock, &ORDINARY);
    trust_change(mock, "/modules/base.ko");
    mock_expect_stop(mock, "seal-mismatch");
}

// A file in a directory that is searched before the sealed one.
TEST(test_module_of_a_directory_before)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    mock_add_text(mock, "/loader.conf", "module_path=\"/mine;/modules\"\nlate_load=\"YES\"\n");
    trust_seal(mock, &ORDINARY);
    mock_add_fixture(mock, "/mine/late.ko", "lazy.ko");
    mock_expect_boot(mock, "seal-not-listed");
    assert_int_equal(state_of(mock, "late"), BTLM_FAILED);
    mock_end(mock);
}

TEST(test_case_of_letters_as_on_the_volume)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    trust_enforce(mock);
    mock_add_text(mock, "/loader.conf", "kernel=\"/KERNEL/Kernel.elf\"\n");
    trust_seal(mock, &ORDINARY);
    mock_expect_boot(mock, NULL);
    mock_end(mock);
}

// -------------------------------------------------------------------------- kernels of other kinds

static struct mock *begin_linux(const char *const files[TRUST_FILES])
{
    static struct pe_builder kernel;
    struct mock *mock = mock_begin();
    pb_begin(&kernel);
    pb_linux(&kernel, "6.6.1 (x@y)");
    mock_add(mock, "/vmlinuz", kernel.bytes, kernel.size);
    mock_add_text(mock, "/a.img", "initrd");
    mock_add_text(mock, "/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
    mock_add_fixture(mock, "/stock.ko", "stock.ko");
    mock_add_text(mock, "/loader.conf",
                  "kernel=\"/vmlinuz\"\ninitrd=\"/a.img\"\nmodule_path=\"/\"\n"
                  "stock_load=\"YES\"\nstock_on_error=\"halt\"\n");
    struct trust_seal seal = {.kernel = "/vmlinuz"};
    memcpy(seal.files, files, sizeof(seal.files));
    trust_enforce(mock);
    trust_seal(mock, &seal);
    return mock;
}

TEST(test_linux_and_its_files)
{
    static const char *const all[TRUST_FILES] = {"/a.img", "/modules.builtin", "/stock.ko"};
    static const char *const changed[] = {"/vmlinuz", "/a.img", "/modules.builtin", "/stock.ko"};
    struct mock *mock = begin_linux(all);
    assert_int_equal(mock_run(mock), FW_SUCCESS);
    assert_true(mock->program_started);
    mock_end(mock);
    for (size_t i = 0; i < BTL_COUNT(changed); i++) {
        mock = begin_linux(all);
        trust_change(mock, changed[i]);
        mock_expect_stop(mock, "seal-mismatch");
    }
    for (size_t i = 0; i < 3; i++) {
        const char *some[TRUST_FILES] = {all[i == 0], all[i == 2 ? 1 : 2]};
        mock = begin_linux(some);
        mock_expect_stop(mock, "seal-not-listed");
    }
}

// What the firmware's own check of the program says counts, too.
TEST(test_sealed_program_that_the_firmware_refuses)
{
    static const char *const all[TRUST_FILES] = {"/a.img", "/modules.builtin", "/stock.ko"};
    struct mock *mock = begin_linux(all);
    mock->fail_service = MOCK_LOAD_IMAGE;
    mock->fail_at = 1;
    mock->fail_status = FW_ACCESS_DENIED;
    mock_expect_stop(mock, "image-access-denied");
}

TEST(test_files_for_a_kernel)
{
    for (int i = 0; i < 3; i++) {
        struct mock *mock = mock_begin();
        mock_add_ordinary(mock);
        mock_add_text(mock, "/loader.conf", "file_ramdisk=\"/b.img\"\n");
        mock_add_text(mock, "/b.img", "bytes");
        trust_enforce(mock);
        trust_seal(mock, i == 1 ? &ORDINARY : &(struct trust_seal){.files = {"/b.img"}});
        if (i == 2)
            trust_change(mock, "/b.img");
        if (i > 0) {
            mock_expect_stop(mock, i == 1 ? "seal-not-listed" : "seal-mismatch");
            continue;
        }
        mock_expect_boot(mock, NULL);
        mock_end(mock);
    }
}

// ---------------------------------------------------------------------------- other configurations

#define OTHER "kernel=\"/kernel/kernel.elf\"\nlate_load=\"YES\"\n"

static struct mock *begin_other(const char *path, bool sealed)
{
    struct mock *mock = trust_begin(&ORDINARY);
    mock_add_text(mock, path, OTHER);
    if (sealed)
        trust_seal(mock, &(struct trust_seal){.conf = path});
    return mock;
}

TEST(test_fallback_needs_its_own_seal)
{
    struct mock *mock = begin_other("/loader.conf.prev", true);
    change_configuration(mock);
    state_fall_back(mock, "/loader.conf.prev", "/loader.conf", "[seal-mismatch]");
    assert_int_equal(mock->calls[MOCK_VERIFY_IMAGE], 2);
    mock_end(mock);
    mock = begin_other("/loader.conf.prev", false);
    change_configuration(mock);
    mock_expect_stop(mock, "seal-missing");
}

TEST(test_option_and_one_shot_choose_sealed_configurations)
{
    struct mock *mock = begin_other("/other.conf", true);
    mock_options(mock, "-c /other.conf");
    mock_expect_boot(mock, NULL);
    mock_end(mock);
    mock = begin_other("/other.conf", false);
    mock_options(mock, "-c /other.conf");
    state_fall_back(mock, "/loader.conf", "/other.conf", "[seal-missing]");
    mock_end(mock);
    mock = begin_other("/other.conf", true);
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/other.conf", 0, "");
    state_boot(mock, "/other.conf", BTLM_HOW_ONE_SHOT);
    mock_end(mock);
    mock = begin_other("/other.conf", false);
    state_put(mock, BTL_VARIABLE_NEXT, NULL, "/other.conf", 0, "");
    state_fall_back(mock, "/loader.conf", "/other.conf", "[seal-missing]");
    mock_end(mock);
}

TEST(test_last_good_configuration_needs_a_seal)
{
    struct mock *mock = begin_other("/loader.conf.d/good.conf", false);
    state_put(mock, BTL_VARIABLE_GOOD, OTHER, "/loader.conf.d/good.conf", 0, "");
    change_configuration(mock);
    mock_expect_stop(mock, "seal-missing");
}

TEST(test_dry_run)
{
    struct mock *mock = trust_begin(&ORDINARY);
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    mock_end(mock);
    mock = trust_begin(&ORDINARY);
    mock_options(mock, "-n");
    change_configuration(mock);
    mock_expect_return(mock, FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[seal-mismatch]"));
    mock_end(mock);
}

TEST(test_configuration_without_a_seal_is_only_logged)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    struct btl_str log = btl_manifest_text(&manifest, BTLM_LOG);
    assert_non_null(memmem(log.at, log.len, "/loader.conf: no seal", 21));
    assert_false(mock_said(mock, "no seal"));
    mock_end(mock);
}
