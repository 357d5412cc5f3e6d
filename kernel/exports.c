// SPDX-License-Identifier: BSD-2-Clause
// What the kernel says about itself in its file, for the loader: name, version, the interface it
// provides, and every symbol that modules may use (btl/kernel_exports.def).
#include <btl/module.h>

BTL_MODINFO("name", "kernel");
BTL_MODINFO("version", KERNEL_VERSION);
BTL_MODINFO("description", "the reference kernel of BTL");
BTL_MODINFO("license", "BSD-2-Clause");
BTL_MODINFO("provides", BTL_KERNEL_INTERFACE);

#define EXPORT(type, name, parameters, phase, minor, text) BTL_MODINFO("export", #name);
#include <btl/kernel_exports.def>
#undef EXPORT
