// SPDX-License-Identifier: BSD-2-Clause
// Shared by the files of the manifest's text.
#ifndef BTL_CORE_MANIFEST_TEXT_H
#define BTL_CORE_MANIFEST_TEXT_H

#include <btl/manifest.h>

struct text {
    const struct btl_manifest *manifest;
    struct btl_out *out;
    uint32_t what; // mask of 1u << kind
    bool begun;    // a section has been printed
    int label_width;
};

#define TEXT_WIDTH 79 // columns: a console of 80 columns wraps after the 80th

static inline bool text_wants(const struct text *text, enum btlm_kind kind)
{
    return (text->what & 1u << kind) != 0;
}

// Print "Modules:", after an empty line unless this is the first section.
void text_heading(struct text *text, const char *heading);
// Print a string of the manifest, left-justified. Bytes that are not printable ASCII become \xNN,
// so that a hostile name cannot control the terminal. The string is cut off after 4,096 bytes.
void text_string(struct text *text, struct btlm_str str, size_t width);
// Print the label of a value; the labels of a section have the same width.
void text_label(struct text *text, const char *name);
// Print a label and a string as a line.
void text_field(struct text *text, const char *name, struct btlm_str str);
// Print the name of a module, "kernel" for BTL_KERNEL, "-" for BTL_NONE.
void text_owner(struct text *text, uint32_t owner, size_t width);
// Return the width of the widest owner.
size_t text_owner_width(const struct text *text);
// Print a blank and a string, on a new, indented line if the current one is too short.
void text_word(struct text *text, struct btlm_str str, size_t indent);
void text_sha256(struct text *text, const uint8_t digest[static 32]);
const char *text_byte_count(uint64_t bytes, char buffer[static 16]); // "4 KiB"
const char *text_time(uint64_t ns, char buffer[static 24]);          // "12.345 ms"

// manifest_text_boot.c
void text_boot(struct text *text);
void text_volume(struct text *text);
void text_trust(struct text *text);
void text_event_log(struct text *text);

// manifest_text_modules.c
void text_modules(struct text *text);
// Print everything about a module that text->what names.
void text_module(struct text *text, uint64_t index);
void text_module_details(struct text *text);
void text_order(struct text *text);

// manifest_text_tables.c
void text_exports(struct text *text);
void text_memory(struct text *text);
void text_events(struct text *text);
void text_symbols(struct text *text);
void text_diagnostics(struct text *text);

#endif
