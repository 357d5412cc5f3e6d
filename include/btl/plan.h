// SPDX-License-Identifier: BSD-2-Clause
// From settings and metadata to order, phases and verdicts: the rules of the phases live here and
// nowhere else (docs/phases.md). No file is opened here: the plan says what it wants to know, the
// caller reads it and tells.
//
//     btl_plan_begin(&plan, config, kernel_info, arena, diags);
//     while ((wanted = btl_plan_next_wanted(&plan)) != BTL_NONE)
//         btl_plan_give(&plan, wanted, info)  or  btl_plan_fail(&plan, wanted, reason)
//     btl_plan_order(&plan);
//     for each index of plan.order whose verdict is still BTL_LOAD: link it, or btl_plan_fail()
//     btl_plan_compact(&plan);
//
// Cost: linear in modules plus dependencies plus interfaces (hashed names).
#ifndef BTL_PLAN_H
#define BTL_PLAN_H

#include <btl/config.h>
#include <btl/modinfo.h>

enum btl_verdict {
    BTL_PENDING, // btl_plan_order() has not run yet
    BTL_LOAD,    // will be loaded in `phase`
    BTL_READY,   // AUTO: registered, loaded on demand
    BTL_OFF,     // switched off, and known only because somebody depends on it
    BTL_FAILED,  // `reason` says why
};

struct btl_planned {
    struct btl_str name;
    const struct btl_module_config *config; // NULL: loader.conf does not mention it
    struct btl_str path; // of its file on the boot volume: NAME_name, or DIR/NAME.ko (see
                         // btl_plan_next_path)
    const struct btl_modinfo *info; // NULL until given, and when the file failed
    enum btl_phase configured; // what was configured (or the default of rule: INIT, else the latest
                               // boot phase it supports)
    enum btl_phase phase;      // what it became: the earliest of configured and its dependents'
    enum btl_phase registered; // BOOT1 when it supports BOOT1, else BOOT2
    uint32_t pulled_by;        // the dependent that pulled it into `phase`, or BTL_NONE
    enum btl_on_error on_error; // NAME_on_error, NAME_required
    enum btl_verdict verdict;
    const struct btl_diag *reason; // of BTL_FAILED: the first error; NULL only if memory ran out
    uint32_t *dependencies;        // indices into plan->modules, in declared order
    uint32_t dependency_count;
};

// More interfaces than that in one module are refused (plan-too-many-needs): each is looked up at
// each dependency.
#define BTL_PLAN_NEEDS_MAX 64

struct btl_plan {
    const struct btl_config *config;
    const struct btl_modinfo *kernel;
    struct btl_planned *modules; // index = id of the module; configured ones first, in file order;
                                 // moves when btl_plan_give() adds modules
    uint32_t module_count;
    // Modules with verdict BTL_LOAD or BTL_READY: by phase, within it dependencies first, then the
    // order of loader.conf. Those that fail later stay in it until btl_plan_compact().
    uint32_t *order;
    uint32_t order_count;
    struct btl_arena *arena;
    struct btl_diags *diags;
    struct btl_plan_state *state; // the planner's own
};

// `kernel` may be NULL (no metadata: it provides no interface). Config, kernel info, arena and
// diags must outlive the plan. False: no memory.
bool btl_plan_begin(struct btl_plan *plan, const struct btl_config *config,
                    const struct btl_modinfo *kernel, struct btl_arena *arena,
                    struct btl_diags *diags);

// The next module whose metadata the plan needs, or BTL_NONE. Its `path` says which file.
uint32_t btl_plan_next_wanted(struct btl_plan *plan);
// Moves `path` of module `index` on to the next directory of module_path; false when there is none
// left (then `path` is the first candidate again, for the message) or when NAME_name says where it
// is.
bool btl_plan_next_path(struct btl_plan *plan, uint32_t index);
// The metadata of module `index`, once; it must outlive the plan. Names of dependencies that are
// not known yet become wanted modules.
void btl_plan_give(struct btl_plan *plan, uint32_t index, const struct btl_modinfo *info);
// Module `index` cannot be had or cannot be linked. `reason` is already in the plan's diagnostics,
// or NULL (then plan-module-unusable is reported). After btl_plan_order() this also fails every
// module that depends on it, each with a plan-dependency-failed of its own. plan->order is left as
// it is, so that this can be called from a loop over it: look at the verdict.
// Cost: linear in what fails.
void btl_plan_fail(struct btl_plan *plan, uint32_t index, const struct btl_diag *reason);
// Takes what has failed out of plan->order; what is left keeps its order. Call it at the end of a
// stage, not for each failure: linear in plan->order.
void btl_plan_compact(struct btl_plan *plan);

// Applies the rules, once, after the last btl_plan_give(). False when any module that takes part
// has failed (all are reported) or when memory ran out (then all have failed).
bool btl_plan_order(struct btl_plan *plan);

// What the failures mean for the boot: the strongest action of all modules that failed or are off,
// and the first module that asks for it; BTL_GO_ON_SILENTLY and BTL_NONE when there is no such
// module.
enum btl_failure_action btl_plan_action(const struct btl_plan *plan, bool fallback,
                                        uint32_t *ret_index);
// The same, said: false after reporting boot-required (the boot stops) or boot-given-up (another
// configuration is to be booted).
bool btl_plan_check_required(const struct btl_plan *plan, bool fallback);

// Are the files of INIT and AUTO modules to be kept in memory for the kernel? With stage="auto"
// they are not when the kernel can read them from the boot volume by itself: when modules that will
// be loaded in BOOT2 or before provide the interface fs and drive the volume's `controller` (an
// alias= of theirs matches; empty: not known).
bool btl_plan_stages_all(const struct btl_plan *plan, struct btl_str controller);

struct btl_scope;
struct btl_symtab;
// The scope in which `module` is linked (link.h): the kernel and the dependencies it declares. One
// at a time: the next call takes the one before out of force.
void btl_plan_scope(struct btl_plan *plan, uint32_t module, const struct btl_symtab *symtab,
                    struct btl_scope *ret_scope);

const char *btl_verdict_name(enum btl_verdict verdict); // "load" "ready" "off" "failed" "pending"

#endif
