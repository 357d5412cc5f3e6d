// SPDX-License-Identifier: BSD-2-Clause
// A question on the screen: a line is edited.
#include "screen_view.h"

// Draw the part of the line around the cursor that fits.
static void draw_field(struct menu_screen *screen, uint32_t row, const struct btl_line *line)
{
    uint32_t width = screen->columns - 2, point, wide;
    size_t start = 0;
    struct btl_str all = {line->text, line->cursor}, before = all;
    while (glyph_columns(before) >= width && glyph_next(all, &start, &point, &wide))
        before = (struct btl_str){all.at + start, all.len - start};
    struct btl_str shown = {before.at, (size_t)(line->text + line->len - before.at)};
    menu_screen_put(screen, row, 1, width, FW_STYLE_SELECTED, shown);
    screen->cursor = true;
    screen->cursor_row = row;
    screen->cursor_column = 1 + glyph_columns(before);
}

static void print_hint(const void *what, struct btl_out *out)
{
    const struct menu_question *question = what;
    btl_format(out, "\n%s", question->hint);
}

static void draw_question(struct boot *boot, const struct menu_question *question)
{
    struct menu_screen *screen = boot->menu.screen;
    struct area area = {4, 1, screen->rows - 8, screen->columns - 2};
    menu_screen_wipe(screen);
    draw_title(boot, question->title);
    draw_z(screen, 2, 1, screen->columns - 2, FW_STYLE_NORMAL, question->about);
    draw_field(screen, 3, &question->line);
    draw_text(screen, &area,
              &(struct screen_text){.print = print_hint, .what = question, .more = "..."});
    draw_message(boot);
    draw_help(boot, "Return: take it  Escape: leave it as it is  Ctrl-U: empty  Ctrl-W: a word",
              "Return: take it  Escape: leave it");
    menu_screen_flush(screen);
}

static void edit_key(struct boot *boot, struct btl_line *line, fw_key key)
{
    static const struct {
        fw_key key;
        bool (*edit)(struct btl_line *line);
    } edits[] = {{FW_KEY_LEFT, btl_line_left},        {FW_KEY_RIGHT, btl_line_right},
                 {'\b', btl_line_erase_before},       {FW_KEY_DELETE, btl_line_erase_at},
                 {CTRL_U, btl_line_erase_all_before}, {CTRL_K, btl_line_erase_all_after},
                 {CTRL_W, btl_line_erase_word}};
    for (size_t i = 0; i < BTL_COUNT(edits); i++) {
        if (edits[i].key == key) {
            edits[i].edit(line);
            return;
        }
    }
    if (key == FW_KEY_HOME)
        line->cursor = 0;
    else if (key == FW_KEY_END)
        line->cursor = line->len;
    else if (key >= ' ' && key < FW_KEY_UP && !btl_line_insert(line, key))
        menu_message(boot, true, "The value is full, or cannot have this character");
}

bool screen_ask(struct boot *boot, struct menu_question *question)
{
    for (;;) {
        draw_question(boot, question);
        fw_key key = menu_wait_key(boot);
        if (key == '\r' || key == FW_KEY_ESCAPE)
            return key == '\r';
        edit_key(boot, &question->line, key);
    }
}
