// SPDX-License-Identifier: BSD-2-Clause
// NAME.tunable="value" of loader.conf: parsed, checked against the range that the module declares,
// and stored in its variable before its load function is called.
#include "dlkm/dlkm.h"

#include "handoff.h"

#include <btl/kernel.h>

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
static struct btl_arg signed_arg(int64_t value, char buffer[static 24])
{
    btl_format_to(buffer, 24, "%lld", (long long)value);
    return BTL_ARG_Z(buffer);
}

static bool set_int(const struct btl_tunable *tunable, struct btl_str value, struct btl_place place,
                    struct btl_diags *diags)
{
    struct btl_str least = {0}, most = {0};
    char text[24];
    int64_t number;

    if (parse_int(value, &number) && number >= tunable->min && number <= tunable->max) {
        *(int64_t *)tunable->storage = number;
        return true;
    }
    signed_arg(tunable->min, text);
    least = btl_str_copy(diags->arena, btl_str_of(text));
    signed_arg(tunable->max, text);
    most = btl_str_copy(diags->arena, btl_str_of(text));
    btl_report(diags, parse_int(value, &number) ? BTL_RUN_TUNABLE_RANGE : BTL_RUN_TUNABLE_NUMBER,
               place, BTL_ARG(value), BTL_ARG_Z(tunable->name), BTL_ARG(least), BTL_ARG(most));
    return false;
}

static bool set_bool(const struct btl_tunable *tunable, struct btl_str value,
                     struct btl_place place, struct btl_diags *diags)
{
    if (parse_bool(value, tunable->storage))
        return true;
    btl_report(diags, BTL_RUN_TUNABLE_BOOL, place, BTL_ARG(value), BTL_ARG_Z(tunable->name));
    return false;
}

static bool set_string(const struct btl_tunable *tunable, struct btl_str value,
                       struct btl_place place, struct btl_diags *diags)
{
    char *storage = tunable->storage;

    if (value.len < (uint64_t)tunable->max) {
        memcpy(storage, value.at, value.len);
        storage[value.len] = '\0';
        return true;
    }
    btl_report(diags, BTL_RUN_TUNABLE_LONG, place, BTL_ARG_Z(tunable->name), BTL_DEC(value.len),
               BTL_DEC(tunable->max - 1));
    return false;
}

static const struct btl_tunable *find(const struct btl_wrapper *wrapper, struct btl_str name)
{
    for (uint64_t i = 0; i < wrapper->tunable_count; i++)
        if (btl_str_equal(btl_str_of(wrapper->tunables[i].name), name))
            return &wrapper->tunables[i];
    return NULL;
}

static bool set_one(const struct module *module, const struct btlm_tunable *setting,
                    struct btl_diags *diags)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_str name = btl_manifest_str(manifest, setting->name);
    struct btl_str value = btl_manifest_str(manifest, setting->value);
    struct btl_place place = {
        .file = btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
        .line = setting->line,
        .column = setting->column,
        .module = module_name(module),
    };
    const struct btl_tunable *tunable = find(module->image->wrapper, name);

    if (tunable == NULL) {
        btl_report(diags, BTL_RUN_TUNABLE_UNKNOWN, place, BTL_ARG(name));
        return false;
    }
    if (tunable->type == BTL_TUNABLE_INT)
        return set_int(tunable, value, place, diags);
    if (tunable->type == BTL_TUNABLE_BOOL)
        return set_bool(tunable, value, place, diags);
    return set_string(tunable, value, place, diags);
}

bool tunables_set(const struct module *module, struct btl_diags *diags)
{
    bool good = true;

    for (uint32_t i = 0; i < module->entry->tunable_count; i++)
        good &= set_one(module,
                        btl_manifest_entry(handoff_manifest(), BTLM_TUNABLES,
                                           module->entry->first_tunable + (uint64_t)i),
                        diags);
    return good;
}
