// SPDX-License-Identifier: BSD-2-Clause
// The kernel's module subsystem (HP-UX calls it DLKM): registry, loading, the boot phases.
//
//   registry.c   who there is, and in which state
//   load.c       the one procedure that loads a module, with undo
//   source.c     where a module's file comes from
//   image.c      getting an image: adopt what the loader linked, or link it here
//   wrapper.c    what a module's wrapper structure says, checked
//   tunables.c   values of loader.conf into the module's variables
//   phases.c     the boot phases
#ifndef KERNEL_DLKM_H
#define KERNEL_DLKM_H

#include <btl/link.h>
#include <btl/manifest.h>
#include <btl/module.h>

//                       module_register()           module_load()
//       ANNOUNCED ------------------------> REGISTERED ----------> LOADING
//      (in the manifest)                        |                 |       |
//           |       |                           | not possible    | step  | all steps
//           |       | by the loader             | (dependency …)  | fails | succeed
//           |       v                           v                 v       v
//           |     FAILED <------------------------------------------    LOADED
//           v
//          OFF (switched off in loader.conf)
//
// Every arrow is a function of registry.c. FAILED has a reason; its memory has been taken back.
enum module_state {
    MODULE_ANNOUNCED,
    MODULE_REGISTERED,
    MODULE_LOADING,
    MODULE_LOADED,
    MODULE_FAILED,
    MODULE_OFF,
    MODULE_STATES
};

struct function {           // for backtraces
    uint64_t address, size; // size 0: not known
    struct btl_str name;
};

// A module in memory.
struct module_image {
    uint64_t base, size;
    struct btl_segment segment[BTL_SEGS];
    const struct btl_wrapper *wrapper;
    bool by_loader;             // in the phase-1 arena, its symbols are in the manifest
    struct function *functions; // else here
    uint32_t function_count;
    char *names; // memory of the names of functions and exports
};

struct module {
    const struct btlm_module *entry; // in the manifest; its index is the module's id
    struct module_image *image;      // NULL when it is not in memory
    char *reason;                    // of MODULE_FAILED and MODULE_OFF; kmem, or NULL
    uint32_t dependents;             // loaded modules that need this one: it is busy while not 0
    uint32_t scope_mark;             // link.c: stamp of the last scope it was in
    uint8_t state;
};

// --- registry.c
void registry_init(void);
void registry_register(enum btl_phase registered); // all that register in that phase
uint32_t module_count(void);
struct module *module_get(uint32_t id);
uint32_t module_id(const struct module *module);
struct btl_str module_name(const struct module *module);
bool module_find(struct btl_str name, uint32_t *ret_id);
struct module *module_at(uint64_t address); // whose image holds it, or NULL
uint32_t module_dependency(const struct module *module, uint32_t index); // id
const char *module_state_name(enum module_state state);
void module_begin_load(struct module *module);
void module_loaded(struct module *module);
void module_failed(struct module *module, const char *reason); // copies it
// The first required module that failed or is off, or BTL_NONE.
uint32_t module_required_failure(void);

// --- load.c
// Loads a registered module whose dependencies are loaded. False: state and reason say why, the
// steps done have been undone.
bool module_load(uint32_t id, enum btl_phase phase);
struct btl_str dlkm_running(void); // whose load function is running; empty: none

// --- source.c
// The bytes of a module's file, aligned to 8. They stay until source_release().
bool source_open(const struct module *module, struct btl_bytes *ret_bytes, struct btl_diags *diags);
void source_release(const struct module *module);
// Frees what is staged for no module that may still want it.
void source_release_rest(void);

// --- image.c, link.c
// Fills in module->image.
bool image_adopt(struct module *module, struct btl_diags *diags);
bool image_link(struct module *module, struct btl_arena *arena, struct btl_diags *diags);
void image_drop(struct module *module);
bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm);
// The symbols that modules are linked against: the kernel's and those of modules loaded so far.
bool exports_init(void);
const struct btl_symtab *exports_table(void);

// --- wrapper.c, tunables.c
bool wrapper_check(const struct module *module, struct btl_diags *diags);
bool tunables_set(const struct module *module, struct btl_diags *diags);

// --- phases.c
void dlkm_boot_phase(enum btl_phase phase);
// Takes back the memory of phase-1 modules that did not load; called when the VM can hold it.
void dlkm_release_failed(void);

#endif
