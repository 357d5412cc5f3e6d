// SPDX-License-Identifier: BSD-2-Clause
// The kernel's module subsystem (HP-UX calls it DLKM): registry, loading, the boot phases.
//
//   registry.c   the modules, their states, and every transition
//   record.c     what is known of a module: by the manifest, or by its file
//   holds.c      the users of a module, which keep it loaded
//   chain.c      the modules that serve the boot volume
//   load.c       the one procedure that loads a module, with undo
//   request.c    loading with dependencies first, and rollback; loading on demand
//   unload.c     the reverse
//   registration*.c  files that the boot did not name: reading, plan, records
//   register.c   registering them
//   update.c     replacing the file of a module
//   source.c     the file of a module: staged in memory, or on a disk
//   static.c     modules in the kernel's file
//   image.c      the image: adopted from the loader, or linked here (link.c)
//   exports.c    the symbols that modules are linked against
//   tunables.c   defaults of tunables, and changes at run time
//   tunable_values.c  values for the next load of a module
//   types.c      attaching a module to the service of its type
//   stubs.c      calls that load the module that they call
//   phases.c     the boot phases
#ifndef KERNEL_DLKM_H
#define KERNEL_DLKM_H

#include "base/arena.h"
#include "base/images.h"

#include <btl/load.h>
#include <btl/manifest.h>
#include <btl/module.h>
#include <btl/tunable.h>

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
// Every arrow is one function of registry.c, which panics in another state than that of the arrow.
// A FAILED module has a reason and no memory. OFF lasts until the next boot. A module that is
// registered at run time begins as REGISTERED, and ends as GONE.
enum module_state {
    MODULE_ANNOUNCED,
    MODULE_REGISTERED,
    MODULE_LOADING,
    MODULE_LOADED,
    MODULE_UNLOADING,
    MODULE_FAILED,
    MODULE_OFF,
    MODULE_GONE, // unregistered: the id is free
    MODULE_STATES
};

#define REASON_MAX 512 // bytes of the reason of a failure, with the NUL; longer ones are cut off

// A user of a module.
struct hold {
    struct hold *next;
    const struct module *holder; // NULL: the kernel
    uint32_t count;
    bool leaves; // the user goes away when the unload function of the module is called
    char user[48];
};

// What the kernel knows of a module from the file itself, which was registered, or replaced, while
// the kernel runs. Memory of kmem; everything in it is in its arena.
struct module_record {
    struct heap_arena heap;
    struct btlm_module entry; // its numbers; strings and tables are the following
    struct btl_module_facts facts;
    struct btl_str path, version, description;
    struct btl_interface *interfaces; // first the needed ones
    uint32_t need_count, provide_count;
    struct btl_bytes file; // kmem: the module is linked from these bytes alone
};

struct module {
    const struct btlm_module *entry; // in the manifest, or in the record
    struct module_record *record;    // NULL: the manifest has everything
    uint32_t id;
    struct module_image *image;   // NULL when it is not in memory
    const char *reason;           // of MODULE_FAILED and MODULE_OFF; else NULL
    struct hold *holds;           // its users; it is busy while there are any
    void *attached;               // data of the service of its type (types.c)
    struct tunable_value *values; // of its next loads (tunable_values.c)
    char *reason_room;            // REASON_MAX bytes: a failure must not need memory
    struct module *next;          // request.c: in the list of one request
    uint32_t cursor;              // request.c: index of the next dependency
    uint32_t seen;                // stamp of the last walk that visited it
    uint32_t calls;               // active calls through stubs; it is busy while not 0
    uint32_t dependents;          // loaded modules that need this one; busy while not 0
    uint32_t unloads;             // number of unloads
    uint8_t sha256[32];           // source.c: of its staged file, which the loader left open
    int16_t major[2];             // devsw.c: by enum btl_device_kind; BTL_MAJOR_NONE: none
    bool adoptable;               // its image, by the loader or static, was never loaded
    bool file_released;           // source.c: its staged file has been released
    bool in_chain;                // chain.c: it serves the boot volume
    bool no_device;               // of MODULE_FAILED: its device is missing, which is no error
    uint8_t state;
};

// --- registry.c
void registry_init(void);
void registry_register(enum btl_phase registered); // the modules of that phase
uint32_t module_count(void);
struct module *module_get(uint32_t id);
uint32_t module_id(const struct module *module);
struct btl_str module_name(const struct module *module);
bool module_find(struct btl_str name, uint32_t *ret_id);
uint32_t module_new_stamp(void);            // for module->seen: no module has it
struct module *module_at(uint64_t address); // the module whose image has the address, or NULL
// Register a module of which the manifest knows nothing; its id is behind all others. The module
// owns the record from then on. NULL: reported, and the record is still the caller's.
struct module *module_add(struct module_record *record, struct btl_diags *diags);
bool module_is_of_boot(const struct module *module); // the manifest has it
// Unregister a module that was added, and is not loaded. Its id is free.
void module_remove(struct module *module);
// Give a module that is not loaded another record (NULL: that of the manifest), and return the one
// before. A module that had failed is registered again. False: its majors are taken; nothing was
// changed.
bool module_exchange(struct module *module, struct module_record *record,
                     struct module_record **ret_before, struct btl_diags *diags);
const char *module_state_name(enum module_state state);
// The name of the module's state, or "no-device".
const char *module_condition(const struct module *module);
// Has it failed, for another reason than a missing device that the boot can do without?
bool module_is_faulty(const struct module *module);
// The transitions in the picture above.
// The two steps of registration. To FAILED where rule 5 is broken, or a major is taken.
void module_admitted(struct module *module);
void module_registered(struct module *module);
void module_begin_load(struct module *module);
void module_put_off(struct module *module);
void module_loaded(struct module *module);
void module_begin_unload(struct module *module);
void module_unload_refused(struct module *module);
void module_unloaded(struct module *module);
void module_failed(struct module *module, const char *reason); // copies it
void module_retry(struct module *module);
// Return what a module that has failed or is off means for the boot. `fallback`: there is a
// configuration to fall back to. A failure that the loader knew of does not lead to the fallback:
// the loader has decided to boot this configuration.
enum btl_failure_action module_action(const struct module *module, bool fallback);
// Return the strongest action of all modules, and the first module that causes it (else BTL_NONE).
enum btl_failure_action modules_action(bool fallback, uint32_t *ret_id);

// --- record.c
struct module_record *record_new(void); // NULL: no memory
void record_delete(struct module_record *record);
struct btl_str module_path(const struct module *module);
struct btl_str module_version(const struct module *module);
struct btl_str module_description(const struct module *module);
struct btl_str module_flags(const struct module *module);                // NAME_flags
uint32_t module_dependency(const struct module *module, uint32_t index); // id
bool module_depends_on(const struct module *module, uint32_t id);
// Return what the linker must know; tables of the manifest are copied to the arena. False: no
// memory.
bool module_facts(const struct module *module, struct btl_arena *arena,
                  struct btl_module_facts *ret_facts);
// Return the line of loader.conf that sets a tunable of the module. False: there is none.
bool module_setting(const struct module *module, struct btl_str tunable,
                    struct btl_module_setting *ret_setting);

// --- static.c
bool module_is_static(const struct module *module);
// Return the wrapper of a static module, also while it is not loaded. NULL: it is not in the table.
const struct btl_wrapper *static_wrapper(const struct module *module);
// Make the image of a static module from its part of the kernel's. False: reported.
bool static_adopt(struct module *module, struct btl_diags *diags);
// Return the static module's image whose function has that descriptor, or NULL.
const struct module_image *static_image_of(uint64_t descriptor);

// --- holds.c
// Count one more use by `user`, of the kernel or of the module `holder`. 0 or BTL_ENOMEM. `leaves`:
// a forced unload may go on, because the module's unload function makes this user leave.
int hold_add(struct module *module, const char *user);
int hold_add_by(struct module *module, const struct module *holder, const char *user, bool leaves);
void hold_drop(struct module *module, const char *user);
void hold_drop_by(struct module *module, const struct module *holder, const char *user);
// Drop what a module that goes still holds, and name each.
void holds_forget(const struct module *holder);
// Write "gpt (virtio0p1)", or the user alone if it is the kernel.
size_t hold_text(const struct hold *hold, char *text, size_t size);
uint32_t module_hold_count(const struct module *module);

// --- chain.c
void chain_init(void); // nothing is held
// Set in_chain of each module: the one that serves the boot volume, those that it holds, and those
// that these depend on, and so on. All false if no module serves it.
void chain_mark(void);
// Let the kernel hold the boot volume's module if a registered module needs the volume, and only
// then.
void chain_hold(void);
// Find the boot volume if a registered module needs it.
void chain_find(void);
// The boot volume goes away.
void chain_release(void);
// Does a registered module have its file on the boot volume only?
bool chain_is_needed(const struct module *module);

// --- exports.c
// Exports that are kept out of the table: kmem.
struct held_exports {
    struct btl_export *at;
    uint32_t count;
};
// Take a module's exports out of the table. False: no memory, and nothing was done.
bool exports_take(uint32_t id, struct held_exports *ret_held);
// Put them into it again. False: another module exports one of these names, or there is no memory;
// it has been reported, and the table is as it was.
bool exports_give(const struct held_exports *held, struct btl_diags *diags);
void exports_drop(struct held_exports *held); // forget them

// --- load.c
// Load a module in state LOADING whose dependencies are loaded. False: the failure has been
// reported and rolled back, and the module's state is set.
bool load_one(struct module *module, enum btl_phase phase);
// The same with an image that is linked already, or, if that is NULL, with the bytes of a file. The
// image belongs to the module from then on.
struct load_source {
    struct module_image *image;
    struct held_exports exports; // of the image
    struct btl_bytes file;
};
bool load_from(struct module *module, enum btl_phase phase, const struct load_source *from);
struct btl_str dlkm_running(void); // the module whose load function is running; empty: none
// Print all diagnostics; the first error becomes the reason.
void diags_explain(const struct btl_diags *diags, char reason[static REASON_MAX]);
// Do the same for a module that cannot be loaded.
void diags_explain_failure(const struct module *module, const struct btl_diags *diags,
                           char reason[static REASON_MAX]);
// Are failures of the module written to the log alone, now?
bool module_is_ignored(const struct module *module);

// --- request.c
// Load a registered module, its dependencies first. False: state and reason of the module say why;
// dependencies that this request loaded are unloaded again.
bool module_load(uint32_t id, enum btl_phase phase);
// Load a module at the administrator's request, and retry those that failed before: the module and
// its dependencies.
int module_load_by_hand(uint32_t id);
// Load a module on demand. 0: it is loaded. BTL_ENODEV: it failed, now or before, or cannot be
// loaded in this phase. BTL_EBUSY: it, or a dependency, is being loaded or unloaded now.
int module_autoload(uint32_t id);

// --- unload.c
// Unload a module. 0, or an error, which has been printed: BTL_EBUSY, BTL_EINVAL (not loaded),
// BTL_ENOSYS (it has no unload function), or the error of its unload function.
int module_unload(uint32_t id);
// The same, although users that leave with it hold the module. Say first which modules cannot be
// loaded without it.
int module_unload_by_force(uint32_t id);
// Free an image and everything in the kernel that refers to it.
void unload_image(struct module *module);

// --- types.c
// The service of a type of modules. `init` is called before any module is registered. `reserve` is
// called twice for each module that is registered: for all of a phase with `fixed`, to take what
// the module names by number, then for all of them to take what the kernel chooses. `check` is
// called before the load function and checks the wrapper's type data; `attach` is called after it.
// What returns false has reported the error and changed nothing. Only `check` must be there.
struct type_ops {
    void (*init)(void);
    bool (*reserve)(struct module *module, bool fixed, struct btl_diags *diags);
    void (*release)(struct module *module);
    bool (*check)(struct module *module, struct btl_diags *diags);
    bool (*attach)(struct module *module, struct btl_diags *diags);
    bool (*detach)(struct module *module, struct btl_diags *diags);
};
void types_init(void);
bool type_reserve(struct module *module, bool fixed, struct btl_diags *diags);
void type_release(struct module *module);
bool type_check(struct module *module, struct btl_diags *diags);
bool type_attach(struct module *module, struct btl_diags *diags);
bool type_detach(struct module *module, struct btl_diags *diags);

// --- stubs.c
// Forget the stubs in a module that is being unloaded, and unresolve those that call it.
void stubs_forget(const struct module *module);

// --- image.c, link.c
// Make module->image from the loader's image.
bool image_adopt(struct module *module, struct btl_diags *diags);
void image_drop(struct module *module);
// Make an image from the bytes of a module's file, which must outlive the diagnostics. NULL:
// reported.
struct module_image *image_link(const struct btl_module_facts *facts, struct btl_bytes file,
                                struct btl_arena *arena, struct btl_diags *diags);
// Free an image that image_link() has made and no module has; its exports are not in the table.
void image_discard(struct module_image *image);
// Allocate an empty image (NULL: reported); free it; give it to its module.
struct module_image *image_new(struct btl_str module, struct btl_diags *diags);
void image_delete(struct module_image *image);
void image_put(struct module *module, struct module_image *image);
// The symbols that modules are linked against: exports of the kernel and of loaded modules.
bool exports_init(void);
const struct btl_symtab *exports_table(void);

// --- tunables.c
// Keep the values of all tunables, one after the other, as they are in the module's file.
bool tunables_keep_defaults(const struct module *module, struct btl_diags *diags);
// Format a tunable's value or default as loader.conf writes it.
// The same of any variable of that type.
void tunable_value_text(const struct btl_tunable *tunable, const void *from, char *text,
                        size_t size);
void tunable_text(const struct module *module, uint32_t index, bool of_default, char *text,
                  size_t size);
// Parse and check a value, and store it if the module agrees. 0, or an error, which has been
// reported.
int tunable_change(const struct module *module, uint32_t index, struct btl_str value,
                   struct btl_diags *diags);
int tunable_reset(const struct module *module, uint32_t index, struct btl_diags *diags);

// --- tunable_values.c: tunables of modules that are not loaded
// A value that kmtune has set. It replaces that of loader.conf in each load until the next boot.
struct tunable_value {
    struct tunable_value *next;
    struct btl_str name, value;
};
// A module's file, for its tunables; one is open at a time.
struct tunables_file {
    struct heap_arena heap;
    struct btl_bytes file;
    struct btl_elf elf;
    struct btl_modinfo info;           // parms: the names
    const struct btl_wrapper *wrapper; // of a static module, which has no file; else NULL
};
// False: reported. tunables_close() must follow either way.
bool tunables_open(const struct module *module, struct tunables_file *ret_file,
                   struct btl_diags *diags);
void tunables_close(const struct module *module, struct tunables_file *file);
// Find a tunable, and write its default in at most `size` bytes. False: there is none of that name.
bool tunables_find(const struct tunables_file *file, struct btl_str name,
                   struct btl_file_tunable *ret_tunable, char *ret_default, size_t size);
// Return the value that kmtune has set; NULL: none.
const struct tunable_value *tunable_value_find(const struct module *module, struct btl_str name);
// Check a value by the module's file. 0, or an error, which has been reported.
int tunable_value_check(const struct module *module, struct btl_str name, struct btl_str value,
                        struct btl_diags *diags);
// Check a value and keep it for the next loads.
int tunable_value_set(struct module *module, struct btl_str name, struct btl_str value,
                      struct btl_diags *diags);
// Forget it; false: there was none.
bool tunable_value_forget(struct module *module, struct btl_str name);
void tunable_values_forget(struct module *module); // all
// Store the values in the variables of a module that is being loaded.
void tunable_values_store(const struct module *module, struct btl_diags *diags);

// --- phases.c
void dlkm_boot_phase(enum btl_phase phase);
// Return the current phase; AUTO after the boot phases.
enum btl_phase dlkm_phase(void);
// Free the memory of phase-1 modules that did not load, once the VM runs.
void dlkm_release_failed(void);

#endif
