// SPDX-License-Identifier: BSD-2-Clause
// The manifest as JSON. Addresses, masks and counters of the machine are hexadecimal strings,
// sizes, counts and times are numbers. The random seed stays out: it is a secret of the kernel.
#include "cmd.h"

#include <btl/config.h>
#include <btl/elf.h>
#include <btl/link.h>
#include <btl/symtab.h>

#include "json_parts.h"
#include "words.h"
#include "report.h"

// Bytes of one string: every entry of a hostile manifest may point at the same megabytes.
#define STRING_MAX 4096

static struct btl_str str(const struct printer *p, struct btlm_str at)
{
    struct btl_str text = btl_manifest_str(p->manifest, at);
    return (struct btl_str){text.at, text.len < STRING_MAX ? text.len : STRING_MAX};
}

void print_string(struct printer *p, const char *name, struct btlm_str at)
{
    json_text(&p->json, name, str(p, at));
}

// The name of a module, "kernel", or null.
void print_owner(struct printer *p, const char *name, uint32_t index)
{
    if (index == BTL_KERNEL)
        json_word(&p->json, name, "kernel");
    else if (index == BTL_NONE)
        json_null(&p->json, name);
    else
        print_string(p, name, btl_manifest_module(p->manifest, index)->name);
}

void print_digest(struct printer *p, const char *name, const uint8_t sha256[static 32])
{
    char text[SHA256_TEXT];
    json_word(&p->json, name, words_sha256(sha256, text));
}

static void range(struct printer *p, const char *name, uint64_t start, uint64_t size)
{
    json_begin_line(&p->json, name, '{');
    json_hex(&p->json, "virtual", start);
    json_number(&p->json, "size", size);
    json_end(&p->json, '}');
}

static void placed(struct printer *p, const char *name, uint64_t start, uint64_t physical,
                   uint64_t size)
{
    json_begin_line(&p->json, name, '{');
    json_hex(&p->json, "virtual", start);
    json_hex(&p->json, "physical", physical);
    json_number(&p->json, "size", size);
    json_end(&p->json, '}');
}

static void header(struct printer *p)
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

static void firmware(struct printer *p, const struct btlm_system *s)
{
    char uefi[24];
    json_begin_line(&p->json, "firmware", '{');
    print_string(p, "vendor", s->firmware_vendor);
    json_hex(&p->json, "revision", s->firmware_revision);
    json_word(&p->json, "uefi", words_uefi(s->uefi_revision, uefi));
    json_hex(&p->json, "system_table", s->efi_system_table);
    json_hex(&p->json, "acpi_rsdp", s->acpi_rsdp);
    json_hex(&p->json, "smbios", s->smbios);
    json_hex(&p->json, "smbios3", s->smbios3);
    json_end(&p->json, '}');
}

static void framebuffer(struct printer *p, const struct btlm_system *s)
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

static void address_space(struct printer *p, const struct btlm_system *s)
{
    json_begin(&p->json, "address_space", '{');
    range(p, "direct_map", s->direct_map, s->direct_map_size);
    range(p, "window", s->window, s->window_size);
    placed(p, "modules", s->modules_virtual, s->modules_physical, s->modules_size);
    placed(p, "early", s->early_virtual, s->early_physical, s->early_size);
    placed(p, "stack", s->stack_virtual, s->stack_physical, s->stack_size);
    json_hex(&p->json, "page_table_root", s->page_table_root);
    json_end(&p->json, '}');
}

static void system(struct printer *p)
{
    const struct btlm_system *s = btl_manifest_system(p->manifest);
    json_begin(&p->json, "system", '{');
    json_word(&p->json, "machine", btl_machine_name(s->machine));
    print_string(p, "loader_version", s->loader_version);
    firmware(p, s);
    print_string(p, "config_path", s->config_path);
    print_string(p, "kernel_options", s->kernel_options);
    json_word(&p->json, "required_failure",
              s->required_failure == BTL_STOP_RESET ? "reset" : "wait");
    json_number(&p->json, "seed_size", s->seed_size);
    framebuffer(p, s);
    address_space(p, s);
    json_number(&p->json, "ticks_per_second", s->ticks_per_second);
    json_hex(&p->json, "ticks_at_zero", s->ticks_at_zero);
    json_end(&p->json, '}');
}

// An array of what `print` prints for entries [first, first + count) of a table.
void print_entries(struct printer *p, const char *name, enum btlm_kind kind, uint64_t first,
                   uint64_t count, void (*print)(struct printer *, const void *))
{
    json_begin(&p->json, name, '[');
    for (uint64_t i = 0; i < count; i++)
        print(p, btl_manifest_entry(p->manifest, kind, first + i));
    json_end(&p->json, ']');
}

static void table(struct printer *p, const char *name, enum btlm_kind kind,
                  void (*print)(struct printer *, const void *))
{
    print_entries(p, name, kind, 0, btl_manifest_count(p->manifest, kind), print);
}

static void segment(struct printer *p, const void *entry)
{
    const struct btlm_segment *at = entry;
    char perm[PERM_TEXT];
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "address", at->address);
    json_number(&p->json, "size", at->size);
    json_word(&p->json, "permission", words_perm(at->perm, perm));
    json_end(&p->json, '}');
}

static void kernel_export(struct printer *p, const void *entry)
{
    const struct btlm_export *at = entry;
    if (at->owner == BTL_KERNEL)
        print_export(p, entry);
}

static void kernel_interface(struct printer *p, const void *entry)
{
    const struct btlm_interface *at = entry;
    if (at->owner == BTL_KERNEL)
        print_provided(p, entry);
}

static void kernel(struct printer *p)
{
    const struct btlm_kernel *k = btl_manifest_kernel(p->manifest);
    json_begin(&p->json, "kernel", '{');
    print_string(p, "path", k->path);
    print_string(p, "version", k->version);
    json_number(&p->json, "file_size", k->file_size);
    print_digest(p, "sha256", k->sha256);
    placed(p, "image", k->virtual_base, k->physical_base, k->size);
    json_hex(&p->json, "entry", k->entry);
    table(p, "segments", BTLM_SEGMENTS, segment);
    table(p, "provides", BTLM_INTERFACES, kernel_interface);
    table(p, "exports", BTLM_EXPORTS, kernel_export);
    json_end(&p->json, '}');
}

static void memory(struct printer *p, const void *entry)
{
    const struct btlm_memory *at = entry;
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "start", at->start);
    json_number(&p->json, "size", at->size);
    json_word(&p->json, "type", btlm_memory_name(at->type));
    json_number(&p->json, "efi_type", at->efi_type);
    json_hex(&p->json, "attributes", at->attributes);
    json_end(&p->json, '}');
}

static void diagnostic(struct printer *p, const void *entry)
{
    const struct btlm_diagnostic *at = entry;
    json_begin_line(&p->json, NULL, '{');
    json_word(&p->json, "severity", words_severity(at->severity));
    print_string(p, "code", at->code);
    print_owner(p, "module", at->module);
    print_string(p, "text", at->text);
    json_end(&p->json, '}');
}

static void event(struct printer *p, const void *entry)
{
    const struct btlm_event *at = entry;
    json_begin_line(&p->json, NULL, '{');
    json_word(&p->json, "event", btlm_event_name(at->kind));
    print_owner(p, "module", at->module);
    json_number(&p->json, "start_ns", at->start);
    json_number(&p->json, "end_ns", at->end);
    json_number(&p->json, "bytes", at->bytes);
    json_end(&p->json, '}');
}

static void function(struct printer *p, const void *entry)
{
    const struct btlm_symbol *at = entry;
    json_begin_line(&p->json, NULL, '{');
    json_hex(&p->json, "address", at->address);
    json_number(&p->json, "size", at->size);
    print_owner(p, "owner", at->owner);
    print_string(p, "name", at->name);
    json_end(&p->json, '}');
}

void manifest_json(const struct btl_manifest *manifest, struct btl_out *out)
{
    struct printer p = {.manifest = manifest, .json = {.out = out}};
    json_begin(&p.json, NULL, '{');
    json_word(&p.json, "schema", "btl-manifest");
    json_number(&p.json, "schema_version", MANIFEST_SCHEMA_VERSION);
    header(&p);
    system(&p);
    print_boot(&p);
    print_volume(&p);
    kernel(&p);
    table(&p, "modules", BTLM_MODULES, print_module);
    table(&p, "order", BTLM_ORDER, print_module_name);
    table(&p, "memory", BTLM_MEMORY, memory);
    table(&p, "diagnostics", BTLM_DIAGNOSTICS, diagnostic);
    table(&p, "timeline", BTLM_EVENTS, event);
    table(&p, "functions", BTLM_SYMBOLS, function);
    json_text(&p.json, "log", btl_manifest_text(manifest, BTLM_LOG));
    json_text(&p.json, "config", btl_manifest_text(manifest, BTLM_CONFIG));
    json_end(&p.json, '}');
    btl_format(out, "\n");
}
