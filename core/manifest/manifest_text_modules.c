// SPDX-License-Identifier: BSD-2-Clause
// The manifest's text about modules: table, reasons, loading order, details.
#include "manifest_text.h"

#include <btl/modinfo.h>
#include <btl/symtab.h>

#define INDENT 14 // column of the values in a module's details

// Return "1,2,RUN": the phases without the word BOOT, to save columns.
static const char *short_supported_text(const struct btlm_module *module, char buffer[static 16])
{
    static const char *const names[] = {"1", "2", "RUN"};
    size_t len = 0;
    buffer[0] = '\0';
    if ((module->flags & BTLM_METADATA) == 0)
        return "-";
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        if ((module->supported & 1u << i) != 0)
            len += btl_format_to(buffer + len, 16 - len, "%s%s", len > 0 ? "," : "", names[i]);
    }
    return buffer;
}

static void text_module_row(struct text *text, uint64_t index, size_t name_width)
{
    const struct btlm_module *module = btl_manifest_module(text->manifest, index);
    char phases[16], size[16], address[20] = "-";
    bool linked = module->state == BTLM_LINKED;
    uint64_t bytes = linked ? module->size : module->file_size;
    if (linked)
        btl_format_to(address, sizeof(address), "%016lx", module->address);
    btl_format(text->out, "%3lu ", index);
    text_string(text, module->name, name_width);
    btl_format(text->out, " %-11s %-8s %-5s %-10s %-16s %8s\n",
               module->flags & BTLM_METADATA ? btl_type_name(module->type) : "-",
               short_supported_text(module, phases), btl_phase_name(module->phase),
               module->flags & BTLM_BUILT_IN && module->state == BTLM_REGISTERED
                   ? "built in"
                   : btlm_state_name(module->state),
               address, bytes != 0 ? text_byte_count(bytes, size) : "-");
}

static void text_reasons(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MODULES);
    bool first = true;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_module *module = btl_manifest_module(text->manifest, i);
        if (module->reason == BTL_NONE)
            continue;
        const struct btlm_diagnostic *reason =
            btl_manifest_entry(text->manifest, BTLM_DIAGNOSTICS, module->reason);
        btl_format(text->out, "%s%3lu ", first ? "\n" : "", i);
        text_string(text, reason->text, 0);
        btl_format(text->out, "\n");
        first = false;
    }
}

void text_modules(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MODULES);
    size_t width = text_owner_width(text);
    text_heading(text, "Modules");
    btl_format(text->out, " id %-*s %-11s %-8s %-5s %-10s %-16s %8s\n", (int)width, "name", "type",
               "supports", "phase", "state", "address", "size");
    for (uint64_t i = 0; i < count; i++)
        text_module_row(text, i, width);
    text_reasons(text);
}

static void text_phase_order(struct text *text, enum btl_phase phase)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_ORDER);
    bool any = false;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t *index = btl_manifest_entry(text->manifest, BTLM_ORDER, i);
        const struct btlm_module *module = btl_manifest_module(text->manifest, *index);
        if (module->phase != phase)
            continue;
        if (!any)
            btl_format(text->out, "  %-6s", btl_phase_name(phase));
        text_word(text, module->name, 8);
        any = true;
    }
    if (any)
        btl_format(text->out, "\n");
}

void text_order(struct text *text)
{
    text_heading(text, "Loading order");
    for (unsigned phase = 0; phase < BTL_PHASES; phase++)
        text_phase_order(text, phase);
}

static void text_detail_label(struct text *text, const char *name)
{
    btl_format(text->out, "    %-*s", INDENT - 4, name);
}

static void text_file_details(struct text *text, const struct btlm_module *module)
{
    text_detail_label(text, "file");
    btl_format(text->out, " ");
    text_string(text, module->path, 0);
    if (module->file_size != 0) {
        btl_format(text->out, ", %pB\n", &module->file_size);
        text_detail_label(text, "SHA-256");
        btl_format(text->out, " ");
        text_sha256(text, module->sha256);
    }
    btl_format(text->out, "\n");
    if (module->arguments.length != 0) {
        text_detail_label(text, "arguments");
        btl_format(text->out, " ");
        text_string(text, module->arguments, 0);
        btl_format(text->out, "\n");
    }
}

// The default is not printed, and the line above has printed "required".
static void text_level(struct text *text, const struct btlm_module *module)
{
    enum btl_on_error on_error = BTLM_ON_ERROR(module->flags);
    if (on_error == BTL_ON_ERROR_WARN || on_error == BTL_ON_ERROR_REQUIRED)
        return;
    text_detail_label(text, "on error");
    btl_format(text->out, " %s\n", btl_on_error_name(on_error));
}

static void text_phase_details(struct text *text, const struct btlm_module *module)
{
    char phases[16] = "unknown";
    if ((module->flags & BTLM_METADATA) != 0)
        btl_supported_text(module->supported, phases);
    text_detail_label(text, "supports");
    btl_format(text->out, " %s\n", phases);
    text_detail_label(text, "configured");
    btl_format(text->out, " %s%s%s, registered in %s\n", btl_phase_name(module->configured),
               module->flags & BTLM_CONFIGURED ? "" : " (not in the configuration)",
               BTLM_ON_ERROR(module->flags) == BTL_ON_ERROR_REQUIRED ? ", required" : "",
               btl_phase_name(module->registered));
    text_level(text, module);
    text_detail_label(text, "state");
    btl_format(text->out, " %s, phase %s", btlm_state_name(module->state),
               btl_phase_name(module->phase));
    if (module->pulled_by != BTL_NONE) {
        btl_format(text->out, ", needed there by ");
        text_owner(text, module->pulled_by, 0);
    }
    btl_format(text->out, "\n");
}

static void text_majors(struct text *text, const struct btlm_module *module)
{
    int16_t majors[BTL_DEVICE_KINDS];
    char words[32];
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        majors[kind] = btl_manifest_major(text->manifest, module, (enum btl_device_kind)kind);
    if (btl_majors_text(majors, words) == 0)
        return;
    text_detail_label(text, "majors");
    btl_format(text->out, " %s\n", words);
}

static void text_place_details(struct text *text, const struct btlm_module *module)
{
    if (module->size != 0) {
        text_detail_label(text, "image");
        btl_format(text->out, " %016lx %pB, %pB of them bss\n", module->address,
                   BTL_BYTES(module->size), BTL_BYTES(module->bss_size));
    }
    if (module->staged_size != 0) {
        text_detail_label(text, "staged");
        btl_format(text->out, " at %lx, %pB\n", module->staged_physical,
                   BTL_BYTES(module->staged_size));
    }
    if (module->reason != BTL_NONE) {
        const struct btlm_diagnostic *reason =
            btl_manifest_entry(text->manifest, BTLM_DIAGNOSTICS, module->reason);
        text_detail_label(text, "reason");
        btl_format(text->out, " ");
        text_string(text, reason->text, 0);
        btl_format(text->out, "\n");
    }
}

static void text_dependencies(struct text *text, const struct btlm_module *module)
{
    if (module->depend_count == 0)
        return;
    text_detail_label(text, "depends on");
    for (uint32_t i = 0; i < module->depend_count; i++) {
        const uint32_t *index =
            btl_manifest_entry(text->manifest, BTLM_DEPENDS, (uint64_t)module->first_depend + i);
        text_word(text, btl_manifest_module(text->manifest, *index)->name, INDENT);
    }
    btl_format(text->out, "\n");
}

static void text_interface(struct text *text, const struct btlm_interface *interface)
{
    text_detail_label(text, interface->provided ? "provides" : "needs");
    btl_format(text->out, " ");
    text_string(text, interface->name, 0);
    btl_format(text->out, ":%u.%u\n", interface->major, interface->minor);
}

static void text_tunables(struct text *text, const struct btlm_module *module)
{
    for (uint32_t i = 0; i < module->tunable_count; i++) {
        const struct btlm_tunable *tunable =
            btl_manifest_entry(text->manifest, BTLM_TUNABLES, (uint64_t)module->first_tunable + i);
        text_detail_label(text, i == 0 ? "tunables" : "");
        btl_format(text->out, " ");
        text_string(text, tunable->name, 0);
        btl_format(text->out, "=");
        text_string(text, tunable->value, 0);
        btl_format(text->out, "  (line %u)\n", tunable->line);
    }
}

static void text_module_sections(struct text *text, const struct btlm_module *module)
{
    char size[16], perm[4];
    for (uint32_t i = 0; i < module->section_count; i++) {
        const struct btlm_section *section =
            btl_manifest_entry(text->manifest, BTLM_SECTIONS, (uint64_t)module->first_section + i);
        text_detail_label(text, i == 0 ? "sections" : "");
        btl_format(text->out, " %016lx %8s  %s  ", section->address,
                   text_byte_count(section->size, size), btlm_perm_text(section->perm, perm));
        text_string(text, section->name, 0);
        btl_format(text->out, "\n");
    }
}

static void text_module_title(struct text *text, uint64_t index, const struct btlm_module *module)
{
    btl_format(text->out, "%3lu ", index);
    text_string(text, module->name, 0);
    if (module->version.length != 0) {
        btl_format(text->out, " ");
        text_string(text, module->version, 0);
    }
    if ((module->flags & BTLM_METADATA) != 0)
        btl_format(text->out, " (%s)", btl_type_name(module->type));
    if (module->description.length != 0) {
        btl_format(text->out, ": ");
        text_string(text, module->description, 0);
    }
    btl_format(text->out, "\n");
}

void text_module(struct text *text, uint64_t index)
{
    const struct btlm_module *module = btl_manifest_module(text->manifest, index);
    text_module_title(text, index, module);
    if (text_wants(text, BTLM_MODULES)) {
        text_file_details(text, module);
        text_phase_details(text, module);
        text_majors(text, module);
        text_place_details(text, module);
    }
    if (text_wants(text, BTLM_DEPENDS))
        text_dependencies(text, module);
    for (uint32_t i = 0; text_wants(text, BTLM_INTERFACES) && i < module->interface_count; i++)
        text_interface(text, btl_manifest_entry(text->manifest, BTLM_INTERFACES,
                                                (uint64_t)module->first_interface + i));
    if (text_wants(text, BTLM_TUNABLES))
        text_tunables(text, module);
    if (text_wants(text, BTLM_SECTIONS))
        text_module_sections(text, module);
}

static void text_kernel_interfaces(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_INTERFACES);
    bool first = true;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_interface *interface =
            btl_manifest_entry(text->manifest, BTLM_INTERFACES, i);
        if (interface->owner != BTL_KERNEL)
            continue;
        if (first)
            btl_format(text->out, "  - kernel\n");
        text_interface(text, interface);
        first = false;
    }
}

void text_module_details(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MODULES);
    text_heading(text, "Modules in detail");
    if (text_wants(text, BTLM_INTERFACES))
        text_kernel_interfaces(text);
    for (uint64_t i = 0; i < count; i++)
        text_module(text, i);
}
