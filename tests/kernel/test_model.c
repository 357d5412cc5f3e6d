// SPDX-License-Identifier: BSD-2-Clause
// The module subsystem against a model of two pages: random sequences of register, load, load on
// demand, unload, hold and release, with modules that fail to load and refuse to unload. Some
// modules have only a file; they are registered, replaced and unregistered. States, holds and
// dependents are compared after each step. At the end of each world everything is unloaded and must
// be as at its beginning.
#include "shop.h"

#include <stdlib.h>
#include <string.h>

#include "dlkm/register.h"
#include "dlkm/source.h"

#define OF_BOOT 8 // modules of the manifest
#define MODULES 12
#define WORLDS  100
#define STEPS   1000 // in each

enum { ANNOUNCED, REGISTERED, LOADED, FAILED, GONE };

static struct model {
    bool needs[MODULES][MODULES]; // [a][b]: a needs b; b < a
    int state[MODULES], holds[MODULES];
    int held_by[MODULES][MODULES]; // [a][b]: how often b holds a
    int registered[MODULES];
    bool load_fails[MODULES], refuses[MODULES];
    bool file_needs[MODULES][MODULES];        // what its file says now
    char major[MODULES], file_major[MODULES]; // of a driver; 0: the module is none
    int done[MODULES], done_count;            // of one request
} model;

static const char *const names[MODULES] = {"aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff",
                                           "gggg", "hhhh", "iiii", "jjjj", "kkkk", "llll"};

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

// The id of a module; BTL_NONE: it is not registered.
static uint32_t id_of(int module)
{
    uint32_t id = BTL_NONE;

    module_find(btl_str_of(names[module]), &id);
    return id;
}

static void path_of(int module, char path[32])
{
    btl_format_to(path, 32, "/modules/%s.ko", names[module]);
}

// Ids move, so the results that load and unload functions give are set for each step.
static void tell_results(void)
{
    memset(lab_load_result, 0, sizeof(lab_load_result));
    memset(lab_unload_result, 0, sizeof(lab_unload_result));
    for (int i = 0; i < MODULES; i++) {
        uint32_t id = id_of(i);
        if (id == BTL_NONE)
            continue;
        lab_load_result[id] = model.load_fails[i] ? BTL_EIO : 0;
        lab_unload_result[id] = model.refuses[i] ? BTL_EBUSY : 0;
    }
}

// Put a file there that needs up to two modules, of lower numbers. Half of the files are drivers,
// with one of few majors.
static void make_file(int module)
{
    struct shop_item item = {.name = names[module]};
    char path[32];
    int first = (int)below((uint32_t)module), second = (int)below((uint32_t)module);

    for (int i = 0; i < MODULES; i++)
        model.file_needs[module][i] = false;
    if (below(3) != 0) {
        item.depends[0] = names[first < second ? first : second];
        item.depends[1] = names[first < second ? second : first];
        model.file_needs[module][first] = model.file_needs[module][second] = true;
    }
    item.major = model.file_major[module] = below(2) == 0 ? (char)('3' + below(4)) : 0;
    path_of(module, path);
    shop_put(path, item);
}

// Dependencies are given in ascending order, as the model walks them.
static void make_world(void)
{
    model = (struct model){0};
    for (int i = 0; i < OF_BOOT; i++) {
        uint32_t id = lab_module(names[i], "misc", BTL_TYPE_MISC);
        assert_int_equal(id, i);
        model.registered[i] = below(4) == 0 ? BTL_PHASE_INIT : BTL_PHASE_BOOT2;
        world.module[i].registered = (uint8_t)model.registered[i];
        for (int j = 0; j < i; j++) {
            model.needs[i][j] = below(3) == 0;
            if (model.needs[i][j])
                world_depends((uint32_t)j);
        }
    }
    for (int i = OF_BOOT; i < MODULES; i++) {
        model.state[i] = GONE;
        make_file(i);
    }
    // Some modules stay announced: the steps of the test register them, not the phases.
    world_seal();
    registry_init();
    assert_true(exports_init());
}

// --- modules that have only a file

static bool major_is_free(char major, int but)
{
    for (int i = 0; i < MODULES; i++)
        if (i != but && model.state[i] != GONE && major != 0 && model.major[i] == major)
            return false;
    return true;
}

static bool model_register_needed(int module);

// Register the module, and what its file needs first. False: a major is taken.
static bool model_register(int module)
{
    if (!model_register_needed(module) || !major_is_free(model.file_major[module], module))
        return false;
    for (int i = 0; i < MODULES; i++)
        model.needs[module][i] = model.file_needs[module][i];
    model.major[module] = model.file_major[module];
    model.state[module] = REGISTERED;
    return true;
}

static bool model_register_needed(int module)
{
    for (int i = 0; i < MODULES; i++)
        if (model.file_needs[module][i] && model.state[i] == GONE && !model_register(i))
            return false;
    return true;
}

static void step_register_file(int module)
{
    struct model before = model;
    bool good = model.state[module] == GONE && model_register(module);
    uint32_t id;

    assert_int_equal(module_register(btl_str_of(names[module]), &id) == 0, good);
    if (!good)
        model = before;
}

static void step_unregister(int module)
{
    bool good =
        module >= OF_BOOT && (model.state[module] == REGISTERED || model.state[module] == FAILED);

    for (int i = 0; i < MODULES; i++)
        good &= model.state[i] == GONE || !model.needs[i][module];
    if (model.state[module] == GONE)
        return;
    assert_int_equal(module_unregister(id_of(module)) == 0, good);
    if (!good)
        return;
    model.state[module] = GONE;
    model.load_fails[module] = model.refuses[module] = false;
}

static void model_set_needs(int module, const bool needs[MODULES])
{
    for (int i = 0; i < MODULES; i++)
        model.needs[module][i] = needs[i];
}

static void model_take_file(int module)
{
    model_set_needs(module, model.file_needs[module]);
    model.major[module] = model.file_major[module];
}

static bool model_load(int module);

// What the new file needs is registered and loaded, and goes again if the file is not taken.
static bool model_load_needed(int module, int before[MODULES])
{
    bool good = true;

    for (int i = 0; i < MODULES; i++)
        before[i] = model.state[i];
    if (!model_register_needed(module)) {
        for (int i = 0; i < MODULES; i++)
            model.state[i] = before[i];
        return false;
    }
    for (int i = 0; i < MODULES && model.state[module] == LOADED; i++) {
        if (!model.file_needs[module][i] || model.state[i] == LOADED)
            continue;
        good = model_load(i) && good;
    }
    return good;
}

static bool model_unload_needed(const int before[MODULES])
{
    bool unloaded = false;

    for (int i = MODULES - 1; i >= 0; i--)
        if (before[i] != LOADED && model.state[i] == LOADED)
            unloaded = model_unload(i) || unloaded;
    return unloaded;
}

static void model_undo_needed(const int before[MODULES])
{
    while (model_unload_needed(before))
        continue;
    for (int i = 0; i < MODULES; i++)
        if (before[i] == GONE && model.state[i] != LOADED)
            model.state[i] = GONE;
}

// The two images have the same load function here, so if it fails, both fail.
static bool model_update(int module)
{
    bool old[MODULES];
    int before[MODULES];
    bool good = model_load_needed(module, before);

    for (int i = 0; i < MODULES; i++)
        old[i] = model.needs[module][i];
    if (model.state[module] != LOADED) {
        good = good && major_is_free(model.file_major[module], module);
        if (good)
            model_take_file(module);
        else
            model_undo_needed(before);
        model.state[module] = good ? REGISTERED : model.state[module];
        return good;
    }
    good = good && model_unload(module);
    if (good && !major_is_free(model.file_major[module], module)) {
        model.state[module] = model.load_fails[module] ? FAILED : LOADED; // the old one
        good = false;
    } else if (good && model.load_fails[module]) {
        model.state[module] = FAILED;
        model_set_needs(module, old);
        good = false;
    } else if (good) {
        model_take_file(module);
        model.state[module] = LOADED;
    }
    if (!good)
        model_undo_needed(before);
    return good;
}

static void step_update(int module)
{
    char path[32];

    if (module < OF_BOOT || model.state[module] == GONE)
        return;
    make_file(module);
    path_of(module, path);
    assert_int_equal(module_update(id_of(module), btl_str_of(path)) == 0, model_update(module));
}

// --- the steps

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
    assert_int_equal(hold_add(module_get(id_of(module)), "the model"), 0);
    model.holds[module]++;
}

static void step_hold_by(int module, int holder)
{
    if (model.state[module] != LOADED || model.state[holder] != LOADED || module == holder)
        return;
    assert_int_equal(hold_add_by(module_get(id_of(module)), module_get(id_of(holder)), "the model",
                                 below(2) == 0),
                     0);
    model.held_by[module][holder]++;
}

static void step_release_by(int module, int holder)
{
    if (model.held_by[module][holder] == 0)
        return;
    hold_drop_by(module_get(id_of(module)), module_get(id_of(holder)), "the model");
    model.held_by[module][holder]--;
}

static void step_release(int module)
{
    if (model.holds[module] == 0)
        return;
    hold_drop(module_get(id_of(module)), "the model");
    model.holds[module]--;
}

static void step(void)
{
    int module = (int)below(MODULES);
    uint32_t id = id_of(module), what = below(26);

    if (what >= 24)
        step_register_file(module);
    else if (what >= 22)
        step_update(module);
    else if (what >= 21)
        step_unregister(module);
    else if (id == BTL_NONE)
        return;
    else if (what < 4)
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
        model.load_fails[module] = below(3) == 0;
    else if (what < 15)
        model.refuses[module] = below(3) == 0;
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
        uint32_t id = id_of(i);
        assert_int_equal(id == BTL_NONE, model.state[i] == GONE);
        if (id == BTL_NONE)
            continue;
        const struct module *module = module_get(id);
        assert_int_equal(module->state, states[model.state[i]]);
        assert_int_equal(module_hold_count(module), holds_of(i));
        assert_int_equal(module->dependents, dependents(i));
        assert_int_equal(module->major[BTL_DEVICE_CHAR],
                         model.major[i] != 0 ? model.major[i] - '0' : BTL_MAJOR_NONE);
        assert_int_equal(module->image != NULL, model.state[i] == LOADED);
        assert_int_equal(module->reason != NULL, model.state[i] == FAILED);
    }
}

// Dependents have higher numbers, so they go first.
static void unload_all(void)
{
    for (int i = MODULES - 1; i >= 0; i--) {
        model.refuses[i] = false;
        tell_results();
        while (model.holds[i] > 0)
            step_release(i);
        for (int j = 0; j < MODULES; j++)
            while (model.held_by[i][j] > 0)
                step_release_by(i, j);
        if (id_of(i) != BTL_NONE)
            assert_int_equal(module_unload(id_of(i)) == 0, model_unload(i));
    }
    for (int i = MODULES - 1; i >= OF_BOOT; i--)
        step_unregister(i);
    compare();
}

TEST(a_hundred_thousand_random_steps)
{
    const char *given = getenv("BTL_MODEL_SEED");
    uint64_t first = given != NULL ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15;

    for (uint64_t i = 0; i < WORLDS; i++) {
        seed = first + i * 2;
        assert_int_equal(lab_begin(state), 0);
        shop_begin();
        make_world();
        dlkm_boot_phase(BTL_PHASE_INIT); // registers some, loads none; run time begins
        for (int module = 0; module < OF_BOOT; module++)
            if (model.registered[module] == BTL_PHASE_INIT)
                model.state[module] = REGISTERED;
        (void)search_path(); // it, and the registry, grow once
        assert_non_null(module_add(record_new(), NULL));
        module_remove(module_get(OF_BOOT));
        struct lab_snapshot before = lab_snapshot();
        for (int n = 0; n < STEPS; n++) {
            lab_forget_events();
            host_clear();
            tell_results();
            step();
            compare();
        }
        unload_all();
        assert_snapshot(before);
        shop_end();
        assert_int_equal(lab_end(state), 0);
    }
}
