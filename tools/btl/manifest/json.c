// SPDX-License-Identifier: BSD-2-Clause
// Print the manifest as JSON. Addresses, masks and counters of the machine are hexadecimal strings;
// sizes, counts and times are numbers. The random seed is omitted: it is a secret of the kernel.
#include "cmd.h"

#include <btl/config.h>
#include <btl/elf.h>
#include <btl/hash.h>
#include <btl/symtab.h>

#include "json_parts.h"
#include "report.h"
#include "words.h"

// Maximum bytes of one string: every entry of a hostile manifest may point at the same megabytes.
#define STRING_MAX 4096

void print_string(struct json_printer *p, const char *name, struct btlm_str str)
{
    struct btl_str text = btl_manifest_str(p->manifest, str);
    if (text.len > STRING_MAX)
        text.len = STRING_MAX;
    json_text(&p->json, name, text);
}

void print_owner(struct json_printer *p, const char *name, uint32_t index)
{
    if (index == BTL_KERNEL)
        json_word(&p->json, name, "kernel");
    else if (index == BTL_NONE)
        json_null(&p->json, name);
    else
        print_string(p, name, btl_manifest_module(p->manifest, index)->name);
}

void print_digest(struct json_printer *p, const char *name, const uint8_t sha256[static 32])
{
    char text[BTL_SHA256_TEXT];
    if (btlm_is_hashed(sha256))
        json_word(&p->json, name, btl_sha256_text(sha256, text));
    else
        json_null(&p->json, name);
}

static void print_virtual_range(struct json_printer *p, const char *name, uint64_t start,
                                uint64_t size)
{
    json_begin_line(&p->json, name, '{');
    json_hex(&p->json, "virtual", start);
    json_number(&p->json, "size", size);
    json_end(&p->json, '}');
}

static void print_placed_range(struct json_printer *p, const char *name, uint64_t start,
                               uint64_t physical, uint64_t size)
{
    json_begin_line(&p->json, name, '{');
    json_hex(&p->json, "virtual", start);
    json_hex(&p->json, "physical", physical);
    json_number(&p->json, "size", size);
    json_end(&p->json, '}');
}

static void print_header(struct json_printer *p)
{
    const struct btlm_header *h = p->manifest->header;
    json_begin_line(&p->json, "format", '{');
    json_number(&p->json, "major", h->major);
    json_number(&p->json, "minor", h->minor);
    json_number(&p->json, "size", h->total_size);
    json_hex(&p->json, "checksum", h->checksum);
    json_hex(&p->json, "physical", h->physical);
    json_end(&p->json, '}');
}

static void print_firmware(struct json_printer *p, const struct btlm_system *s)
{
    char uefi[24];
    json_begin_line(&p->json, "firmware", '{');
    print_string(p, "vendor", s->firmware_vendor);
    json_hex(&p->json, "revision", s->firmware_revision);
    json_word(&p->json, "uefi", btlm_uefi_text(s->uefi_revision, uefi));
    json_hex(&p->json, "system_table", s->efi_system_table);
    json_hex(&p->json, "acpi_rsdp", s->acpi_rsdp);
    json_hex(&p->json, "smbios", s->smbios);
    json_hex(&p->json, "smbios3", s->smbios3);
    json_end(&p->json, '}');
}

static void print_framebuffer(struct json_printer *p, const struct btlm_system *s)
{
    if (s->framebuffer == 0) {
        json_null(&p->json, "framebuffer");
        return;
    }
    json_begin_line(&p->json, "framebuffer", '{');
    json_hex(&p->json, "physical", s->framebuffer);
    json_number(&p->json, "size", s->framebuffer_size);
    json_number(&p->json, "width", s->framebuffer_width);
    json_number(&p->json, "height", s->framebuffer_height);
    json_number(&p->json, "stride", s->framebuffer_stride);
    json_word(&p->json, "format",
              s->framebuffer_format == 1   ? "RGBX"
              : s->framebuffer_format == 2 ? "BGRX"
                                           : "unknown");
    json_end(&p->json, '}');
}

static void print_address_space(struct json_printer *p, const struct btlm_system *s)
{
    json_begin(&p->json, "address_space", '{');
    print_virtual_range(p, "direct_map", s->direct_map, s->direct_map_size);
    print_virtual_range(p, "window", s->window, s->window_size);
    print_placed_range(p, "modules", s->modules_virtual, s->modules_physical, s->modules_size);
    print_placed_range(p, "early", s->early_virtual, s->early_physical, s->early_size);
    print_placed_range(p, "stack", s->stack_virtual, s->stack_physical, s->stack_size);
    json_hex(&p->json, "page_table_root", s->page_table_root);
    json_end(&p->json, '}');
}

static void print_system(struct json_printer *p)
{
    const struct btlm_system *s = btl_manifest_system(p->manifest);
    json_begin(&p->json, "system", '{');
    json_word(&p->json, "machine", btl_machine_name(s->machine));
    print_string(p, "loader_version", s->loader_version);
    print_firmware(p, s);
    print_string(p, "config_path", s->config_path);
    print_string(p, "kernel_options", s->kernel_options);
    json_word(&p->json, "required_failure",
              s->required_failure == BTL_STOP_RESET ? "reset" : "wait");
    json_number(&p->json, "seed_size", s->seed_size);
    print_framebuffer(p, s);
    print_address_space(p, s);
    json_number(&p->json, "ticks_per_second", s->ticks_per_second);
    json_hex(&p->json, "ticks_at_zero", s->ticks_at_zero);
    json_end(&p->json, '}');
}

void print_entries(struct json_printer *p, const char *name, enum btlm_kind kind, uint64_t first,
                   uint64_t count, void (*print)(struct json_printer *, const void *))
{
    json_begin(&p->json, name, '[');
    for (uint64_t i = 0; i < count; i++)
        print(p, btl_manifest_entry(p->manifest, kind, first + i));
    json_end(&p->json, ']');
}

static void print_all_entries(struct json_printer *p, const char *name, enum btlm_kind kind,
                              void (*print)(struct json_printer *, const void *))
{
    print_entries(p, name, kind, 0, btl_manifest_count(p->manifest, kind), print);
}

static void print_segment(struct json_printer *p, const void *entry)
{
    const struct btlm_segment *segment = entry;
    char perm[4];
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "address", segment->address);
    json_number(&p->json, "size", segment->size);
    json_word(&p->json, "permission", btlm_perm_text(segment->perm, perm));
    json_end(&p->json, '}');
}

static void print_kernel_export(struct json_printer *p, const void *entry)
{
    const struct btlm_export *export = entry;
    if (export->owner == BTL_KERNEL)
        print_export(p, entry);
}

static void print_kernel_interface(struct json_printer *p, const void *entry)
{
    const struct btlm_interface *interface = entry;
    if (interface->owner == BTL_KERNEL)
        print_provided(p, entry);
}

static void print_kernel(struct json_printer *p)
{
    const struct btlm_kernel *k = btl_manifest_kernel(p->manifest);
    json_begin(&p->json, "kernel", '{');
    print_string(p, "path", k->path);
    print_string(p, "version", k->version);
    json_word(&p->json, "kind", words_kernel_kind(p->manifest));
    json_number(&p->json, "file_size", k->file_size);
    print_digest(p, "sha256", k->sha256);
    print_placed_range(p, "image", k->virtual_base, k->physical_base, k->size);
    json_hex(&p->json, "entry", k->entry);
    print_all_entries(p, "segments", BTLM_SEGMENTS, print_segment);
    print_all_entries(p, "provides", BTLM_INTERFACES, print_kernel_interface);
    print_all_entries(p, "exports", BTLM_EXPORTS, print_kernel_export);
    json_end(&p->json, '}');
}

static void print_raw_file(struct json_printer *p, const void *entry)
{
    const struct btlm_file *file = entry;
    json_begin_line(&p->json, NULL, '{');
    print_string(p, "name", file->name);
    print_string(p, "path", file->path);
    json_number(&p->json, "size", file->size);
    print_digest(p, "sha256", file->sha256);
    json_hex(&p->json, "physical", file->physical);
    json_end(&p->json, '}');
}

static void print_memory_range(struct json_printer *p, const void *entry)
{
    const struct btlm_memory *memory = entry;
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "start", memory->start);
    json_number(&p->json, "size", memory->size);
    json_word(&p->json, "type", btlm_memory_name(memory->type));
    json_number(&p->json, "efi_type", memory->efi_type);
    json_hex(&p->json, "attributes", memory->attributes);
    json_end(&p->json, '}');
}

static void print_diagnostic(struct json_printer *p, const void *entry)
{
    const struct btlm_diagnostic *diagnostic = entry;
    json_begin_line(&p->json, NULL, '{');
    json_word(&p->json, "severity", btl_severity_name(diagnostic->severity));
    print_string(p, "code", diagnostic->code);
    print_owner(p, "module", diagnostic->module);
    print_string(p, "text", diagnostic->text);
    json_end(&p->json, '}');
}

static void print_timeline_event(struct json_printer *p, const void *entry)
{
    const struct btlm_event *event = entry;
    json_begin_line(&p->json, NULL, '{');
    json_word(&p->json, "event", btlm_event_name(event->kind));
    print_owner(p, "module", event->module);
    json_number(&p->json, "start_ns", event->start);
    json_number(&p->json, "end_ns", event->end);
    json_number(&p->json, "bytes", event->bytes);
    json_end(&p->json, '}');
}

static void print_function(struct json_printer *p, const void *entry)
{
    const struct btlm_symbol *function = entry;
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "address", function->address);
    json_number(&p->json, "size", function->size);
    print_owner(p, "owner", function->owner);
    print_string(p, "name", function->name);
    json_end(&p->json, '}');
}

void manifest_json(const struct btl_manifest *manifest, struct btl_out *out)
{
    struct json_printer p = {.manifest = manifest, .json = {.out = out}};
    json_begin(&p.json, NULL, '{');
    json_word(&p.json, "schema", "btl-manifest");
    json_number(&p.json, "schema_version", MANIFEST_SCHEMA_VERSION);
    print_header(&p);
    print_system(&p);
    print_boot(&p);
    print_volume(&p);
    print_trust(&p);
    print_kernel(&p);
    print_all_entries(&p, "files", BTLM_FILES, print_raw_file);
    print_all_entries(&p, "modules", BTLM_MODULES, print_module_entry);
    print_all_entries(&p, "order", BTLM_ORDER, print_module_name);
    print_all_entries(&p, "memory", BTLM_MEMORY, print_memory_range);
    print_all_entries(&p, "diagnostics", BTLM_DIAGNOSTICS, print_diagnostic);
    print_all_entries(&p, "timeline", BTLM_EVENTS, print_timeline_event);
    print_all_entries(&p, "functions", BTLM_SYMBOLS, print_function);
    json_text(&p.json, "log", btl_manifest_text(manifest, BTLM_LOG));
    json_text(&p.json, "config", btl_manifest_text(manifest, BTLM_CONFIG));
    json_end(&p.json, '}');
    btl_format(out, "\n");
}
