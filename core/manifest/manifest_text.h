// SPDX-License-Identifier: BSD-2-Clause
// The manifest's text: what its files share.
#ifndef BTL_CORE_MANIFEST_TEXT_H
#define BTL_CORE_MANIFEST_TEXT_H

#include <btl/manifest.h>

struct text {
    const struct btl_manifest *manifest;
    struct btl_out *out;
    uint32_t what; // mask of 1u << kind
    bool begun;    // something has been printed
    int label_width;
};

#define TEXT_WIDTH 79 // columns; a console that is 80 wide wraps at the 80th

static inline bool text_wants(const struct text *text, enum btlm_kind kind)
{
    return (text->what & 1u << kind) != 0;
}

// "Modules:", with an empty line between it and what is above.
void text_heading(struct text *text, const char *heading);
// A string of the manifest, left-justified; bytes that are not printable ASCII as \xNN, so that a
// hostile name cannot drive the terminal; cut off after 4,096 bytes.
void text_string(struct text *text, struct btlm_str str, size_t width);
// What stands left of a value; all of a section are equally wide. And a line of its own.
void text_label(struct text *text, const char *name);
void text_field(struct text *text, const char *name, struct btlm_str str);
// Name of a module, "kernel" for BTL_KERNEL, "-" for BTL_NONE.
void text_owner(struct text *text, uint32_t owner, size_t width);
size_t text_owner_width(const struct text *text); // of the widest one
// A blank and a string, on a new line that is indented when it does not fit on this one.
void text_word(struct text *text, struct btlm_str str, size_t indent);
void text_sha256(struct text *text, const uint8_t digest[static 32]);
const char *text_byte_count(uint64_t bytes, char buffer[static 16]); // "4 KiB"
const char *text_time(uint64_t ns, char buffer[static 24]);          // "12.345 ms"

// manifest_text_boot.c
void text_boot(struct text *text);
void text_volume(struct text *text);

// manifest_text_modules.c
void text_modules(struct text *text);
void text_module(struct text *text, uint64_t index); // all about one, as far as text->what wants
void text_module_details(struct text *text);
void text_order(struct text *text);

// manifest_text_tables.c
void text_exports(struct text *text);
void text_memory(struct text *text);
void text_events(struct text *text);
void text_symbols(struct text *text);
void text_diagnostics(struct text *text);

#endif
