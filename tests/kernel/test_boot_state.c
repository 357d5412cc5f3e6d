// SPDX-License-Identifier: BSD-2-Clause
// The kernel's writes to BtlGood, BtlFailed and BtlNext: content, time and number.
#include "firmware.h"

#include <string.h>

#include "base/handoff.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "dlkm/volume.h"
#include "failure/boot_state.h"
#include "failure/run_record.h"
#include "monitor/commands.h"

#include <btl/boot_state.h>

static uint8_t sha256[32];

static int begin(void **state)
{
    firmware_begin(state);
    memset(sha256, WORLD_SHA256, sizeof(sha256));
    world_boot(BTLM_BOOT_FALLBACK);
    return 0;
}

static void start(void)
{
    world_seal();
    registry_init();
}

static struct btl_record stored(enum btl_variable which)
{
    const struct firmware_variable *at = firmware_find(btl_variable_name(which));
    struct btl_record record = {0};

    if (at != NULL)
        btl_record_read(which, (struct btl_bytes){at->data, at->size}, &record);
    return record;
}

static void keep(enum btl_variable which, struct btl_record record, uint8_t first_byte)
{
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size;

    memset(record.sha256, first_byte, sizeof(record.sha256));
    if (which == BTL_VARIABLE_FAILED) {
        struct btl_record before = stored(which);
        btl_record_merge_given_up(&before, &record);
    }
    size = btl_record_write(which, &record, bytes);
    assert_true(size > 0);
    firmware_store(btl_variable_name(which), bytes, size, BTL_VARIABLE_ATTRIBUTES);
}

static void run(void (*command)(int argc, char **argv), const char *argument)
{
    char text[300] = "";
    char *words[] = {text, text, NULL};

    host_clear();
    if (argument != NULL)
        strncpy(text, argument, sizeof(text) - 1);
    command(argument != NULL ? 2 : 1, words);
}

ALL_TESTS(firmware_group_begin, firmware_group_end)
EACH_TEST(begin, NULL)

TEST(boot_ok_names_the_configuration)
{
    start();
    run(boot_ok_run, NULL);
    assert_contains(host_printed(), "/loader.conf is the last good configuration from now on");
    assert_true(stored(BTL_VARIABLE_GOOD).valid);
    assert_memory_equal(stored(BTL_VARIABLE_GOOD).sha256, sha256, 32);
    assert_true(btl_str_equal(stored(BTL_VARIABLE_GOOD).path, BTL_STR("/loader.conf")));
}

TEST(what_is_there_is_not_written_again)
{
    start();
    assert_true(boot_ok());
    assert_int_equal(firmware.sets, 1);
    assert_true(boot_ok());
    assert_int_equal(firmware.sets, 1);
    assert_contains(host_printed(), "already");
}

TEST(boot_ok_forgets_the_failure_of_this_configuration)
{
    start();
    keep(BTL_VARIABLE_FAILED, (struct btl_record){.path = BTL_STR("/loader.conf")}, WORLD_SHA256);
    assert_true(boot_ok());
    assert_false(stored(BTL_VARIABLE_FAILED).valid);
}

TEST(boot_ok_keeps_the_failure_of_another)
{
    start();
    keep(BTL_VARIABLE_FAILED, (struct btl_record){.path = BTL_STR("/loader.conf")}, 1);
    assert_true(boot_ok());
    assert_true(stored(BTL_VARIABLE_FAILED).valid);
}

TEST(boot_ok_takes_only_itself_out_of_the_list)
{
    uint8_t other[32];

    start();
    memset(other, 1, sizeof(other));
    keep(BTL_VARIABLE_FAILED,
         (struct btl_record){.path = BTL_STR("/x.conf"), .number = BTL_FAILED_IN_KERNEL}, 1);
    keep(BTL_VARIABLE_FAILED,
         (struct btl_record){.path = BTL_STR("/loader.conf"), .number = BTL_FAILED_IN_KERNEL},
         WORLD_SHA256);
    assert_true(boot_ok());
    assert_true(stored(BTL_VARIABLE_FAILED).valid);
    assert_int_equal(stored(BTL_VARIABLE_FAILED).path.len, 0);
    struct btl_record rest = stored(BTL_VARIABLE_FAILED);
    assert_true(btl_record_is_given_up(&rest, other));
    assert_false(btl_record_is_given_up(&rest, sha256));
    run(boot_state_run, NULL);
    assert_contains(host_printed(),
                    "BtlFailed   the last failure is settled\n    given up by the kernel: 0101");
}

TEST(a_failure_keeps_those_that_were_given_up_before)
{
    uint8_t other[32];
    struct btl_record failed;

    start();
    memset(other, 1, sizeof(other));
    keep(BTL_VARIABLE_FAILED,
         (struct btl_record){.path = BTL_STR("/x.conf"), .number = BTL_FAILED_IN_KERNEL}, 1);
    assert_true(boot_record_failure(BTL_STR("x")));
    failed = stored(BTL_VARIABLE_FAILED);
    assert_true(btl_record_is_given_up(&failed, other) && btl_record_is_given_up(&failed, sha256));
    assert_true(btl_str_equal(failed.path, BTL_STR("/loader.conf")));
}

static void assert_refused(const char *code)
{
    host_clear();
    assert_false(boot_ok());
    assert_contains(host_printed(), code);
    assert_int_equal(firmware.sets, 0);
}

TEST(a_boot_that_proves_nothing_is_refused)
{
    start();
    world_boot(BTLM_BOOT_CHANGED);
    assert_refused("[run-ok-changed]");
    world_boot(BTLM_BOOT_SAFE);
    assert_refused("[run-ok-safe]");
    world_boot(BTLM_BOOT_SAFE | BTLM_BOOT_CHANGED);
    assert_refused("[run-ok-safe]");
}

TEST(an_older_loader)
{
    world.manifest.table[BTLM_BOOT].count = 0;
    start();
    assert_refused("[run-state-unknown]");
    run(boot_state_run, NULL);
    assert_contains(host_printed(), "[run-state-unknown]");
    assert_false(boot_has(BTLM_BOOT_FALLBACK));
    assert_false(boot_record_failure(BTL_STR("x")));
}

TEST(no_runtime_services)
{
    start();
    world.system.efi_system_table = 0;
    assert_refused("[run-state-services]");
}

TEST(a_store_that_is_full)
{
    start();
    firmware.set_status = EFI_ERROR(9);
    host_clear();
    assert_false(boot_ok());
    assert_contains(host_printed(), "BtlGood (out of resources)");
    assert_contains(host_printed(), "[run-state-write]");
}

// Das U-Boot stores variables until the kernel starts.
TEST(a_firmware_that_stores_nothing_at_run_time)
{
    start();
    firmware.set_status = EFI_UNSUPPORTED;
    host_clear();
    assert_false(boot_ok());
    assert_contains(host_printed(), "BtlGood is not stored");
    assert_contains(host_printed(), "[run-state-read-only]");
}

// SetVariable does not change attributes.
TEST(a_variable_of_somebody_else_is_replaced)
{
    start();
    firmware_store("BtlGood", "x", 1, 3);
    assert_true(boot_ok());
    assert_true(stored(BTL_VARIABLE_GOOD).valid);
    assert_int_equal(firmware_find("BtlGood")->attributes, BTL_VARIABLE_ATTRIBUTES);
}

TEST(a_variable_that_is_too_large_is_replaced)
{
    static uint8_t large[3000];

    start();
    firmware_store("BtlGood", large, sizeof(large), BTL_VARIABLE_ATTRIBUTES);
    assert_true(boot_ok());
    assert_true(stored(BTL_VARIABLE_GOOD).valid);
}

TEST(one_of_somebody_else_that_is_too_large_is_replaced)
{
    static const uint8_t junk[3000];

    start();
    firmware_store("BtlGood", junk, sizeof(junk), 3);
    assert_true(boot_ok());
    assert_true(stored(BTL_VARIABLE_GOOD).valid);
    assert_int_equal(firmware_find("BtlGood")->attributes, BTL_VARIABLE_ATTRIBUTES);
}

TEST(by_itself_only_without_a_failure_that_matters)
{
    static const struct {
        enum btl_on_error level;
        bool good;
    } cells[] = {{BTL_ON_ERROR_WARN, true},
                 {BTL_ON_ERROR_IGNORE, true},
                 {BTL_ON_ERROR_FALLBACK, false},
                 {BTL_ON_ERROR_HALT, false},
                 {BTL_ON_ERROR_REQUIRED, false}};
    uint32_t id = world_module("disk", BTL_PHASE_BOOT2, BTLM_FAILED);

    for (size_t i = 0; i < BTL_COUNT(cells); i++) {
        world.module[id].flags = (uint16_t)(cells[i].level << BTLM_ON_ERROR_SHIFT);
        world.module[id].state = i % 2 == 0 ? BTLM_FAILED : BTLM_OFF;
        start();
        host_clear();
        firmware.sets = 0;
        boot_ok_by_itself();
        assert_int_equal(strstr(host_printed(), "run-ok-failed") == NULL, cells[i].good);
        if (!cells[i].good)
            assert_int_equal(firmware.sets, 0);
    }
    assert_contains(host_printed(), "module disk was not loaded and its on_error is required");
}

TEST(a_failure_keeps_the_end_of_a_long_text)
{
    static char text[3000];

    start();
    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 11, "\nthe reason", 11);
    assert_true(boot_record_failure((struct btl_str){text, sizeof(text)}));
    assert_int_equal(stored(BTL_VARIABLE_FAILED).number, BTL_FAILED_IN_KERNEL);
    assert_memory_equal(stored(BTL_VARIABLE_FAILED).sha256, sha256, 32);
    assert_true(btl_str_equal(stored(BTL_VARIABLE_FAILED).text, BTL_STR("the reason")));
}

static int open_there(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file)
{
    return btl_str_equal(path, BTL_STR("/loader.conf.d/new.conf")) ? 0 : BTL_ENOENT;
}

static int read_nothing(struct btl_fs *fs, const struct btl_fs_file *file, void *to, uint64_t size)
{
    return BTL_EIO;
}

TEST(next_conf_names_a_file_of_the_boot_volume)
{
    static struct btl_fs fs = {
        .name = "disk0p1", .type = "FAT32", .open = open_there, .read = read_nothing};

    world.volume.kind = BTLM_VOLUME_GPT;
    world.manifest.table[BTLM_VOLUME] =
        (struct btlm_table){BTLM_VOLUME, sizeof(world.volume), offsetof(struct world, volume), 1};
    start();
    run(next_conf_run, "/loader.conf.d/new.conf"); // the kernel cannot check that the file exists
    assert_true(stored(BTL_VARIABLE_NEXT).valid);
    assert_int_equal(fs_add(&fs), 0);
    run(next_conf_run, "/loader.conf.d/old.conf");
    assert_contains(host_printed(), "the file /loader.conf.d/old.conf does not exist on disk0p1");
    assert_contains(host_printed(), "[run-next-no-file]");
    assert_int_equal(firmware.sets, 1);
    run(next_conf_run, "/loader.conf.d/new.conf");
    assert_contains(host_printed(), "will be booted next, once");
    assert_true(btl_str_equal(stored(BTL_VARIABLE_NEXT).path, BTL_STR("/loader.conf.d/new.conf")));
    fs_remove(&fs);
}

TEST(next_conf_wants_a_path)
{
    start();
    run(next_conf_run, "loader.conf");
    assert_contains(host_printed(), "[run-state-path]");
    run(next_conf_run, "/a/../b");
    assert_contains(host_printed(), "[run-state-path]");
    run(next_conf_run, NULL);
    assert_contains(host_printed(), "usage: next-conf PATH");
    assert_int_equal(firmware.sets, 0);
}

TEST(boot_state_shows_the_records)
{
    start();
    keep(BTL_VARIABLE_TRIAL, (struct btl_record){.path = BTL_STR("/a"), .number = 2}, 0x11);
    keep(BTL_VARIABLE_FAILED,
         (struct btl_record){.path = BTL_STR("/b"), .text = BTL_STR("one\n\x1b[2Jtwo\n")}, 0x22);
    firmware_store("BtlGood", "garbage", 7, BTL_VARIABLE_ATTRIBUTES);
    run(boot_state_run, NULL);
    assert_contains(host_printed(), "file     /loader.conf");
    assert_contains(host_printed(), "BtlTrial    /a, tries left: 2\n    SHA-256 1111");
    assert_contains(host_printed(), "BtlFailed   /b, in the loader:\n    one\n    \\x1b[2Jtwo\n");
    assert_contains(host_printed(), "BtlGood     not a record of this version");
    assert_contains(host_printed(), "BtlNext     -\n");
    firmware.get_status = EFI_DEVICE_ERROR;
    run(boot_state_run, NULL);
    assert_contains(host_printed(), "BtlTrial    cannot be read (device error)");
    assert_int_equal(firmware.sets, 0);
}

TEST(no_record_of_a_boot_whose_manifest_is_not_saved)
{
    start();
    run_record_write(BTL_RUN_GOOD);
    assert_null(firmware_find(BTL_RUN_VARIABLE));
    assert_int_equal(firmware.sets, 0);
}

static struct btl_run stored_run(void)
{
    const struct firmware_variable *at = firmware_find(BTL_RUN_VARIABLE);
    struct btl_run record;

    assert_non_null(at);
    assert_int_equal(at->attributes, BTL_VARIABLE_ATTRIBUTES);
    assert_true(btl_run_read((struct btl_bytes){at->data, at->size}, &record));
    return record;
}

static bool run_says(const struct btl_run *record, const char *text)
{
    char copy[BTL_RUN_MAX + 1] = "";

    memcpy(copy, record->text.at, record->text.len);
    return strstr(copy, text) != NULL;
}

// One write in a boot, and one more for a failure after boot-ok. The calls of one test, because a
// boot has one record.
TEST(record_of_a_boot_is_written_once_and_again_for_a_failure)
{
    struct btl_run record;

    world_boot(BTLM_BOOT_SAVED);
    world_module("bad", BTL_PHASE_BOOT2, BTLM_STAGED);
    start();
    module_get(0)->state = MODULE_FAILED;
    world_events[0] = (struct btlm_event){1999, 3000000, BTLM_EVENT_PHASE2, BTL_NONE, 0};
    world_events[1] = (struct btlm_event){5000000, 7000000, BTLM_EVENT_MODULE_LOADED, 0, 0};
    world_events[2] = (struct btlm_event){UINT64_MAX / 2, 0, BTLM_EVENT_INIT, BTL_NONE, 0};
    world_event_count = 3;
    log_level(BTL_LOG_INFO);
    log_put("an ordinary line\n", 17);
    log_level(BTL_LOG_ERROR);
    log_put("bad: error: a reason\n", 21);
    log_level(BTL_LOG_INFO);
    firmware_store(BTL_RUN_VARIABLE, "x", 1, 3); // which BTL did not write
    run_record_write(BTL_RUN_GOOD);
    record = stored_run();
    assert_int_equal(record.end, BTL_RUN_GOOD);
    assert_int_equal(record.manifest, handoff_manifest()->header->checksum);
    assert_int_equal(record.event_count, 3);
    assert_int_equal(record.events[0].start, 1);
    assert_int_equal(record.events[0].length, 2998);
    assert_int_equal(record.events[0].module, BTL_RUN_NO_MODULE);
    assert_false(record.events[0].failed);
    assert_int_equal(record.events[1].module, 0);
    assert_true(record.events[1].failed);
    assert_int_equal(record.events[2].start, UINT32_MAX);
    assert_int_equal(record.events[2].length, 0);
    assert_true(run_says(&record, "a reason"));
    assert_false(run_says(&record, "ordinary"));

    run_record_write(BTL_RUN_LEFT);
    run_record_write(BTL_RUN_GOOD);
    assert_int_equal(firmware.sets, 3); // refused, deleted, written
    run_record_write(BTL_RUN_PANIC);
    record = stored_run();
    assert_int_equal(record.end, BTL_RUN_PANIC);
    assert_true(run_says(&record, "ordinary"));
    run_record_write(BTL_RUN_GIVEN_UP);
    assert_int_equal(firmware.sets, 4);
}
