// SPDX-License-Identifier: BSD-2-Clause
// Write the modules, and the tables whose entries belong to them, in the order of the modules.
#include <btl/module.h> // before mem.h, which declares some of the same functions

#include "manifest_draft.h"
#include <btl/assert.h>
#include <btl/mem.h>

static enum btlm_state module_state_of(const struct btl_planned *module,
                                       const struct btl_module_result *result)
{
    if (module->verdict == BTL_FAILED)
        return BTLM_FAILED;
    if (module->verdict == BTL_OFF)
        return BTLM_OFF;
    if (result->image != NULL)
        return BTLM_LINKED;
    return result->staged_size != 0 ? BTLM_STAGED : BTLM_REGISTERED;
}

static uint16_t on_error_flags(enum btl_on_error on_error)
{
    return (uint16_t)(on_error << BTLM_ON_ERROR_SHIFT |
                      (btl_on_error_stops(on_error) ? BTLM_REQUIRED : 0));
}

// Fill in the fields that come from configuration, plan and metadata.
static void writer_describe_module(struct writer *writer, uint32_t index, struct btlm_module *to)
{
    const struct btl_planned *module = &writer->draft->input->plan->modules[index];
    const struct btl_modinfo *info = module->info;
    to->name = writer_string(writer, module->name);
    to->path = writer_string(writer, module->path);
    to->configured = (uint8_t)module->configured;
    to->phase = (uint8_t)module->phase;
    to->registered = (uint8_t)module->registered;
    to->pulled_by = module->pulled_by;
    to->reason = writer->draft->reason[index];
    to->flags = on_error_flags(module->on_error);
    to->majors[BTL_DEVICE_CHAR] = to->majors[BTL_DEVICE_BLOCK] = BTL_MAJOR_NONE;
    if (module->built_in != NULL)
        to->flags |= BTLM_BUILT_IN;
    if (module->config != NULL) {
        to->flags |= BTLM_CONFIGURED;
        if (module->config->flags != NULL)
            to->arguments = writer_string(writer, module->config->flags->value);
    }
    if (info != NULL) {
        to->flags |= BTLM_METADATA;
        to->version = writer_string(writer, info->version);
        to->description = writer_string(writer, info->description);
        to->type = (uint8_t)info->type;
        to->supported = info->supported;
        memcpy(to->majors, info->majors, sizeof(to->majors));
    }
}

// Fill in the fields about the file and the image.
static void writer_locate_module(struct writer *writer, uint32_t index, struct btlm_module *to)
{
    const struct btl_module_result *result = &writer->draft->input->results[index];
    const struct btl_image *image = draft_image(writer->draft, index);
    to->state = (uint8_t)module_state_of(&writer->draft->input->plan->modules[index], result);
    if (result->hashed)
        memcpy(to->sha256, result->sha256, sizeof(to->sha256));
    else if (result->file_size != 0)
        to->flags |= BTLM_NOT_HASHED;
    to->file_size = result->file_size;
    to->staged_physical = result->staged_physical;
    to->staged_size = result->staged_size;
    if (image == NULL)
        return;
    to->address = image->base;
    to->size = image->size;
    to->bss_size = image->bss_size;
    to->text_size = image->segment[BTL_SEG_TEXT].size;
    to->rodata_size = image->segment[BTL_SEG_RODATA].size;
    to->wrapper = btl_image_section_address(image, BTL_STR(BTL_WRAPPER_SECTION));
}

// Fill in how many entries of the other tables belong to the module. writer_put_sections() to
// writer_put_tunables() write exactly as many.
static void writer_count_module(struct writer *writer, uint32_t index, struct btlm_module *to)
{
    const struct btl_manifest_draft *draft = writer->draft;
    const struct btl_planned *module = &draft->input->plan->modules[index];
    const struct btl_image *image = draft_image(draft, index);
    to->section_count = image != NULL ? image->order_count : 0;
    to->depend_count = module->dependency_count;
    if (module->info != NULL)
        to->interface_count = (uint32_t)(module->info->need_count + module->info->provide_count);
    to->export_count = draft->first_export[index + 1] - draft->first_export[index];
    if (module->config != NULL)
        to->tunable_count = (uint32_t)module->config->tunable_count;
}

// Write the modules. Return the first entries of one module more: the sizes of the other tables.
static struct btlm_module writer_put_modules(struct writer *writer)
{
    const struct btl_manifest_draft *draft = writer->draft;
    const struct btl_modinfo *kernel = draft->input->kernel_info;
    struct btlm_module next = {.first_export = draft->first_export[0]};
    if (kernel != NULL)
        next.first_interface = (uint32_t)(kernel->need_count + kernel->provide_count);
    writer_begin_table(writer, BTLM_MODULES);
    for (uint32_t i = 0; i < draft->module_count; i++) {
        struct btlm_module module = next;
        writer_describe_module(writer, i, &module);
        writer_locate_module(writer, i, &module);
        writer_count_module(writer, i, &module);
        writer_put_entry(writer, &module);
        next.first_section += module.section_count;
        next.first_depend += module.depend_count;
        next.first_interface += module.interface_count;
        next.first_export += module.export_count;
        next.first_tunable += module.tunable_count;
    }
    return next;
}

static void writer_put_sections(struct writer *writer)
{
    writer_begin_table(writer, BTLM_SECTIONS);
    for (uint32_t module = 0; module < writer->draft->module_count; module++) {
        const struct btl_image *image = draft_image(writer->draft, module);
        for (uint32_t i = 0; image != NULL && i < image->order_count; i++) {
            uint32_t index = image->order[i];
            const struct elf64_section *section = &image->elf->sections[index];
            writer_put_entry(
                writer, &(struct btlm_section){
                            .name = writer_string(writer, btl_elf_section_name(image->elf, index)),
                            .address = image->base + image->section_offset[index],
                            .size = section->size,
                            .perm = btl_section_perm(image->elf, index),
                            .index = index});
        }
    }
}

static void writer_put_dependencies(struct writer *writer)
{
    writer_begin_table(writer, BTLM_DEPENDS);
    for (uint32_t module = 0; module < writer->draft->module_count; module++) {
        const struct btl_planned *planned = &writer->draft->input->plan->modules[module];
        for (uint32_t i = 0; i < planned->dependency_count; i++)
            writer_put_entry(writer, &planned->dependencies[i]);
    }
}

static void writer_put_owned_interfaces(struct writer *writer, const struct btl_modinfo *info,
                                        uint32_t owner)
{
    if (info == NULL)
        return;
    for (size_t i = 0; i < info->provide_count + info->need_count; i++) {
        bool provided = i < info->provide_count;
        const struct btl_interface *from =
            provided ? &info->provides[i] : &info->needs[i - info->provide_count];
        writer_put_entry(writer, &(struct btlm_interface){.name = writer_string(writer, from->name),
                                                          .owner = owner,
                                                          .provided = provided,
                                                          .major = from->major,
                                                          .minor = from->minor});
    }
}

static void writer_put_interfaces(struct writer *writer)
{
    const struct btl_manifest_input *input = writer->draft->input;
    writer_begin_table(writer, BTLM_INTERFACES);
    writer_put_owned_interfaces(writer, input->kernel_info, BTL_KERNEL);
    for (uint32_t module = 0; module < writer->draft->module_count; module++)
        writer_put_owned_interfaces(writer, input->plan->modules[module].info, module);
}

static void writer_put_exports(struct writer *writer)
{
    const struct btl_manifest_draft *draft = writer->draft;
    writer_begin_table(writer, BTLM_EXPORTS);
    for (uint32_t i = 0; i < draft->first_export[draft->module_count]; i++) {
        const struct btl_export *from = &draft->input->symtab->exports[draft->exports[i]];
        writer_put_entry(writer, &(struct btlm_export){.name = writer_string(writer, from->name),
                                                       .value = from->value,
                                                       .owner = from->owner});
    }
}

static void writer_put_tunables(struct writer *writer)
{
    writer_begin_table(writer, BTLM_TUNABLES);
    for (uint32_t module = 0; module < writer->draft->module_count; module++) {
        const struct btl_module_config *config = writer->draft->input->plan->modules[module].config;
        for (size_t i = 0; config != NULL && i < config->tunable_count; i++) {
            const struct btl_tunable_setting *from = &config->tunables[i];
            struct btlm_tunable tunable = {.line = from->setting->line,
                                           .column = from->setting->value_column};
            tunable.name = writer_string(writer, from->name);
            tunable.value = writer_string(writer, from->setting->value);
            writer_put_entry(writer, &tunable);
        }
    }
}

void writer_modules(struct writer *writer)
{
    const struct btlm_module end = writer_put_modules(writer);
    writer_put_sections(writer);
    writer_put_dependencies(writer);
    writer_put_interfaces(writer);
    writer_put_exports(writer);
    writer_put_tunables(writer);
    BTL_ASSERT(writer->table[BTLM_SECTIONS].count == end.first_section &&
               writer->table[BTLM_DEPENDS].count == end.first_depend &&
               writer->table[BTLM_INTERFACES].count == end.first_interface &&
               writer->table[BTLM_EXPORTS].count == end.first_export &&
               writer->table[BTLM_TUNABLES].count == end.first_tunable);
}
