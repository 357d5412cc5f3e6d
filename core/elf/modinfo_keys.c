// SPDX-License-Identifier: BSD-2-Clause
// Metadata: the keys, and what each takes as its value.
#include "modinfo_reader.h"
#include "modinfo_words.h"

typedef void modinfo_parse_value(struct modinfo_reader *reader, struct btl_str value);

static modinfo_parse_value modinfo_parse_name, modinfo_parse_version, modinfo_parse_description,
    modinfo_parse_author, modinfo_parse_license, modinfo_parse_phases, modinfo_parse_type,
    modinfo_parse_majors, modinfo_parse_depends, modinfo_parse_needs, modinfo_parse_provides,
    modinfo_parse_export, modinfo_parse_export_phase, modinfo_parse_later, modinfo_parse_stub,
    modinfo_parse_parm, modinfo_parse_parmtype, modinfo_parse_alias, modinfo_parse_vermagic,
    modinfo_parse_softdep;

// In the order of their lengths: a word is compared with the keys of its length alone.
enum key_id {
    KEY_NAME,
    KEY_TYPE,
    KEY_STUB,
    KEY_PARM,
    KEY_LATER,
    KEY_ALIAS,
    KEY_AUTHOR,
    KEY_PHASES,
    KEY_MAJORS,
    KEY_EXPORT,
    KEY_VERSION,
    KEY_LICENSE,
    KEY_DEPENDS,
    KEY_SOFTDEP,
    KEY_PROVIDES,
    KEY_PARMTYPE,
    KEY_VERMAGIC,
    KEY_INTERFACE,
    KEY_DESCRIPTION,
    KEY_EXPORT_PHASE,
    KEYS
};
#define KEY_LENGTH_MIN 4
#define KEY_LENGTH_MAX 12
// The first key of each length from KEY_LENGTH_MIN on.
static const uint8_t keys_of_length[] = {
    KEY_NAME,      KEY_LATER,       KEY_AUTHOR,      KEY_VERSION,      KEY_PROVIDES,
    KEY_INTERFACE, KEY_DESCRIPTION, KEY_DESCRIPTION, KEY_EXPORT_PHASE, KEYS};
_Static_assert(BTL_COUNT(keys_of_length) == KEY_LENGTH_MAX - KEY_LENGTH_MIN + 2, "each length");
_Static_assert(KEYS <= MODINFO_KEYS_MAX, "seen[] and taken[]");

// `once`: a second one is an error. The texts of Linux may be repeated, as in modules made of many
// files; the first is kept. `lines`: a text, which may have tabs and more than one line.
static const struct key {
    struct btl_str key;
    modinfo_parse_value *parse;
    bool once, lines;
} keys[KEYS] = {
    [KEY_NAME] = {BTL_STR("name"), modinfo_parse_name, .once = true},
    [KEY_TYPE] = {BTL_STR("type"), modinfo_parse_type, .once = true},
    [KEY_STUB] = {BTL_STR("stub"), modinfo_parse_stub, .once = false},
    [KEY_PARM] = {BTL_STR("parm"), modinfo_parse_parm, .lines = true},
    [KEY_LATER] = {BTL_STR("later"), modinfo_parse_later, .once = false},
    [KEY_ALIAS] = {BTL_STR("alias"), modinfo_parse_alias, .once = false},
    [KEY_AUTHOR] = {BTL_STR("author"), modinfo_parse_author, .lines = true},
    [KEY_PHASES] = {BTL_STR("phases"), modinfo_parse_phases, .once = true},
    [KEY_MAJORS] = {BTL_STR("majors"), modinfo_parse_majors, .once = true},
    [KEY_EXPORT] = {BTL_STR("export"), modinfo_parse_export, .once = false},
    [KEY_VERSION] = {BTL_STR("version"), modinfo_parse_version, .once = true},
    [KEY_LICENSE] = {BTL_STR("license"), modinfo_parse_license, .lines = true},
    [KEY_DEPENDS] = {BTL_STR("depends"), modinfo_parse_depends, .once = false},
    [KEY_SOFTDEP] = {BTL_STR("softdep"), modinfo_parse_softdep, .once = false},
    [KEY_PROVIDES] = {BTL_STR("provides"), modinfo_parse_provides, .once = false},
    [KEY_PARMTYPE] = {BTL_STR("parmtype"), modinfo_parse_parmtype, .once = false},
    [KEY_VERMAGIC] = {BTL_STR("vermagic"), modinfo_parse_vermagic, .once = true},
    [KEY_INTERFACE] = {BTL_STR("interface"), modinfo_parse_needs, .once = false},
    [KEY_DESCRIPTION] = {BTL_STR("description"), modinfo_parse_description, .lines = true},
    [KEY_EXPORT_PHASE] = {BTL_STR("export_phase"), modinfo_parse_export_phase, .once = false},
};

static void modinfo_parse_name(struct modinfo_reader *reader, struct btl_str value)
{
    if (btl_is_module_name(value))
        reader->info.name = value;
    else
        modinfo_report(reader, BTL_MODINFO_NAME, BTL_ARG(value), BTL_DEC(BTL_MODULE_NAME_MAX));
}

static void modinfo_parse_version(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.version = value;
}

static void set_if_first(struct btl_str *field, struct btl_str value)
{
    if (field->at == NULL)
        *field = value;
}

static void modinfo_parse_description(struct modinfo_reader *reader, struct btl_str value)
{
    set_if_first(&reader->info.description, value);
}

static void modinfo_parse_author(struct modinfo_reader *reader, struct btl_str value)
{
    set_if_first(&reader->info.author, value);
}

static void modinfo_parse_license(struct modinfo_reader *reader, struct btl_str value)
{
    set_if_first(&reader->info.license, value);
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

static void modinfo_parse_phases(struct modinfo_reader *reader, struct btl_str value)
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

static void modinfo_parse_type(struct modinfo_reader *reader, struct btl_str value)
{
    if (!btl_type_of(value, &reader->info.type))
        modinfo_report(reader, BTL_MODINFO_TYPE, BTL_ARG(value));
}

static void modinfo_parse_majors(struct modinfo_reader *reader, struct btl_str value)
{
    if (!btl_majors_parse(value, reader->info.majors))
        modinfo_report(reader, BTL_MODINFO_MAJORS, BTL_ARG(value), BTL_DEC(BTL_MAJORS_MAX - 1));
}

static void modinfo_parse_depends(struct modinfo_reader *reader, struct btl_str value)
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

static void modinfo_parse_needs(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (btl_interface_parse(value, &info->needs[info->need_count]))
        info->need_count++;
    else
        modinfo_report(reader, BTL_MODINFO_INTERFACE, BTL_ARG_Z("interface"), BTL_ARG(value));
}

static void modinfo_parse_provides(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (btl_interface_parse(value, &info->provides[info->provide_count]))
        info->provide_count++;
    else
        modinfo_report(reader, BTL_MODINFO_INTERFACE, BTL_ARG_Z("provides"), BTL_ARG(value));
}

static void modinfo_parse_export(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (value.len > 0)
        info->exports[info->export_count++] = value;
    else
        modinfo_report(reader, BTL_MODINFO_NO_SYMBOL, BTL_ARG_Z("export"));
}

static void modinfo_parse_export_phase(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    struct btl_str symbol, phase;
    uint8_t from = 0;
    if (btl_str_split(value, ':', &symbol, &phase) && symbol.len > 0)
        from = supported_phase(phase);
    if (from != 0)
        info->export_phases[info->export_phase_count++] = (struct btl_export_phase){symbol, from};
    else
        modinfo_report(reader, BTL_MODINFO_EXPORT_PHASE, BTL_ARG(value));
}

static void modinfo_parse_later(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (value.len > 0)
        info->later[info->later_count++] = value;
    else
        modinfo_report(reader, BTL_MODINFO_NO_SYMBOL, BTL_ARG_Z("later"));
}

static void modinfo_parse_stub(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_modinfo *info = &reader->info;
    if (value.len > 0)
        info->stubs[info->stub_count++] = value;
    else
        modinfo_report(reader, BTL_MODINFO_NO_SYMBOL, BTL_ARG_Z("stub"));
}

static void modinfo_parse_alias(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.aliases[reader->info.alias_count++] = value;
}

static void modinfo_parse_vermagic(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.vermagic = value;
}

static void modinfo_parse_softdep(struct modinfo_reader *reader, struct btl_str value)
{
    reader->info.softdeps[reader->info.softdep_count++] = value;
}

// The tunable that "NAME:text" is about, made if it is new. NULL: malformed, and reported.
static struct btl_parm *modinfo_find_parm(struct modinfo_reader *reader, const char *key,
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

static void modinfo_parse_parm(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_str text;
    struct btl_parm *parm = modinfo_find_parm(reader, "parm", value, &text);
    if (parm != NULL)
        set_if_first(&parm->description, text);
}

static void modinfo_parse_parmtype(struct modinfo_reader *reader, struct btl_str value)
{
    struct btl_str text;
    struct btl_parm *parm = modinfo_find_parm(reader, "parmtype", value, &text);
    if (parm == NULL)
        return;
    if (parm->type.at != NULL && !modinfo_is_of_linux(reader))
        modinfo_report(reader, BTL_MODINFO_PARM_REPEATED, BTL_ARG(parm->name));
    set_if_first(&parm->type, text);
}

// Return the key of that name; KEYS: none.
static size_t key_of_name(struct btl_str name)
{
    if (name.len < KEY_LENGTH_MIN || name.len > KEY_LENGTH_MAX)
        return KEYS;
    const uint8_t *range = &keys_of_length[name.len - KEY_LENGTH_MIN];
    for (size_t key = range[0]; key < range[1]; key++) {
        if (name.at[0] == keys[key].key.at[0] && btl_str_equal(name, keys[key].key))
            return key;
    }
    return KEYS;
}

// The key of an entry, KEYS when it is none of ours. False: not of the form key=value.
static bool modinfo_find_key(struct btl_str entry, size_t *ret_key, struct btl_str *ret_value)
{
    struct btl_str name;
    if (!btl_str_split(entry, '=', &name, ret_value) || name.len == 0)
        return false;
    *ret_key = key_of_name(name);
    return true;
}

void modinfo_count(struct modinfo_reader *reader, struct btl_str entry)
{
    size_t key;
    struct btl_str value;
    if (modinfo_find_key(entry, &key, &value) && key < KEYS)
        reader->seen[key] += key == KEY_DEPENDS ? words_count(value) : 1;
}

bool modinfo_allocate(struct modinfo_reader *reader)
{
    struct btl_modinfo *info = &reader->info;
    struct btl_arena *arena = reader->arena;
    const uint32_t *seen = reader->seen;
    size_t parms = (size_t)seen[KEY_PARM] + seen[KEY_PARMTYPE];
    info->of_linux = modinfo_is_of_linux(reader);
    info->supported = info->of_linux ? BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN : BTL_SUPPORTS_RUN;
    info->majors[BTL_DEVICE_CHAR] = info->majors[BTL_DEVICE_BLOCK] = BTL_MAJOR_NONE;
    info->depends = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_DEPENDS]);
    info->needs = BTL_NEW_ARRAY(arena, struct btl_interface, seen[KEY_INTERFACE]);
    info->provides = BTL_NEW_ARRAY(arena, struct btl_interface, seen[KEY_PROVIDES]);
    info->exports = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_EXPORT]);
    info->export_phases = BTL_NEW_ARRAY(arena, struct btl_export_phase, seen[KEY_EXPORT_PHASE]);
    info->later = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_LATER]);
    info->stubs = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_STUB]);
    info->aliases = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_ALIAS]);
    info->softdeps = BTL_NEW_ARRAY(arena, struct btl_str, seen[KEY_SOFTDEP]);
    info->parms = BTL_NEW_ARRAY(arena, struct btl_parm, parms);
    return info->depends != NULL && info->needs != NULL && info->provides != NULL &&
           info->exports != NULL && info->export_phases != NULL && info->later != NULL &&
           info->stubs != NULL && info->aliases != NULL && info->softdeps != NULL &&
           info->parms != NULL && btl_names_init(&reader->parm_names, parms, arena);
}

// Check that the entry can be shown: keys that are not ours are shown too.
static bool check_controls(struct modinfo_reader *reader, struct btl_str entry, size_t key,
                           struct btl_str value)
{
    struct btl_str before = {entry.at, entry.len - value.len};
    uint32_t control;
    if (!words_find_control(before, false, &control) &&
        !words_find_control(value, key == KEYS || keys[key].lines, &control))
        return true;
    modinfo_report(reader, BTL_MODINFO_CONTROL, BTL_ARG(entry), BTL_HEX(control));
    return false;
}

void modinfo_parse_entry(struct modinfo_reader *reader, struct btl_str entry)
{
    size_t key;
    struct btl_str value;
    if (!modinfo_find_key(entry, &key, &value)) {
        modinfo_report(reader, BTL_MODINFO_NO_EQUALS, BTL_ARG(entry));
        return;
    }
    if (!check_controls(reader, entry, key, value) || key == KEYS)
        return;
    if (keys[key].once && reader->taken[key]) {
        modinfo_report(reader, BTL_MODINFO_REPEATED, BTL_ARG(keys[key].key), BTL_ARG(value));
        return;
    }
    reader->taken[key] = true;
    keys[key].parse(reader, value);
}

bool modinfo_has_name(const struct modinfo_reader *reader)
{
    return reader->taken[KEY_NAME];
}

bool modinfo_is_of_linux(const struct modinfo_reader *reader)
{
    return reader->seen[KEY_VERMAGIC] > 0 && reader->seen[KEY_PHASES] == 0;
}

// Majors belong to drivers, which are opened by them.
void modinfo_check_majors(struct modinfo_reader *reader)
{
    struct btl_modinfo *info = &reader->info;
    bool given = reader->taken[KEY_MAJORS];
    if (info->type == BTL_TYPE_WSIO_CLASS && !given)
        modinfo_report(reader, BTL_MODINFO_NO_MAJORS);
    if (info->type == BTL_TYPE_WSIO_CLASS || !given)
        return;
    modinfo_report(reader, BTL_MODINFO_MAJORS_UNUSED, BTL_ARG_Z(btl_type_name(info->type)));
    info->majors[BTL_DEVICE_CHAR] = info->majors[BTL_DEVICE_BLOCK] = BTL_MAJOR_NONE;
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
