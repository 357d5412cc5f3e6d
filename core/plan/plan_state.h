// SPDX-License-Identifier: BSD-2-Clause
// What the files of the planner share.
//
//   plan.c           the modules: collects names, files, metadata
//   plan_state.c     out of memory, places and texts for messages
//   plan_check.c     rules about one module: 1 and 5, tunables
//   plan_interface.c interfaces (rule 11)
//   plan_cycle.c     cycles (rule 12), and the modules sorted dependencies first
//   plan_order.c     the phases (rules 3, 4, 6, 7, 8, 13): which module is loaded when
//   plan_majors.c    fixed majors of drivers, each for one module
//   plan_calls.c     calls of the kernel in a phase in which it does not offer them
//   plan_values.c    values of tunables in loader.conf
//   plan_linux.c     modules of Linux: names, version, parameters
//   plan_fail.c      failures, and the modules that fail with them
//   plan_scope.c     the exports that a module may use (rule 11)
//   plan_report.c    messages about failed dependencies, and settings without effect
#ifndef BTL_CORE_PLAN_STATE_H
#define BTL_CORE_PLAN_STATE_H

#include <btl/plan.h>

#include "plan_table.h"

// The planner's own facts about a module; parallel to plan->modules.
struct plan_node {
    struct btl_str first_path; // the first candidate for its file
    uint32_t path_offset;      // in module_path: what follows the directory that `path` uses
    struct btl_str spelling;   // of a file of Linux, other than `name`; no bytes: `name`
    uint32_t spellings;        // that were tried
    uint32_t mark;             // the last stamp that was put on it
    uint32_t visit;            // number in the order of first visits, from 1; 0: not visited
    uint32_t low;              // lowest visit number that can be reached (Tarjan)
    uint32_t cursor;           // the next dependency to look at
    uint32_t component;        // of the dependency graph; 0: not known yet
    uint32_t parent;           // in the search for a cycle
    uint32_t culprit;          // why it cannot be loaded in the present phase: that module, perhaps
                               // itself; BTL_NONE: it can
    bool needs_itself;         // it names itself a dependency
};

struct btl_plan_state {
    struct plan_table names; // module name -> index, or PLAN_ONLY_CONFIG + index in config->modules
    struct plan_table late;  // exports of the kernel -> first phase, and what modules say of them
    struct plan_node *nodes;
    size_t node_capacity, module_capacity; // of nodes and of plan->modules
    uint32_t configured_count;             // modules below that have NAME_load="YES"
    uint32_t next_wanted;
    uint32_t stamp;
    uint32_t blacklist_line; // 0: not looked for yet
    uint32_t failed;
    bool out_of_memory, ordered;

    // From btl_plan_order() on; each has room for every module.
    uint32_t *topology;        // dependencies first, members of one cycle side by side
    uint32_t *stack, *open;    // scratch
    uint32_t *first_dependent; // of each module and one more: where its part of `dependents` begins
    uint32_t *dependents;
};

#define PLAN_ONLY_CONFIG 0x80000000u // loader.conf mentions it, but it is not in the plan (yet)

static inline bool plan_is_configured(const struct btl_plan *plan, uint32_t index)
{
    return index < plan->state->configured_count;
}

// Return a mark that no module has yet.
static inline uint32_t plan_new_stamp(struct btl_plan *plan)
{
    return ++plan->state->stamp;
}

// Report no-memory, once. The plan continues, but btl_plan_order() will fail all of it.
void plan_no_memory(struct btl_plan *plan);
// Set the verdict to BTL_FAILED; the first reason stays.
void plan_set_failed(struct btl_plan *plan, uint32_t index, const struct btl_diag *reason);
// Return the place of the module in loader.conf (of `setting`, if it is not NULL), or its file.
struct btl_place plan_place(const struct btl_plan *plan, uint32_t index,
                            const struct btl_setting *setting);
// Return the place of the module's file, for errors of its metadata.
struct btl_place plan_file_place(const struct btl_plan *plan, uint32_t index);
// Report modules with settings in loader.conf, but without NAME_load.
void plan_report_idle(struct btl_plan *plan);
// Report plan-module-unusable, for failures without a message of their own.
const struct btl_diag *plan_report_unusable(struct btl_plan *plan, uint32_t index);
// Return a copy in the arena.
struct btl_str plan_keep_text(struct btl_plan *plan, struct btl_str text);
// Return "BOOT1,RUN", in the arena.
struct btl_str plan_supported_text(struct btl_plan *plan, uint32_t index);

// Return the kernel of a plan for Linux; NULL: the kernel is another one.
BTL_INLINE const struct btl_linux_kernel *plan_linux_kernel(const struct btl_plan *plan)
{
    return plan->kernel != NULL ? plan->kernel->linux_kernel : NULL;
}
// Return the name under which a module is looked up: in Linux '-' and '_' are equal.
struct btl_str plan_key(struct btl_plan *plan, struct btl_str name);
// Are these names of one module?
bool plan_names_equal(const struct btl_plan *plan, struct btl_str a, struct btl_str b);
// Is this the name of a module that is built into the Linux kernel?
bool plan_is_in_linux(const struct btl_plan *plan, struct btl_str name);
// Note that a line loads a module which is built into the Linux kernel.
void plan_note_in_linux(struct btl_plan *plan, const struct btl_module_config *config);
// Check a module by the rules of Linux, or that a kernel which is not Linux gets none of its
// modules.
void plan_check_linux(struct btl_plan *plan, uint32_t index);
// Check the parameters that loader.conf gives to a module of Linux.
void plan_check_parameters(struct btl_plan *plan, uint32_t index);
// Spell the file of a module of Linux in the next way. False: all were tried.
bool plan_spell_next(struct btl_plan *plan, uint32_t index);

// Warn about a line that sets a tunable which the module does not have.
void plan_report_tunable(struct btl_plan *plan, uint32_t index,
                         const struct btl_tunable_setting *tunable);
void plan_check_modules(struct btl_plan *plan);
void plan_check_interfaces(struct btl_plan *plan);
void plan_find_cycles(struct btl_plan *plan);
// Fail a module that cannot be loaded in `phase` because of its dependencies, and report each.
void plan_report_dependencies(struct btl_plan *plan, uint32_t index, enum btl_phase phase);
bool plan_find_dependents(struct btl_plan *plan);
// Fail modules whose fixed major an earlier module of plan->order has, and those that need them.
void plan_check_majors(struct btl_plan *plan);

#endif
