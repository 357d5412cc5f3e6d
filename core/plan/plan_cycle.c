// SPDX-License-Identifier: BSD-2-Clause
// Rule 12. Tarjan's algorithm with a stack of its own finds the strongly connected components of
// the dependency graph; they come out dependencies first, which is the order that plan_order.c
// walks. Each component of several modules, or of one that needs itself, is a cycle.
#include <btl/assert.h>
#include <btl/mem.h>
#include "plan_state.h"

struct search {
    struct btl_plan *plan;
    struct plan_node *nodes;
    uint32_t *stack; // the path from the root to the module being looked at
    uint32_t depth;
    uint32_t *open; // visited, component not known yet
    uint32_t open_count;
    uint32_t visits, done, components;
};

static void cycle_enter_module(struct search *search, uint32_t index)
{
    struct plan_node *node = &search->nodes[index];
    node->visit = node->low = ++search->visits;
    node->cursor = 0;
    node->parent = BTL_NONE;
    search->stack[search->depth++] = index;
    search->open[search->open_count++] = index;
}

static void cycle_follow_dependency(struct search *search, uint32_t from, uint32_t to)
{
    struct plan_node *node = &search->nodes[from], *next = &search->nodes[to];
    if (from == to)
        node->needs_itself = true;
    if (next->visit == 0)
        cycle_enter_module(search, to);
    else if (next->component == 0 && next->visit < node->low)
        node->low = next->visit;
}

// The shortest cycle through `first` inside its component: breadth first, leaving in each node from
// where it was reached. Returns the last module before `first` is reached again.
static uint32_t cycle_find_shortest(struct search *search, uint32_t first, uint32_t *queue)
{
    uint32_t head = 0, tail = 0;
    queue[tail++] = first;
    while (head < tail) {
        uint32_t from = queue[head++];
        const struct btl_planned *module = &search->plan->modules[from];
        for (uint32_t i = 0; i < module->dependency_count; i++) {
            uint32_t to = module->dependencies[i];
            if (to == first)
                return from;
            if (search->nodes[to].component != search->nodes[first].component ||
                search->nodes[to].parent != BTL_NONE)
                continue;
            search->nodes[to].parent = from;
            queue[tail++] = to;
        }
    }
    return first; // not reached: a component of several modules has a cycle through each
}

// "a -> b -> a", written from its end, since the way back is what is known. Marks its modules.
static struct btl_str cycle_text(struct search *search, uint32_t first, uint32_t last,
                                 uint32_t stamp)
{
    static const char arrow[] = " -> ";
    const struct btl_planned *modules = search->plan->modules;
    size_t size = modules[first].name.len;
    for (uint32_t i = last; i != BTL_NONE; i = search->nodes[i].parent) {
        search->nodes[i].mark = stamp;
        size += modules[i].name.len + sizeof(arrow) - 1;
    }
    char *text = btl_alloc(search->plan->arena, size, 1);
    if (text == NULL) {
        plan_no_memory(search->plan);
        return modules[first].name;
    }
    size_t at = size - modules[first].name.len;
    memcpy(text + at, modules[first].name.at, modules[first].name.len);
    for (uint32_t i = last; i != BTL_NONE; i = search->nodes[i].parent) {
        at -= sizeof(arrow) - 1;
        memcpy(text + at, arrow, sizeof(arrow) - 1);
        at -= modules[i].name.len;
        memcpy(text + at, modules[i].name.at, modules[i].name.len);
    }
    return (struct btl_str){text, size};
}

// All members fail. Those on the cycle that is printed share its diagnostic; each other one gets
// one that refers to it: a walk through all of them could be quadratic in length.
static void cycle_report(struct search *search, const uint32_t *members, uint32_t count)
{
    struct btl_plan *plan = search->plan;
    uint32_t first = members[0], stamp = plan_new_stamp(plan);
    for (uint32_t i = 1; i < count; i++)
        first = members[i] < first ? members[i] : first;
    // What lies on the stack above `depth` is free, and there is room for every member.
    uint32_t last = cycle_find_shortest(search, first, search->stack + search->depth);
    struct btl_str text = cycle_text(search, first, last, stamp);
    const struct btl_diag *cycle =
        btl_report(plan->diags, BTL_PLAN_CYCLE, plan_place(plan, first, NULL), BTL_ARG(text));
    for (uint32_t i = 0; i < count; i++) {
        const struct btl_diag *reason = cycle;
        if (search->nodes[members[i]].mark != stamp)
            reason =
                btl_report(plan->diags, BTL_PLAN_CYCLE_MEMBER, plan_place(plan, members[i], NULL),
                           BTL_ARG(plan->modules[first].name));
        plan_set_failed(plan, members[i], reason);
    }
}

// All that was opened since `index` is its component.
static void cycle_close_component(struct search *search, uint32_t index)
{
    uint32_t *members = search->plan->state->topology + search->done;
    uint32_t count = 0, member;
    search->components++;
    do {
        member = search->open[--search->open_count];
        search->nodes[member].component = search->components;
        members[count++] = member;
    } while (member != index);
    search->done += count;
    if (count > 1 || search->nodes[index].needs_itself)
        cycle_report(search, members, count);
}

static void cycle_leave_module(struct search *search, uint32_t index)
{
    struct plan_node *node = &search->nodes[index];
    search->depth--;
    if (node->low == node->visit)
        cycle_close_component(search, index);
    if (search->depth == 0)
        return;
    struct plan_node *above = &search->nodes[search->stack[search->depth - 1]];
    if (node->low < above->low)
        above->low = node->low;
}

void plan_find_cycles(struct btl_plan *plan)
{
    struct btl_plan_state *state = plan->state;
    struct search search = {
        .plan = plan, .nodes = state->nodes, .stack = state->stack, .open = state->open};
    for (uint32_t root = 0; root < plan->module_count; root++) {
        if (state->nodes[root].visit == 0)
            cycle_enter_module(&search, root);
        while (search.depth > 0) {
            uint32_t index = search.stack[search.depth - 1];
            const struct btl_planned *module = &plan->modules[index];
            if (state->nodes[index].cursor < module->dependency_count)
                cycle_follow_dependency(&search, index,
                                        module->dependencies[state->nodes[index].cursor++]);
            else
                cycle_leave_module(&search, index);
        }
    }
    BTL_ASSERT(search.done == plan->module_count);
}
