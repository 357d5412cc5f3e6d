// SPDX-License-Identifier: BSD-2-Clause
// The known keys of loader.conf.
#include "config_parser.h"

#define BOOT(member)   offsetof(struct btl_config, member)
#define MODULE(member) offsetof(struct btl_module_config, member)
static const struct config_key_row key_rows[] = {
#define KEY(name, text, type, value, setting)                                                      \
    [CONFIG_##name] = {{text, sizeof(text) - 1}, CONFIG_##type, false, value, setting},
#define MODULE_KEY(name, text, type, value, setting)                                               \
    [CONFIG_##name] = {{text, sizeof(text) - 1}, CONFIG_##type, true, value, setting},
#include "config_keys.def"
#undef KEY
#undef MODULE_KEY
};

const struct config_key_row *config_key_row(enum config_key key)
{
    return (size_t)key < BTL_COUNT(key_rows) ? &key_rows[key] : NULL;
}

static bool key_has_suffix(struct btl_str key, struct btl_str suffix)
{
    return key.len > suffix.len && key.at[key.len - suffix.len - 1] == '_' &&
           btl_str_ends(key, suffix);
}

// Is this tunable the rest of a key that was written with the name of the file, as in
// hello.ko_load?
static bool is_rest_of_file_name(struct btl_str tunable)
{
    if (!btl_str_begins(tunable, BTL_STR("ko_")))
        return false;
    for (size_t i = 0; i < BTL_COUNT(key_rows); i++) {
        if (key_rows[i].of_module && btl_str_equal(btl_str_after(tunable, 3), key_rows[i].text))
            return true;
    }
    return false;
}

struct config_name config_parse_key(struct btl_str key)
{
    struct config_name name = {.key = CONFIG_TUNABLE, .of_module = true};
    if (btl_str_split(key, '.', &name.module, &name.tunable))
        return is_rest_of_file_name(name.tunable) ? (struct config_name){.key = CONFIG_UNKNOWN}
                                                  : name;
    // No suffix ends with "_" and another suffix, so that a key has one at most.
    for (size_t i = 0; i < BTL_COUNT(key_rows); i++) {
        if (!key_rows[i].of_module && btl_str_equal(key, key_rows[i].text))
            return (struct config_name){.key = (enum config_key)i};
        if (key_rows[i].of_module && key_has_suffix(key, key_rows[i].text))
            return (struct config_name){.key = (enum config_key)i,
                                        .module =
                                            btl_str_first(key, key.len - key_rows[i].text.len - 1),
                                        .of_module = true};
    }
    // The suffix of a module is looked for first: file_load is a key of the module "file".
    if (btl_str_begins(key, BTL_STR(RAW_FILE_PREFIX)) &&
        btl_is_module_name(btl_str_after(key, sizeof(RAW_FILE_PREFIX) - 1)))
        return (struct config_name){.key = CONFIG_RAW_FILE};
    return (struct config_name){.key = CONFIG_UNKNOWN};
}

bool btl_config_key(struct btl_str key, struct btl_str *ret_module)
{
    struct config_name name = config_parse_key(key);
    *ret_module = name.of_module ? name.module : btl_str_first(key, 0);
    return name.key != CONFIG_UNKNOWN;
}

struct btl_str btl_config_key_name(bool of_module, size_t index)
{
    for (size_t i = 0; i < BTL_COUNT(key_rows); i++) {
        if (key_rows[i].of_module == of_module && index-- == 0)
            return key_rows[i].text;
    }
    return (struct btl_str){0};
}

// The known key nearest to `key`: one for the whole boot, or the same module with a known suffix.
// The text before it is kept in ret_module.
static struct btl_str nearest_key(struct btl_str key, struct btl_str *ret_module)
{
    struct btl_str global[BTL_COUNT(key_rows)], suffixes[BTL_COUNT(key_rows)];
    size_t globals = 0, suffix_count = 0;
    for (size_t i = 0; i < BTL_COUNT(key_rows); i++) {
        if (key_rows[i].of_module)
            suffixes[suffix_count++] = key_rows[i].text;
        else
            global[globals++] = key_rows[i].text;
    }
    *ret_module = btl_str_first(key, 0);
    struct btl_str nearest = btl_nearest(key, global, globals);
    // A suffix has one "_" in it at most.
    for (size_t i = 0, suffix = btl_str_find_last(key, '_'); i < 2 && nearest.len == 0; i++) {
        if (suffix == key.len || suffix == 0)
            break;
        nearest = btl_nearest(btl_str_after(key, suffix + 1), suffixes, suffix_count);
        if (nearest.len > 0)
            *ret_module = btl_str_first(key, suffix + 1);
        size_t next = btl_str_find_last(btl_str_first(key, suffix), '_');
        suffix = next == suffix ? key.len : next;
    }
    return nearest;
}

// Keys of FreeBSD's loader.conf(5) that BTL does not have, and the ends of those of a module.
static const char *const freebsd_keys[] = {"beastie_disable",
                                           "bootfile",
                                           "bootlock_password",
                                           "boot_askname",
                                           "boot_cdrom",
                                           "boot_ddb",
                                           "boot_dfltroot",
                                           "boot_gdb",
                                           "boot_multicons",
                                           "boot_mute",
                                           "boot_pause",
                                           "boot_serial",
                                           "boot_single",
                                           "boot_verbose",
                                           "comconsole_pcidev",
                                           "comconsole_port",
                                           "comconsole_speed",
                                           "console",
                                           "currdev",
                                           "dumpdev",
                                           "entropy_efi_seed",
                                           "exec",
                                           "init_chroot",
                                           "init_exec",
                                           "init_path",
                                           "init_script",
                                           "init_shell",
                                           "kernels",
                                           "kernels_autodetect",
                                           "loader_brand",
                                           "loader_color",
                                           "loader_conf_dirs",
                                           "loader_conf_files",
                                           "loader_delay",
                                           "loader_logo",
                                           "loader_menu_title",
                                           "local_loader_conf_files",
                                           "nextboot_conf",
                                           "nextboot_enable",
                                           "password",
                                           "prompt",
                                           "rootdev",
                                           "root_disk_unit",
                                           "splash",
                                           "verbose_loading"};
static const char *const freebsd_ends[] = {"_after", "_before", "_type"};

static bool is_key_of_freebsd(struct btl_str key)
{
    bool found = false;
    for (size_t i = 0; i < BTL_COUNT(freebsd_keys) && !found; i++)
        found = btl_str_equal(key, btl_str_of(freebsd_keys[i]));
    for (size_t i = 0; i < BTL_COUNT(freebsd_ends) && !found; i++)
        found = btl_str_ends(key, btl_str_of(freebsd_ends[i]));
    return found;
}

// The second half of the sentence about an unknown key.
static struct btl_str unknown_key_advice(struct config_parser *parser, struct btl_str key)
{
    struct btl_str module, rest, nearest;
    struct btl_str none = BTL_STR("loader.conf(5) lists the keys");
    if (is_key_of_freebsd(key))
        return BTL_STR("FreeBSD's loader has this key, BTL does not; remove the line");
    if (btl_str_split(key, '.', &module, &rest)) {
        nearest = btl_str_after(rest, 2); // hello.ko_load: "_load"
    } else {
        nearest = nearest_key(key, &module);
    }
    if (nearest.len == 0)
        return none;
    const struct btl_str parts[] = {BTL_STR("did you mean \""), module, nearest, BTL_STR("\"?")};
    struct btl_str text = btl_str_join(parser->arena, parts, BTL_COUNT(parts));
    return text.at != NULL ? text : none;
}

void config_report_unknown(struct config_parser *parser, const struct btl_setting *setting)
{
    struct btl_place place = {parser->file, setting->line, setting->column, {NULL, 0}};
    if (config_admit(parser, BTL_CONF_UNKNOWN_KEY, place))
        btl_report(parser->diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG(setting->key),
                   BTL_ARG(unknown_key_advice(parser, setting->key)));
}
