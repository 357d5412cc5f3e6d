// SPDX-License-Identifier: BSD-2-Clause
// Small parts of the manifest's text: strings, names, sizes, times.
#include "manifest_text.h"

#include <btl/hash.h>
#include <btl/link.h>
#include <btl/symtab.h>

void text_heading(struct text *text, const char *heading)
{
    btl_format(text->out, "%s%s:\n", text->begun ? "\n" : "", heading);
    text->begun = true;
}

// Maximum bytes of a string in the text. All entries of a hostile manifest can point to the same
// megabytes, but the text must stay linear in the size of the manifest.
#define SHOWN_MAX 4096

static void text_put_padded(struct text *text, struct btl_str str, size_t width)
{
    size_t used = btl_escaped_width(str, SHOWN_MAX);
    btl_put_escaped(text->out, str, SHOWN_MAX);
    if (used < width)
        btl_format(text->out, "%*s", (int)(width - used), "");
}

void text_string(struct text *text, struct btlm_str str, size_t width)
{
    text_put_padded(text, btl_manifest_str(text->manifest, str), width);
}

static size_t text_string_width(const struct text *text, struct btlm_str str)
{
    return btl_escaped_width(btl_manifest_str(text->manifest, str), SHOWN_MAX);
}

void text_owner(struct text *text, uint32_t owner, size_t width)
{
    if (owner == BTL_KERNEL)
        text_put_padded(text, BTL_STR("kernel"), width);
    else if (owner == BTL_NONE)
        text_put_padded(text, BTL_STR("-"), width);
    else
        text_string(text, btl_manifest_module(text->manifest, owner)->name, width);
}

void text_label(struct text *text, const char *name)
{
    btl_format(text->out, "  %-*s ", text->label_width, name);
}

void text_field(struct text *text, const char *name, struct btlm_str str)
{
    text_label(text, name);
    text_string(text, str, 0);
    btl_format(text->out, "\n");
}

// A longer name does not move the columns further to the right.
#define OWNER_WIDTH_MAX 32

size_t text_owner_width(const struct text *text)
{
    size_t widest = sizeof("kernel") - 1;
    uint64_t count = btl_manifest_count(text->manifest, BTLM_MODULES);
    for (uint64_t i = 0; i < count; i++) {
        size_t width = text_string_width(text, btl_manifest_module(text->manifest, i)->name);
        widest = width > widest ? width : widest;
    }
    return widest < OWNER_WIDTH_MAX ? widest : OWNER_WIDTH_MAX;
}

void text_word(struct text *text, struct btlm_str str, size_t indent)
{
    size_t width = text_string_width(text, str);
    if (text->out->column > indent && text->out->column + 1 + width > TEXT_WIDTH)
        btl_format(text->out, "\n%*s", (int)indent, "");
    btl_format(text->out, " ");
    text_string(text, str, 0);
}

void text_sha256(struct text *text, const uint8_t digest[static 32])
{
    char digits[BTL_SHA256_TEXT];
    btl_format(text->out, "%s",
               btlm_is_hashed(digest) ? btl_sha256_text(digest, digits) : "not hashed");
}

const char *text_byte_count(uint64_t bytes, char buffer[static 16])
{
    btl_format_to(buffer, 16, "%pB", &bytes);
    return buffer;
}

// Three digits after the point, in the largest unit that gives at least one before the point.
const char *text_time(uint64_t ns, char buffer[static 24])
{
    static const struct {
        uint64_t ns;
        const char *name;
    } units[] = {{1000000000, "s "}, {1000000, "ms"}, {1000, "us"}};
    for (size_t i = 0; i < BTL_COUNT(units); i++) {
        if (ns < units[i].ns)
            continue;
        btl_format_to(buffer, 24, "%lu.%03lu %s", (ns / units[i].ns),
                      (ns % units[i].ns / (units[i].ns / 1000)), units[i].name);
        return buffer;
    }
    btl_format_to(buffer, 24, "%lu ns", ns);
    return buffer;
}
