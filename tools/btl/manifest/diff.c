// SPDX-License-Identifier: BSD-2-Clause
// The differences between two boots, without those between any two boots: random seed, counter
// values, the log, times (-v prints those that exceed the noise), random bases of the images.
#include "cmd.h"

#include <btl/elf.h>
#include <btl/hash.h>
#include <btl/symtab.h>

#include "diff.h"
#include "words.h"
#include "report.h"

void diff_headings(struct diff *d)
{
    if (d->heading != NULL)
        btl_format(d->out, "%s%s:\n", d->any ? "\n" : "", d->heading);
    if (d->subject != NULL)
        btl_format(d->out, "  ~ %s\n", d->subject);
    d->heading = d->subject = NULL;
    d->any = true;
}

struct btl_str diff_safe(const struct diff *d, const struct btl_manifest *m, struct btlm_str str)
{
    return report_safe(d->host->arena, btl_manifest_str(m, str));
}

struct btl_str diff_text(const struct diff *d, const char *words)
{
    return memory_text(d->host->arena, "%s", words);
}

struct btl_str diff_hex(const struct diff *d, uint64_t value)
{
    return value == 0 ? BTL_STR("-") : memory_text(d->host->arena, "0x%lx", value);
}

struct btl_str diff_address(const struct diff *d, uint64_t address, uint64_t base)
{
    return d->random && address != 0 ? memory_text(d->host->arena, "base + 0x%lx", (address - base))
                                     : diff_hex(d, address);
}

struct btl_str diff_bytes(const struct diff *d, uint64_t value)
{
    return memory_text(d->host->arena, "%lu", value);
}

// "  version        1.0 -> 1.1"
void diff_field(struct diff *d, const char *name, struct btl_str a, struct btl_str b)
{
    if (btl_str_equal(a, b))
        return;
    diff_headings(d);
    a = a.len == 0 ? BTL_STR("(none)") : a;
    b = b.len == 0 ? BTL_STR("(none)") : b;
    btl_format(d->out, "%*s%-16s %pS -> %pS\n", d->indent, "", name, &a, &b);
}

void diff_string(struct diff *d, const char *name, struct btlm_str a, struct btlm_str b)
{
    diff_field(d, name, diff_safe(d, d->a, a), diff_safe(d, d->b, b));
}

// The first digits are enough to tell two files apart.
struct btl_str diff_hash(const struct diff *d, const uint8_t sha256[static 32])
{
    char digits[BTL_SHA256_TEXT];
    if (!btlm_is_hashed(sha256))
        return BTL_STR("not hashed");
    btl_sha256_text(sha256, digits);
    return memory_text(d->host->arena, "%.12s...", digits);
}

struct btl_str diff_owner(const struct diff *d, const struct btl_manifest *m, uint32_t index)
{
    return index == BTL_NONE ? BTL_STR("") : diff_safe(d, m, btl_manifest_module(m, index)->name);
}

static void diff_loader(struct diff *d)
{
    const struct btlm_system *a = btl_manifest_system(d->a), *b = btl_manifest_system(d->b);
    char uefi_a[24], uefi_b[24];
    d->heading = "Loader and firmware";
    diff_string(d, "loader", a->loader_version, b->loader_version);
    diff_field(d, "machine", diff_text(d, btl_machine_name(a->machine)),
               diff_text(d, btl_machine_name(b->machine)));
    diff_string(d, "firmware", a->firmware_vendor, b->firmware_vendor);
    diff_field(d, "revision", diff_hex(d, a->firmware_revision), diff_hex(d, b->firmware_revision));
    diff_field(d, "UEFI", diff_text(d, btlm_uefi_text(a->uefi_revision, uefi_a)),
               diff_text(d, btlm_uefi_text(b->uefi_revision, uefi_b)));
    diff_string(d, "configuration", a->config_path, b->config_path);
    diff_string(d, "kernel options", a->kernel_options, b->kernel_options);
    diff_field(d, "random seed", diff_bytes(d, a->seed_size), diff_bytes(d, b->seed_size));
    diff_field(d, "ACPI RSDP", diff_hex(d, a->acpi_rsdp), diff_hex(d, b->acpi_rsdp));
    diff_field(d, "framebuffer",
               memory_text(d->host->arena, "%ux%u", a->framebuffer_width, a->framebuffer_height),
               memory_text(d->host->arena, "%ux%u", b->framebuffer_width, b->framebuffer_height));
}

static void diff_kernel(struct diff *d)
{
    const struct btlm_kernel *a = btl_manifest_kernel(d->a), *b = btl_manifest_kernel(d->b);
    d->heading = "Kernel";
    diff_string(d, "file", a->path, b->path);
    diff_string(d, "version", a->version, b->version);
    diff_field(d, "kind", diff_text(d, words_kernel_kind(d->a)),
               diff_text(d, words_kernel_kind(d->b)));
    diff_field(d, "file size", diff_bytes(d, a->file_size), diff_bytes(d, b->file_size));
    diff_field(d, "SHA-256", diff_hash(d, a->sha256), diff_hash(d, b->sha256));
    diff_field(d, "address", diff_address(d, a->virtual_base, a->virtual_base),
               diff_address(d, b->virtual_base, b->virtual_base));
    diff_field(d, "physical", diff_hex(d, a->physical_base), diff_hex(d, b->physical_base));
    diff_field(d, "image size", diff_bytes(d, a->size), diff_bytes(d, b->size));
    diff_field(d, "entry", diff_address(d, a->entry, a->virtual_base),
               diff_address(d, b->entry, b->virtual_base));
}

static void diff_print_lines(struct diff *d, const struct lines *lines, char sign, bool numbers)
{
    for (uint32_t i = 0; i < lines->count; i++) {
        if (!lines->only[i])
            continue;
        struct btl_str line = report_safe(d->host->arena, lines->line[i]);
        diff_headings(d);
        if (numbers)
            btl_format(d->out, "  %c %4u  %pS\n", sign, i + 1, &line);
        else
            btl_format(d->out, "  %c %pS\n", sign, &line);
    }
}

void diff_lines(struct diff *d, struct lines *a, struct lines *b, bool numbers)
{
    uint32_t first = lines_first_difference(a, b);
    if (first == a->count && first == b->count)
        return;
    if (lines_compare(d->host, a, b) == 0) {
        diff_headings(d);
        struct btl_str was = report_safe(d->host->arena, a->line[first]);
        struct btl_str is = report_safe(d->host->arena, b->line[first]);
        btl_format(d->out, "  the same in another order, from number %u on: %pS -> %pS\n",
                   first + 1, &was, &is);
        return;
    }
    diff_print_lines(d, a, '-', numbers);
    diff_print_lines(d, b, '+', numbers);
}

// A line for each file that the kernel gets as it is.
static struct lines raw_file_lines(struct diff *d, const struct btl_manifest *m)
{
    uint64_t count = btl_manifest_count(m, BTLM_FILES);
    struct lines lines = {.line = MEMORY_ARRAY(d->host->arena, struct btl_str, count)};
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_file *file = btl_manifest_entry(m, BTLM_FILES, i);
        struct btl_str name = btl_manifest_str(m, file->name),
                       path = btl_manifest_str(m, file->path), hash = diff_hash(d, file->sha256);
        lines.line[lines.count++] = memory_text(d->host->arena, "%pS: %pS, %lu bytes, SHA-256 %pS",
                                                &name, &path, file->size, &hash);
    }
    return lines;
}

static void diff_raw_files(struct diff *d)
{
    struct lines a = raw_file_lines(d, d->a), b = raw_file_lines(d, d->b);
    d->heading = "Files";
    diff_lines(d, &a, &b, false);
}

static void diff_config(struct diff *d)
{
    struct lines a = lines_of(d->host, btl_manifest_text(d->a, BTLM_CONFIG));
    struct lines b = lines_of(d->host, btl_manifest_text(d->b, BTLM_CONFIG));
    d->heading = "Configuration";
    diff_lines(d, &a, &b, true);
}

static struct btl_str ordered_name(const struct btl_manifest *m, uint64_t place)
{
    const uint32_t *index = btl_manifest_entry(m, BTLM_ORDER, place);
    return btl_manifest_str(m, btl_manifest_module(m, *index)->name);
}

// The loading order of the modules that both boots load; the others are printed under "Modules".
static struct lines common_order(struct diff *d, const struct btl_manifest *m,
                                 const struct btl_manifest *other)
{
    struct btl_symtab names;
    uint64_t count = btl_manifest_count(m, BTLM_ORDER);
    uint64_t others = btl_manifest_count(other, BTLM_ORDER);
    struct lines lines = {.line = MEMORY_ARRAY(d->host->arena, struct btl_str, count)};
    if (!btl_symtab_init(&names, others, d->host->arena))
        return lines;
    for (uint64_t i = 0; i < others; i++)
        btl_symtab_add(&names, ordered_name(other, i), i, 0, NULL);
    for (uint64_t i = 0; i < count; i++) {
        struct btl_str name = ordered_name(m, i);
        if (btl_symtab_find(&names, name) != NULL)
            lines.line[lines.count++] = name;
    }
    return lines;
}

static void diff_order(struct diff *d)
{
    struct lines a = common_order(d, d->a, d->b), b = common_order(d, d->b, d->a);
    d->heading = "Loading order";
    diff_lines(d, &a, &b, false);
}

static void sum_memory(const struct btl_manifest *m, uint64_t total[static BTLM_MEM_TYPES])
{
    for (uint64_t i = 0; i < btl_manifest_count(m, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(m, BTLM_MEMORY, i);
        total[range->type] += range->size;
    }
}

static void diff_memory(struct diff *d)
{
    uint64_t a[BTLM_MEM_TYPES] = {0}, b[BTLM_MEM_TYPES] = {0};
    sum_memory(d->a, a);
    sum_memory(d->b, b);
    d->heading = "Memory, by type";
    for (unsigned type = 0; type < BTLM_MEM_TYPES; type++) {
        if (a[type] == b[type])
            continue;
        diff_headings(d);
        btl_format(d->out, "    %-16s %pB -> %pB (%c%pB)\n", btlm_memory_name(type),
                   BTL_BYTES(a[type]), BTL_BYTES(b[type]), b[type] > a[type] ? '+' : '-',
                   BTL_BYTES(b[type] > a[type] ? b[type] - a[type] : a[type] - b[type]));
    }
}

static struct lines diagnostic_lines(struct diff *d, const struct btl_manifest *m)
{
    uint64_t count = btl_manifest_count(m, BTLM_DIAGNOSTICS);
    struct lines lines = {.line = MEMORY_ARRAY(d->host->arena, struct btl_str, count)};
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_diagnostic *diagnostic = btl_manifest_entry(m, BTLM_DIAGNOSTICS, i);
        lines.line[lines.count++] = btl_manifest_str(m, diagnostic->text);
    }
    return lines;
}

static void diff_diagnostics(struct diff *d)
{
    struct lines a = diagnostic_lines(d, d->a), b = diagnostic_lines(d, d->b);
    d->heading = "Diagnostics";
    diff_lines(d, &a, &b, false);
}

static bool has_random_addresses(const struct btl_manifest *m)
{
    const struct btlm_boot *boot = btl_manifest_boot(m);
    return boot != NULL && (boot->flags & BTLM_BOOT_ASLR) != 0;
}

bool manifest_diff(struct host *host, const struct found_manifest *a,
                   const struct found_manifest *b, bool timings, struct btl_out *out)
{
    struct diff d = {.host = host, .out = out, .a = &a->manifest, .b = &b->manifest, .indent = 4};
    d.random = has_random_addresses(d.a) || has_random_addresses(d.b);
    btl_format(out, "- %pS\n+ %pS\n\n", &a->name, &b->name);
    diff_loader(&d);
    diff_boot(&d);
    diff_trust(&d);
    diff_config(&d);
    diff_kernel(&d);
    diff_raw_files(&d);
    diff_modules(&d);
    diff_order(&d);
    diff_memory(&d);
    diff_diagnostics(&d);
    bool differs = d.any;
    if (timings) {
        diff_ranges(&d);
        diff_timings(&d);
    }
    if (!d.any)
        btl_format(out, "The boots do not differ%s.\n",
                   timings ? "" : " (times and single ranges of memory: -v)");
    return differs;
}
