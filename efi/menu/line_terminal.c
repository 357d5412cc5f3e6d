// SPDX-License-Identifier: BSD-2-Clause
#include "line_view.h"

enum { CTRL_U = 21 };

static fw_key line_wait_key(void *boot)
{
    return menu_wait_key(boot);
}

static void line_pager_put(void *owner, struct btl_str line)
{
    struct line_pager *pager = owner;
    btl_format(&pager->console.out, "%pS\n", &line);
}

struct btl_out *line_pager_begin(struct line_pager *pager, struct boot *boot)
{
    uint32_t columns = boot->facts.console_columns;
    console_begin(&pager->console, boot->fw);
    console_page(&pager->console, boot->facts.console_rows, columns, line_wait_key, boot);
    menu_wrap_begin(&pager->wrap, columns > 1 ? columns - 1 : 79, line_pager_put, pager);
    return &pager->wrap.out;
}

// Text at the end of a line that has not ended. Only '\r' is not for the console.
static void line_write(struct boot *boot, struct btl_str text)
{
    struct console console;
    console_begin(&console, boot->fw);
    console_put(&console, text.at, text.len);
    console_flush(&console);
}

static void line_show(struct boot *boot, const char *prompt, const struct btl_line *line)
{
    line_write(boot, btl_str_of(prompt));
    line_write(boot, btl_line_text(line));
}

// Show a line that has become shorter by `erased` columns: over the old one, or, when that takes
// more than one row or cannot be written over, below it.
static void line_show_again(struct boot *boot, const char *prompt, const struct btl_line *line,
                            uint32_t erased)
{
    uint32_t width =
        glyph_columns(btl_str_of(prompt)) + glyph_columns(btl_line_text(line)) + erased;
    if (width >= boot->facts.console_columns || terminal_of(boot) == FW_TERMINAL_SILENT) {
        line_write(boot, BTL_STR("\n"));
    } else {
        boot->fw->write(boot->fw, "\r", 1);
        line_show(boot, prompt, line);
        for (uint32_t i = 0; i < erased; i++)
            line_write(boot, BTL_STR(" "));
        boot->fw->write(boot->fw, "\r", 1);
    }
    line_show(boot, prompt, line);
}

static void line_edit_key(struct boot *boot, const char *prompt, struct btl_line *line, fw_key key)
{
    uint32_t width = glyph_columns(btl_line_text(line));
    size_t before = line->len;
    if (key == '\b')
        btl_line_erase_before(line);
    else if (key == CTRL_U)
        btl_line_erase_all_before(line);
    else if (key < FW_KEY_UP && btl_line_insert(line, key))
        line_write(boot, (struct btl_str){line->text + before, line->len - before});
    if (line->len < before)
        line_show_again(boot, prompt, line, width - glyph_columns(btl_line_text(line)));
}

bool line_read(struct boot *boot, const char *prompt, struct btl_line *line)
{
    line_show(boot, prompt, line);
    for (;;) {
        fw_key key = menu_wait_key(boot);
        if (key == '\r' || key == FW_KEY_ESCAPE || key == 0) {
            line_write(boot, BTL_STR("\n"));
            return key == '\r';
        }
        line_edit_key(boot, prompt, line, key);
    }
}
