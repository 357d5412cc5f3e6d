// SPDX-License-Identifier: BSD-2-Clause
// What a module is written against. One include, plain C:
//
//     #include <btl/module.h>
//
//     static int hello_load(const struct btl_load_args *args) { … return 0; }
//     static int hello_unload(void) { return 0; }
//
//     BTL_MODULE("hello", .load = hello_load, .unload = hello_unload);
//     BTL_VERSION("1.0");
//     BTL_DESCRIPTION("says hello");
//     BTL_PHASES("BOOT1,BOOT2,RUN");
//     BTL_NEEDS("kernel:1.0");
//     BTL_DEPENDS("ring");
//     BTL_EXPORT(hello_count);
//
// The strings land in .modinfo, where the loader, btl and the stock modinfo(8) read them without
// running anything; the wrapper structure lands in .btl.module.
#ifndef BTL_MODULE_H
#define BTL_MODULE_H

#include <btl/kernel.h>
#include <btl/types.h>

#define BTL_MODULE_ABI 1

// What a load function gets. Valid during the call only.
struct btl_load_args {
    const char *name;  // of the module
    const char *flags; // NAME_flags of loader.conf, "" when there are none
    int phase;         // enum btl_phase in which it is being loaded
};

enum btl_tunable_type { BTL_TUNABLE_INT, BTL_TUNABLE_BOOL, BTL_TUNABLE_STRING };

// A tunable of a module: `storage` holds the default, and the value from loader.conf before the
// load function is called. INT: int64_t; BOOL: bool; STRING: char[max], NUL-terminated.
struct btl_tunable {
    const char *name;
    int type; // enum btl_tunable_type
    void *storage;
    int64_t min, max; // INT: range, both included. STRING: max is sizeof the array
};

// The wrapper structure: exactly one in each module.
struct btl_wrapper {
    uint32_t abi;  // BTL_MODULE_ABI
    uint32_t size; // sizeof(struct btl_wrapper)
    // 0, or an error of btl/kernel.h; then it has undone what it did, and the module's memory is
    // taken back.
    int (*load)(const struct btl_load_args *args);
    // May be NULL: then the module is never unloaded. Non-zero: it refuses.
    int (*unload)(void);
    const void *type_data; // per module type; NULL for misc
    const struct btl_tunable *tunables;
    uint64_t tunable_count;
};

#define BTL_WRAPPER_SECTION ".btl.module"

#define BTL_CONCAT2(a, b) a##b
#define BTL_CONCAT(a, b)  BTL_CONCAT2(a, b)
#define BTL_MODINFO(key, text)                                                                     \
    static const char BTL_CONCAT(btl_modinfo_, __COUNTER__)[]                                      \
        __attribute__((used, section(".modinfo"), aligned(1))) = key "=" text

#define BTL_MODULE(module_name, ...)                                                               \
    BTL_MODINFO("name", module_name);                                                              \
    const struct btl_wrapper btl_wrapper                                                           \
        __attribute__((used, section(BTL_WRAPPER_SECTION), visibility("hidden"))) = {              \
            .abi = BTL_MODULE_ABI, .size = sizeof(struct btl_wrapper), __VA_ARGS__}

#define BTL_VERSION(text)      BTL_MODINFO("version", text)
#define BTL_DESCRIPTION(text)  BTL_MODINFO("description", text)
#define BTL_AUTHOR(text)       BTL_MODINFO("author", text)
#define BTL_LICENSE(text)      BTL_MODINFO("license", text)
#define BTL_DEPENDS(names)     BTL_MODINFO("depends", names)     // "a,b"
#define BTL_PHASES(names)      BTL_MODINFO("phases", names)      // subset of "BOOT1,BOOT2,RUN"
#define BTL_TYPE(type)         BTL_MODINFO("type", type)         // "misc" …
#define BTL_NEEDS(interface)   BTL_MODINFO("interface", interface) // "kernel:1.0"
#define BTL_PROVIDES(interface) BTL_MODINFO("provides", interface)

// Makes a function or variable of this file visible to modules that declare this one a dependency.
#define BTL_EXPORT(symbol)                                                                         \
    BTL_MODINFO("export", #symbol);                                                                \
    _Static_assert(sizeof(&symbol) != 0, #symbol " must be declared before it is exported")

// One line of the array that .tunables points to, and its metadata, as two macros:
//     static int64_t depth = 8;
//     static const struct btl_tunable tunables[] = {BTL_INT(depth, 1, 64)};
//     BTL_PARM("depth", "int", "entries in the queue");
#define BTL_INT(variable, least, most)                                                             \
    {.name = #variable, .type = BTL_TUNABLE_INT, .storage = &(variable), .min = (least), .max = (most)}
#define BTL_BOOL(variable)                                                                         \
    {.name = #variable, .type = BTL_TUNABLE_BOOL, .storage = &(variable)}
#define BTL_STRING(variable)                                                                       \
    {.name = #variable, .type = BTL_TUNABLE_STRING, .storage = (variable), .max = sizeof(variable)}
#define BTL_PARM(name, type, text)                                                                 \
    BTL_MODINFO("parmtype", name ":" type);                                                        \
    BTL_MODINFO("parm", name ":" text)
#define BTL_TUNABLES(array) .tunables = (array), .tunable_count = BTL_COUNT(array)

#endif
