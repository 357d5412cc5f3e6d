// SPDX-License-Identifier: BSD-2-Clause
// The kernel's module subsystem (HP-UX calls it DLKM): registry, loading, the boot phases.
//
//   registry.c   who there is, and in which state: every transition
//   holds.c      who uses a module, so that it cannot go
//   load.c       the one procedure that loads a module, with undo
//   request.c    dependencies first, and undone with what needed them; loading on demand
//   unload.c     the reverse
//   source.c     where a module's file comes from
//   image.c      getting an image: adopt what the loader linked, or link it here (link.c)
//   wrapper.c    what a module's wrapper structure says, checked (core/link/wrapper.c)
//   tunables.c   values of loader.conf into the module's variables; changed at run time
//   types.c      what each type of module is attached to
//   stubs.c      calls that load the module that they call
//   phases.c     the boot phases
#ifndef KERNEL_DLKM_H
#define KERNEL_DLKM_H

#include "base/images.h"

#include <btl/link.h>
#include <btl/manifest.h>
#include <btl/module.h>

//                  ANNOUNCED (in the manifest)
//        refused by |    |    | switched off
//        the loader |    |    +-----------------------> OFF
//    or by rule 5   |    | module_registered()
//          +--------+    v
//          |         REGISTERED <--------------------------------+
//          |          |      ^                                   |
//          |          |      | module_put_off(): a dependency    |
//          |          v      | is being loaded itself            |
//          |         LOADING-+                                   |
//          v          |   |                                      |
//        FAILED <-----+   | module_loaded()                      |
//          |  module_     v                                      |
//          |  failed()   LOADED <--------+                       |
//          |              |              | module_unload_        |
//          |              v              | refused()             |
//          |         UNLOADING ----------+                       |
//          |              | module_unloaded()                    |
//          |              +--------------------------------------+
//          | module_retry(): the administrator asks again        |
//          +-----------------------------------------------------+
//
// Every arrow is one function of registry.c, which panics when it is taken from another state.
// FAILED has a reason; its memory has been taken back. OFF stays off until the next boot.
enum module_state {
    MODULE_ANNOUNCED,
    MODULE_REGISTERED,
    MODULE_LOADING,
    MODULE_LOADED,
    MODULE_UNLOADING,
    MODULE_FAILED,
    MODULE_OFF,
    MODULE_STATES
};

// Somebody who uses a module.
struct hold {
    struct hold *next;
    uint32_t count;
    char who[48];
};

struct module {
    const struct btlm_module *entry;  // in the manifest; its index is the module's id
    struct module_image *image;       // NULL when it is not in memory
    char *reason;                     // of MODULE_FAILED and MODULE_OFF; kmem, or NULL
    struct hold *holds;               // who uses it: it is busy while there are any
    void *attached;                   // what its type keeps for it (types.c)
    struct module *next;              // request.c: in the list of one request
    uint32_t cursor;                  // request.c: the next dependency to look at
    uint32_t seen;                    // request.c: stamp of the last walk that came by
    uint32_t calls;                   // calls through stubs that have not come back: busy
    uint32_t dependents;              // loaded modules that need this one: busy while not 0
    uint32_t unloads;                 // how often it has been unloaded
    uint32_t scope_mark;              // exports.c: stamp of the last scope it was in
    int16_t major[2], wants_major[2]; // devsw.c: by enum btl_device_kind, or negative
    bool majors_known;                // wants_major has been read
    bool majors_kept;                 // the majors stay its own when it is unloaded
    bool adoptable;                   // what the loader linked is there and was never loaded
    bool file_released;               // source.c: what was staged for it has been given back
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
uint32_t module_dependency(const struct module *module, uint32_t index); // id
const char *module_state_name(enum module_state state);
// The transitions, as drawn above.
void module_registered(struct module *module); // to FAILED where rule 5 is broken
void module_begin_load(struct module *module);
void module_put_off(struct module *module);
void module_loaded(struct module *module);
void module_begin_unload(struct module *module);
void module_unload_refused(struct module *module);
void module_unloaded(struct module *module);
void module_failed(struct module *module, const char *reason); // copies it
void module_retry(struct module *module);
// What the failure of a module, if it has failed or is off, means for the boot; `fallback`: there
// is a configuration to fall back to. What came from the loader failed or off does not lead there:
// the loader has looked at it, and boots this configuration all the same.
enum btl_failure_action module_action(const struct module *module, bool fallback);
// The strongest of all, and the first module that asks for it (else BTL_NONE).
enum btl_failure_action modules_action(bool fallback, uint32_t *ret_id);

// --- holds.c
// Counts one more use by `who`; BTL_ENOMEM.
int module_hold(struct module *module, const char *who);
void module_release(struct module *module, const char *who);
uint32_t module_hold_count(const struct module *module);

// --- load.c
// Loads a module in state LOADING whose dependencies are loaded; its state says how it went. What
// failed has been reported and undone.
bool load_one(struct module *module, enum btl_phase phase);
struct btl_str dlkm_running(void); // whose load function is running; empty: none
#define REASON_MAX 512
// Prints all; the first becomes the reason.
void diags_explain(const struct btl_diags *diags, char reason[static REASON_MAX]);
// The same about a module that cannot be loaded.
void diags_explain_failure(const struct module *module, const struct btl_diags *diags,
                           char reason[static REASON_MAX]);
// Is what is wrong with it said in the log alone, now?
bool module_is_ignored(const struct module *module);
const char *error_text(int error); // of btl/kernel.h

// --- request.c
// Loads a registered module, its dependencies first. False: state and reason say why; dependencies
// that were loaded for its sake are unloaded again.
bool module_load(uint32_t id, enum btl_phase phase);
// By hand: what failed before, it or its dependencies, gets another chance.
int module_load_by_hand(uint32_t id);
// 0 when it is loaded then. BTL_ENODEV: it failed, now or before, or cannot be loaded in this
// phase; BTL_EBUSY: it, or something it needs, is being loaded or unloaded right now.
int module_autoload(uint32_t id);

// --- unload.c
// 0, or why not, which has been printed: BTL_EBUSY, BTL_EINVAL (not loaded), BTL_ENOSYS (it cannot
// be unloaded), or the error with which it refused.
int module_unload(uint32_t id);
// Takes an image back with all that the kernel knows about it.
void unload_image(struct module *module);

// --- types.c
// The services that types of modules attach to. `check` is called before the load function, and
// says whether the wrapper's type data can be used; `attach` after it. A `detach` that returns
// false has reported why, and changed nothing.
struct type_ops {
    bool (*read_metadata)(struct module *module, const struct btl_elf *elf,
                          struct btl_diags *diags); // of the module's file; NULL: none of its own
    bool (*check)(struct module *module, struct btl_diags *diags);
    bool (*attach)(struct module *module, struct btl_diags *diags);
    bool (*detach)(struct module *module, struct btl_diags *diags);
};
bool type_read_metadata(struct module *module, unsigned type, const struct btl_elf *elf,
                        struct btl_diags *diags);
bool type_check(struct module *module, struct btl_diags *diags);
bool type_attach(struct module *module, struct btl_diags *diags);
bool type_detach(struct module *module, struct btl_diags *diags);

// --- stubs.c
// An image goes: stubs in it are forgotten, stubs that lead into it lead nowhere.
void stubs_forget(const struct module *module);

// --- image.c, link.c
// Fills in module->image.
bool image_adopt(struct module *module, struct btl_diags *diags);
// From the bytes of its file, which must outlive the diagnostics.
bool image_link(struct module *module, struct btl_bytes file, struct btl_arena *arena,
                struct btl_diags *diags);
void image_drop(struct module *module);
// The symbols that modules are linked against: the kernel's and those of modules loaded so far.
bool exports_init(void);
const struct btl_symtab *exports_table(void);

// --- wrapper.c, tunables.c
bool wrapper_check(const struct module *module, struct btl_diags *diags);
// Entry `index`; fields that the module's btl/module.h did not have are 0.
struct btl_tunable wrapper_tunable(const struct btl_wrapper *wrapper, uint64_t index);
bool tunables_set(const struct module *module, struct btl_diags *diags);
// A tunable of a loaded module, its index or BTL_NONE.
uint32_t tunable_find(const struct module *module, struct btl_str name);
// Its value or its default, as loader.conf would have it.
void tunable_text(const struct module *module, uint32_t index, bool of_default, char *text,
                  size_t size);
// At run time: parsed, checked, the module asked. 0 or an error, reported.
int tunable_change(const struct module *module, uint32_t index, struct btl_str value,
                   struct btl_diags *diags);
int tunable_reset(const struct module *module, uint32_t index, struct btl_diags *diags);

// --- phases.c
void dlkm_boot_phase(enum btl_phase phase);
// The phase that it is now; AUTO when all boot phases are over.
enum btl_phase dlkm_phase(void);
// Takes back the memory of phase-1 modules that did not load; called when the VM can hold it.
void dlkm_release_failed(void);

#endif
