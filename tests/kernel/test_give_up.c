// SPDX-License-Identifier: BSD-2-Clause
// The effect of a failed module on the boot, by its level, with and without a configuration to fall
// back to: the table of docs/phases.md. A boot ends with a jump back into the test.
#include "firmware.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/handoff.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "failure/boot_state.h"
#include "failure/give_up.h"
#include "failure/power.h"
#include "failure/watchdog.h"
#include "judge.h"
#include "monitor/monitor.h"
#include "vm/vm.h"

#include <btl/config.h>

enum end { GOES_ON, RESET, RESET_AT_ONCE, MONITOR, POWER_OFF, HALT };

static jmp_buf ended;
static uint32_t vm_inits, watchdog_stops;
static bool terminal;

static _Noreturn void end(enum end how)
{
    longjmp(ended, how);
}

void power_reset(void)
{
    end(RESET);
}

void arch_reset(void)
{
    end(RESET_AT_ONCE);
}

void power_off_with(bool good)
{
    assert_false(good);
    end(POWER_OFF);
}

void arch_halt(void)
{
    end(HALT);
}

bool console_has_input(void)
{
    return terminal;
}

void watchdog_stop(void)
{
    watchdog_stops++;
}

bool vm_begun(void)
{
    return world_vm_ready;
}

void vm_init(void)
{
    vm_inits++;
    world_vm_ready = true;
}

bool vm_accounts_balance(uint64_t *ret_pages, uint64_t *ret_mapped)
{
    return true;
}

// monitor_run() waits for a key.
static enum end run(void (*what)(void))
{
    int how;

    host_panic_expected = true;
    if (setjmp(host_panic_jump) != 0)
        return MONITOR;
    how = setjmp(ended);
    if (how == 0)
        what();
    host_panic_expected = false;
    return (enum end)how;
}

static int begin(void **state)
{
    firmware_begin(state);
    options.report = options.autotest = false;
    vm_inits = watchdog_stops = 0;
    terminal = false;
    return 0;
}

// Two modules; the second one failed, with a level.
static struct module *failed(enum btl_on_error level, enum btlm_state state)
{
    world_module("good", BTL_PHASE_BOOT2, BTLM_STAGED);
    world_module("bad", BTL_PHASE_BOOT2, state);
    world.module[1].flags = (uint16_t)(level << BTLM_ON_ERROR_SHIFT);
    if (level == BTL_ON_ERROR_HALT || level == BTL_ON_ERROR_REQUIRED)
        world.module[1].flags |= BTLM_REQUIRED;
    world_seal();
    registry_init();
    if (state == BTLM_STAGED) {
        module_registered(module_get(1));
        module_begin_load(module_get(1));
        module_failed(module_get(1), "error: bad: no disk [run-load-function]");
    }
    return module_get(1);
}

static const struct cell {
    enum btl_on_error level;
    enum end with, without; // a configuration to fall back to
} cells[] = {
    {BTL_ON_ERROR_IGNORE, GOES_ON, GOES_ON}, {BTL_ON_ERROR_WARN, GOES_ON, GOES_ON},
    {BTL_ON_ERROR_FALLBACK, RESET, GOES_ON}, {BTL_ON_ERROR_HALT, HALT, HALT},
    {BTL_ON_ERROR_REQUIRED, RESET, HALT},
};

static bool is_recorded(void)
{
    return firmware_find("BtlFailed") != NULL;
}

ALL_TESTS(firmware_group_begin, firmware_group_end)
EACH_TEST(begin, NULL)

TEST(each_level_with_a_fallback)
{
    for (size_t i = 0; i < BTL_COUNT(cells); i++) {
        begin(state);
        world_boot(BTLM_BOOT_FALLBACK);
        failed(cells[i].level, BTLM_STAGED);
        assert_int_equal(run(boot_judge), cells[i].with);
        assert_int_equal(is_recorded(), cells[i].with == RESET);
    }
}

TEST(each_level_without_a_fallback)
{
    for (size_t i = 0; i < BTL_COUNT(cells); i++) {
        begin(state);
        world_boot(0);
        failed(cells[i].level, BTLM_STAGED);
        assert_int_equal(run(boot_judge), cells[i].without);
        assert_false(is_recorded());
    }
}

// The loader has read the records and still booted this configuration.
TEST(what_failed_in_the_loader_is_not_fallen_back_for)
{
    static const enum btlm_state states[] = {BTLM_FAILED, BTLM_OFF};

    for (size_t i = 0; i < 2 * BTL_COUNT(cells); i++) {
        const struct cell *cell = &cells[i / 2];
        begin(state);
        world_boot(BTLM_BOOT_FALLBACK);
        failed(cell->level, states[i % 2]);
        assert_int_equal(run(boot_judge), cell->level == BTL_ON_ERROR_HALT ? HALT : GOES_ON);
        assert_false(is_recorded());
        begin(state);
        world_boot(0);
        failed(cell->level, states[i % 2]);
        assert_int_equal(run(boot_judge), cell->without);
    }
}

TEST(an_older_loaders_required_module_stops)
{
    failed(BTL_ON_ERROR_WARN, BTLM_STAGED);
    world.module[1].flags = BTLM_REQUIRED;
    assert_int_equal(run(boot_judge), HALT);
    assert_contains(host_printed(), "BOOT STOPPED: required module bad was not loaded");
    assert_int_equal(watchdog_stops, 1);
}

TEST(the_record_has_the_reasons)
{
    struct btl_record record;
    const struct firmware_variable *at;

    world_boot(BTLM_BOOT_FALLBACK);
    failed(BTL_ON_ERROR_FALLBACK, BTLM_STAGED);
    assert_int_equal(run(boot_judge), RESET);
    assert_contains(host_printed(), "BOOT GIVEN UP: module bad was not loaded, and its on_error is "
                                    "fallback");
    at = firmware_find("BtlFailed");
    assert_true(
        btl_record_read(BTL_VARIABLE_FAILED, (struct btl_bytes){at->data, at->size}, &record));
    assert_true(btl_str_equal(record.text, BTL_STR("error: bad: no disk [run-load-function]\n")));
}

TEST(the_first_reason_stands_last)
{
    static char long_reason[REASON_MAX];
    struct btl_record record;
    const struct firmware_variable *at;

    memset(long_reason, 'x', sizeof(long_reason) - 1);
    world_boot(BTLM_BOOT_FALLBACK);
    failed(BTL_ON_ERROR_FALLBACK, BTLM_STAGED);
    for (int i = 0; i < 3; i++) {
        uint32_t id = world_module("more", BTL_PHASE_BOOT2, BTLM_STAGED);
        world.module[id].flags = world.module[1].flags;
    }
    registry_init();
    module_failed(module_get(1), "error: bad: no disk");
    module_failed(module_get(2), "error: more: no memory");
    module_failed(module_get(3), long_reason);
    module_failed(module_get(4), long_reason); // this reason does not fit
    assert_int_equal(run(boot_judge), RESET);
    at = firmware_find("BtlFailed");
    assert_true(
        btl_record_read(BTL_VARIABLE_FAILED, (struct btl_bytes){at->data, at->size}, &record));
    assert_int_equal(record.text.len, 512 + 23 + 20);
    assert_memory_equal(record.text.at + 512, "error: more: no memory\nerror: bad: no disk\n", 43);
}

TEST(unattended_it_reports_first)
{
    options.report = true;
    world_boot(BTLM_BOOT_FALLBACK);
    failed(BTL_ON_ERROR_FALLBACK, BTLM_STAGED);
    assert_int_equal(run(boot_judge), RESET);
    assert_contains(host_printed(), "BTL-REPORT boot path=/loader.conf how=normal trial=no good=no "
                                    "fallback=yes");
    assert_contains(host_printed(), "on_error=fallback state=failed");
    assert_contains(host_printed(), "BTL-REPORT end failed required=failed");
    begin(state);
    options.report = true;
    world_boot(0);
    failed(BTL_ON_ERROR_HALT, BTLM_STAGED);
    assert_int_equal(run(boot_judge), POWER_OFF);
    assert_contains(host_printed(), "BTL-REPORT end failed required=failed");
}

TEST(what_is_ignored_is_not_named)
{
    world_boot(0);
    world_module("noise", BTL_PHASE_BOOT2, BTLM_FAILED);
    world.module[0].flags = BTL_ON_ERROR_IGNORE << BTLM_ON_ERROR_SHIFT;
    world_module("bad", BTL_PHASE_BOOT2, BTLM_FAILED);
    world.module[1].flags = BTLM_REQUIRED | BTL_ON_ERROR_HALT << BTLM_ON_ERROR_SHIFT;
    world_seal();
    registry_init();
    assert_int_equal(run(boot_judge), HALT);
    assert_contains(host_printed(), "bad");
    assert_null(strstr(host_printed(), "noise"));
}

TEST(stops_as_configured)
{
    world_boot(0);
    world.system.required_failure = BTL_STOP_RESET;
    failed(BTL_ON_ERROR_HALT, BTLM_STAGED);
    assert_int_equal(run(boot_judge), RESET);
    assert_false(is_recorded());
}

static void give_up(void)
{
    boot_give_up(BTL_STR("PANIC: test"));
}

TEST(a_panic_in_phase_1_brings_the_vm_up)
{
    world_vm_ready = false;
    world_boot(BTLM_BOOT_FALLBACK);
    world_seal();
    assert_int_equal(run(give_up), RESET);
    assert_int_equal(vm_inits, 1);
    assert_true(is_recorded());
}

TEST(without_a_fallback_nothing_is_given_up)
{
    world_boot(BTLM_BOOT_TRIAL);
    world_seal();
    assert_int_equal(run(give_up), GOES_ON);
    assert_false(is_recorded());
}

TEST(a_trial_is_counted_record_or_not)
{
    firmware.set_status = EFI_ERROR(9);
    world_boot(BTLM_BOOT_FALLBACK | BTLM_BOOT_TRIAL);
    world_seal();
    assert_int_equal(run(give_up), RESET);
    assert_contains(host_printed(), "[run-state-write]");
    assert_int_equal(run(boot_reset_failed), RESET_AT_ONCE);
    world_boot(BTLM_BOOT_TRIAL);
    assert_int_equal(run(boot_reset_failed), RESET_AT_ONCE);
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(run(boot_reset_failed), RESET_AT_ONCE);
    world_boot(0);
    assert_int_equal(run(boot_reset_failed), GOES_ON);
}

// boot-ok cannot be taken back, so another process runs it.
TEST(what_is_good_is_not_given_up)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        world_boot(BTLM_BOOT_FALLBACK | BTLM_BOOT_TRIAL);
        world_seal();
        bool before = boot_can_fall_back() && boot_ok();
        _exit(before && !boot_can_fall_back() && run(give_up) == GOES_ON &&
                      run(boot_reset_failed) == GOES_ON && !is_recorded()
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

// The next boot would be the same: no fallback is left from here on. The last test.
TEST(a_failure_that_cannot_be_recorded)
{
    firmware.set_status = EFI_ERROR(8);
    world_boot(BTLM_BOOT_FALLBACK);
    failed(BTL_ON_ERROR_REQUIRED, BTLM_STAGED);
    assert_int_equal(run(boot_judge), HALT);
    assert_contains(host_printed(), "BtlFailed (write protected)");
    assert_contains(host_printed(), "[run-not-given-up]");
    assert_contains(host_printed(), "BOOT STOPPED: required module bad");
    assert_false(boot_can_fall_back());
}
