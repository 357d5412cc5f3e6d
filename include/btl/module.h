// SPDX-License-Identifier: BSD-2-Clause
// The interface for modules. One include, plain C:
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
// The strings are in the section .modinfo, where the loader, btl and modinfo(8) of Linux read them
// without running code; the wrapper structure is in .btl.module.
#ifndef BTL_MODULE_H
#define BTL_MODULE_H

#include <btl/kernel.h>
#include <btl/types.h>

// 2: tunables may change at run time. A kernel loads modules of ABI 1 too.
#define BTL_MODULE_ABI 2

// The argument of a load function; valid during the call only.
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
    // Called before a change at run time, with a value that has passed the checks: an int64_t, bool
    // or char[]. 0: the kernel stores it. An error of btl/kernel.h: the value is not changed. NULL:
    // only loader.conf can set the tunable. (Since ABI 2.)
    int (*changed)(const struct btl_tunable *tunable, const void *value);
};

// The wrapper structure: exactly one in each module.
struct btl_wrapper {
    uint32_t abi;  // BTL_MODULE_ABI
    uint32_t size; // sizeof(struct btl_wrapper)
    // 0, or an error of btl/kernel.h after undoing its work; the kernel frees the module's memory
    // then.
    int (*load)(const struct btl_load_args *args);
    // NULL: the module is never unloaded. An error: the module stays loaded.
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

#define BTL_VERSION(text)       BTL_MODINFO("version", text)
#define BTL_DESCRIPTION(text)   BTL_MODINFO("description", text)
#define BTL_AUTHOR(text)        BTL_MODINFO("author", text)
#define BTL_LICENSE(text)       BTL_MODINFO("license", text)
#define BTL_DEPENDS(names)      BTL_MODINFO("depends", names)       // "a,b"
#define BTL_PHASES(names)       BTL_MODINFO("phases", names)        // subset of "BOOT1,BOOT2,RUN"
#define BTL_TYPE(type)          BTL_MODINFO("type", type)           // "misc" …
#define BTL_NEEDS(interface)    BTL_MODINFO("interface", interface) // "kernel:1.0"
#define BTL_PROVIDES(interface) BTL_MODINFO("provides", interface)
#define BTL_ALIAS(device)       BTL_MODINFO("alias", device) // "pci:v00001AF4d00001042*"

// This module uses an export of the kernel only from the phase on in which the kernel offers it,
// although the module can be loaded before: BTL_LATER(page_alloc).
#define BTL_LATER(symbol)                                                                          \
    BTL_MODINFO("later", #symbol);                                                                 \
    _Static_assert(sizeof(&symbol) != 0, #symbol " is no export that btl/kernel.h declares")

// Export a function or variable of this file to modules that declare this one a dependency.
#define BTL_EXPORT(symbol)                                                                         \
    BTL_MODINFO("export", #symbol);                                                                \
    _Static_assert(sizeof(&symbol) != 0, #symbol " must be declared before it is exported")

// In a kernel: modules may use its export from that phase on, BTL_EXPORT_FROM(page_alloc, BOOT2).
#define BTL_EXPORT_FROM(symbol, phase)                                                             \
    BTL_MODINFO("export_phase", #symbol ":" #phase);                                               \
    BTL_EXPORT(symbol)

// One line of the array that .tunables points to, and its metadata, as two macros:
//     static int64_t depth = 8;
//     static const struct btl_tunable tunables[] = {BTL_INT(depth, 1, 64)};
//     BTL_PARM("depth", "int", "entries in the queue");
// A variable of another type than int64_t, bool or char[] does not compile.
#define BTL_INT(variable, minimum, maximum) BTL_INT_RUNTIME(variable, minimum, maximum, NULL)
#define BTL_BOOL(variable)                  BTL_BOOL_RUNTIME(variable, NULL)
#define BTL_STRING(variable)                BTL_STRING_RUNTIME(variable, NULL)
// The same for tunables that may change while the module is loaded, if `callback` allows it.
#define BTL_INT_RUNTIME(variable, minimum, maximum, callback)                                      \
    {                                                                                              \
        .name = #variable, .type = BTL_TUNABLE_INT,                                                \
        .storage = _Generic(&(variable), int64_t *                                                 \
                            : &(variable)),                                                        \
        .min = (minimum), .max = (maximum), .changed = (callback)                                  \
    }
#define BTL_BOOL_RUNTIME(variable, callback)                                                         \
    {                                                                                                \
        .name = #variable, .type = BTL_TUNABLE_BOOL,                                               \
        .storage = _Generic(&(variable), bool *: &(variable)), .changed = (callback) \
    }
#define BTL_STRING_RUNTIME(variable, callback)                                                     \
    {                                                                                              \
        .name = #variable, .type = BTL_TUNABLE_STRING,                                             \
        .storage = _Generic(&(variable), char(*)[sizeof(variable)]                                 \
                            : (variable)),                                                         \
        .max = sizeof(variable), .changed = (callback)                                             \
    }
#define BTL_PARM(name, type, text)                                                                 \
    BTL_MODINFO("parmtype", name ":" type);                                                        \
    BTL_MODINFO("parm", name ":" text)
#define BTL_TUNABLES(array) .tunables = (array), .tunable_count = BTL_COUNT(array)

// Tunables written once: the list declares their variables, their metadata and the array
// btl_tunables. More entries follow each other, without commas. A callback is a static function of
// the file, defined after the list.
//     #define TUNABLES(x) BTL_TUNABLE_INT(x, depth, 8, 1, 64, "entries in the queue")
//     BTL_TUNABLE_LIST(TUNABLES);
//     BTL_MODULE("mine", .load = mine_load, BTL_TUNABLES(btl_tunables));
#define BTL_TUNABLE_LIST(list)                                                                     \
    list(VARIABLE) list(METADATA) static const struct btl_tunable btl_tunables[] = {list(ENTRY)}

#define BTL_TUNABLE_INT(x, name, initial, minimum, maximum, text)                                  \
    BTL_TUNABLE_##x(int64_t name = (initial), , #name, "int", text, BTL_INT(name, minimum, maximum))
#define BTL_TUNABLE_INT_RUNTIME(x, name, initial, minimum, maximum, callback, text)                \
    BTL_TUNABLE_##x(int64_t name = (initial), BTL_TUNABLE_CALLBACK(callback), #name, "int", text,  \
                    BTL_INT_RUNTIME(name, minimum, maximum, callback))
#define BTL_TUNABLE_BOOL(x, name, initial, text)                                                   \
    BTL_TUNABLE_##x(bool name = (initial), , #name, "bool", text, BTL_BOOL(name))
#define BTL_TUNABLE_BOOL_RUNTIME(x, name, initial, callback, text)                                 \
    BTL_TUNABLE_##x(bool name = (initial), BTL_TUNABLE_CALLBACK(callback), #name, "bool", text,    \
                    BTL_BOOL_RUNTIME(name, callback))
// `size`: bytes of the variable, with the NUL.
#define BTL_TUNABLE_STRING(x, name, size, initial, text)                                           \
    BTL_TUNABLE_##x(char name[size] = initial, , #name, "string", text, BTL_STRING(name))
#define BTL_TUNABLE_STRING_RUNTIME(x, name, size, initial, callback, text)                         \
    BTL_TUNABLE_##x(char name[size] = initial, BTL_TUNABLE_CALLBACK(callback), #name, "string",    \
                    text, BTL_STRING_RUNTIME(name, callback))
// The three readings of the list.
#define BTL_TUNABLE_CALLBACK(callback)                                                             \
    static int callback(const struct btl_tunable *tunable, const void *value);
#define BTL_TUNABLE_VARIABLE(variable, callback, name, type, text, entry) callback static variable;
#define BTL_TUNABLE_METADATA(variable, callback, name, type, text, entry)                          \
    BTL_PARM(name, type, text);
#define BTL_TUNABLE_ENTRY(variable, callback, name, type, text, entry) entry,

// A stub: `name` in this file (or in the kernel) calls the function of that name that module
// `module_name` exports. A call loads the module, its dependencies first, if it is not loaded. A
// stub needs no BTL_DEPENDS: the module may be absent. If the function cannot be called, the stub
// has the value of the expression `failed`, in which `btl_error` is the error, the same at each
// call:
//   BTL_ENOENT  no module of that name is registered, or it does not export the function
//   BTL_ENODEV  the module failed to load (once; `kmadmin -L` retries), is switched off, or cannot
//   be
//               loaded in this phase (before BOOT2: no module can)
//   BTL_EBUSY   it, or a dependency, is being loaded now: the caller is its own load function
//   BTL_ENOMEM  no memory
//
//     BTL_STUB("pciids", const char *, pci_vendor_name, (uint16_t vendor), (vendor), NULL);
//     BTL_STUB("disk", int, disk_flush, (void), (), btl_error);
//
// The module is busy until the call returns, so that it is not unloaded during the call.
#define BTL_STUB(module_name, returned, name, parameters, arguments, failed)                       \
    static struct btl_stub btl_stub_##name = {.module = module_name, .function = #name};           \
    BTL_MODINFO("uses", module_name ":" #name);                                                    \
    returned name parameters                                                                       \
    {                                                                                              \
        void *btl_function;                                                                        \
        int btl_error = stub_enter(&btl_stub_##name, &btl_function);                               \
        returned btl_result;                                                                       \
        if (btl_error != 0)                                                                        \
            return failed;                                                                         \
        btl_result = ((returned(*) parameters)btl_function)arguments;                              \
        stub_leave(&btl_stub_##name);                                                              \
        return btl_result;                                                                         \
    }                                                                                              \
    _Static_assert(sizeof(&name) != 0, "")
// A stub of a function without a result; `failed` is a statement.
#define BTL_STUB_VOID(module_name, name, parameters, arguments, failed)                            \
    static struct btl_stub btl_stub_##name = {.module = module_name, .function = #name};           \
    BTL_MODINFO("uses", module_name ":" #name);                                                    \
    void name parameters                                                                           \
    {                                                                                              \
        void *btl_function;                                                                        \
        int btl_error = stub_enter(&btl_stub_##name, &btl_function);                               \
        if (btl_error != 0) {                                                                      \
            failed;                                                                                \
            return;                                                                                \
        }                                                                                          \
        ((void(*) parameters)btl_function) arguments;                                              \
        stub_leave(&btl_stub_##name);                                                              \
    }                                                                                              \
    _Static_assert(sizeof(&name) != 0, "")
// Export a function, and say in the metadata that others call it through stubs.
#define BTL_STUB_EXPORT(symbol)                                                                    \
    BTL_MODINFO("stub", #symbol);                                                                  \
    BTL_EXPORT(symbol)

#endif
