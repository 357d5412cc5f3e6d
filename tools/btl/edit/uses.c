// SPDX-License-Identifier: BSD-2-Clause
#include "uses.h"

#include <btl/bls.h>

#include "conf_edit.h"
#include "configurations.h"
#include "edit.h"
#include "variables/variables.h"

static void uses_add(struct uses *uses, struct btl_str path, struct btl_str configuration)
{
    struct btl_str key = volume_path_key(&uses->boot->volume, path);
    struct btl_str *value = MEMORY_NEW(uses->host->arena, struct btl_str);
    *value = configuration;
    btl_symtab_add(&uses->files, key, (uintptr_t)value, 0, NULL);
}

static void uses_add_directories(struct uses *uses, struct btl_str module_path)
{
    struct btl_str directory;
    while (btl_take_part(&module_path, ';', &directory)) {
        bool known = false;
        for (size_t i = 0; i < uses->directory_count && !known; i++)
            known = btl_str_equal(volume_path_key(&uses->boot->volume, directory),
                                  volume_path_key(&uses->boot->volume, uses->directories[i]));
        if (known)
            continue;
        MEMORY_RESERVE(uses->host->arena, uses->directories, uses->directory_count, 1,
                       uses->directory_capacity);
        uses->directories[uses->directory_count++] =
            memory_text(uses->host->arena, "%pS", &directory);
    }
}

// The files that lines name, whatever a boot would make of the lines.
static void uses_add_named(struct uses *uses, const struct btl_config *config, struct btl_str path)
{
    for (size_t i = 0; i < config->setting_count; i++) {
        struct btl_str rest = config->settings[i].value, value;
        while (btl_take_part(&rest, ';', &value)) {
            if (value.at[0] == '/')
                uses_add(uses, value, path);
        }
    }
    uses_add_directories(uses, config->module_path);
}

// The files that a boot reads.
static void uses_add_found(struct uses *uses, struct btl_str path, struct btl_str text)
{
    struct host quiet = *uses->host;
    struct boot boot = {.host = &quiet, .root = uses->boot->root, .path = path};
    quiet.diags = (struct btl_diags){.arena = quiet.arena};
    if (!boot_open(&boot))
        return;
    boot_steps_with(&boot, path, text);
    for (uint32_t i = 0; i < boot.attempt.plan.module_count; i++) {
        const struct btl_attempt_module *module =
            i < boot.attempt.module_capacity ? boot.attempt.modules[i] : NULL;
        if (module != NULL && module->file != NULL)
            uses_add(uses, module->path, path);
    }
    boot_close(&boot);
}

static bool uses_add_configuration(struct uses *uses, struct btl_str path)
{
    struct volume *volume = &uses->boot->volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (path.len == 0 || !btl_symtab_add(&uses->texts, volume_path_key(volume, path), 0, 0, NULL))
        return true;
    struct btl_place place = {.file = volume_name(volume, path)};
    if (!volume_read(volume, path, BTL_CONFIG_MAX, &bytes, &problem)) {
        if (problem.code == BTL_FILE_NOT_FOUND)
            return true;
        btl_file_report(&uses->host->diags, place, &problem);
        btl_report(&uses->host->diags, BTL_HOST_USES_UNKNOWN, place);
        return false;
    }
    struct btl_str text = {(const char *)bytes.at, bytes.size}, lines;
    struct btl_diags ignored = {.arena = uses->host->arena};
    btl_bls_translate(path, path, text, uses->host->arena, &lines, &ignored);
    struct btl_config config = conf_parse(uses->host->arena, lines);
    uses_add_named(uses, &config, path);
    uses_add_found(uses, path, text);
    return true;
}

static bool uses_add_pair(struct uses *uses, struct btl_str path)
{
    return path.len == 0 ||
           (uses_add_configuration(uses, path) &&
            uses_add_configuration(uses, memory_text(uses->host->arena, "%pS.prev", &path)));
}

bool uses_find(struct boot *boot, struct btl_str edited, const char *efivars, struct uses *ret_uses)
{
    struct btl_arena *arena = boot->host->arena;
    struct btl_boot_state state;
    struct btl_str *paths;
    *ret_uses = (struct uses){.host = boot->host, .boot = boot};
    if (!btl_symtab_init(&ret_uses->files, 64, arena) ||
        !btl_symtab_init(&ret_uses->texts, 16, arena) ||
        !edit_read_state(boot->host, efivars, &state))
        return false;
    uses_add_directories(ret_uses, BTL_STR("/modules"));
    size_t count = configurations(&boot->volume, &paths);
    bool good = uses_add_pair(ret_uses, edited);
    for (size_t i = 0; i < count; i++)
        good = uses_add_pair(ret_uses, paths[i]) && good;
    for (size_t i = 0; i < BTL_VARIABLES; i++)
        good = (!state.record[i].valid || uses_add_pair(ret_uses, state.record[i].path)) && good;
    return good;
}

bool uses_has(const struct uses *uses, struct btl_str path, struct btl_str *ret_configuration)
{
    const struct btl_export *found =
        btl_symtab_find(&uses->files, volume_path_key(&uses->boot->volume, path));
    if (found != NULL)
        *ret_configuration = *(const struct btl_str *)(uintptr_t)found->value;
    return found != NULL;
}
