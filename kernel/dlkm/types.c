// SPDX-License-Identifier: BSD-2-Clause
// Attaching of a module to the service of its type. A library or any other module that needs no
// service is `misc`.
#include "dlkm/types.h"

#include <btl/kernel.h>

static const struct type_ops *type_ops_of_module(const struct module *module)
{
    return module->entry->type < BTL_TYPES ? type_services[module->entry->type] : NULL;
}

void types_init(void)
{
    for (unsigned type = 0; type < BTL_TYPES; type++)
        if (type_services[type] != NULL && type_services[type]->init != NULL)
            type_services[type]->init();
}

bool type_reserve(struct module *module, bool fixed, struct btl_diags *diags)
{
    const struct type_ops *ops = type_ops_of_module(module);

    return ops == NULL || ops->reserve == NULL || ops->reserve(module, fixed, diags);
}

void type_release(struct module *module)
{
    const struct type_ops *ops = type_ops_of_module(module);

    if (ops != NULL && ops->release != NULL)
        ops->release(module);
}

// Attaching may fail after the load function has run, so the module must have an unload function.
bool type_check(struct module *module, struct btl_diags *diags)
{
    const struct btl_wrapper *wrapper = module->image->linked.wrapper;
    struct btl_place place = {.module = module_name(module)};
    const char *type = btl_type_name(module->entry->type);
    uint32_t before = diags->errors;

    if (type_ops_of_module(module) == NULL)
        return true;
    if (wrapper->type_data == NULL)
        btl_report(diags, BTL_RUN_TYPE_DATA, place, BTL_ARG_Z(type), BTL_ARG_Z("missing"));
    if (wrapper->unload == NULL)
        btl_report(diags, BTL_RUN_TYPE_UNLOAD, place, BTL_ARG_Z(type));
    return diags->errors == before && type_ops_of_module(module)->check(module, diags);
}

bool type_attach(struct module *module, struct btl_diags *diags)
{
    const struct type_ops *ops = type_ops_of_module(module);

    return ops == NULL || ops->attach == NULL || ops->attach(module, diags);
}

bool type_detach(struct module *module, struct btl_diags *diags)
{
    const struct type_ops *ops = type_ops_of_module(module);

    return ops == NULL || ops->detach == NULL || ops->detach(module, diags);
}

bool type_data_holds(const struct module *module, size_t size, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    uint64_t data = (uint64_t)(uintptr_t)module->image->linked.wrapper->type_data;

    if (data % 8 == 0 && image_holds_constant(module->image, data, size))
        return true;
    btl_report(diags, BTL_RUN_TYPE_DATA, place, BTL_ARG_Z(btl_type_name(module->entry->type)),
               BTL_ARG_Z("not among its constants"));
    return false;
}

bool type_data_calls(const struct module *module, uint64_t function, bool optional,
                     const char *name, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};

    if ((optional && function == 0) || image_holds_function(module->image, function))
        return true;
    btl_report(diags, BTL_RUN_TYPE_FUNCTION, place, BTL_ARG_Z(name), BTL_HEX(function));
    return false;
}
