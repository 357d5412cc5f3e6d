// SPDX-License-Identifier: BSD-2-Clause
// A panic that itself fails or hangs: the record at that time, and the end of the machine. Each
// runs in its own process, because a panic does not return; the exit status gives both.
#include "firmware.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arch.h"
#include "console/print.h"
#include "failure/boot_state.h"
#include "failure/panic.h"
#include "failure/power.h"
#include "failure/watchdog.h"
#include "vm/vm.h"

enum end { RESET = 1, RESET_AT_ONCE, STOPPED };
enum { MESSAGE = 16, BACKTRACE = 32 }; // is in BtlFailed

static void (*expired)(const struct arch_registers *at);
static uint32_t seconds, extended;
static void (*in_registers)(void), (*in_backtrace)(void);

static bool record_has(const char *part)
{
    const struct firmware_variable *at = firmware_find("BtlFailed");
    size_t len = strlen(part);

    for (size_t i = 0; at != NULL && i + len <= at->size; i++)
        if (memcmp(at->data + i, part, len) == 0)
            return true;
    return false;
}

static _Noreturn void end(enum end how)
{
    _exit((int)how | (record_has("PANIC: test; two lines\n") ? MESSAGE : 0) |
          (record_has("backtrace:") ? BACKTRACE : 0));
}

void power_reset(void)
{
    end(RESET);
}

void arch_reset(void)
{
    end(RESET_AT_ONCE);
}

void power_stop_failed(void)
{
    end(STOPPED);
}

void power_report_panic(void)
{
}

_Noreturn void power_off_with(bool good)
{
    abort();
}

_Noreturn void arch_halt(void)
{
    abort();
}

bool console_has_input(void)
{
    return false;
}

bool vm_begun(void)
{
    return world_vm_ready;
}

void vm_init(void)
{
    world_vm_ready = true;
}

bool vm_accounts_balance(uint64_t *ret_pages, uint64_t *ret_mapped)
{
    return true;
}

void arch_print_registers(const struct arch_registers *registers)
{
    if (in_registers != NULL)
        in_registers();
}

void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context)
{
    visit(context, 0x1234);
    if (in_backtrace != NULL)
        in_backtrace();
}

bool arch_watchdog_start(uint32_t until, void (*call)(const struct arch_registers *at))
{
    seconds = until;
    expired = call;
    return true;
}

void arch_watchdog_extend(uint32_t by)
{
    extended = by;
}

void arch_watchdog_stop(void)
{
    expired = NULL;
}

void arch_watchdog_leave(const struct arch_registers *at,
                         void (*next)(const struct arch_registers *at))
{
    next(at);
    abort();
}

static void panic(void)
{
    kpanic("test\ntwo lines");
}

static void fault(void)
{
    kpanic("another");
}

// The panic has used the time that it got at its beginning.
static void hang(void)
{
    assert_in_range(extended, 5, 60);
    extended = 0;
    expired(NULL);
    end(STOPPED);
}

static void time_is_over(void)
{
    expired(NULL);
}

static int end_of(void (*what)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        world.boot.timeout = 5;
        world_seal();
        watchdog_start();
        what();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int begin(void **state)
{
    in_registers = in_backtrace = NULL;
    return firmware_begin(state);
}

#define ALL (MESSAGE | BACKTRACE)

ALL_TESTS(firmware_group_begin, firmware_group_end)
EACH_TEST(begin, NULL)

TEST(a_panic_records_all_and_resets)
{
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), RESET | ALL);
    world_boot(BTLM_BOOT_TRIAL);
    assert_int_equal(end_of(panic), STOPPED);
}

TEST(a_second_failure_finds_the_first_recorded)
{
    in_registers = fault;
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), RESET_AT_ONCE | MESSAGE);
    in_registers = NULL;
    in_backtrace = fault;
    assert_int_equal(end_of(panic), RESET_AT_ONCE | MESSAGE);
    world_boot(0);
    assert_int_equal(end_of(panic), STOPPED);
    world_boot(BTLM_BOOT_TRIAL);
    assert_int_equal(end_of(panic), RESET_AT_ONCE);
}

static void failing_while_it_says_what_happened(void)
{
    panic_begin();
    kprintf("PANIC: test\ntwo lines\n");
    panic_begin();
    abort();
}

TEST(a_second_failure_before_the_record_is_made_records)
{
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(failing_while_it_says_what_happened), RESET_AT_ONCE | MESSAGE);
}

TEST(a_failure_in_recording_resets)
{
    firmware.during = fault;
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), RESET_AT_ONCE);
}

// The next boot would be this one again.
TEST(what_cannot_be_recorded_stops)
{
    firmware.set_status = EFI_ERROR(8);
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), STOPPED);
    in_backtrace = fault;
    assert_int_equal(end_of(panic), STOPPED);
    world_boot(BTLM_BOOT_FALLBACK | BTLM_BOOT_TRIAL);
    in_backtrace = NULL;
    assert_int_equal(end_of(panic), RESET);
}

TEST(a_panic_that_hangs_is_reset)
{
    in_backtrace = hang;
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), RESET_AT_ONCE | MESSAGE);
    world_boot(BTLM_BOOT_TRIAL);
    assert_int_equal(end_of(panic), RESET_AT_ONCE);
    world_boot(0);
    assert_int_equal(end_of(panic), STOPPED); // the text must stay
}

TEST(a_panic_that_hangs_in_the_firmware_is_reset)
{
    firmware.during = hang;
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(panic), RESET_AT_ONCE);
}

TEST(the_watchdogs_panic_that_hangs_is_reset)
{
    in_backtrace = hang;
    world_boot(BTLM_BOOT_FALLBACK);
    assert_int_equal(end_of(time_is_over), RESET_AT_ONCE);
}

TEST(the_watchdog_runs_until_it_is_stopped)
{
    world_boot(BTLM_BOOT_FALLBACK);
    world.boot.timeout = 5;
    world_seal();
    watchdog_start();
    assert_int_equal(seconds, 5);
    watchdog_stop();
    assert_null(expired);
}
