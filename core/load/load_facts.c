// SPDX-License-Identifier: BSD-2-Clause
// What linking and starting must know of a module of the manifest.
#include <btl/load.h>

static bool facts_read_dependencies(const struct btl_manifest *manifest,
                                    const struct btlm_module *module, struct btl_arena *arena,
                                    struct btl_module_facts *facts)
{
    uint32_t *ids = BTL_NEW_ARRAY(arena, uint32_t, module->depend_count);

    if (ids == NULL)
        return false;
    for (uint64_t i = 0; i < module->depend_count; i++)
        ids[i] =
            *(const uint32_t *)btl_manifest_entry(manifest, BTLM_DEPENDS, module->first_depend + i);
    facts->dependencies = ids;
    facts->dependency_count = module->depend_count;
    return true;
}

static bool facts_read_settings(const struct btl_manifest *manifest,
                                const struct btlm_module *module, struct btl_arena *arena,
                                struct btl_module_facts *facts)
{
    struct btl_module_setting *settings =
        BTL_NEW_ARRAY(arena, struct btl_module_setting, module->tunable_count);

    if (settings == NULL)
        return false;
    for (uint64_t i = 0; i < module->tunable_count; i++) {
        const struct btlm_tunable *line =
            btl_manifest_entry(manifest, BTLM_TUNABLES, module->first_tunable + i);
        settings[i] = (struct btl_module_setting){.name = btl_manifest_str(manifest, line->name),
                                                  .value = btl_manifest_str(manifest, line->value),
                                                  .line = line->line,
                                                  .column = line->column};
    }
    facts->settings = settings;
    facts->setting_count = module->tunable_count;
    return true;
}

bool btl_module_facts(const struct btl_manifest *manifest, uint32_t index, struct btl_arena *arena,
                      struct btl_module_facts *ret_facts)
{
    const struct btlm_module *module = btl_manifest_module(manifest, index);

    *ret_facts = (struct btl_module_facts){.id = index,
                                           .name = btl_manifest_str(manifest, module->name),
                                           .flags = btl_manifest_str(manifest, module->arguments),
                                           .on_error = BTLM_ON_ERROR(module->flags)};
    return facts_read_dependencies(manifest, module, arena, ret_facts) &&
           facts_read_settings(manifest, module, arena, ret_facts);
}
