// SPDX-License-Identifier: BSD-2-Clause
// A machine with three configurations that fail in the loader, in the kernel, or not at all: it
// comes to one that works, where there is one, and then writes nothing more.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include <btl/configurations.h>

enum { ONE, DEFAULT, PREVIOUS, CONFIGURATIONS };
static const char *const paths[] = {"/one.conf", BTL_CONFIG_DEFAULT, BTL_CONFIG_PREVIOUS};

enum behaviour { FAILS_IN_LOADER, FAILS_IN_KERNEL, WORKS, BEHAVIOURS };

struct machine {
    enum behaviour behaviour[CONFIGURATIONS];
    struct btl_boot_state state;
    uint8_t failed[BTL_RECORD_MAX]; // BtlFailed, which `state` points into
    unsigned writes;                // of it
    bool says_ok;
};

static void hash_of(size_t index, uint8_t ret_sha256[32])
{
    memset(ret_sha256, 0, 32);
    ret_sha256[0] = (uint8_t)(index + 1);
}

static bool hash(void *owner, struct btl_str path, uint8_t ret_sha256[32])
{
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        if (btl_str_equal(path, btl_str_of(paths[i]))) {
            hash_of(i, ret_sha256);
            return true;
        }
    }
    return false;
}

static size_t list(void *owner, struct btl_str **ret_paths)
{
    static struct btl_str all[CONFIGURATIONS];
    for (size_t i = 0; i < CONFIGURATIONS; i++)
        all[i] = btl_str_of(paths[i]);
    *ret_paths = all;
    return CONFIGURATIONS;
}

static size_t index_of(struct btl_str path)
{
    uint8_t sha256[32];
    assert_true(hash(NULL, path, sha256));
    return sha256[0] - 1u;
}

// Through the bytes, as in a variable.
static void write_failed(struct machine *machine, struct btl_record *record)
{
    struct btl_record *stored = &machine->state.record[BTL_VARIABLE_FAILED];
    uint8_t before[BTL_RECORD_MAX], now[BTL_RECORD_MAX];
    uint64_t old = stored->valid ? btl_record_write(BTL_VARIABLE_FAILED, stored, before) : 0;
    uint64_t size = record->valid ? btl_record_write(BTL_VARIABLE_FAILED, record, now) : 0;
    if (old == size && memcmp(before, now, size) == 0)
        return;
    machine->writes++;
    memcpy(machine->failed, now, size);
    assert_int_equal(
        btl_record_read(BTL_VARIABLE_FAILED, (struct btl_bytes){machine->failed, size}, stored),
        record->valid);
}

static void record_failure(struct machine *machine, size_t index, enum btl_failed_where where)
{
    struct btl_record record = {.valid = true, .number = where, .path = btl_str_of(paths[index])};
    hash_of(index, record.sha256);
    btl_record_merge_given_up(&machine->state.record[BTL_VARIABLE_FAILED], &record);
    write_failed(machine, &record);
}

static void say_ok(struct machine *machine, size_t index)
{
    struct btl_record *good = &machine->state.record[BTL_VARIABLE_GOOD], rest;
    *good = (struct btl_record){.valid = true, .path = btl_str_of(paths[index])};
    hash_of(index, good->sha256);
    if (btl_record_remove(&machine->state.record[BTL_VARIABLE_FAILED], good->sha256, &rest))
        write_failed(machine, &rest);
}

// The kernel has the machine. True: it runs.
static bool run_kernel(struct machine *machine, size_t index, bool has_fallback)
{
    if (machine->behaviour[index] == FAILS_IN_KERNEL && has_fallback)
        record_failure(machine, index, BTL_FAILED_IN_KERNEL);
    if (machine->behaviour[index] == WORKS && machine->says_ok)
        say_ok(machine, index);
    return machine->behaviour[index] == WORKS;
}

// One boot that wants the first. True: *ret_running runs.
static bool boot(struct machine *machine, size_t *ret_running)
{
    const struct btl_boot_volume volume = {NULL, hash, list};
    struct btl_boot_state state = machine->state; // as the loader has read it
    uint8_t tried[BTL_TRIED_MAX][32], sha256[32];
    struct btl_booting booting = {btl_str_of(paths[ONE]), sha256, tried, 0};
    for (bool first = true;; first = false) {
        struct btl_str next;
        uint32_t left;
        size_t index = index_of(booting.path);
        hash_of(index, sha256);
        bool has_fallback = btl_boot_fallback(&state, &booting, &volume, &next);
        bool given_up =
            btl_boot_trial(&state, sha256, 0, &left) == BTL_TRIAL_FAILED && has_fallback;
        if (!given_up && machine->behaviour[index] != FAILS_IN_LOADER) {
            *ret_running = index;
            return run_kernel(machine, index, has_fallback);
        }
        if (first && !given_up)
            record_failure(machine, index, BTL_FAILED_IN_LOADER);
        if (!has_fallback)
            return false;
        memcpy(tried[booting.tried_count++], sha256, 32);
        booting.path = next;
    }
}

static bool is_hopeless(const struct machine *machine)
{
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        if (machine->behaviour[i] == WORKS)
            return false;
    }
    return true;
}

static void check(struct machine machine)
{
    size_t running = CONFIGURATIONS, again;
    unsigned boots = 0;
    bool runs = false;
    while (!runs && boots++ < CONFIGURATIONS)
        runs = boot(&machine, &running);
    assert_int_equal(runs, !is_hopeless(&machine));
    for (int i = 0; i < 4; i++) {
        machine.writes = 0;
        assert_int_equal(boot(&machine, &again), runs);
        assert_true(!runs || again == running);
        assert_int_equal(machine.writes, 0);
    }
}

// Each way in which three of them can behave.
TEST(test_one_that_works_is_found)
{
    for (unsigned way = 0; way < 2 * BEHAVIOURS * BEHAVIOURS * BEHAVIOURS; way++) {
        struct machine machine = {.says_ok = way % 2};
        for (size_t i = 0, rest = way / 2; i < CONFIGURATIONS; i++, rest /= BEHAVIOURS)
            machine.behaviour[i] = (enum behaviour)(rest % BEHAVIOURS);
        check(machine);
    }
}
