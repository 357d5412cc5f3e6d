// SPDX-License-Identifier: BSD-2-Clause
// The tunables of loaded modules: their defaults, and changes at run time. btl_module_start()
// stores the values of loader.conf.
#include "dlkm/dlkm.h"

#include "base/handoff.h"

#include <btl/kernel.h>
#include <btl/tunable.h>
#include <btl/wrapper.h>

bool tunables_keep_defaults(const struct module *module, struct btl_diags *diags)
{
    const struct btl_wrapper *wrapper = module->image->linked.wrapper;
    struct btl_place place = {.module = module_name(module)};
    uint64_t size = 0;
    uint8_t *to;

    for (uint32_t i = 0; i < wrapper->tunable_count; i++) {
        struct btl_tunable tunable = btl_wrapper_tunable(wrapper, i);
        size += btl_tunable_storage_size(&tunable);
    }
    if (size == 0)
        return true;
    to = module->image->defaults = kmem_alloc(size);
    if (to == NULL) {
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("keeping the defaults of its tunables"));
        return false;
    }
    for (uint32_t i = 0; i < wrapper->tunable_count; i++) {
        struct btl_tunable tunable = btl_wrapper_tunable(wrapper, i);
        memcpy(to, tunable.storage, btl_tunable_storage_size(&tunable));
        to += btl_tunable_storage_size(&tunable);
    }
    return true;
}

// --- at run time

static const void *tunable_default(const struct module *module, uint32_t index)
{
    const uint8_t *at = module->image->defaults;

    for (uint32_t i = 0; i < index; i++) {
        struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, i);
        at += btl_tunable_storage_size(&tunable);
    }
    return at;
}

void tunable_value_text(const struct btl_tunable *tunable, const void *from, char *text,
                        size_t size)
{
    int64_t number;

    if (tunable->type == BTL_TUNABLE_INT) {
        memcpy(&number, from, sizeof(number)); // defaults are not aligned
        btl_format_to(text, size, "%ld", number);
    } else if (tunable->type == BTL_TUNABLE_BOOL) {
        btl_format_to(text, size, "%s", *(const uint8_t *)from != 0 ? "YES" : "NO");
    } else {
        btl_format_to(text, size, "%.*s", (int)tunable->max, (const char *)from);
    }
}

void tunable_text(const struct module *module, uint32_t index, bool of_default, char *text,
                  size_t size)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);

    tunable_value_text(&tunable, of_default ? tunable_default(module, index) : tunable.storage,
                       text, size);
}

static int tunable_ask_and_store(const struct btl_tunable *tunable, const void *value,
                                 struct btl_place place, struct btl_diags *diags)
{
    int error;

    if (tunable->changed == NULL) {
        btl_report(diags, BTL_RUN_TUNABLE_FIXED, place, BTL_ARG_Z(tunable->name));
        return BTL_ENOSYS;
    }
    error = tunable->changed(tunable, value);
    if (error != 0) {
        btl_report(diags, BTL_RUN_TUNABLE_REFUSED, place, BTL_ARG_Z(tunable->name),
                   BTL_DEC(-(int64_t)error), BTL_ARG_Z(btl_error_text(error)));
        return error;
    }
    memcpy(tunable->storage, value, btl_tunable_storage_size(tunable));
    return 0;
}

// Allocate an aligned copy of the value for the module's callback.
static void *tunable_alloc_value(const struct btl_tunable *tunable, struct btl_place place,
                                 struct btl_diags *diags)
{
    void *memory = btl_alloc(diags->arena, btl_tunable_storage_size(tunable), 8);

    if (memory == NULL)
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("changing a tunable"));
    return memory;
}

int tunable_change(const struct module *module, uint32_t index, struct btl_str value,
                   struct btl_diags *diags)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);
    struct btl_place place = {.module = module_name(module)};
    void *memory = tunable_alloc_value(&tunable, place, diags);

    if (memory == NULL)
        return BTL_ENOMEM;
    if (!btl_tunable_parse(&tunable, btl_str_of(tunable.name), value, memory, place, diags))
        return BTL_EINVAL;
    return tunable_ask_and_store(&tunable, memory, place, diags);
}

int tunable_reset(const struct module *module, uint32_t index, struct btl_diags *diags)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);
    struct btl_place place = {.module = module_name(module)};
    void *memory = tunable_alloc_value(&tunable, place, diags);

    if (memory == NULL)
        return BTL_ENOMEM;
    memcpy(memory, tunable_default(module, index), btl_tunable_storage_size(&tunable));
    return tunable_ask_and_store(&tunable, memory, place, diags);
}
