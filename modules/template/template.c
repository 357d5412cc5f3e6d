// SPDX-License-Identifier: BSD-2-Clause
// A module to start from: copy the directory, rename the file, and its name below and in Makefile.
#include <btl/module.h>

// A tunable: template.repeat="3" in loader.conf. Checked against the range before load is called.
#define TUNABLES(x) BTL_TUNABLE_INT(x, repeat, 1, 1, 10, "how often it says so")
BTL_TUNABLE_LIST(TUNABLES);

// A monitor command.
static void template_run(int argc, char **argv)
{
    for (int64_t i = 0; i < repeat; i++)
        kprintf("template: here\n");
}

// Called once, in the phase configured in loader.conf. 0, or an error of btl/kernel.h after undoing
// what was done.
static int template_load(const struct btl_load_args *args)
{
    template_run(0, NULL);
    return monitor_add_with("template", "", "says that it is here", template_run);
}

// Undoes what load did. Non-zero: refuses. Without this function the module cannot be unloaded.
static int template_unload(void)
{
    monitor_remove("template");
    return 0;
}

BTL_MODULE("template", .load = template_load, .unload = template_unload,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("a module to start from");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN"); // supported phases; loader.conf chooses one
BTL_NEEDS("kernel:1.4");       // the interface that it needs
