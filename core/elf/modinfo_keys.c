// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the keys, and what each takes as its value.
#include "modinfo_reader.h"
#include "modinfo_words.h"

typedef void take_value(struct modinfo_reader *reader, struct btl_str value);

static take_value take_name, take_version, take_description, take_author, take_license, take_phases,
    take_type, take_depends, take_needs, take_provides, take_export, take_stub, take_parm,
    take_parmtype, take_alias;

enum key_id {
    KEY_NAME,
    KEY_VERSION,
    KEY_DESCRIPTION,
    KEY_AUTHOR,
    KEY_LICENSE,
    KEY_PHASES,
    KEY_TYPE,
    KEY_DEPENDS,
    KEY_INTERFACE,
    KEY_PROVIDES,
    KEY_EXPORT,
    KEY_STUB,
    KEY_PARM,
    KEY_PARMTYPE,
    KEY_ALIAS,
    KEYS
};
_Static_assert(KEYS <= MODINFO_KEYS_MAX, "seen[] and taken[]");

// `once`: a second one is an error. The texts of Linux may be repeated, as in modules made of many
// files; the first is kept.
static const struct key {
    const char *key;
    take_value *take;
    bool once;
} keys[KEYS] = {
    [KEY_NAME] = {"name", take_name, true},
    [KEY_VERSION] = {"version", take_version, true},
    [KEY_DESCRIPTION] = {"description", take_description, false},
    [KEY_AUTHOR] = {"author", take_author, false},
    [KEY_LICENSE] = {"license", take_license, false},
    [KEY_PHASES] = {"phases", take_phases, true},
    [KEY_TYPE] = {"type", take_type, true},
    [KEY_DEPENDS] = {"depends", take_depends, false},
    [KEY_INTERFACE] = {"interface", take_needs, false},
    [KEY_PROVIDES] = {"provides", take_provides, false},
    [KEY_EXPORT] = {"export", take_export, false},
    [KEY_STUB] = {"stub", take_stub, false},
    [KEY_PARM] = {"parm", take_parm, false},
    [KEY_PARMTYPE] = {"parmtype", take_parmtype, false},
    [KEY_ALIAS] = {"alias", take_alias, false},
};

static void take_name(struct modinfo_reader *reader, struct btl_str value)
{
    if (btl_is_module_name(value))
        reader->info.name = value;
    else
        modinfo_report(reader, BTL_MODINFO_NAME, BTL_ARG(value), BTL_DEC(BTL_MODULE_NAME_MAX));
}

static void take_version(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.version = value;
}

static void take_first(struct btl_str *field, struct btl_str value)
{
    if (field->at == NULL)
        *field = value;
}

static void take_description(struct modinfo_reader *reader, struct btl_str value)
{
    take_first(&reader->info.description, value);
}

static void take_author(struct modinfo_reader *reader, struct btl_str value)
{
    take_first(&reader->info.author, value);
}

static void take_license(struct modinfo_reader *reader, struct btl_str value)
{
    take_first(&reader->info.license, value);
}

static uint8_t supported_phase(struct btl_str word)
{
    char text[16];
    for (uint8_t bit = BTL_SUPPORTS_BOOT1; bit <= BTL_SUPPORTS_RUN; bit = (uint8_t)(bit << 1)) {
        size_t len = btl_supported_text(bit, text);
        if (btl_str_equal(word, (struct btl_str){text, len}))
            return bit;
    }
    return 0;
}

static void take_phases(struct modinfo_reader *reader, struct btl_str value)
{
    struct words_list list = words_list(value);
    struct btl_str word;
    reader->info.supported = 0;
    if (value.len == 0)
        modinfo_report(reader, BTL_MODINFO_NO_PHASE);
    while (words_next(&list, &word)) {
        uint8_t bit = supported_phase(word);
        if (bit == 0)
            modinfo_report(reader, BTL_MODINFO_PHASE, BTL_ARG(value), BTL_ARG(word));
        reader->info.supported |= bit;
    }
}

static void take_type(struct modinfo_reader *reader, struct btl_str value)
{
    if (!btl_type_of(value, &reader->info.type))
        modinfo_report(reader, BTL_MODINFO_TYPE, BTL_ARG(value));
}

static void take_depends(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    struct words_list list = words_list(value);
    struct btl_str name;
    while (words_next(&list, &name)) {
        if (btl_is_module_name(name))
            info->depends[info->depend_count++] = name;
        else
            modinfo_report(reader, BTL_MODINFO_DEPENDS, BTL_ARG(value), BTL_ARG(name));
    }
}

static void take_needs(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (btl_interface_parse(value, &info->needs[info->need_count]))
        info->need_count++;
    else
        modinfo_report(reader, BTL_MODINFO_INTERFACE, BTL_ARG_Z("interface"), BTL_ARG(value));
}

static void take_provides(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (btl_interface_parse(value, &info->provides[info->provide_count]))
        info->provide_count++;
    else
        modinfo_report(reader, BTL_MODINFO_INTERFACE, BTL_ARG_Z("provides"), BTL_ARG(value));
}

static void take_export(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (value.len > 0)
        info->exports[info->export_count++] = value;
    else
        modinfo_report(reader, BTL_MODINFO_NO_SYMBOL, BTL_ARG_Z("export"));
}

static void take_stub(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (value.len > 0)
        info->stubs[info->stub_count++] = value;
    else
        modinfo_report(reader, BTL_MODINFO_NO_SYMBOL, BTL_ARG_Z("stub"));
}

static void take_alias(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.aliases[reader->info.alias_count++] = value;
}

// The tunable that "NAME:text" is about, made if it is new. NULL: malformed, and reported.
static struct btl_parm *find_parm(struct modinfo_reader *reader, const char *key,
                                  struct btl_str value, struct btl_str *ret_text)
{
    struct btl_str name;
    if (!btl_str_split(value, ':', &name, ret_text) || !words_is_name(name, '.')) {
        modinfo_report(reader, BTL_MODINFO_PARM, BTL_ARG_Z(key), BTL_ARG(value));
        return NULL;
    }
    struct btl_parm *parm = &reader->info.parms[btl_names_number(&reader->parm_names, name)];
    parm->name = name;
    reader->info.parm_count = reader->parm_names.count;
    return parm;
}

static void take_parm(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_str text;
    struct btl_parm *parm = find_parm(reader, "parm", value, &text);
    if (parm != NULL)
        take_first(&parm->description, text);
}

static void take_parmtype(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_str text;
    struct btl_parm *parm = find_parm(reader, "parmtype", value, &text);
    if (parm == NULL)
        return;
    if (parm->type.at != NULL)
        modinfo_report(reader, BTL_MODINFO_PARM_REPEATED, BTL_ARG(parm->name));
    take_first(&parm->type, text);
}

// The key of an entry, KEYS when it is none of ours. False: not of the form key=value.
static bool find_key(struct btl_str entry, size_t *ret_key, struct btl_str *ret_value)
{
    struct btl_str name;
    if (!btl_str_split(entry, '=', &name, ret_value) || name.len == 0)
        return false;
    size_t key = 0;
    while (key < KEYS && !btl_str_equal(name, btl_str_of(keys[key].key)))
        key++;
    *ret_key = key;
    return true;
}

void modinfo_count(struct modinfo_reader *reader, struct btl_str entry)
{
    size_t key;
    struct btl_str value;
    if (find_key(entry, &key, &value) && key < KEYS)
        reader->seen[key] += key == KEY_DEPENDS ? words_count(value) : 1;
}

bool modinfo_allocate(struct modinfo_reader *reader)
{
    struct btl_modinfo *info = &reader->info;
    struct btl_arena *arena = reader->arena;
    const uint32_t *seen = reader->seen;
    size_t parms = (size_t)seen[KEY_PARM] + seen[KEY_PARMTYPE];
    info->supported = BTL_SUPPORTS_RUN;
    info->depends = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_DEPENDS]);
    info->needs = BTL_NEW_ARRAY(arena, struct btl_interface, seen[KEY_INTERFACE]);
    info->provides = BTL_NEW_ARRAY(arena, struct btl_interface, seen[KEY_PROVIDES]);
    info->exports = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_EXPORT]);
    info->stubs = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_STUB]);
    info->aliases = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_ALIAS]);
    info->parms = BTL_NEW_ARRAY(arena, struct btl_parm, parms);
    return info->depends != NULL && info->needs != NULL && info->provides != NULL &&
           info->exports != NULL && info->stubs != NULL && info->aliases != NULL &&
           info->parms != NULL && btl_names_init(&reader->parm_names, parms, arena);
}

void modinfo_take(struct modinfo_reader *reader, struct btl_str entry)
{
    size_t key;
    struct btl_str value;
    if (!find_key(entry, &key, &value)) {
        modinfo_report(reader, BTL_MODINFO_NO_EQUALS, BTL_ARG(entry));
        return;
    }
    if (key == KEYS)
        return;
    if (keys[key].once && reader->taken[key]) {
        modinfo_report(reader, BTL_MODINFO_REPEATED, BTL_ARG_Z(keys[key].key), BTL_ARG(value));
        return;
    }
    reader->taken[key] = true;
    keys[key].take(reader, value);
}

bool modinfo_has_name(const struct modinfo_reader *reader)
{
    return reader->taken[KEY_NAME];
}

// A '*' takes as little as it can; when what follows does not fit, the last one takes one byte
// more.
bool btl_alias_match(struct btl_str pattern, struct btl_str text)
{
    size_t p = 0, t = 0, star = pattern.len, from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && pattern.at[p] == text.at[t]) {
            p++;
            t++;
        } else if (star < pattern.len) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}
