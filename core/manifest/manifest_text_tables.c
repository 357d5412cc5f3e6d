// SPDX-License-Identifier: BSD-2-Clause
// The long tables of the manifest's text.
#include "manifest_text.h"

void text_exports(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_EXPORTS);
    size_t width = text_owner_width(text);
    text_heading(text, "Exported symbols");
    btl_format(text->out, "  %-16s %-*s %s\n", "address", (int)width, "owner", "name");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_export *export = btl_manifest_entry(text->manifest, BTLM_EXPORTS, i);
        btl_format(text->out, "  %016lx ", export->value);
        text_owner(text, export->owner, width);
        btl_format(text->out, " ");
        text_string(text, export->name, 0);
        btl_format(text->out, "\n");
    }
}

static void text_memory_totals(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MEMORY);
    char size[16];
    uint64_t total[BTLM_MEM_TYPES] = {0}; // no sum overflows: the ranges are disjoint
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(text->manifest, BTLM_MEMORY, i);
        total[range->type] += range->size;
    }
    btl_format(text->out, "\n");
    for (unsigned type = 0; type < BTLM_MEM_TYPES; type++) {
        if (total[type] != 0)
            btl_format(text->out, "  %27s %8s  %s\n", "", text_byte_count(total[type], size),
                       btlm_memory_name(type));
    }
}

void text_memory(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MEMORY);
    char size[16];
    text_heading(text, "Memory at entry");
    btl_format(text->out, "  %-13s %-13s %8s  %-13s %4s  %s\n", "start", "end", "size", "type",
               "EFI", "attributes");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_memory *range = btl_manifest_entry(text->manifest, BTLM_MEMORY, i);
        btl_format(text->out, "  %013lx-%013lx %8s  %-13s %4u  %lx\n", range->start,
                   (range->start + range->size), text_byte_count(range->size, size),
                   btlm_memory_name(range->type), range->efi_type, range->attributes);
    }
    text_memory_totals(text);
}

void text_events(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_EVENTS);
    char start[24], duration[24], size[16];
    size_t width = text_owner_width(text);
    text_heading(text, "Timeline");
    btl_format(text->out, "  %11s %11s  %-14s %-*s %8s\n", "start", "duration", "event", (int)width,
               "module", "bytes");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_event *event = btl_manifest_entry(text->manifest, BTLM_EVENTS, i);
        btl_format(text->out, "  %11s %11s  %-14s ", text_time(event->start, start),
                   text_time(event->end - event->start, duration), btlm_event_name(event->kind));
        text_owner(text, event->module, width);
        btl_format(text->out, " %8s\n",
                   event->bytes != 0 ? text_byte_count(event->bytes, size) : "-");
    }
}

// The functions are thousands of lines: they are printed only if this is the only section.
void text_symbols(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_SYMBOLS);
    size_t width = text_owner_width(text);
    text_heading(text, "Functions");
    if (text->what != 1u << BTLM_SYMBOLS) {
        btl_format(text->out, "  %lu, for backtraces\n", count);
        return;
    }
    btl_format(text->out, "  %-16s %8s  %-*s %s\n", "address", "bytes", (int)width, "owner",
               "name");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_symbol *symbol = btl_manifest_entry(text->manifest, BTLM_SYMBOLS, i);
        btl_format(text->out, "  %016lx %8lu  ", symbol->address, symbol->size);
        text_owner(text, symbol->owner, width);
        btl_format(text->out, " ");
        text_string(text, symbol->name, 0);
        btl_format(text->out, "\n");
    }
}

void text_diagnostics(struct text *text)
{
    uint64_t count = btl_manifest_count(text->manifest, BTLM_DIAGNOSTICS);
    text_heading(text, "Diagnostics");
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_diagnostic *diagnostic =
            btl_manifest_entry(text->manifest, BTLM_DIAGNOSTICS, i);
        btl_format(text->out, "  ");
        text_string(text, diagnostic->text, 0);
        btl_format(text->out, "\n");
    }
}
