// SPDX-License-Identifier: BSD-2-Clause
// The planner against a model of it: thousands of random small worlds (seeds are fixed), each
// planned by core/ and by the slow and plain rules below, which share no code with it and use
// recursion and repetition where core/ uses stacks and orders. Compared are who is known, every
// verdict, phase and puller, the first reason, the order, and what is left after random failures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "test_case.h"

#include "plan_world.h"

enum { MOST = 12, WORLDS = 12000 };
enum load { UNSAID, MENTIONED, YES, NO };

// One module as the random world has it, and what the model concludes.
struct model_module {
    enum load load;
    bool blacklisted, phase_given, file_missing, other_name;
    int configured; // enum btl_phase
    int supported;
    int type;
    int major; // fixed, of characters; -1: none
    int depends[4], depend_count;
    int provides, needs; // version of interface "x" as major * 10 + minor; 0: none

    bool known;
    int code; // what it must fail with by itself, or -1
    bool cyclic;
    bool missed; // it was not loaded in the phase it was configured for: then never
    int time;    // phase in which it is loaded; LATER: none yet
    enum btl_verdict verdict;
    int pulled_by;
};

enum { LATER = 9 };

struct model {
    struct model_module module[MOST];
    int count;
    int list[MOST], known; // the known ones, by index in the plan
    int order[MOST], order_count;
    bool reach[MOST][MOST];
};

// ------------------------------------------------------------------------------------ the worlds

static uint32_t random_state;

static int pick(int below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int)((random_state >> 8) % (uint32_t)below);
}

static bool chance(int percent)
{
    return pick(100) < percent;
}

static void make_module(struct model *model, int index, bool wild)
{
    struct model_module *m = &model->module[index];
    *m = (struct model_module){.load = chance(60) ? YES : (enum load)pick(4)};
    m->blacklisted = wild && chance(4);
    m->phase_given = chance(60);
    m->supported = chance(50) ? 7 : 1 + pick(7);
    m->configured = pick(BTL_PHASES);
    if (!wild && m->configured < 2) // mostly sound worlds: a phase that it supports
        m->supported |= 1 << m->configured;
    if (!wild && m->configured >= 2)
        m->supported |= 4;
    m->type = chance(wild ? 10 : 2) ? BTL_TYPE_WSIO_CLASS : BTL_TYPE_MISC;
    m->major = chance(wild ? 70 : 5) ? pick(2) : -1;
    m->file_missing = chance(wild ? 5 : 2);
    m->other_name = chance(wild ? 4 : 1);
    m->provides = chance(30) ? 10 * (1 + pick(2)) + pick(3) : 0;
    m->needs = chance(wild ? 15 : 2) ? 10 * (1 + pick(2)) + pick(3) : 0;
    m->depend_count = chance(40) ? 0 : pick(4);
    for (int i = 0; i < m->depend_count; i++) {
        // Sound worlds have no cycles but few: dependencies point one way.
        bool any = wild || chance(3) || index == 0;
        m->depends[i] = pick(any ? model->count : index);
    }
    if (!wild && index == 0)
        m->depend_count = 0;
}

static void make_world(struct model *model, uint32_t seed)
{
    random_state = seed * 2654435761u;
    memset(model, 0, sizeof(*model));
    model->count = 1 + pick(MOST);
    bool wild = chance(50);
    for (int i = 0; i < model->count; i++)
        make_module(model, i, wild);
}

static void write_conf(const struct model *model, char *conf)
{
    char blacklist[128] = "";
    for (int i = model->count - 1; i >= 0; i--) { // not the order in which they are numbered
        const struct model_module *m = &model->module[i];
        if (m->load == YES || m->load == NO)
            conf += sprintf(conf, "m%d_load=\"%s\"\n", i, m->load == YES ? "YES" : "NO");
        if (m->load == MENTIONED)
            conf += sprintf(conf, "m%d_flags=\"\"\n", i);
        if (m->phase_given && m->load != UNSAID)
            conf += sprintf(conf, "m%d_phase=\"%s\"\n", i,
                            btl_phase_name((enum btl_phase)m->configured));
        if (m->blacklisted)
            sprintf(blacklist + strlen(blacklist), "%sm%d", blacklist[0] ? "," : "", i);
    }
    sprintf(conf, "module_blacklist=\"%s\"\n", blacklist);
}

static void write_modules(const struct model *model, struct plan_world *world)
{
    static const char *const phases[] = {
        "", "BOOT1", "BOOT2", "BOOT1,BOOT2", "RUN", "BOOT1,RUN", "BOOT2,RUN", "BOOT1,BOOT2,RUN",
    };
    for (int i = 0; i < model->count; i++) {
        const struct model_module *m = &model->module[i];
        char text[256];
        int at = sprintf(text, "m%d phases=%s type=%s", i, phases[m->supported],
                         btl_type_name((enum btl_module_type)m->type));
        if (m->major >= 0)
            at += sprintf(text + at, " majors=char:%d", m->major);
        if (m->other_name)
            at += sprintf(text + at, " is=other");
        if (m->provides)
            at += sprintf(text + at, " provides=x:%d.%d", m->provides / 10, m->provides % 10);
        if (m->needs)
            at += sprintf(text + at, " needs=x:%d.%d", m->needs / 10, m->needs % 10);
        for (int j = 0; j < m->depend_count; j++)
            at += sprintf(text + at, "%sm%d", j == 0 ? " depends=" : ",", m->depends[j]);
        if (!m->file_missing)
            world_module(world, text);
    }
}

// ------------------------------------------------------------------------------------- the model

static bool configured_on(const struct model_module *m)
{
    return m->load == YES && !m->blacklisted;
}

static bool off(const struct model_module *m)
{
    return m->load == NO || m->blacklisted;
}

static bool readable(const struct model_module *m)
{
    return !off(m) && !m->file_missing && !m->other_name;
}

static bool supports(const struct model_module *m, int phase)
{
    return m->supported & (phase == 0 ? 1 : phase == 1 ? 2 : 4);
}

static void know(struct model *model, int index)
{
    if (model->module[index].known)
        return;
    model->module[index].known = true;
    model->list[model->known++] = index;
}

// Who is in the plan, and for which phase.
static void find_known(struct model *model)
{
    for (int i = model->count - 1; i >= 0; i--)
        if (configured_on(&model->module[i]))
            know(model, i);
    for (int k = 0; k < model->known; k++) {
        const struct model_module *m = &model->module[model->list[k]];
        for (int j = 0; readable(m) && j < m->depend_count; j++)
            know(model, m->depends[j]);
    }
    for (int i = 0; i < model->count; i++) {
        struct model_module *m = &model->module[i];
        if (!configured_on(m))
            m->configured = 3;
        else if (!m->phase_given && readable(m))
            m->configured = supports(m, 2) ? 2 : supports(m, 1) ? 1 : 0;
        else if (!m->phase_given)
            m->configured = 2;
    }
}

static void find_cycles(struct model *model)
{
    for (int i = 0; i < model->count; i++)
        for (int j = 0; readable(&model->module[i]) && j < model->module[i].depend_count; j++)
            model->reach[i][model->module[i].depends[j]] = true;
    for (int k = 0; k < model->count; k++)
        for (int i = 0; i < model->count; i++)
            for (int j = 0; j < model->count; j++)
                model->reach[i][j] |= model->reach[i][k] && model->reach[k][j];
    for (int i = 0; i < model->count; i++)
        model->module[i].cyclic = model->reach[i][i];
}

// 0, or the code with which interface x is refused.
static int interface_code(const struct model *model, int index)
{
    const struct model_module *m = &model->module[index];
    bool unknown = false, found = false, elsewhere = false;
    if (m->needs == 0)
        return 0;
    for (int j = 0; j < m->depend_count; j++) {
        const struct model_module *d = &model->module[m->depends[j]];
        unknown |= !readable(d);
        if (!readable(d) || d->provides == 0)
            continue;
        found = true;
        if (d->provides / 10 == m->needs / 10 && d->provides % 10 >= m->needs % 10)
            return 0;
    }
    for (int k = model->known - 1; k >= 0; k--) // the first provider in the plan is the one named
        if (readable(&model->module[model->list[k]]) && model->module[model->list[k]].provides != 0)
            elsewhere = model->list[k] != index;
    return unknown     ? 0
           : found     ? BTL_PLAN_INTERFACE_VERSION
           : elsewhere ? BTL_PLAN_INTERFACE_UNDECLARED
                       : BTL_PLAN_INTERFACE_MISSING;
}

// What a module fails with whatever the others do; -1: nothing.
static int own_code(const struct model *model, int index)
{
    const struct model_module *m = &model->module[index];
    if (m->file_missing)
        return BTL_PLAN_MODULE_UNUSABLE;
    if (m->other_name)
        return BTL_PLAN_NAME_MISMATCH;
    if (configured_on(m) && !supports(m, m->configured))
        return BTL_PLAN_PHASE_UNSUPPORTED;
    if (supports(m, 0) && m->type != BTL_TYPE_MISC)
        return BTL_PLAN_TYPE_IN_PHASE1;
    if (interface_code(model, index) != 0)
        return interface_code(model, index);
    return m->cyclic ? BTL_PLAN_CYCLE : -1;
}

static bool can(const struct model *model, int index, int phase)
{
    const struct model_module *m = &model->module[index];
    if (off(m) || m->code >= 0 || m->missed)
        return false;
    if (m->time <= phase)
        return true;
    if (!supports(m, phase))
        return false;
    for (int j = 0; j < m->depend_count; j++)
        if (!can(model, m->depends[j], phase))
            return false;
    return true;
}

static void load(struct model *model, int index, int phase, int because)
{
    struct model_module *m = &model->module[index];
    if (m->time <= phase)
        return;
    for (int j = 0; j < m->depend_count; j++)
        load(model, m->depends[j], phase, index);
    m->time = phase;
    m->pulled_by = m->configured > phase ? because : -1;
    model->order[model->order_count++] = index;
}

static void run_model(struct model *model)
{
    find_known(model);
    find_cycles(model);
    for (int i = 0; i < model->count; i++) {
        model->module[i].time = LATER;
        model->module[i].pulled_by = -1;
        model->module[i].code = off(&model->module[i]) ? -1 : own_code(model, i);
    }
    for (int phase = 0; phase < BTL_PHASES; phase++) {
        for (int k = 0; k < model->known; k++)
            if (model->module[model->list[k]].configured == phase &&
                can(model, model->list[k], phase))
                load(model, model->list[k], phase, -1);
        for (int i = 0; i < model->count; i++)
            model->module[i].missed |=
                model->module[i].configured == phase && model->module[i].time == LATER;
    }
    for (int i = 0; i < model->count; i++) {
        struct model_module *m = &model->module[i];
        m->verdict = off(m)            ? BTL_OFF
                     : m->time < 3     ? BTL_LOAD
                     : m->time < LATER ? BTL_READY
                                       : BTL_FAILED;
    }
}

// A later failure: everything planned that reaches it by dependencies fails too.
static void fail_model(struct model *model, int index)
{
    struct model_module *failing = &model->module[index];
    if (failing->verdict != BTL_LOAD && failing->verdict != BTL_READY)
        return;
    for (int i = 0; i < model->count; i++) {
        struct model_module *m = &model->module[i];
        if ((i == index || model->reach[i][index]) &&
            (m->verdict == BTL_LOAD || m->verdict == BTL_READY))
            m->verdict = BTL_FAILED;
    }
}

// A number belongs to the first module of the order that is loaded after all.
static void take_majors(struct model *model)
{
    for (int i = 0; i < model->order_count; i++) {
        struct model_module *m = &model->module[model->order[i]];
        for (int j = 0; j < i && m->verdict != BTL_FAILED && m->major >= 0; j++) {
            const struct model_module *first = &model->module[model->order[j]];
            if (first->verdict == BTL_FAILED || first->major != m->major)
                continue;
            fail_model(model, model->order[i]);
            m->code = BTL_PLAN_MAJOR_TAKEN;
        }
    }
}

// --------------------------------------------------------------------------------- the comparison

static void compare_reason(const struct plan_world *world, const struct model_module *m,
                           const struct btl_planned *planned)
{
    const struct btl_diag *reason = planned->reason;
    assert_non_null(reason);
    assert_int_equal(btl_code_severity(reason->code), BTL_ERROR);
    if (reason->code != BTL_PLAN_CYCLE) // which is that of its first member
        assert_true(btl_str_equal(reason->place.module, planned->name));
    if (m->code == BTL_PLAN_CYCLE)
        assert_true(reason->code == BTL_PLAN_CYCLE || reason->code == BTL_PLAN_CYCLE_MEMBER);
    else if (m->code >= 0)
        assert_int_equal(reason->code, m->code);
    else
        assert_true(
            (reason->code >= BTL_PLAN_DEPENDENCY_PHASE && reason->code <= BTL_PLAN_NEVER_PULLED) ||
            world->ordered || reason->code == BTL_PLAN_MODULE_UNUSABLE);
}

static void compare(const struct plan_world *world, const struct model *model)
{
    const struct btl_plan *plan = &world->plan;
    assert_int_equal(plan->module_count, model->known);
    for (int k = 0; k < model->known; k++) {
        const struct model_module *m = &model->module[model->list[k]];
        const struct btl_planned *planned = &plan->modules[k];
        char name[16];
        sprintf(name, "m%d", model->list[k]);
        assert_true(btl_str_equal(planned->name, btl_str_of(name)));
        assert_int_equal(planned->configured, m->configured);
        assert_int_equal(planned->verdict, m->verdict);
        if (m->time < LATER) {
            assert_int_equal(planned->phase, m->time);
            int puller = planned->pulled_by == BTL_NONE ? -1 : model->list[planned->pulled_by];
            assert_int_equal(puller, m->pulled_by);
        }
        if (m->verdict == BTL_FAILED)
            compare_reason(world, m, planned);
        else
            assert_null(planned->reason);
    }
}

// The order is the model's without what has failed.
static void compare_order(const struct plan_world *world, const struct model *model)
{
    uint32_t at = 0;
    for (int i = 0; i < model->order_count; i++) {
        if (model->module[model->order[i]].verdict == BTL_FAILED)
            continue;
        assert_in_range(at, 0, world->plan.order_count - 1);
        assert_int_equal(model->list[world->plan.order[at]], model->order[i]);
        at++;
    }
    assert_int_equal(at, world->plan.order_count);
}

// What must hold of any plan, model or not: dependencies come first, phases ascend.
static void check_order(const struct btl_plan *plan)
{
    bool placed[MOST] = {false};
    int phase = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct btl_planned *module = &plan->modules[plan->order[i]];
        assert_true((int)module->phase >= phase);
        phase = module->phase;
        assert_true(module->info->supported & btl_phase_needs(module->phase));
        assert_true(module->phase <= module->configured);
        for (uint32_t j = 0; j < module->dependency_count; j++)
            assert_true(placed[module->dependencies[j]]);
        placed[plan->order[i]] = true;
    }
}

static bool any_failed(const struct model *model)
{
    for (int k = 0; k < model->known; k++)
        if (model->module[model->list[k]].verdict == BTL_FAILED)
            return true;
    return false;
}

static void fail_some(struct plan_world *world, struct model *model)
{
    for (int left = pick(4); left > 0 && model->known > 0; left--) {
        uint32_t index = (uint32_t)pick(model->known);
        btl_plan_fail(&world->plan, index, NULL);
        fail_model(model, model->list[index]);
        if (chance(50)) {
            btl_plan_compact(&world->plan);
            compare_order(world, model);
        }
    }
    btl_plan_compact(&world->plan);
    compare(world, model);
    compare_order(world, model);
    check_order(&world->plan);
}

struct tally {
    int loaded, pulled, ready, off, failed, cyclic, taken, sound;
};

static void count(struct tally *tally, const struct model *model)
{
    for (int k = 0; k < model->known; k++) {
        const struct model_module *m = &model->module[model->list[k]];
        tally->loaded += m->verdict == BTL_LOAD;
        tally->pulled += m->pulled_by >= 0;
        tally->ready += m->verdict == BTL_READY;
        tally->off += m->verdict == BTL_OFF;
        tally->failed += m->verdict == BTL_FAILED;
        tally->cyclic += m->cyclic;
        tally->taken += m->code == BTL_PLAN_MAJOR_TAKEN;
    }
    tally->sound += model->known > 3 && !any_failed(model);
}

// The world being compared, for the teardown to show when an assertion fails.
static struct {
    struct plan_world world;
    struct model model;
    char conf[2048];
    uint32_t seed; // 0: no world is being compared
} now;

static void compare_world(uint32_t seed, struct tally *tally)
{
    make_world(&now.model, seed);
    write_conf(&now.model, now.conf);
    world_begin(&now.world, now.conf);
    now.seed = seed;
    write_modules(&now.model, &now.world);
    run_model(&now.model);
    take_majors(&now.model);
    world_plan(&now.world);
    assert_int_equal(now.world.ordered, !any_failed(&now.model));
    compare(&now.world, &now.model);
    compare_order(&now.world, &now.model);
    check_order(&now.world.plan);
    count(tally, &now.model);
    fail_some(&now.world, &now.model);
    world_end(&now.world);
    now.seed = 0;
}

static int show_failure(void **state)
{
    if (now.seed == 0)
        return 0;
    print_error("world %u\n%s", now.seed, now.conf);
    for (const struct world_file *file = now.world.files; file != NULL; file = file->next) {
        print_error("%s:", file->path);
        for (size_t i = 0; i < file->info.depend_count; i++)
            print_error(" %s", test_text(&now.world.own, file->info.depends[i]));
        print_error("\n");
    }
    print_error("plan %s\n%s", world_text(&now.world),
                test_diags_text(&now.world.own, &now.world.diags));
    world_end(&now.world);
    return 0;
}

EACH_TEST(NULL, show_failure)

TEST(test_random_worlds_are_planned_as_the_model_says)
{
    struct tally tally = {0};
    for (uint32_t seed = 1; seed <= WORLDS; seed++)
        compare_world(seed, &tally);
    print_message(
        "loaded %d, pulled %d, ready %d, off %d, failed %d, in cycles %d, majors taken %d; sound "
        "worlds %d\n",
        tally.loaded, tally.pulled, tally.ready, tally.off, tally.failed, tally.cyclic, tally.taken,
        tally.sound);
    // The worlds reach every outcome, often: else the comparison would say little.
    assert_true(tally.loaded > WORLDS && tally.pulled > WORLDS / 4 && tally.ready > WORLDS / 8);
    assert_true(tally.off > WORLDS / 16 && tally.failed > WORLDS && tally.cyclic > WORLDS / 4);
    assert_true(tally.sound > WORLDS / 10 && tally.taken > WORLDS / 16);
}
