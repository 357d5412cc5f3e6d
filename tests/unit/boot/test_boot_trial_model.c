// SPDX-License-Identifier: BSD-2-Clause
// A machine with a configuration on trial that is switched off between any two steps, and whose
// variables get lost, for as long as it takes.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "trial_rules.h"

struct variable {
    uint8_t bytes[BTL_RECORD_MAX];
    size_t size; // 0: not there
};

// The behaviour of a configuration's kernel.
enum kernel { HANGS, GIVES_UP, WORKS };

struct machine {
    struct variable variable[BTL_VARIABLES];
    unsigned writes[BTL_VARIABLES]; // in this boot
    uint64_t random;
    int cut_after; // steps until the power fails in this boot; negative: it does not
    bool store_is_full;
    enum kernel kernel_of_x;
    uint32_t tries;
};

static uint32_t draw(struct machine *machine, uint32_t below)
{
    machine->random = machine->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(machine->random >> 33) % below;
}

// A point between two steps. False: the power fails here.
static bool power(struct machine *machine)
{
    return machine->cut_after < 0 || machine->cut_after-- > 0;
}

static void remove_variable(struct machine *machine, enum btl_variable variable)
{
    if (machine->variable[variable].size == 0)
        return;
    machine->writes[variable]++;
    machine->variable[variable].size = 0;
}

static bool write_variable(struct machine *machine, enum btl_variable variable,
                           uint8_t configuration, uint32_t number)
{
    struct btl_record record = record_of(configuration, number), before;
    struct variable *to = &machine->variable[variable];
    btl_record_read(variable, (struct btl_bytes){to->bytes, to->size}, &before);
    if (variable == BTL_VARIABLE_FAILED)
        btl_record_merge_given_up(&before, &record);
    if (machine->store_is_full)
        return false;
    machine->writes[variable]++;
    to->size = btl_record_write(variable, &record, to->bytes);
    assert_true(to->size > 0);
    return true;
}

static void read_state(const struct machine *machine, struct btl_boot_state *state)
{
    for (unsigned i = 0; i < BTL_VARIABLES; i++) {
        const struct variable *at = &machine->variable[i];
        btl_record_read((enum btl_variable)i, (struct btl_bytes){at->bytes, at->size},
                        &state->record[i]);
    }
}

static bool record_names(const struct btl_boot_state *state, enum btl_variable variable,
                         uint8_t configuration)
{
    return state->record[variable].valid && state->record[variable].sha256[0] == configuration;
}

// The loader: X is wanted, and G is there to fall back to. Returns what is handed over to, or 0
// when the power failed. *ret_counted: BtlTrial was written.
static uint8_t load(struct machine *machine, bool *ret_counted)
{
    struct btl_boot_state state;
    uint32_t left;
    *ret_counted = false;
    read_state(machine, &state);
    if (!power(machine))
        return 0;
    enum btl_trial trial = trial_of(&state, X, machine->tries, &left);
    if (btl_boot_trial_is_over(&state))
        remove_variable(machine, BTL_VARIABLE_TRIAL);
    if (!power(machine))
        return 0;
    uint8_t booted = trial == BTL_TRIAL_USED_UP || trial == BTL_TRIAL_FAILED ? G : X;
    if (trial == BTL_TRIAL_COUNTED) {
        *ret_counted = write_variable(machine, BTL_VARIABLE_TRIAL, X, left);
        booted = *ret_counted ? X : G; // an uncounted trial is not begun
    }
    return power(machine) ? booted : 0;
}

static void say_ok(struct machine *machine, uint8_t configuration)
{
    struct btl_boot_state state;
    read_state(machine, &state);
    if (!power(machine))
        return;
    if (!record_names(&state, BTL_VARIABLE_GOOD, configuration))
        write_variable(machine, BTL_VARIABLE_GOOD, configuration, 0);
    if (!power(machine))
        return;
    if (record_names(&state, BTL_VARIABLE_FAILED, configuration))
        remove_variable(machine, BTL_VARIABLE_FAILED);
}

// One boot, from power on to where it runs, hangs or loses its power. Returns the configuration
// that runs, or 0.
static uint8_t boot(struct machine *machine, bool *ret_counted)
{
    memset(machine->writes, 0, sizeof(machine->writes));
    uint8_t booted = load(machine, ret_counted);
    enum kernel kernel = booted == G ? WORKS : machine->kernel_of_x;
    if (booted == 0)
        return 0;
    if (kernel == GIVES_UP)
        write_variable(machine, BTL_VARIABLE_FAILED, X, BTL_FAILED_IN_KERNEL);
    if (kernel == WORKS)
        say_ok(machine, booted);
    return kernel == WORKS ? booted : 0;
}

static void assert_at_most_one_write_each(const struct machine *machine)
{
    for (unsigned i = 0; i < BTL_VARIABLES; i++)
        assert_true(machine->writes[i] <= 1);
}

static struct machine machine_of(uint64_t seed, enum kernel kernel_of_x)
{
    struct machine machine = {.random = seed, .cut_after = -1, .kernel_of_x = kernel_of_x};
    machine.tries = 1 + draw(&machine, 5);
    return machine;
}

#define STEPS 6 // more than one boot has

// X never works. Power is cut anywhere: a boot that was cut before it was counted is as none.
TEST(test_bad_configuration_is_given_up_after_its_tries)
{
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct machine machine =
            machine_of(seed, draw(&(struct machine){.random = ~seed}, 2) ? HANGS : GIVES_UP);
        uint32_t boots = 0;
        bool counted;
        uint8_t running = 0;
        for (unsigned i = 0; running == 0; i++) {
            assert_true(i < 1000);
            machine.cut_after = draw(&machine, 2) ? -1 : (int)draw(&machine, STEPS);
            bool whole = machine.cut_after < 0;
            running = boot(&machine, &counted);
            boots += counted || whole;
            assert_at_most_one_write_each(&machine);
        }
        assert_int_equal(running, G);
        assert_true(boots <= machine.tries + 1);
    }
}

static void damage(struct machine *machine)
{
    struct variable *variable = &machine->variable[draw(machine, BTL_VARIABLES)];
    if (variable->size == 0 || draw(machine, 2))
        variable->size = 0;
    else
        variable->bytes[draw(machine, (uint32_t)variable->size)] ^=
            (uint8_t)(1 << draw(machine, 8));
}

// A loss only restarts the count: the bound holds from the last loss on.
TEST(test_loss_of_variables_costs_no_more_than_the_tries)
{
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct machine machine = machine_of(seed, seed % 2 ? HANGS : GIVES_UP);
        bool counted;
        for (uint32_t losses = draw(&machine, 8); losses > 0; losses--) {
            machine.cut_after = (int)draw(&machine, STEPS);
            boot(&machine, &counted);
            damage(&machine);
        }
        machine.cut_after = -1;
        uint32_t boots = 1;
        while (boot(&machine, &counted) == 0)
            assert_true(++boots <= machine.tries + 1);
    }
}

TEST(test_store_that_cannot_be_written_boots_the_good_one_at_once)
{
    struct machine machine = machine_of(1, HANGS);
    bool counted;
    machine.store_is_full = true;
    assert_int_equal(boot(&machine, &counted), G);
    machine.tries = 0; // not on trial: nothing has to be written
    machine.kernel_of_x = WORKS;
    assert_int_equal(boot(&machine, &counted), X);
}

// X works, and is given enough tries to say so once. From then on it is what boots.
TEST(test_good_configuration_stays)
{
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct machine machine = machine_of(seed, WORKS);
        bool counted;
        assert_int_equal(boot(&machine, &counted), X);
        for (unsigned i = 0; i < 20; i++) {
            machine.cut_after = draw(&machine, 2) ? -1 : (int)draw(&machine, STEPS);
            bool whole = machine.cut_after < 0;
            uint8_t running = boot(&machine, &counted);
            assert_false(counted);
            assert_true(running == X || (running == 0 && !whole));
            assert_at_most_one_write_each(&machine);
        }
    }
}

// X used its last try, but that one was good. Later it gives way to another good configuration and
// then comes back: as new.
TEST(test_count_does_not_wait_for_the_configuration_to_come_back)
{
    struct machine machine = machine_of(1, HANGS);
    bool counted;
    machine.tries = 2;
    boot(&machine, &counted);
    machine.kernel_of_x = WORKS;
    assert_int_equal(boot(&machine, &counted), X);
    assert_true(counted);
    boot(&machine, &counted); // the loader deletes BtlTrial
    assert_int_equal(machine.variable[BTL_VARIABLE_TRIAL].size, 0);
    write_variable(&machine, BTL_VARIABLE_GOOD, G, 0);
    machine.kernel_of_x = HANGS;
    boot(&machine, &counted);
    assert_true(counted);
}

// A kernel that was given up once and works at the next try (a module was repaired): the power
// fails between the two steps of boot-ok.
TEST(test_power_fails_between_the_steps_of_boot_ok)
{
    struct machine machine = machine_of(1, WORKS);
    bool counted;
    write_variable(&machine, BTL_VARIABLE_FAILED, X, BTL_FAILED_IN_KERNEL);
    write_variable(&machine, BTL_VARIABLE_GOOD, X, 0);
    assert_int_equal(boot(&machine, &counted), X);
    assert_int_equal(machine.variable[BTL_VARIABLE_FAILED].size, 0);
}
