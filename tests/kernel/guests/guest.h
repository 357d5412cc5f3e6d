// SPDX-License-Identifier: BSD-2-Clause
// Modules call into the test through a table that the test exports to them as `host`.
#ifndef TEST_KERNEL_GUEST_H
#define TEST_KERNEL_GUEST_H

#include <btl/module.h>

struct pci_function;

struct host_calls {
    int (*load)(const char *name, const char *flags);
    int (*unload)(const char *name);
    int (*attach)(const struct pci_function *device, void **ret_state);
    void (*detach)(const struct pci_function *device, void *state);
    const struct pci_function *(*find)(uint16_t vendor, uint16_t id,
                                       const struct pci_function *after);
    int (*event)(const char *what);
    int (*stub_enter)(struct btl_stub *stub, void **ret_function);
    void (*stub_leave)(struct btl_stub *stub);
    int (*put_down)(struct btl_queue *queue, struct btl_message *message);
    int (*put_up)(struct btl_queue *queue, struct btl_message *message);
};

#ifndef GUEST_HOST
extern struct host_calls host;

static char guest_name[64];

static int guest_load(const struct btl_load_args *args)
{
    for (size_t i = 0; i + 1 < sizeof(guest_name); i++) {
        guest_name[i] = args->name[i];
        if (args->name[i] == '\0')
            break;
    }
    return host.load(guest_name, args->flags);
}

static int __attribute__((unused)) guest_unload(void)
{
    return host.unload(guest_name);
}
#endif

#endif
