// SPDX-License-Identifier: BSD-2-Clause
// Modules in the manifest's JSON.
#include "json_parts.h"
#include "words.h"

static void section(struct printer *p, const void *entry)
{
    const struct btlm_section *at = entry;
    char perm[PERM_TEXT];
    json_begin_line(&p->json, NULL, '{');
    json_number(&p->json, "index", at->index);
    print_string(p, "name", at->name);
    json_hex(&p->json, "address", at->address);
    json_number(&p->json, "size", at->size);
    json_word(&p->json, "permission", words_perm(at->perm, perm));
    json_end(&p->json, '}');
}

void print_export(struct printer *p, const void *entry)
{
    const struct btlm_export *at = entry;
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", at->name);
    json_hex(&p->json, "address", at->value);
    json_end(&p->json, '}');
}

static void interface(struct printer *p, const struct btlm_interface *at)
{
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", at->name);
    json_number(&p->json, "major", at->major);
    json_number(&p->json, "minor", at->minor);
    json_end(&p->json, '}');
}

void print_provided(struct printer *p, const void *entry)
{
    const struct btlm_interface *at = entry;
    if (at->provided)
        interface(p, at);
}

static void needed(struct printer *p, const void *entry)
{
    const struct btlm_interface *at = entry;
    if (!at->provided)
        interface(p, at);
}

static void tunable(struct printer *p, const void *entry)
{
    const struct btlm_tunable *at = entry;
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", at->name);
    print_string(p, "value", at->value);
    json_number(&p->json, "line", at->line);
    json_number(&p->json, "column", at->column);
    json_end(&p->json, '}');
}

void print_module_name(struct printer *p, const void *entry)
{
    const uint32_t *index = entry;
    print_owner(p, NULL, *index);
}

static void supports(struct printer *p, const struct btlm_module *m)
{
    static const char *const names[] = {"BOOT1", "BOOT2", "RUN"};
    json_begin_line(&p->json, "supports", '[');
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        if ((m->supported & 1u << i) != 0)
            json_word(&p->json, NULL, names[i]);
    }
    json_end(&p->json, ']');
}

static void module_file(struct printer *p, const struct btlm_module *m)
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

static void module_metadata(struct printer *p, const struct btlm_module *m)
{
    bool known = (m->flags & BTLM_METADATA) != 0;
    json_bool(&p->json, "metadata", known);
    print_string(p, "version", m->version);
    print_string(p, "description", m->description);
    if (known)
        json_word(&p->json, "type", btl_type_name(m->type));
    else
        json_null(&p->json, "type");
    supports(p, m);
}

static void module_verdict(struct printer *p, const struct btlm_module *m)
{
    json_bool(&p->json, "in_config", (m->flags & BTLM_CONFIGURED) != 0);
    json_bool(&p->json, "required", (m->flags & BTLM_REQUIRED) != 0);
    json_word(&p->json, "on_error", btl_on_error_name(BTLM_ON_ERROR(m->flags)));
    json_word(&p->json, "configured", btl_phase_name(m->configured));
    json_word(&p->json, "phase", btl_phase_name(m->phase));
    print_owner(p, "pulled_by", m->pulled_by);
    json_word(&p->json, "registered", btl_phase_name(m->registered));
    json_word(&p->json, "state", btlm_state_name(m->state));
    if (m->reason == BTL_NONE)
        json_null(&p->json, "reason");
    else
        json_number(&p->json, "reason", m->reason);
    print_string(p, "arguments", m->arguments);
}

static void module_places(struct printer *p, const struct btlm_module *m)
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

void print_module(struct printer *p, const void *entry)
{
    const struct btlm_module *m = entry;
    json_begin(&p->json, NULL, '{');
    print_string(p, "name", m->name);
    module_file(p, m);
    module_metadata(p, m);
    module_verdict(p, m);
    module_places(p, m);
    print_entries(p, "sections", BTLM_SECTIONS, m->first_section, m->section_count, section);
    print_entries(p, "depends", BTLM_DEPENDS, m->first_depend, m->depend_count, print_module_name);
    print_entries(p, "provides", BTLM_INTERFACES, m->first_interface, m->interface_count,
                  print_provided);
    print_entries(p, "needs", BTLM_INTERFACES, m->first_interface, m->interface_count, needed);
    print_entries(p, "exports", BTLM_EXPORTS, m->first_export, m->export_count, print_export);
    print_entries(p, "tunables", BTLM_TUNABLES, m->first_tunable, m->tunable_count, tunable);
    json_end(&p->json, '}');
}
