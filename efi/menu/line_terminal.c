// SPDX-License-Identifier: BSD-2-Clause
// The terminal of the menu by lines: text a screenful at a time, and lines that are typed.
#include "line_view.h"

enum { CTRL_U = 21 };

static void write(struct firmware *fw, struct btl_str text)
{
    // Whole characters at a time: the firmware gets no part of one.
    while (text.len > 0) {
        size_t len = text.len < 120 ? text.len : 120;
        while (len < text.len && len > 1 && ((uint8_t)text.at[len] & 0xc0) == 0x80)
            len--;
        fw->write(fw, text.at, len);
        text = (struct btl_str){text.at + len, text.len - len};
    }
}

static void write_z(struct firmware *fw, const char *text)
{
    write(fw, btl_str_of(text));
}

static void put_line(void *owner, struct btl_str line)
{
    struct pager *pager = owner;
    struct firmware *fw = pager->boot->fw;
    if (pager->quit)
        return;
    if (pager->rows > 2 && pager->row + 1 >= pager->rows) {
        write_z(fw, "-- a key: more, q: enough --");
        fw_key key = menu_wait_key(pager->boot);
        write_z(fw, "\r\n");
        pager->row = 0;
        pager->quit = key == 'q' || key == FW_KEY_ESCAPE || key == 0;
        if (pager->quit)
            return;
    }
    write(fw, line);
    write_z(fw, "\r\n");
    pager->row++;
}

struct btl_out *pager_begin(struct pager *pager, struct boot *boot)
{
    uint32_t columns = boot->facts.console_columns;
    pager->boot = boot;
    pager->rows = boot->facts.console_rows;
    pager->row = 0;
    pager->quit = false;
    menu_wrap_begin(&pager->wrap, columns > 1 ? columns - 1 : 79, put_line, pager);
    return &pager->wrap.out;
}

static void show_line(struct boot *boot, const char *prompt, const struct btl_line *line)
{
    write_z(boot->fw, prompt);
    write(boot->fw, btl_line_text(line));
}

// What was typed has become shorter. A line that takes more than one row cannot be written over,
// and where nobody can see it none is.
static void rewrite(struct boot *boot, const char *prompt, const struct btl_line *line,
                    uint32_t gone)
{
    uint32_t width = glyph_columns(btl_str_of(prompt)) + glyph_columns(btl_line_text(line)) + gone;
    if (width >= boot->facts.console_columns ||
        boot->fw->terminal(boot->fw) == FW_TERMINAL_SILENT) {
        write_z(boot->fw, "\r\n");
    } else {
        write_z(boot->fw, "\r");
        show_line(boot, prompt, line);
        for (uint32_t i = 0; i < gone; i++)
            write_z(boot->fw, " ");
        write_z(boot->fw, "\r");
    }
    show_line(boot, prompt, line);
}

static void type_key(struct boot *boot, const char *prompt, struct btl_line *line, fw_key key)
{
    uint32_t width = glyph_columns(btl_line_text(line));
    size_t before = line->len;
    if (key == '\b')
        btl_line_erase_before(line);
    else if (key == CTRL_U)
        btl_line_erase_all_before(line);
    else if (key < FW_KEY_UP && btl_line_insert(line, key))
        write(boot->fw, (struct btl_str){line->text + before, line->len - before});
    if (line->len < before)
        rewrite(boot, prompt, line, width - glyph_columns(btl_line_text(line)));
}

bool line_read(struct boot *boot, const char *prompt, struct btl_line *line)
{
    show_line(boot, prompt, line);
    for (;;) {
        fw_key key = menu_wait_key(boot);
        if (key == '\r' || key == FW_KEY_ESCAPE || key == 0) {
            write_z(boot->fw, "\r\n");
            return key == '\r';
        }
        type_key(boot, prompt, line, key);
    }
}
