// SPDX-License-Identifier: BSD-2-Clause
// NAME.tunable="value" of loader.conf is parsed, checked against the range that the module
// declares, and stored in the module's variable before its load function is called.
#include "dlkm/dlkm.h"

#include "base/handoff.h"

#include <btl/kernel.h>
#include <btl/wrapper.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

// -?[0-9]+ or -?0x[0-9a-f]+, within int64_t.
static bool parse_int(struct btl_str text, int64_t *ret)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    size_t at = negative;
    int base = 10;
    int64_t value = 0;

    if (text.len >= at + 2 && text.at[at] == '0' && (text.at[at + 1] | 0x20) == 'x') {
        base = 16;
        at += 2;
    }
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        int digit = digit_of(text.at[at]);
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

static bool parse_bool(struct btl_str text, bool *ret)
{
    static const struct {
        struct btl_str word;
        bool value;
    } words[] = {{BTL_STR("YES"), true}, {BTL_STR("yes"), true}, {BTL_STR("1"), true},
                 {BTL_STR("NO"), false}, {BTL_STR("no"), false}, {BTL_STR("0"), false}};

    for (size_t i = 0; i < BTL_COUNT(words); i++) {
        if (!btl_str_equal(text, words[i].word))
            continue;
        *ret = words[i].value;
        return true;
    }
    return false;
}

// A number that may be negative, as an argument of a message.
static struct btl_arg signed_arg(struct btl_diags *diags, int64_t value)
{
    char text[24];

    btl_format_to(text, sizeof(text), "%ld", value);
    return BTL_ARG(btl_str_copy(diags->arena, btl_str_of(text)));
}

// Each function parses `value` into `storage`, a variable of the tunable's type. False: the value
// is invalid, which has been reported; nothing is stored.
static bool tunable_parse_int(const struct btl_tunable *tunable, struct btl_str value,
                              void *storage, struct btl_place place, struct btl_diags *diags)
{
    int64_t number;
    bool is_number = parse_int(value, &number);

    if (is_number && number >= tunable->min && number <= tunable->max) {
        *(int64_t *)storage = number;
        return true;
    }
    btl_report(diags, is_number ? BTL_RUN_TUNABLE_RANGE : BTL_RUN_TUNABLE_NUMBER, place,
               BTL_ARG(value), BTL_ARG_Z(tunable->name), signed_arg(diags, tunable->min),
               signed_arg(diags, tunable->max));
    return false;
}

static bool tunable_parse_bool(const struct btl_tunable *tunable, struct btl_str value,
                               void *storage, struct btl_place place, struct btl_diags *diags)
{
    if (parse_bool(value, storage))
        return true;
    btl_report(diags, BTL_RUN_TUNABLE_BOOL, place, BTL_ARG(value), BTL_ARG_Z(tunable->name));
    return false;
}

static bool tunable_parse_string(const struct btl_tunable *tunable, struct btl_str value,
                                 void *storage, struct btl_place place, struct btl_diags *diags)
{
    if (value.len < (uint64_t)tunable->max) {
        memcpy(storage, value.at, value.len);
        ((char *)storage)[value.len] = '\0';
        return true;
    }
    btl_report(diags, BTL_RUN_TUNABLE_LONG, place, BTL_ARG_Z(tunable->name), BTL_DEC(value.len),
               BTL_DEC(tunable->max - 1));
    return false;
}

static bool tunable_parse(const struct btl_tunable *tunable, struct btl_str value, void *storage,
                          struct btl_place place, struct btl_diags *diags)
{
    if (tunable->type == BTL_TUNABLE_INT)
        return tunable_parse_int(tunable, value, storage, place, diags);
    if (tunable->type == BTL_TUNABLE_BOOL)
        return tunable_parse_bool(tunable, value, storage, place, diags);
    return tunable_parse_string(tunable, value, storage, place, diags);
}

uint32_t tunable_find(const struct module *module, struct btl_str name)
{
    const struct btl_wrapper *wrapper = module->image->wrapper;

    for (uint32_t i = 0; i < wrapper->tunable_count; i++)
        if (btl_str_equal(btl_str_of(wrapper_tunable(wrapper, i).name), name))
            return i;
    return BTL_NONE;
}

static bool tunable_set(const struct module *module, const struct btlm_tunable *setting,
                        struct btl_diags *diags)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_str name = btl_manifest_str(manifest, setting->name);
    struct btl_place place = {
        .file = btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
        .line = setting->line,
        .column = setting->column,
        .module = module_name(module),
    };
    uint32_t index = tunable_find(module, name);
    struct btl_tunable tunable;

    if (index == BTL_NONE) {
        btl_report(diags, BTL_RUN_TUNABLE_UNKNOWN, place, BTL_ARG(name));
        return true; // the line has no effect, as in the planner
    }
    tunable = wrapper_tunable(module->image->wrapper, index);
    return tunable_parse(&tunable, btl_manifest_str(manifest, setting->value), tunable.storage,
                         place, diags);
}

// Keep the values of all tunables, one after the other, as they are in the module's file.
static bool tunables_keep_defaults(const struct module *module, struct btl_diags *diags)
{
    const struct btl_wrapper *wrapper = module->image->wrapper;
    struct btl_place place = {.module = module_name(module)};
    uint64_t size = 0;
    uint8_t *to;

    for (uint32_t i = 0; i < wrapper->tunable_count; i++) {
        struct btl_tunable tunable = wrapper_tunable(wrapper, i);
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
        struct btl_tunable tunable = wrapper_tunable(wrapper, i);
        memcpy(to, tunable.storage, btl_tunable_storage_size(&tunable));
        to += btl_tunable_storage_size(&tunable);
    }
    return true;
}

bool tunables_set(const struct module *module, struct btl_diags *diags)
{
    bool good = tunables_keep_defaults(module, diags);

    for (uint32_t i = 0; i < module->entry->tunable_count; i++)
        good &= tunable_set(module,
                            btl_manifest_entry(handoff_manifest(), BTLM_TUNABLES,
                                               module->entry->first_tunable + (uint64_t)i),
                            diags);
    return good;
}

// --- at run time

static const void *tunable_default(const struct module *module, uint32_t index)
{
    const uint8_t *at = module->image->defaults;

    for (uint32_t i = 0; i < index; i++) {
        struct btl_tunable tunable = wrapper_tunable(module->image->wrapper, i);
        at += btl_tunable_storage_size(&tunable);
    }
    return at;
}

void tunable_text(const struct module *module, uint32_t index, bool of_default, char *text,
                  size_t size)
{
    struct btl_tunable tunable = wrapper_tunable(module->image->wrapper, index);
    const void *from = of_default ? tunable_default(module, index) : tunable.storage;
    int64_t number;

    if (tunable.type == BTL_TUNABLE_INT) {
        memcpy(&number, from, sizeof(number)); // defaults are not aligned
        btl_format_to(text, size, "%ld", number);
    } else if (tunable.type == BTL_TUNABLE_BOOL) {
        btl_format_to(text, size, "%s", *(const uint8_t *)from != 0 ? "YES" : "NO");
    } else {
        btl_format_to(text, size, "%.*s", (int)tunable.max, (const char *)from);
    }
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
                   BTL_DEC(-(int64_t)error), BTL_ARG_Z(error_text(error)));
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
    struct btl_tunable tunable = wrapper_tunable(module->image->wrapper, index);
    struct btl_place place = {.module = module_name(module)};
    void *memory = tunable_alloc_value(&tunable, place, diags);

    if (memory == NULL)
        return BTL_ENOMEM;
    if (!tunable_parse(&tunable, value, memory, place, diags))
        return BTL_EINVAL;
    return tunable_ask_and_store(&tunable, memory, place, diags);
}

int tunable_reset(const struct module *module, uint32_t index, struct btl_diags *diags)
{
    struct btl_tunable tunable = wrapper_tunable(module->image->wrapper, index);
    struct btl_place place = {.module = module_name(module)};
    void *memory = tunable_alloc_value(&tunable, place, diags);

    if (memory == NULL)
        return BTL_ENOMEM;
    memcpy(memory, tunable_default(module, index), btl_tunable_storage_size(&tunable));
    return tunable_ask_and_store(&tunable, memory, place, diags);
}
