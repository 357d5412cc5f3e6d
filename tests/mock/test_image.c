// SPDX-License-Identifier: BSD-2-Clause
// Kernels that are EFI programs: loaded and started by the firmware; a program that returns is a
// failed attempt.
#include "state.h"

#include <string.h>

#include "boot.h"
#include "pe_builder.h"

static struct pe_builder program, uki;

static void add(struct mock *mock, const char *path, const struct pe_builder *builder)
{
    mock_add(mock, path, builder->bytes, builder->size);
}

// An EFI program, a Linux kernel, a unified kernel image and two initrds.
static struct mock *begin(const char *conf)
{
    struct mock *mock = mock_begin();
    static struct pe_builder kernel;
    pb_begin(&program);
    pb_section(&program, ".text", "code", 4);
    pb_begin(&kernel);
    pb_linux(&kernel, "6.6.1 (x@y)");
    pb_begin(&uki);
    pb_section(&uki, ".linux", kernel.bytes, kernel.size);
    pb_section(&uki, ".initrd", "inner", 5);
    pb_section(&uki, ".cmdline", "root=uki\n", 9);
    add(mock, "/program.efi", &program);
    add(mock, "/vmlinuz", &kernel);
    add(mock, "/uki.efi", &uki);
    mock_add_text(mock, "/a.img", "first");
    mock_add_text(mock, "/b.img", "second!!");
    mock_add_text(mock, "/loader.conf", conf);
    return mock;
}

static void expect_started(struct mock *mock, const char *path, const char *options)
{
    assert_int_equal(mock_run(mock), FW_SUCCESS);
    if (!mock->program_started)
        fail_msg("not started:\n%s", mock->console);
    assert_string_equal(mock->program_path, path);
    assert_string_equal(mock->program_options, options);
    assert_false(mock->exit_tried);
}

// The initrds, and behind them the loader's archive.
static void expect_initrd(const struct mock *mock, const char *bytes, size_t size)
{
    assert_true(mock->initrd_offered);
    assert_true(mock->initrd_size > size);
    assert_memory_equal(mock->initrd, bytes, size);
    assert_memory_equal(mock->initrd + size, "070701", 6);
}

static bool initrd_has(const struct mock *mock, const char *text)
{
    return memmem(mock->initrd, mock->initrd_size, text, strlen(text)) != NULL;
}

TEST(test_efi_program_is_started)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\nkernel_options=\"one two\"\n");
    expect_started(mock, "/program.efi", "one two");
    assert_int_equal(mock->program.size, program.size);
    assert_memory_equal(mock->program.at, program.bytes, program.size);
    assert_false(mock->initrd_offered);
    mock_end(mock);
    mock = begin("kernel=\"/program.efi\"\n");
    expect_started(mock, "/program.efi", "");
    mock_end(mock);
}

TEST(test_linux_gets_its_initrds_in_order)
{
    struct mock *mock =
        begin("kernel=\"/vmlinuz\"\nkernel_options=\"quiet\"\ninitrd=\"/a.img;/b.img\"\n");
    expect_started(mock, "/vmlinuz", "quiet");
    expect_initrd(mock, "first\0\0\0second!!", 16); // each begins at a multiple of 4
    mock_end(mock);
}

TEST(test_linux_gets_the_manifest)
{
    struct mock *mock = begin("kernel=\"/vmlinuz\"\n");
    expect_started(mock, "/vmlinuz", "");
    assert_true(initrd_has(mock, "btl/manifest.bin"));
    assert_false(initrd_has(mock, "btl/init"));
    mock_end(mock);
}

#define STOCK "kernel=\"/vmlinuz\"\nmodule_path=\"/\"\nstock_load=\"YES\"\n"

static struct mock *begin_stock(const char *conf)
{
    struct mock *mock = begin(conf);
    mock_add_fixture(mock, "/stock.ko", "stock.ko");
    mock_add_text(mock, "/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
    return mock;
}

TEST(test_linux_gets_its_modules)
{
    struct mock *mock = begin_stock(STOCK "initrd=\"/a.img\"\nstock_phase=\"BOOT2\"\n"
                                          "stock.depth=\"3\"\next4_load=\"YES\"\n"
                                          "kernel_options=\"quiet rdinit=/mine\"\n");
    expect_started(mock, "/vmlinuz", "quiet rdinit=/mine rdinit=/btl/init");
    expect_initrd(mock, "first\0\0\0", 8);
    assert_true(initrd_has(mock, "btl/modules/stock.ko"));
    assert_true(initrd_has(mock, "btl-order 1\ninit /mine\n"
                                 "module stock BOOT2 warn parallel - depth=3\n"));
    assert_true(mock_said(mock, "[plan-linux-built-in]"));
    assert_false(mock_said(mock, "[linux-no-initrd]"));
    mock_end(mock);
}

TEST(test_linux_in_a_counted_boot)
{
    struct mock *mock =
        begin_stock(STOCK "boot_tries=\"3\"\nboot_timeout=\"60\"\nmodule_blacklist=\"a-b,ext4\"\n"
                          "stock_on_error=\"fallback\"\nstock_serial=\"YES\"\n");
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/vmlinuz\"\n");
    expect_started(mock, "/vmlinuz", "rdinit=/btl/init panic=10 module_blacklist=a_b");
    assert_true(initrd_has(mock, "btl-order 1\ncounted\nwatchdog 60\ninit /init\n"
                                 "module stock INIT reset serial -\n"));
    assert_true(initrd_has(mock, "btl/failed"));
    assert_true(mock_said(mock, "[plan-linux-stays]"));
    assert_true(mock_said(mock, "[linux-no-initrd]"));
    mock_end(mock);
}

#define HALT STOCK "initrd=\"/a.img\"\nstock_on_error=\"halt\"\n"

TEST(test_linux_module_that_stops_the_boot)
{
    static const struct {
        const char *conf, *action;
    } rows[] = {{HALT, "module stock INIT stop parallel -\n"},
                {HALT "required_failure=\"reset\"\n", "module stock INIT restart parallel -\n"}};
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct mock *mock = begin_stock(rows[i].conf);
        expect_started(mock, "/vmlinuz", "rdinit=/btl/init");
        assert_true(initrd_has(mock, rows[i].action));
        mock_end(mock);
    }
}

TEST(test_linux_gets_modules_for_modprobe)
{
    struct mock *mock = begin_stock(STOCK "stock_phase=\"AUTO\"\nstock.depth=\"3 4\"\n");
    expect_started(mock, "/vmlinuz", "");
    assert_true(initrd_has(mock, "alias pci:v00001AF4d* stock\noptions stock depth=\"3 4\"\n"
                                 "install stock insmod /btl/modules/stock.ko $CMDLINE_OPTS\n"));
    mock_end(mock);
}

TEST(test_conditions_of_modules)
{
    struct mock *mock = begin_stock(STOCK "stock_kernel=\">=6.7\"\n");
    expect_started(mock, "/vmlinuz", "");
    assert_true(mock_said(mock, "[boot-condition]"));
    mock_end(mock);
    mock = begin_stock(STOCK "stock_kernel=\">=6.6 <7\"\nstock_arch=\"ia64 x86_64\"\n");
    expect_started(mock, "/vmlinuz", "rdinit=/btl/init");
    mock_end(mock);
}

TEST(test_uki_is_started_as_it_is)
{
    struct mock *mock = begin("kernel=\"/uki.efi\"\n");
    expect_started(mock, "/uki.efi", "");
    assert_int_equal(mock->program.size, uki.size);
    assert_false(mock->initrd_offered);
    mock_end(mock);
}

TEST(test_uki_is_opened_for_an_initrd)
{
    struct mock *mock = begin("kernel=\"/uki.efi\"\ninitrd=\"/b.img\"\n");
    expect_started(mock, "/uki.efi", "root=uki");
    assert_int_equal(mock->program.size, 0x400);
    expect_initrd(mock, "inner\0\0\0second!!", 16);
    mock_end(mock);
    mock = begin("kernel=\"/uki.efi\"\ninitrd=\"/b.img\"\nkernel_options=\"mine\"\n");
    expect_started(mock, "/uki.efi", "mine");
    mock_end(mock);
}

TEST(test_initrd_of_a_program_that_is_not_linux)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\ninitrd=\"/a.img\"\n");
    expect_started(mock, "/program.efi", "");
    assert_true(mock_said(mock, "[boot-file-unused]"));
    assert_false(mock->initrd_offered);
    mock_end(mock);
}

TEST(test_modules_of_a_program_that_loads_none)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\nbase_load=\"YES\"\n");
    expect_started(mock, "/program.efi", "");
    assert_true(mock_said(mock, "loader.conf:2:1: error: base: the kernel is an EFI program"));
    mock_end(mock);
    mock = begin("kernel=\"/program.efi\"\nbase_load=\"YES\"\nbase_on_error=\"halt\"\n");
    mock_expect_stop(mock, "boot-no-modules");
}

// Which a step after files_close() must not do.
static void read_after_close(struct mock *mock)
{
    struct boot boot = {.fw = &mock->firmware, .files.pages.fw = &mock->firmware};
    struct btl_file_problem problem;
    pages_arena(&boot.files.pages, &boot.arena);
    assert_null(file_read(&boot, BTL_STR("/a.img"), 100, &problem));
    assert_int_equal(problem.code, BTL_FILE_OPEN_FAILED);
    pages_free_all(&boot.files.pages);
}

TEST(test_no_file_is_read_from_a_closed_volume)
{
    struct mock *mock = begin("");
    read_after_close(mock);
    mock_end(mock);
}

TEST(test_missing_files)
{
    mock_expect_stop(begin("kernel=\"/vmlinuz\"\ninitrd=\"/a.img;/gone.img\"\n"), "file-not-found");
    mock_expect_stop(begin("kernel=\"/vmlinuz\"\ninitrd=\"/gone.img\"\n"), "boot-file-line");
    mock_expect_stop(begin("kernel=\"/program.efi\"\nkernel_type=\"linux\"\n"),
                     "kernel-wrong-kind");
}

TEST(test_refusals_are_told_apart)
{
    static const struct {
        fw_status status;
        const char *code;
    } refusals[] = {{FW_UNSUPPORTED, "image-unsupported"},
                    {FW_LOAD_ERROR, "image-unsupported"},
                    {FW_ACCESS_DENIED, "image-access-denied"},
                    {FW_SECURITY_VIOLATION, "image-security-violation"},
                    {FW_OUT_OF_RESOURCES, "image-not-loaded"}};
    for (size_t i = 0; i < BTL_COUNT(refusals); i++) {
        struct mock *mock = begin("kernel=\"/program.efi\"\n");
        mock->fail_service = MOCK_LOAD_IMAGE;
        mock->fail_at = 1;
        mock->fail_status = refusals[i].status;
        mock_expect_stop(mock, refusals[i].code);
    }
}

TEST(test_initrd_that_is_not_taken)
{
    struct mock *mock = begin("kernel=\"/vmlinuz\"\ninitrd=\"/a.img\"\n");
    mock->fail_service = MOCK_OFFER_INITRD;
    mock->fail_at = 1;
    mock->fail_status = FW_ALREADY_STARTED;
    mock_expect_stop(mock, "image-initrd"); // and the program is unloaded
}

static void set_exit(struct mock *mock, fw_status status, const char *text)
{
    mock->returns = true;
    mock->program_exit.status = status;
    mock->program_exit.len = strlen(text);
    memcpy(mock->program_exit.text, text, strlen(text));
}

TEST(test_program_that_returns_is_a_failed_attempt)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    set_exit(mock, FW_DEVICE_ERROR, "no \x1b disk");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "the program has returned to the loader: Device Error: no \\x1b "
                                "disk; its own messages"));
    assert_true(mock_said(mock, "[image-returned]"));
    assert_int_equal(mock->programs_run, 1);
    mock_end(mock);
    mock = begin("kernel=\"/vmlinuz\"\ninitrd=\"/a.img\"\n");
    set_exit(mock, FW_SUCCESS, "");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "returned to the loader: Success; its own"));
    mock_end(mock);
}

TEST(test_program_that_may_not_start)
{
    struct mock *mock = begin("kernel=\"/program.efi\"\n");
    set_exit(mock, FW_SECURITY_VIOLATION, "");
    assert_int_equal(run(&mock->firmware), FW_LOAD_ERROR);
    assert_true(mock_said(mock, "[image-security-violation]"));
    mock_end(mock);
}

TEST(test_next_configuration_after_a_program_that_returns)
{
    static const char bad[] = "kernel=\"/program.efi\"\nboot_tries=\"3\"\n";
    struct btl_record record;
    struct mock *mock = begin(bad);
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/kernel/kernel.elf\"\n");
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock->reads_again = true; // the program may have changed files
    set_exit(mock, FW_ABORTED, "");
    mock_expect_boot(mock, "image-returned");
    assert_true(state_get(mock, BTL_VARIABLE_FAILED, &record));
    assert_int_equal(mock->programs_run, 1);
    mock_end(mock);
}

TEST(test_files_for_a_kernel)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("file_ramdisk=\"/b.img\"\nfile_a=\"/a.img\"\n");
    mock_add_fixture(mock, "/kernel/kernel.elf", "kernel.elf");
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_kernel_kind(&manifest), BTL_KERNEL_BTL);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_FILES), 2);
    const struct btlm_file *file = btl_manifest_find_file(&manifest, BTL_STR("ramdisk"));
    mock_expect_text(&manifest, file->path, "/b.img");
    assert_int_equal(file->size, 8);
    assert_memory_equal((const void *)(uintptr_t)file->physical, "second!!", 8);
    assert_null(btl_manifest_find_file(&manifest, BTL_STR("ram")));
    mock_end(mock);
    mock = begin("kernel=\"/program.efi\"\nfile_a=\"/a.img\"\n");
    expect_started(mock, "/program.efi", "");
    assert_true(mock_said(mock, "file_a has no effect: the kernel is an EFI program"));
    mock_end(mock);
}

TEST(test_dry_run_loads_no_program)
{
    struct mock *mock = begin("kernel=\"/vmlinuz\"\ninitrd=\"/a.img\"\n");
    mock_options(mock, "-n");
    assert_int_equal(run(&mock->firmware), FW_SUCCESS);
    assert_true(mock_said(mock, "this would boot"));
    assert_int_equal(mock->calls[MOCK_LOAD_IMAGE], 0);
    mock_end(mock);
}

TEST(test_manifest_is_saved_before_the_start)
{
    struct btl_manifest saved;
    struct mock *mock = begin("kernel=\"/vmlinuz\"\nmanifest_save=\"YES\"\n");
    expect_started(mock, "/vmlinuz", "");
    mock_saved_manifest(mock, "/btl/manifest.bin", &saved);
    mock_expect_text(&saved, btl_manifest_kernel(&saved)->path, "/vmlinuz");
    assert_int_equal(btl_manifest_kernel(&saved)->size, 0);
    assert_int_equal(btl_manifest_kernel_kind(&saved), BTL_KERNEL_LINUX);
    mock_expect_text(&saved, btl_manifest_kernel(&saved)->version, "6.6.1");
    mock_end(mock);
}
