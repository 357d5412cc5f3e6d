// SPDX-License-Identifier: BSD-2-Clause
// The manifest as text: the order of its sections, and the sections about system and kernel.
#include "manifest_text.h"

#include <btl/kernel_kind.h>
#include <btl/config.h>
#include <btl/elf.h>

// 0: nothing is printed.
static void text_address(struct text *text, const char *name, uint64_t value)
{
    if (value == 0)
        return;
    text_label(text, name);
    btl_format(text->out, "0x%lx\n", value);
}

// Print a range of the kernel's address space; nothing if it is empty.
static void text_range(struct text *text, const char *name, uint64_t start, uint64_t physical,
                       uint64_t size)
{
    if (size == 0)
        return;
    text_label(text, name);
    btl_format(text->out, "%016lx %8pB", start, &size);
    if (physical != 0)
        btl_format(text->out, "  at %lx", physical);
    btl_format(text->out, "\n");
}

static void text_firmware(struct text *text, const struct btlm_system *system)
{
    char uefi[24];
    text_label(text, "firmware");
    text_string(text, system->firmware_vendor, 0);
    btl_format(text->out, " revision 0x%x, UEFI %s\n", system->firmware_revision,
               btlm_uefi_text(system->uefi_revision, uefi));
}

static void text_framebuffer(struct text *text, const struct btlm_system *system)
{
    static const char *const formats[] = {"no", "RGBX", "BGRX"};
    uint32_t format = system->framebuffer_format;
    if (system->framebuffer == 0)
        return;
    text_label(text, "framebuffer");
    btl_format(text->out, "%ux%u %s at 0x%lx, %pB\n", system->framebuffer_width,
               system->framebuffer_height, format < BTL_COUNT(formats) ? formats[format] : "?",
               system->framebuffer, BTL_BYTES(system->framebuffer_size));
}

static void text_address_space(struct text *text, const struct btlm_system *system)
{
    text_range(text, "direct map", system->direct_map, 0, system->direct_map_size);
    text_range(text, "window", system->window, 0, system->window_size);
    text_range(text, "modules", system->modules_virtual, system->modules_physical,
               system->modules_size);
    text_range(text, "early arena", system->early_virtual, system->early_physical,
               system->early_size);
    text_range(text, "stack", system->stack_virtual, system->stack_physical, system->stack_size);
    text_address(text, "page tables", system->page_table_root);
}

static void text_manifest(struct text *text)
{
    const struct btlm_header *header = text->manifest->header;
    text_label(text, "manifest");
    btl_format(text->out, "version %u.%u, %pB at 0x%lx\n", header->major, header->minor,
               BTL_BYTES(header->total_size), header->physical);
}

// Only the size of the random seed is printed: the seed is a secret.
static void text_system(struct text *text)
{
    const struct btlm_system *system = btl_manifest_system(text->manifest);
    text_heading(text, "System");
    text->label_width = 16;
    text_field(text, "loader", system->loader_version);
    text_manifest(text);
    text_firmware(text, system);
    text_label(text, "machine");
    btl_format(text->out, "%s\n", btl_machine_name(system->machine));
    text_field(text, "configuration", system->config_path);
    text_field(text, "kernel options", system->kernel_options);
    text_label(text, "required failure");
    btl_format(text->out, "%s\n", system->required_failure == BTL_STOP_RESET ? "reset" : "stop");
    text_label(text, "random seed");
    btl_format(text->out, "%u bytes\n", system->seed_size);
    text_address(text, "EFI system table", system->efi_system_table);
    text_address(text, "ACPI RSDP", system->acpi_rsdp);
    text_address(text, "SMBIOS", system->smbios);
    text_address(text, "SMBIOS 3", system->smbios3);
    text_framebuffer(text, system);
    text_address_space(text, system);
    if (system->ticks_per_second == 0)
        return;
    text_label(text, "time stamps");
    btl_format(text->out, "%lu ticks per second\n", system->ticks_per_second);
}

// Print the kind of a kernel that is not of BTL's protocol. True: it is an EFI program, which has
// no image that the loader made.
static bool text_kernel_kind(struct text *text)
{
    uint32_t kind = btl_manifest_kernel_kind(text->manifest);
    if (kind == BTL_KERNEL_BTL)
        return false;
    text_label(text, "kind");
    btl_format(text->out, "%s\n",
               kind < BTL_KERNEL_KINDS ? btl_kernel_kind_name((enum btl_kernel_kind)kind) : "?");
    return kind < BTL_KERNEL_KINDS && btl_kernel_kind_is_image((enum btl_kernel_kind)kind);
}

static void text_files(struct text *text)
{
    char size[16];
    uint64_t count = btl_manifest_count(text->manifest, BTLM_FILES);
    if (count == 0)
        return;
    text_heading(text, "Files");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_file *file = btl_manifest_entry(text->manifest, BTLM_FILES, i);
        btl_format(text->out, "  ");
        text_string(text, file->name, 16);
        btl_format(text->out, " %8s  %016lx  ", text_byte_count(file->size, size), file->physical);
        text_string(text, file->path, 0);
        btl_format(text->out, "\n");
    }
}

static void text_kernel(struct text *text)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(text->manifest);
    text_heading(text, "Kernel");
    text->label_width = 9; // leaves enough columns for a SHA-256
    text_field(text, "file", kernel->path);
    if (kernel->version.length != 0)
        text_field(text, "version", kernel->version);
    text_label(text, "SHA-256");
    text_sha256(text, kernel->sha256);
    btl_format(text->out, "\n");
    text_label(text, "file size");
    btl_format(text->out, "%pB\n", &kernel->file_size);
    if (text_kernel_kind(text))
        return;
    text_range(text, "image", kernel->virtual_base, kernel->physical_base, kernel->size);
    text_address(text, "entry", kernel->entry);
}

static void text_segments(struct text *text)
{
    char size[16], perm[4];
    uint64_t count = btl_manifest_count(text->manifest, BTLM_SEGMENTS);
    text_heading(text, "Kernel segments");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_segment *segment = btl_manifest_entry(text->manifest, BTLM_SEGMENTS, i);
        btl_format(text->out, "  %016lx %8s  %s\n", segment->address,
                   text_byte_count(segment->size, size), btlm_perm_text(segment->perm, perm));
    }
}

static bool is_plain_text(char c)
{
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

// Print a text as it is, but other bytes than plain text as \xNN, and no carriage return before a
// newline.
static void text_verbatim(struct text *text, const char *heading, enum btlm_kind kind)
{
    struct btl_str all = btl_manifest_text(text->manifest, kind);
    text_heading(text, heading);
    for (size_t start = 0, end = 0; start < all.len; start = end) {
        while (end < all.len && is_plain_text(all.at[end]))
            end++;
        btl_format(text->out, "%pS", &(struct btl_str){all.at + start, end - start});
        if (end == all.len)
            break;
        bool ends_line = all.at[end] == '\r' && end + 1 < all.len && all.at[end + 1] == '\n';
        if (!ends_line)
            btl_format(text->out, "\\x%02x", (unsigned)(uint8_t)all.at[end]);
        end++;
    }
    if (all.len > 0 && all.at[all.len - 1] != '\n')
        btl_format(text->out, "\n");
}

static void text_log(struct text *text)
{
    text_verbatim(text, "Log of the loader", BTLM_LOG);
}

static void text_config(struct text *text)
{
    text_verbatim(text, "Configuration", BTLM_CONFIG);
}

// The sections in their order. A section is printed if any of its tables is wanted.
static const struct {
    uint32_t kinds;
    void (*print)(struct text *text);
} sections[] = {
    {1u << BTLM_SYSTEM, text_system},
    {1u << BTLM_BOOT, text_boot},
    {1u << BTLM_VOLUME, text_volume},
    {1u << BTLM_TRUST, text_trust},
    {1u << BTLM_KERNEL_IMAGE, text_kernel},
    {1u << BTLM_SEGMENTS, text_segments},
    {1u << BTLM_FILES, text_files},
    {1u << BTLM_MODULES, text_modules},
    {1u << BTLM_ORDER, text_order},
    {1u << BTLM_SECTIONS | 1u << BTLM_DEPENDS | 1u << BTLM_INTERFACES | 1u << BTLM_TUNABLES,
     text_module_details},
    {1u << BTLM_EXPORTS, text_exports},
    {1u << BTLM_MEMORY, text_memory},
    {1u << BTLM_DIAGNOSTICS, text_diagnostics},
    {1u << BTLM_EVENTS, text_events},
    {1u << BTLM_SYMBOLS, text_symbols},
    {1u << BTLM_LOG, text_log},
    {1u << BTLM_CONFIG, text_config},
    {1u << BTLM_EVENT_LOG, text_event_log},
};

void btl_manifest_print(const struct btl_manifest *manifest, uint32_t what, struct btl_out *out)
{
    struct text text = {.manifest = manifest, .out = out, .what = what != 0 ? what : UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(sections); i++) {
        if ((text.what & sections[i].kinds) != 0)
            sections[i].print(&text);
    }
}

void btl_manifest_print_module(const struct btl_manifest *manifest, uint64_t index,
                               struct btl_out *out)
{
    struct text text = {.manifest = manifest, .out = out, .what = UINT32_MAX};
    text_module(&text, index);
}
