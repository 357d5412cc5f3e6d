// SPDX-License-Identifier: BSD-2-Clause
// Print modules as JSON.
#include <btl/modinfo.h>

#include "json_parts.h"
#include "words.h"

static void print_section(struct json_printer *p, const void *entry)
{
    const struct btlm_section *section = entry;
    char perm[4];
    json_begin_line(&p->json, NULL, '{');
    json_number(&p->json, "index", section->index);
    print_string(p, "name", section->name);
    json_hex(&p->json, "address", section->address);
    json_number(&p->json, "size", section->size);
    json_word(&p->json, "permission", btlm_perm_text(section->perm, perm));
    json_end(&p->json, '}');
}

void print_export(struct json_printer *p, const void *entry)
{
    const struct btlm_export *export = entry;
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", export->name);
    json_hex(&p->json, "address", export->value);
    json_end(&p->json, '}');
}

static void print_interface(struct json_printer *p, const struct btlm_interface *interface)
{
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", interface->name);
    json_number(&p->json, "major", interface->major);
    json_number(&p->json, "minor", interface->minor);
    json_end(&p->json, '}');
}

void print_provided(struct json_printer *p, const void *entry)
{
    const struct btlm_interface *interface = entry;
    if (interface->provided)
        print_interface(p, interface);
}

static void print_needed(struct json_printer *p, const void *entry)
{
    const struct btlm_interface *interface = entry;
    if (!interface->provided)
        print_interface(p, interface);
}

static void print_tunable(struct json_printer *p, const void *entry)
{
    const struct btlm_tunable *tunable = entry;
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", tunable->name);
    print_string(p, "value", tunable->value);
    json_number(&p->json, "line", tunable->line);
    json_number(&p->json, "column", tunable->column);
    json_end(&p->json, '}');
}

void print_module_name(struct json_printer *p, const void *entry)
{
    const uint32_t *index = entry;
    print_owner(p, NULL, *index);
}

static void print_supported(struct json_printer *p, const struct btlm_module *m)
{
    char name[16];
    json_begin_line(&p->json, "supports", '[');
    for (uint8_t phase = BTL_SUPPORTS_BOOT1; phase <= BTL_SUPPORTS_RUN; phase <<= 1) {
        if (btl_supported_text(m->supported & phase, name) > 0)
            json_word(&p->json, NULL, name);
    }
    json_end(&p->json, ']');
}

// null: the manifest does not say.
static void print_majors(struct json_printer *p, const struct btlm_module *m, bool known)
{
    if (!known || !btl_manifest_has_majors(p->manifest)) {
        json_null(&p->json, "majors");
        return;
    }
    json_begin_line(&p->json, "majors", '{');
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        const char *name = btl_device_kind_name((enum btl_device_kind)kind);
        int16_t major = btl_manifest_major(p->manifest, m, (enum btl_device_kind)kind);
        if (major == BTL_MAJOR_NONE)
            json_null(&p->json, name);
        else if (major == BTL_MAJOR_DYNAMIC)
            json_word(&p->json, name, "any");
        else
            json_number(&p->json, name, (uint64_t)major);
    }
    json_end(&p->json, '}');
}

static void print_module_file(struct json_printer *p, const struct btlm_module *m)
{
    print_string(p, "path", m->path);
    if (words_file_was_read(m)) {
        json_number(&p->json, "file_size", m->file_size);
        print_digest(p, "sha256", m->sha256);
    } else {
        json_null(&p->json, "file_size");
        json_null(&p->json, "sha256");
    }
}

static void print_module_metadata(struct json_printer *p, const struct btlm_module *m)
{
    bool known = (m->flags & BTLM_METADATA) != 0;
    json_bool(&p->json, "metadata", known);
    print_string(p, "version", m->version);
    print_string(p, "description", m->description);
    if (known)
        json_word(&p->json, "type", btl_type_name(m->type));
    else
        json_null(&p->json, "type");
    print_supported(p, m);
    print_majors(p, m, known);
}

static void print_module_verdict(struct json_printer *p, const struct btlm_module *m)
{
    json_bool(&p->json, "in_config", (m->flags & BTLM_CONFIGURED) != 0);
    json_bool(&p->json, "required", (m->flags & BTLM_REQUIRED) != 0);
    json_word(&p->json, "on_error", btl_on_error_name(BTLM_ON_ERROR(m->flags)));
    json_word(&p->json, "configured", btl_phase_name(m->configured));
    json_word(&p->json, "phase", btl_phase_name(m->phase));
    print_owner(p, "pulled_by", m->pulled_by);
    json_word(&p->json, "registered", btl_phase_name(m->registered));
    json_word(&p->json, "state", btlm_state_name(m->state));
    json_bool(&p->json, "built_in", (m->flags & BTLM_BUILT_IN) != 0);
    if (m->reason == BTL_NONE)
        json_null(&p->json, "reason");
    else
        json_number(&p->json, "reason", m->reason);
    print_string(p, "arguments", m->arguments);
}

static void print_module_places(struct json_printer *p, const struct btlm_module *m)
{
    if (m->size == 0) {
        json_null(&p->json, "image");
    } else {
        json_begin_line(&p->json, "image", '{');
        json_hex(&p->json, "address", m->address);
        json_number(&p->json, "size", m->size);
        json_number(&p->json, "text_size", m->text_size);
        json_number(&p->json, "rodata_size", m->rodata_size);
        json_number(&p->json, "bss_size", m->bss_size);
        json_hex(&p->json, "wrapper", m->wrapper);
        json_end(&p->json, '}');
    }
    if (m->staged_size == 0) {
        json_null(&p->json, "staged");
    } else {
        json_begin_line(&p->json, "staged", '{');
        json_hex(&p->json, "physical", m->staged_physical);
        json_number(&p->json, "size", m->staged_size);
        json_end(&p->json, '}');
    }
}

void print_module_entry(struct json_printer *p, const void *entry)
{
    const struct btlm_module *m = entry;
    json_begin(&p->json, NULL, '{');
    print_string(p, "name", m->name);
    print_module_file(p, m);
    print_module_metadata(p, m);
    print_module_verdict(p, m);
    print_module_places(p, m);
    print_entries(p, "sections", BTLM_SECTIONS, m->first_section, m->section_count, print_section);
    print_entries(p, "depends", BTLM_DEPENDS, m->first_depend, m->depend_count, print_module_name);
    print_entries(p, "provides", BTLM_INTERFACES, m->first_interface, m->interface_count,
                  print_provided);
    print_entries(p, "needs", BTLM_INTERFACES, m->first_interface, m->interface_count,
                  print_needed);
    print_entries(p, "exports", BTLM_EXPORTS, m->first_export, m->export_count, print_export);
    print_entries(p, "tunables", BTLM_TUNABLES, m->first_tunable, m->tunable_count, print_tunable);
    json_end(&p->json, '}');
}
