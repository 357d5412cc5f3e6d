// SPDX-License-Identifier: BSD-2-Clause
// The differences between the modules of two boots, which are matched by their names.
#include <btl/modinfo.h>
#include <btl/symtab.h>

#include "diff.h"
#include "words.h"

static struct btl_str depends_text(const struct diff *d, const struct btl_manifest *m,
                                   const struct btlm_module *module)
{
    struct btl_str list = BTL_STR("");
    // Of a longer list only the length is compared.
    if (module->depend_count > 64)
        return memory_text(d->host->arena, "%u modules", module->depend_count);
    for (uint32_t i = 0; i < module->depend_count; i++) {
        const uint32_t *index =
            btl_manifest_entry(m, BTLM_DEPENDS, (uint64_t)module->first_depend + i);
        struct btl_str name = diff_safe(d, m, btl_manifest_module(m, *index)->name);
        list = memory_text(d->host->arena, "%pS%s%pS", &list, i > 0 ? " " : "", &name);
    }
    return list;
}

static struct btl_str supported_text(const struct diff *d, const struct btlm_module *module)
{
    char phases[16];
    size_t len = btl_supported_text(module->supported, phases);
    return (module->flags & BTLM_METADATA) == 0
               ? BTL_STR("unknown")
               : memory_text(d->host->arena, "%pS", &(struct btl_str){phases, len});
}

static struct btl_str majors_text(const struct diff *d, const struct btl_manifest *manifest,
                                  const struct btlm_module *module)
{
    int16_t majors[BTL_DEVICE_KINDS];
    char text[32];
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        majors[kind] = btl_manifest_major(manifest, module, (enum btl_device_kind)kind);
    size_t len = btl_majors_text(majors, text);
    return memory_text(d->host->arena, "%pS", &(struct btl_str){text, len});
}

static struct btl_str reason_code(const struct diff *d, const struct btl_manifest *m,
                                  const struct btlm_module *module)
{
    if (module->reason == BTL_NONE)
        return BTL_STR("");
    const struct btlm_diagnostic *diagnostic =
        btl_manifest_entry(m, BTLM_DIAGNOSTICS, module->reason);
    return diff_safe(d, m, diagnostic->code);
}

static void diff_module_file(struct diff *d, const struct btlm_module *a,
                             const struct btlm_module *b)
{
    diff_string(d, "version", a->version, b->version);
    diff_string(d, "file", a->path, b->path);
    if (words_file_was_read(a) && words_file_was_read(b)) {
        diff_field(d, "file size", diff_bytes(d, a->file_size), diff_bytes(d, b->file_size));
        diff_field(d, "SHA-256", diff_hash(d, a->sha256), diff_hash(d, b->sha256));
    } else {
        diff_field(d, "file",
                   words_file_was_read(a) ? BTL_STR("was read") : BTL_STR("was not read"),
                   words_file_was_read(b) ? BTL_STR("was read") : BTL_STR("was not read"));
    }
    if ((a->flags & b->flags & BTLM_METADATA) != 0)
        diff_field(d, "type", diff_text(d, btl_type_name(a->type)),
                   diff_text(d, btl_type_name(b->type)));
    diff_field(d, "supports", supported_text(d, a), supported_text(d, b));
    if (btl_manifest_has_majors(d->a) && btl_manifest_has_majors(d->b))
        diff_field(d, "majors", majors_text(d, d->a, a), majors_text(d, d->b, b));
    diff_field(d, "depends on", depends_text(d, d->a, a), depends_text(d, d->b, b));
}

static void diff_module_boot(struct diff *d, const struct btlm_module *a,
                             const struct btlm_module *b)
{
    diff_field(d, "configured", diff_text(d, btl_phase_name(a->configured)),
               diff_text(d, btl_phase_name(b->configured)));
    diff_field(d, "phase", diff_text(d, btl_phase_name(a->phase)),
               diff_text(d, btl_phase_name(b->phase)));
    diff_field(d, "needed there by", diff_owner(d, d->a, a->pulled_by),
               diff_owner(d, d->b, b->pulled_by));
    diff_field(d, "state", diff_text(d, btlm_state_name(a->state)),
               diff_text(d, btlm_state_name(b->state)));
    diff_field(d, "reason", reason_code(d, d->a, a), reason_code(d, d->b, b));
    diff_field(d, "on error", diff_text(d, btl_on_error_name(BTLM_ON_ERROR(a->flags))),
               diff_text(d, btl_on_error_name(BTLM_ON_ERROR(b->flags))));
    diff_string(d, "arguments", a->arguments, b->arguments);
    diff_field(d, "address",
               diff_address(d, a->address, btl_manifest_system(d->a)->modules_virtual),
               diff_address(d, b->address, btl_manifest_system(d->b)->modules_virtual));
    diff_field(d, "image size", diff_bytes(d, a->size), diff_bytes(d, b->size));
}

// Print a module that only one of the boots has.
static void diff_lone_module(struct diff *d, char sign, const struct btl_manifest *m,
                             const struct btlm_module *module)
{
    struct btl_str name = diff_safe(d, m, module->name), reason = reason_code(d, m, module);
    diff_headings(d);
    btl_format(d->out, "  %c %pS, %s, %s%s%pS\n", sign, &name, btl_phase_name(module->phase),
               btlm_state_name(module->state), reason.len > 0 ? " " : "", &reason);
}

static void diff_module_names(struct diff *d, const struct btl_manifest *m,
                              struct btl_symtab *ret_names)
{
    uint64_t count = btl_manifest_count(m, BTLM_MODULES);
    if (!btl_symtab_init(ret_names, count, d->host->arena))
        return;
    for (uint64_t i = 0; i < count; i++)
        btl_symtab_add(ret_names, btl_manifest_str(m, btl_manifest_module(m, i)->name), i, 0, NULL);
}

void diff_modules(struct diff *d)
{
    struct btl_symtab names_a, names_b;
    diff_module_names(d, d->a, &names_a);
    diff_module_names(d, d->b, &names_b);
    d->heading = "Modules";
    for (uint64_t i = 0; i < btl_manifest_count(d->a, BTLM_MODULES); i++) {
        const struct btlm_module *a = btl_manifest_module(d->a, i);
        const struct btl_export *found = btl_symtab_find(&names_b, btl_manifest_str(d->a, a->name));
        if (found == NULL) {
            diff_lone_module(d, '-', d->a, a);
            continue;
        }
        const struct btlm_module *b = btl_manifest_module(d->b, found->value);
        d->subject = diff_safe(d, d->a, a->name).at;
        d->indent = 6;
        diff_module_file(d, a, b);
        diff_module_boot(d, a, b);
        d->subject = NULL;
        d->indent = 4;
    }
    for (uint64_t i = 0; i < btl_manifest_count(d->b, BTLM_MODULES); i++) {
        const struct btlm_module *b = btl_manifest_module(d->b, i);
        if (btl_symtab_find(&names_a, btl_manifest_str(d->b, b->name)) == NULL)
            diff_lone_module(d, '+', d->b, b);
    }
}
