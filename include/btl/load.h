// SPDX-License-Identifier: BSD-2-Clause
// What every kernel of BTL's protocol does with the modules of its manifest (docs/boot-protocol.md,
// 2.3), in the kernel's own address space:
//
//   phase 1     btl_module_adopt    finds the image that the loader has linked
//               btl_module_start    checks its wrapper, stores its tunables, calls its load
//               function
//   afterwards  btl_linker_init     collects the kernel's exports
//               btl_linker_publish  adds those of a module that phase 1 has loaded
//               btl_module_link     makes an image of a module's file
//               btl_module_start
//
// The kernel keeps the order of the table ORDER, and gives the memory.
#ifndef BTL_LOAD_H
#define BTL_LOAD_H

#include <btl/link.h>
#include <btl/manifest.h>
#include <btl/module.h>
#include <btl/wrapper.h>

BTL_BEGIN_DECLS

// The image of a module, at the address for which it is linked.
struct btl_module_image {
    uint64_t base, size; // whole pages
    struct btl_segment segment[BTL_SEGS];
    const struct btl_wrapper *wrapper; // not checked; NULL: the image has none
    bool function_descriptors;         // of its machine: see struct btl_linked
};
// Return the image for btl/wrapper.h, while its memory is valid.
struct btl_linked btl_module_image_linked(const struct btl_module_image *image);

// Return the image of module `index` of the manifest, whose state is LINKED. False: its addresses
// are not those of a phase-1 image, which was reported (run-bad-image).
bool btl_module_adopt(const struct btl_manifest *manifest, uint32_t index,
                      struct btl_module_image *ret_image, struct btl_diags *diags);

// The value of a tunable, as loader.conf sets it; line and column are those of the value.
struct btl_module_setting {
    struct btl_str name, value;
    uint32_t line, column;
};

// What linking and starting must know of a module. btl_module_facts() takes it from the manifest. A
// kernel that registers further modules while it runs makes it, and owns what it points to.
struct btl_module_facts {
    uint32_t id; // the module's index in MODULES; the kernel numbers its own modules behind these
    struct btl_str name, flags; // flags: of the load function
    enum btl_on_error on_error;
    const uint32_t *dependencies; // ids
    uint32_t dependency_count;
    const struct btl_module_setting *settings;
    uint32_t setting_count;
};

// Return the facts of module `index` of the manifest; their tables are in the arena, their strings
// in the manifest. False: no memory.
bool btl_module_facts(const struct btl_manifest *manifest, uint32_t index, struct btl_arena *arena,
                      struct btl_module_facts *ret_facts);

// ----------------------------------------------------------------------------------- starting

// One start of a module.
struct btl_start {
    const struct btl_manifest *manifest;
    uint32_t index; // of the module in MODULES, if `facts` is NULL
    const struct btl_module_facts *facts;
    const struct btl_module_image *image;
    enum btl_phase phase;    // in which the module is being loaded
    struct btl_arena *arena; // for the arguments of the load function

    // Steps of the kernel; NULL: it has none.
    // Called when the wrapper is good and the tunables have the values of the file. False: the step
    // has reported an error, and the module is not started.
    bool (*prepare)(const struct btl_start *start, struct btl_diags *diags);
    // Call start->image->wrapper->load(args), and return its result.
    int (*call)(const struct btl_start *start, const struct btl_load_args *args);
    void *caller;
};

enum btl_start_result {
    BTL_START_FAILED,    // reported as an error
    BTL_START_NO_DEVICE, // reported as a note: the load function found no device, and the level of
                         // the module's failure says that the boot can do without
    BTL_STARTED
};

// Start a module: check its wrapper, store the tunables that the configuration sets, call its load
// function. After another result than BTL_STARTED the module has undone its work; the kernel takes
// the image's memory back.
enum btl_start_result btl_module_start(const struct btl_start *start, struct btl_diags *diags);

// Are all modules that this one needs loaded? `loaded` has an element for each module of the
// manifest. False: each that is not loaded was reported (run-dependency).
bool btl_module_dependencies_loaded(const struct btl_manifest *manifest, uint32_t index,
                                    const bool *loaded, struct btl_diags *diags);

// Return the words for an error of btl/kernel.h: "out of memory".
const char *btl_error_text(int error);

// ------------------------------------------------------------------------------------ linking

struct btl_linker;

// What the linker has made, for the kernel's step `keep`. Valid during that call.
struct btl_link_result {
    uint32_t id; // of the module
    const struct btl_elf *elf;
    const struct btl_modinfo *info;
    const struct btl_image *image; // relocated
    uint32_t first_export;         // index of the module's first export in linker->exports
};

// Functions of the kernel.
struct btl_linker_ops {
    // Allocate `size` bytes, whole pages, at a multiple of `align`, where modules can reach kernel
    // and modules (on x86-64: in the window). The memory can be written and not executed.
    bool (*alloc)(struct btl_linker *linker, uint64_t size, uint64_t align, uint64_t *ret_base);
    void (*free)(struct btl_linker *linker, uint64_t base, uint64_t size);
    // Give each segment of the image its permission.
    bool (*seal)(struct btl_linker *linker, const struct btl_module_image *image);
    // NULL, or: copy what must outlive the module's file, before the image is sealed. The names of
    // exports are borrowed from the file. False: reported.
    bool (*keep)(struct btl_linker *linker, const struct btl_link_result *result,
                 struct btl_diags *diags);
    // NULL, or: return the name of a module that the manifest does not have, for messages.
    struct btl_str (*name)(const struct btl_linker *linker, uint32_t id);
};

// The symbols that modules are linked against. A module may use the kernel's exports and those of
// the dependencies that it declares.
struct btl_linker {
    const struct btl_manifest *manifest;
    const struct btl_linker_ops *ops;
    void *caller; // the kernel's

    struct btl_symtab exports;
    uint32_t *seen;       // per module: the last link to which it was a dependency
    size_t seen_capacity; // modules
    uint32_t links;       // number of links
};

// Make a linker with the kernel's exports. False: no memory. `arena` lives as long as the linker.
// Linear in the exports.
bool btl_linker_init(struct btl_linker *linker, const struct btl_manifest *manifest,
                     const struct btl_linker_ops *ops, struct btl_arena *arena);
// Add the exports of a module that the loader has linked and the kernel has started. False: no
// memory.
bool btl_linker_publish(struct btl_linker *linker, uint32_t index);
// Remove the exports of a module that has failed or was unloaded. Linear in all exports.
void btl_linker_forget(struct btl_linker *linker, uint32_t index);

// Link the file of module `index` to an image in the kernel's memory, which is sealed then, and add
// its exports. `arena` is for the tables of this link alone. The file must outlive the diagnostics,
// and the exports unless `keep` copies their names. False: reported, and nothing is left.
bool btl_module_link(struct btl_linker *linker, uint32_t index, struct btl_bytes file,
                     struct btl_arena *arena, struct btl_module_image *ret_image,
                     struct btl_diags *diags);
// The same for a module of which the kernel gives the facts.
bool btl_module_link_as(struct btl_linker *linker, const struct btl_module_facts *facts,
                        struct btl_bytes file, struct btl_arena *arena,
                        struct btl_module_image *ret_image, struct btl_diags *diags);

BTL_END_DECLS

#endif
