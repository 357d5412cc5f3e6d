// SPDX-License-Identifier: BSD-2-Clause
// Matching of drivers and devices. The bus is the module `pci`, called through a stub: it is loaded
// when the first driver looks for its devices.
#include "device/intfc.h"

#include <btl/kernel.h>

// As modules/pci.h declares it; static, because the module pci may be linked into the kernel.
static const struct pci_function *pci_find(uint16_t vendor, uint16_t id,
                                           const struct pci_function *after);
BTL_STUB("pci", const struct pci_function *, pci_find,
         (uint16_t vendor, uint16_t id, const struct pci_function *after), (vendor, id, after),
         NULL);

struct attachment {
    struct attachment *next; // of the same driver
    const struct pci_function *device;
    void *state;
};

// The state of attaching a driver to all its devices.
struct match {
    struct module *module;
    const struct btl_intfc *driver;
    uint32_t offered, attached;
    int first_error;
};

uint32_t intfc_count(const struct module *module)
{
    uint32_t count = 0;

    if (module->entry->type == BTL_TYPE_WSIO_INTFC)
        for (const struct attachment *at = module->attached; at != NULL; at = at->next)
            count++;
    return count;
}

// A device has at most one driver.
static bool intfc_has_driver(const struct pci_function *device)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        if (module->entry->type != BTL_TYPE_WSIO_INTFC)
            continue;
        for (const struct attachment *at = module->attached; at != NULL; at = at->next)
            if (at->device == device)
                return true;
    }
    return false;
}

static struct module *intfc_bus(void)
{
    uint32_t id;

    return module_find(BTL_STR("pci"), &id) ? module_get(id) : NULL;
}

static void intfc_holder(const struct module *module, char text[static 48])
{
    struct btl_str name = module_name(module);

    btl_format_to(text, 48, "driver %pS", &name);
}

// The devices are data of the bus module, so an attached driver holds it.
static int intfc_attach_device(struct match *match, const struct pci_function *device)
{
    struct attachment *attachment = kmem_alloc(sizeof(*attachment));
    char text[48];
    int error = BTL_ENOMEM;

    intfc_holder(match->module, text);
    if (attachment != NULL)
        error = hold_add(intfc_bus(), text);
    if (error == 0) {
        error = match->driver->attach(device, &attachment->state);
        if (error != 0)
            hold_drop(intfc_bus(), text);
    }
    if (error != 0) {
        kmem_free(attachment);
        return error;
    }
    attachment->device = device;
    attachment->next = match->module->attached;
    match->module->attached = attachment;
    return 0;
}

static void intfc_offer(struct match *match, const struct pci_function *device)
{
    int error = intfc_has_driver(device) ? BTL_ENODEV : intfc_attach_device(match, device);

    if (error == BTL_ENODEV)
        return;
    match->offered++;
    match->attached += error == 0;
    if (match->first_error == 0)
        match->first_error = error;
}

static bool intfc_attach(struct module *module, struct btl_diags *diags)
{
    struct match match = {.module = module, .driver = module->image->linked.wrapper->type_data};
    struct btl_place place = {.module = module_name(module)};

    for (uint64_t i = 0; i < match.driver->id_count; i++) {
        const struct btl_pci_id *id = &match.driver->ids[i];
        const struct pci_function *device = NULL;
        while ((device = pci_find(id->vendor, id->device, device)) != NULL)
            intfc_offer(&match, device);
    }
    if (match.offered == 0 || match.attached > 0)
        return true;
    btl_report(diags, BTL_RUN_ATTACH, place, BTL_DEC(match.offered),
               BTL_DEC(-(int64_t)match.first_error), BTL_ARG_Z(btl_error_text(match.first_error)));
    return false;
}

static bool intfc_detach(struct module *module, struct btl_diags *diags)
{
    const struct btl_intfc *driver = module->image->linked.wrapper->type_data;
    char text[48];

    intfc_holder(module, text);
    while (module->attached != NULL) {
        struct attachment *attachment = module->attached;
        module->attached = attachment->next;
        driver->detach(attachment->device, attachment->state);
        hold_drop(intfc_bus(), text);
        kmem_free(attachment);
    }
    return true;
}

static bool intfc_check(struct module *module, struct btl_diags *diags)
{
    const struct btl_intfc *driver = module->image->linked.wrapper->type_data;
    struct btl_place place = {.module = module_name(module)};
    uint64_t size;

    if (!type_data_holds(module, sizeof(*driver), diags) ||
        !type_data_calls(module, (uintptr_t)driver->attach, false, "attach", diags) ||
        !type_data_calls(module, (uintptr_t)driver->detach, false, "detach", diags))
        return false;
    if (btl_mul(driver->id_count, sizeof(*driver->ids), &size) && (uintptr_t)driver->ids % 2 == 0 &&
        image_holds(module->image, (uintptr_t)driver->ids, size, BTL_PERM_READ))
        return true;
    btl_report(diags, BTL_RUN_TYPE_DATA, place, BTL_ARG_Z("wsio_intfc"),
               BTL_ARG_Z("without ids in its image"));
    return false;
}

const struct type_ops intfc_type = {
    .check = intfc_check, .attach = intfc_attach, .detach = intfc_detach};
