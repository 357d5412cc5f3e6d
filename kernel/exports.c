// SPDX-License-Identifier: BSD-2-Clause
// What the kernel says about itself in its file, for the loader: name, version, the interface it
// provides, and every symbol that modules may use (btl/kernel_exports.def).
#include <btl/module.h>

BTL_MODINFO("name", "kernel");
BTL_MODINFO("version", KERNEL_VERSION);
BTL_MODINFO("description", "the reference kernel of BTL");
BTL_MODINFO("license", "BSD-2-Clause");
BTL_MODINFO("provides", BTL_KERNEL_INTERFACE);

#define EXPORT(type, name, parameters, phase, minor, text)                                         \
    BTL_MODINFO("export", #name);                                                                  \
    BTL_MODINFO("export_phase", #name ":" #phase);
#include <btl/kernel_exports.def>
#undef EXPORT

// Where a pointer to a function points to a descriptor, the linker makes one for each function
// whose address is taken, and modules get that (docs/ia64.md).
#define EXPORT(type, name, parameters, phase, minor, text) (const void *)name,
static const void *const exported[] __attribute__((used)) = {
#include <btl/kernel_exports.def>
};
#undef EXPORT
