// SPDX-License-Identifier: BSD-2-Clause
// The module subsystem against a one-page model: random sequences of register, load, load on
// demand, unload, hold and release, with modules that fail to load and refuse to unload. States,
// holds and dependents are compared after each step. At the end of each world everything is
// unloaded and must be as at its beginning.
#include "lab.h"

#include <stdlib.h>

#include "dlkm/dlkm.h"

#define MODULES 8
#define WORLDS  100
#define STEPS   1000 // in each

enum { ANNOUNCED, REGISTERED, LOADED, FAILED };

static struct model {
    bool needs[MODULES][MODULES]; // [a][b]: a needs b; b < a
    int state[MODULES], holds[MODULES];
    int held_by[MODULES][MODULES]; // [a][b]: how often b holds a
    int registered[MODULES];
    bool load_fails[MODULES], refuses[MODULES];
    int done[MODULES], done_count; // of one request
} model;

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % limit;
}

static int dependents(int module)
{
    int count = 0;

    for (int i = 0; i < MODULES; i++)
        count += model.state[i] == LOADED && model.needs[i][module];
    return count;
}

static int holds_of(int module)
{
    int count = model.holds[module];

    for (int i = 0; i < MODULES; i++)
        count += model.held_by[module][i];
    return count;
}

// What it holds, and has not released, is released.
static bool model_unload(int module)
{
    if (model.state[module] != LOADED || dependents(module) > 0 || holds_of(module) > 0 ||
        model.refuses[module])
        return false;
    model.state[module] = REGISTERED;
    for (int i = 0; i < MODULES; i++)
        model.held_by[i][module] = 0;
    return true;
}

static void load_with_dependencies(int module)
{
    bool good = true;

    for (int i = 0; i < MODULES; i++) {
        if (!model.needs[module][i])
            continue;
        if (model.state[i] == REGISTERED)
            load_with_dependencies(i);
        good &= model.state[i] == LOADED;
    }
    model.state[module] = good && !model.load_fails[module] ? LOADED : FAILED;
    if (model.state[module] == LOADED)
        model.done[model.done_count++] = module;
}

static bool model_autoload(int module)
{
    if (model.state[module] != REGISTERED)
        return model.state[module] == LOADED;
    model.done_count = 0;
    load_with_dependencies(module);
    if (model.state[module] == LOADED)
        return true;
    while (model.done_count-- > 0)
        model_unload(model.done[model.done_count]);
    return false;
}

static void forgive(int module)
{
    if (model.state[module] == LOADED)
        return;
    if (model.state[module] == FAILED)
        model.state[module] = REGISTERED;
    for (int i = 0; i < module; i++)
        if (model.needs[module][i])
            forgive(i);
}

static bool model_load(int module)
{
    if (model.state[module] == REGISTERED || model.state[module] == FAILED)
        forgive(module);
    return model_autoload(module);
}

// Dependencies are given in ascending order, as the model walks them.
static void make_world(void)
{
    model = (struct model){0};
    for (int i = 0; i < MODULES; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        uint32_t id = lab_module(name, "misc", BTL_TYPE_MISC);
        assert_int_equal(id, i);
        model.registered[i] = below(4) == 0 ? BTL_PHASE_INIT : BTL_PHASE_BOOT2;
        world.module[i].registered = (uint8_t)model.registered[i];
        for (int j = 0; j < i; j++) {
            model.needs[i][j] = below(3) == 0;
            if (model.needs[i][j])
                world_depends((uint32_t)j);
        }
    }
    // Some modules stay announced: the steps of the test register them, not the phases.
    world_seal();
    registry_init();
    assert_true(exports_init());
}

static void step_register(void)
{
    int phase = below(2) == 0 ? BTL_PHASE_INIT : BTL_PHASE_BOOT2;

    registry_register((enum btl_phase)phase);
    for (int i = 0; i < MODULES; i++)
        if (model.state[i] == ANNOUNCED && model.registered[i] == phase)
            model.state[i] = REGISTERED;
}

static void step_hold(int module)
{
    if (model.state[module] != LOADED)
        return;
    assert_int_equal(hold_add(module_get((uint32_t)module), "the model"), 0);
    model.holds[module]++;
}

static void step_hold_by(int module, int holder)
{
    if (model.state[module] != LOADED || model.state[holder] != LOADED || module == holder)
        return;
    assert_int_equal(hold_add_by(module_get((uint32_t)module), module_get((uint32_t)holder),
                                 "the model", below(2) == 0),
                     0);
    model.held_by[module][holder]++;
}

static void step_release_by(int module, int holder)
{
    if (model.held_by[module][holder] == 0)
        return;
    hold_drop_by(module_get((uint32_t)module), module_get((uint32_t)holder), "the model");
    model.held_by[module][holder]--;
}

static void step_release(int module)
{
    if (model.holds[module] == 0)
        return;
    hold_drop(module_get((uint32_t)module), "the model");
    model.holds[module]--;
}

static void step(void)
{
    int module = (int)below(MODULES);
    uint32_t id = (uint32_t)module, what = below(21);

    if (what < 4)
        assert_int_equal(module_load_by_hand(id) == 0, model_load(module));
    else if (what < 6)
        assert_int_equal(module_autoload(id) == 0, model_autoload(module));
    else if (what < 10)
        assert_int_equal(module_unload(id) == 0, model_unload(module));
    else if (what < 11)
        step_hold(module);
    else if (what < 13)
        step_release(module);
    else if (what < 14)
        lab_load_result[id] = (model.load_fails[module] = below(3) == 0) ? BTL_EIO : 0;
    else if (what < 15)
        lab_unload_result[id] = (model.refuses[module] = below(3) == 0) ? BTL_EBUSY : 0;
    else if (what < 16)
        step_register();
    else if (what < 17)
        step_hold_by(module, (int)below(MODULES));
    else
        step_release_by(module, (int)below(MODULES));
}

static void compare(void)
{
    static const enum module_state states[] = {MODULE_ANNOUNCED, MODULE_REGISTERED, MODULE_LOADED,
                                               MODULE_FAILED};

    for (int i = 0; i < MODULES; i++) {
        const struct module *module = module_get((uint32_t)i);
        assert_int_equal(module->state, states[model.state[i]]);
        assert_int_equal(module_hold_count(module), holds_of(i));
        assert_int_equal(module->dependents, dependents(i));
        assert_int_equal(module->image != NULL, model.state[i] == LOADED);
        assert_int_equal(module->reason != NULL, model.state[i] == FAILED);
    }
}

// Dependents have higher numbers, so they go first.
static void unload_all(void)
{
    for (int i = MODULES - 1; i >= 0; i--) {
        lab_unload_result[i] = model.refuses[i] = 0;
        while (model.holds[i] > 0)
            step_release(i);
        for (int j = 0; j < MODULES; j++)
            while (model.held_by[i][j] > 0)
                step_release_by(i, j);
        assert_int_equal(module_unload((uint32_t)i) == 0, model_unload(i));
    }
    compare();
}

TEST(a_hundred_thousand_random_steps)
{
    const char *given = getenv("BTL_MODEL_SEED");
    uint64_t first = given != NULL ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15;

    for (uint64_t i = 0; i < WORLDS; i++) {
        seed = first + i * 2;
        assert_int_equal(lab_begin(state), 0);
        make_world();
        dlkm_boot_phase(BTL_PHASE_INIT); // registers some, loads none; run time begins
        for (int module = 0; module < MODULES; module++)
            if (model.registered[module] == BTL_PHASE_INIT)
                model.state[module] = REGISTERED;
        struct lab_snapshot before = lab_snapshot();
        for (int n = 0; n < STEPS; n++) {
            lab_forget_events();
            host_clear();
            step();
            compare();
        }
        unload_all();
        assert_snapshot(before);
        assert_int_equal(lab_end(state), 0);
    }
}
