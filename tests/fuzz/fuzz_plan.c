// SPDX-License-Identifier: BSD-2-Clause
// A loader.conf and the metadata of modules through the planner. Pieces are separated by NULs: the
// configuration, then a module each, a key=value on each line. The plan is checked against the
// rules of docs/phases.md.
#include <stdlib.h>
#include <string.h>

#include <btl/plan.h>

#include "btl_test.h"
#include "elf_builder.h"

#define MODULES_MAX 32

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

struct world {
    struct test_memory memory;
    struct btl_diags diags;
    struct elf_builder builder[MODULES_MAX];
    struct btl_modinfo info[MODULES_MAX];
    bool good[MODULES_MAX];
    size_t count, opened;
};

static void read_module(struct world *w, struct btl_str piece)
{
    struct elf_builder *b = &w->builder[w->opened++];
    struct btl_str line;
    struct btl_elf elf;
    eb_begin(b, ELF_REL, ELF_MACHINE_X86_64);
    eb_section(b, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 1, "x", 1);
    eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), 1, 0, 1);
    while (btl_take_line(&piece, &line)) {
        eb_modinfo_bytes(b, line.at, line.len);
        eb_modinfo_bytes(b, "", 1);
    }
    size_t index = w->count;
    if (btl_elf_open(eb_finish(b), BTL_ELF_MODULE, 0, (struct btl_place){0}, &elf, &w->diags) &&
        btl_modinfo_read(&elf, &w->memory.arena, &w->info[index], &w->diags))
        w->count++;
}

static const struct btl_modinfo *find_module(const struct world *w, struct btl_str name)
{
    for (size_t i = 0; i < w->count; i++)
        if (btl_str_equal(w->info[i].name, name))
            return &w->info[i];
    return NULL;
}

static bool is_planned(const struct btl_planned *module)
{
    return module->verdict == BTL_LOAD || module->verdict == BTL_READY;
}

// The place of a module in the order, BTL_NONE when it has none.
static uint32_t place_of(const struct btl_plan *plan, uint32_t index)
{
    uint32_t found = BTL_NONE;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        if (plan->order[i] != index)
            continue;
        NEED(found == BTL_NONE); // once
        found = i;
    }
    return found;
}

// Everything that it depends on is planned, in no later phase, and comes before it.
static void check_dependencies(const struct btl_plan *plan, uint32_t index, uint32_t place)
{
    const struct btl_planned *module = &plan->modules[index];
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        uint32_t other = module->dependencies[i];
        NEED(is_planned(&plan->modules[other]));
        NEED(plan->modules[other].phase <= module->phase);
        NEED(place_of(plan, other) < place);
    }
}

// Each fixed major belongs to one module that is planned.
static void check_majors(const struct btl_plan *plan)
{
    bool taken[BTL_DEVICE_KINDS][BTL_MAJORS_MAX] = {0};
    for (uint32_t i = 0; i < plan->module_count; i++)
        for (int kind = 0; is_planned(&plan->modules[i]) && kind < BTL_DEVICE_KINDS; kind++) {
            int major = plan->modules[i].info->majors[kind];
            NEED(major < 0 || !taken[kind][major]);
            if (major >= 0)
                taken[kind][major] = true;
        }
}

static void check_plan(const struct btl_plan *plan)
{
    check_majors(plan);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *module = &plan->modules[i];
        uint32_t place = place_of(plan, i);
        NEED((place != BTL_NONE) == is_planned(module));
        NEED((module->verdict == BTL_FAILED) == (module->reason != NULL));
        NEED(module->verdict != BTL_PENDING);
        if (!is_planned(module))
            continue;
        NEED(module->info != NULL && module->phase <= module->configured);
        NEED((module->verdict == BTL_READY) == (module->phase == BTL_PHASE_AUTO));
        NEED(module->info->supported & btl_phase_needs(module->phase));
        if (place > 0)
            NEED(plan->modules[plan->order[place - 1]].phase <= module->phase);
        check_dependencies(plan, i, place);
    }
}

static void make_plan(struct world *w, const struct btl_config *config, uint8_t failures)
{
    struct btl_plan plan;
    uint32_t wanted;
    NEED(btl_plan_begin(&plan, config, NULL, &w->memory.arena, &w->diags));
    while ((wanted = btl_plan_next_wanted(&plan)) != BTL_NONE) {
        const struct btl_modinfo *info = find_module(w, plan.modules[wanted].name);
        if (info != NULL)
            btl_plan_give(&plan, wanted, info);
        else if (!btl_plan_next_path(&plan, wanted) || btl_plan_next_path(&plan, wanted))
            btl_plan_fail(&plan, wanted, NULL);
    }
    btl_plan_order(&plan);
    check_plan(&plan);
    for (uint32_t i = 0; i < plan.order_count; i++)
        if ((failures >> (i % 8) & 1) && is_planned(&plan.modules[plan.order[i]]))
            btl_plan_fail(&plan, plan.order[i], NULL);
    btl_plan_compact(&plan);
    check_plan(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world w;
    struct btl_config config;
    memset(&w, 0, sizeof(w));
    test_memory_begin(&w.memory);
    w.diags.arena = &w.memory.arena;
    struct btl_bytes block = test_block(&w.memory, data, size);
    struct btl_str rest = {(const char *)block.at, block.size}, text = rest, piece;
    bool modules = btl_str_split(rest, '\0', &text, &rest);
    while (modules && w.opened < MODULES_MAX && btl_take_part(&rest, '\0', &piece))
        read_module(&w, piece);
    btl_config_parse(BTL_STR("loader.conf"), text, &w.memory.arena, &config, &w.diags);
    make_plan(&w, &config, 0);
    make_plan(&w, &config, size > 0 ? data[size - 1] : 0);
    for (size_t i = 0; i < w.opened; i++)
        eb_end(&w.builder[i]);
    test_memory_end(&w.memory);
    return 0;
}
