// SPDX-License-Identifier: BSD-2-Clause
// The plan: order, phases and verdicts of modules, from settings and metadata. All rules of the
// phases (docs/phases.md) are here. The plan opens no file: it names the metadata that it needs,
// and the caller reads the file.
//
//     btl_plan_begin(&plan, config, kernel_info, arena, diags);
//     while ((wanted = btl_plan_next_wanted(&plan)) != BTL_NONE)
//         btl_plan_give(&plan, wanted, info)  or  btl_plan_fail(&plan, wanted, reason)
//     btl_plan_order(&plan);
//     for each index of plan.order whose verdict is still BTL_LOAD: btl_plan_check_calls()
//     for each index of plan.order whose verdict is still BTL_LOAD: link it, or btl_plan_fail()
//     btl_plan_compact(&plan);
//
// Cost: linear in modules plus dependencies plus interfaces (hashed names).
#ifndef BTL_PLAN_H
#define BTL_PLAN_H

#include <btl/config.h>
#include <btl/modinfo.h>

BTL_BEGIN_DECLS

enum btl_verdict {
    BTL_PENDING, // btl_plan_order() has not run yet
    BTL_LOAD,    // will be loaded in `phase`
    BTL_READY,   // AUTO: registered, loaded on demand
    BTL_OFF,     // switched off, and known only as a dependency
    BTL_FAILED,  // see `reason`
};

struct btl_planned {
    struct btl_str name;
    const struct btl_module_config *config; // NULL: loader.conf does not mention it
    struct btl_str path; // of its file on the boot volume: NAME_name, or DIR/NAME.ko (see
                         // btl_plan_next_path)
    const struct btl_modinfo *info; // NULL until given, and when the file failed
    enum btl_phase configured;  // by loader.conf, or the default: INIT, else the latest supported
                                // boot phase
    enum btl_phase phase;       // the earliest of `configured` and the phases of its dependents
    enum btl_phase registered;  // BOOT1 if the module supports BOOT1, else BOOT2
    uint32_t pulled_by;         // the dependent that needs the module in `phase`, or BTL_NONE
    enum btl_on_error on_error; // NAME_on_error, NAME_required
    enum btl_verdict verdict;
    const struct btl_diag *reason; // of BTL_FAILED: the first error; NULL only if memory ran out
    uint32_t *dependencies;        // indices into plan->modules, in declared order
    uint32_t dependency_count;
    const struct btl_static_module *built_in; // NULL: it has a file of its own. Else it is in the
                                              // kernel's file, which `path` names
};

// Maximum number of interfaces that one module may need (plan-too-many-needs), because each is
// looked up in each dependency.
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

// Begin a plan. `kernel` may be NULL: then the kernel provides no interface. Config, kernel info,
// arena and diags must outlive the plan. False: no memory.
bool btl_plan_begin(struct btl_plan *plan, const struct btl_config *config,
                    const struct btl_modinfo *kernel, struct btl_arena *arena,
                    struct btl_diags *diags);

// Return the next module whose metadata the plan needs, or BTL_NONE. Its `path` names the file; the
// metadata of a `built_in` one are in the kernel's file.
uint32_t btl_plan_next_wanted(struct btl_plan *plan);
// Set `path` of module `index` to the next directory of module_path. False: no directory is left
// (`path` is the first candidate again, for the message), or NAME_name gives the path.
bool btl_plan_next_path(struct btl_plan *plan, uint32_t index);
// Give the plan the metadata of module `index`, once; it must outlive the plan. Dependencies that
// are not known yet become wanted modules.
void btl_plan_give(struct btl_plan *plan, uint32_t index, const struct btl_modinfo *info);
// Fail module `index`, which cannot be read or linked. `reason` is already in the plan's
// diagnostics, or NULL: then plan-module-unusable is reported. After btl_plan_order() every module
// that depends on it fails too, each with its own plan-dependency-failed. plan->order is not
// changed, so a loop over it may call this and must look at the verdict. Cost: linear in the
// modules that fail.
void btl_plan_fail(struct btl_plan *plan, uint32_t index, const struct btl_diag *reason);
// Remove failed modules from plan->order; the others keep their order. Call it at the end of a
// stage, not for each failure: linear in plan->order.
void btl_plan_compact(struct btl_plan *plan);

// Apply the rules, once, after the last btl_plan_give(). False: a module failed (each is reported),
// or memory ran out (then all have failed).
bool btl_plan_order(struct btl_plan *plan);

// Are the values of the module's tunables in loader.conf good by its file? Each bad one is
// reported; the caller fails the module.
bool btl_plan_check_values(const struct btl_plan *plan, uint32_t index, const struct btl_elf *file);

// Fail module `index` if its file uses an export of the kernel that the kernel offers only from a
// phase on that is after the module's own, and report each such export. The kernel says so by
// `export_phase`, and the module by `later` that it uses the export only when it is there. For
// modules of plan->order, as btl_plan_fail() is. False: no memory.
bool btl_plan_check_calls(struct btl_plan *plan, uint32_t index, const struct btl_elf *file);

// Return the strongest action of all modules that failed or are off, and the first module with it;
// BTL_GO_ON_SILENTLY and BTL_NONE if there is no such module.
enum btl_failure_action btl_plan_action(const struct btl_plan *plan, bool fallback,
                                        uint32_t *ret_index);
// Report that action: false after boot-required (the boot stops) or boot-given-up (another
// configuration is booted).
bool btl_plan_check_required(const struct btl_plan *plan, bool fallback);

struct btl_scope;
struct btl_symtab;
// Return the scope in which `module` is linked (link.h): the kernel and its declared dependencies.
// The next call invalidates the scope of the call before.
void btl_plan_scope(struct btl_plan *plan, uint32_t module, const struct btl_symtab *symtab,
                    struct btl_scope *ret_scope);

const char *btl_verdict_name(enum btl_verdict verdict); // "load" "ready" "off" "failed" "pending"

BTL_END_DECLS

#endif
