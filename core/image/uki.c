// SPDX-License-Identifier: BSD-2-Clause
// The parts of a unified kernel image (UAPI specification "Unified Kernel Image").
#include <btl/pe.h>

static bool is_padding(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Return the text of a section, without NULs and white space at its end.
static struct btl_str uki_text(const struct btl_pe *pe, struct btl_str name)
{
    struct btl_bytes bytes = btl_pe_find(pe, name);
    struct btl_str text = {(const char *)bytes.at, bytes.size};
    while (text.len > 0 && is_padding(text.at[text.len - 1]))
        text.len--;
    return text;
}

// A command line is one line of text: the kernel reads it up to a NUL.
static bool uki_check_command_line(const struct btl_pe *pe, struct btl_str line,
                                   struct btl_diags *diags)
{
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = (uint8_t)line.at[i];
        if (c >= ' ' || c == '\t' || c == '\n' || c == '\r')
            continue;
        btl_report(diags, BTL_UKI_COMMAND_LINE, pe->place, BTL_HEX(c), BTL_DEC(i));
        return false;
    }
    return true;
}

bool btl_uki_open(const struct btl_pe *pe, struct btl_uki *ret_uki, struct btl_diags *diags)
{
    struct btl_uki uki = {
        .kernel = btl_pe_find(pe, BTL_STR(".linux")),
        .initrd = btl_pe_find(pe, BTL_STR(".initrd")),
        .command_line = uki_text(pe, BTL_STR(".cmdline")),
        .release = uki_text(pe, BTL_STR(".uname")),
        .os_release = uki_text(pe, BTL_STR(".osrel")),
        .has_microcode = btl_pe_find(pe, BTL_STR(".ucode")).size > 0,
        .has_dtb = btl_pe_find(pe, BTL_STR(".dtb")).size > 0,
    };
    struct btl_pe kernel;
    if (uki.kernel.size == 0) {
        btl_report(diags, BTL_UKI_NO_KERNEL, pe->place);
        return false;
    }
    if (!uki_check_command_line(pe, uki.command_line, diags) ||
        !btl_pe_open(uki.kernel, pe->machine, pe->place, &kernel, diags))
        return false;
    *ret_uki = uki;
    return true;
}
