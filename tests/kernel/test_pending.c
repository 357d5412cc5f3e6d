// SPDX-License-Identifier: BSD-2-Clause
// kmadmin -b and -x: the record that they write, and what is refused before it is written.
#include "firmware.h"

#include <stdio.h>
#include <string.h>

#include "base/handoff.h"
#include "dlkm/dlkm.h"
#include "firmware/efi_runtime.h"
#include "monitor/commands.h"

#include <btl/boot_state.h>

#define CONF                                                                                       \
    "ring_load=\"YES\"\nring_phase=\"BOOT2\"\nring.size=\"4\"\nmodule_blacklist=\"evil\"\nsafe_"   \
    "load=\"YES\"\n"

static int begin(void **state)
{
    firmware_begin(state);
    world_boot(BTLM_BOOT_FALLBACK);
    world_config(CONF);
    world_module("ring", BTL_PHASE_BOOT2, BTLM_STAGED);
    world.module[0].flags |= BTLM_CONFIGURED | BTLM_METADATA;
    world_module("evil", BTL_PHASE_AUTO, BTLM_OFF);
    world.module[1].flags |= BTLM_METADATA;
    world_module("late", BTL_PHASE_AUTO, BTLM_REGISTERED);
    world.module[2].flags |= BTLM_METADATA;
    world.module[2].supported = BTL_SUPPORTS_RUN;
    return 0;
}

EACH_TEST(begin, NULL)
ALL_TESTS(firmware_group_begin, firmware_group_end)

static void start(void)
{
    world_seal();
    world.header.minor = BTLM_MINOR;
    registry_init();
}

static void run(const char *line)
{
    char text[200];
    char *words[10];
    int count = 0;

    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    host_clear();
    (strcmp(words[0], "kmtune") == 0 ? kmtune_run : kmadmin_run)(count, words);
}

static struct btl_record pending(void)
{
    const struct firmware_variable *at = firmware_find("BtlPending");
    struct btl_record record = {0};

    if (at != NULL)
        assert_true(
            btl_record_read(BTL_VARIABLE_PENDING, (struct btl_bytes){at->data, at->size}, &record));
    return record;
}

static void assert_pending(const char *lines)
{
    struct btl_record record = pending();

    if (!btl_str_equal(record.text, btl_str_of(lines)))
        fail_msg("pending: %.*s\n%s", (int)record.text.len, record.text.at, host_printed());
}

TEST(a_command_is_one_record_of_this_text)
{
    uint8_t sha256[32];

    start();
    memset(sha256, WORLD_SHA256, sizeof(sha256));
    run("kmadmin -b 1 ring 2");
    assert_contains(host_printed(), "late cannot be configured BOOT1: it supports only RUN");
    assert_contains(host_printed(), "nothing is queued");
    assert_int_equal(firmware.sets, 0);
    run("kmadmin -b i ring late");
    assert_pending("ring_phase=\"INIT\"\nlate_load=\"YES\"\nlate_phase=\"INIT\"\n");
    assert_contains(host_printed(), "pending for the next boot of /loader.conf, on trial with 3 "
                                    "tries:\n    ring_phase=\"INIT\"\n    late_load=\"YES\"\n");
    assert_int_equal(firmware.sets, 1);
    assert_memory_equal(pending().sha256, sha256, 32);
    assert_int_equal(pending().number, 3);
    run("kmadmin -x late");
    assert_pending("ring_phase=\"INIT\"\nlate_load=\"NO\"\nlate_phase=\"INIT\"\n");
    run("kmadmin -x late");
    assert_int_equal(firmware.sets, 2);
}

TEST(what_loader_conf_has_is_no_change)
{
    start();
    run("kmadmin -b 2 ring");
    assert_contains(host_printed(), "no changes of /loader.conf are pending");
    assert_int_equal(firmware.sets, 0);
    run("kmadmin -b i ring");
    run("kmadmin -b 2 ring");
    assert_null(firmware_find("BtlPending"));
}

TEST(side_by_side)
{
    start();
    run("kmadmin -b i ring");
    run("kmadmin -x safe"); // not in this boot
    run("kmadmin -b");
    assert_contains(host_printed(),
                    "NAME                          RUNNING     CONFIGURED  PENDING\n"
                    "ring                          -           BOOT2       INIT\n"
                    "evil                          -           off         -\n"
                    "late                          -           -           -\n"
                    "safe                          -           on          off\n"
                    "ring.size                     -           4           -\n"
                    "pending for the next boot of /loader.conf, on trial with 3 tries; kmadmin -b "
                    "-c takes the changes back\n");
}

TEST(taken_back)
{
    start();
    run("kmadmin -b i ring late");
    run("kmadmin -b -c ring");
    assert_pending("late_load=\"YES\"\nlate_phase=\"INIT\"\n");
    run("kmadmin -b -c");
    assert_contains(host_printed(), "the pending changes are taken back:\n    late_load=\"YES\"\n");
    assert_null(firmware_find("BtlPending"));
    run("kmadmin -b -c");
    assert_contains(host_printed(), "no changes are pending");
    firmware_store("BtlPending", "junk", 4, BTL_VARIABLE_ATTRIBUTES);
    run("kmadmin -b -c");
    assert_null(firmware_find("BtlPending"));
}

TEST(refused)
{
    static const struct {
        const char *line, *said;
    } rows[] = {
        {"kmadmin -b 2 evil", "[run-pending-blacklist]"},
        {"kmadmin -x gone", "no module gone is registered"},
        {"kmadmin -b 7 ring", "7 is no phase"},
        {"kmtune -w ring", "write MODULE.TUNABLE=value"},
        {"kmtune -w gone.x=1", "no module gone is registered"},
    };

    start();
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        run(rows[i].line);
        assert_contains(host_printed(), rows[i].said);
        assert_int_equal(firmware.sets, 0);
    }
}

TEST(a_record_that_is_full)
{
    char line[40];

    for (int i = 3; i < WORLD_MODULES; i++) {
        char name[BTL_MODULE_NAME_MAX + 1];
        snprintf(name, sizeof(name), "a_module_with_a_name_of_some_length_%02d", i);
        world_module(name, BTL_PHASE_AUTO, BTLM_REGISTERED);
        world.module[i].flags |= BTLM_METADATA;
    }
    start();
    for (int i = 3; i < WORLD_MODULES; i++) {
        snprintf(line, sizeof(line), "kmadmin -b i %d", i);
        run(line);
    }
    assert_contains(host_printed(), "[run-pending-full]");
    assert_contains(host_printed(), "# not stored: put this into /loader.conf\n"
                                    "a_module_with_a_name_of_some_length_15_load=\"YES\"\n");
    assert_true(pending().text.len <= BTL_RECORD_TEXT_MAX && pending().text.len > 900);
}

// Das U-Boot, and a loader that would not apply the record: the lines are for an editor.
TEST(lines_that_cannot_be_stored_are_printed)
{
    start();
    firmware.set_status = EFI_UNSUPPORTED;
    run("kmadmin -b i ring");
    assert_contains(host_printed(), "[run-state-read-only]");
    assert_contains(
        host_printed(),
        "# not stored: put this into /loader.conf\nring_load=\"YES\"\nring_phase=\"INIT\"\n");
    firmware.set_status = 0;
    world.header.minor = 5;
    run("kmadmin -b i ring");
    assert_contains(host_printed(), "[run-older-pending]");
    assert_contains(host_printed(), "ring_phase=\"INIT\"\n");
    assert_null(firmware_find("BtlPending"));
}

TEST(a_manifest_that_does_not_name_the_configuration)
{
    start();
    world.manifest.table[BTLM_BOOT].count = 0;
    run("kmadmin -x late");
    assert_contains(host_printed(), "[run-state-unknown]");
    assert_contains(host_printed(), "# not stored: put this into /loader.conf\nlate_load=\"NO\"\n");
    assert_int_equal(firmware.sets, 0);
}

TEST(a_fallback_is_not_changed)
{
    world.boot.how = BTLM_HOW_FALLBACK;
    start();
    run("kmadmin -x ring");
    assert_contains(host_printed(), "[run-pending-fallback]");
    assert_int_equal(firmware.sets, 0);
}

TEST(a_record_of_another_text_stays)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record other = {
        .number = 3, .path = BTL_STR("/loader.conf"), .text = BTL_STR("late_load=\"NO\"\n")};
    uint64_t size = btl_record_write(BTL_VARIABLE_PENDING, &other, bytes);

    start();
    firmware_store("BtlPending", bytes, size, BTL_VARIABLE_ATTRIBUTES);
    run("kmadmin -x ring");
    assert_contains(host_printed(), "[run-pending-other]");
    assert_pending("late_load=\"NO\"\n");
    assert_int_equal(firmware.sets, 0);
    run("kmadmin -b");
    assert_contains(host_printed(), "late                          -           -           off\n");
}
