// SPDX-License-Identifier: BSD-2-Clause
// The line view, for terminals without a screen and for screen readers: a page is a numbered list,
// a command is a line.
#include "line_view.h"

static void line_print_row(struct btl_out *out, uint32_t number, const struct menu_row *row)
{
    static const char *const states[FW_STYLES] = {[FW_STYLE_PROBLEM] = " (problem)"};
    const char *state = row->off ? " (not now)" : states[row->style];
    btl_format(out, "%3u %c  %pS", number, row->key != 0 ? row->key : ' ', &row->name);
    if (row->text[0] != '\0')
        btl_format(out, ": %s", row->text);
    btl_format(out, "%s%s\n", row->changed ? " (changed)" : "", state != NULL ? state : "");
}

static void line_print_page(struct boot *boot, struct btl_out *out)
{
    struct menu *menu = &boot->menu;
    struct menu_row row;
    uint32_t number = 0;
    btl_format(out, "\n%s page%s%s, %pS. Type a number, a letter, or ? for help.\n",
               menu_pages[menu->page]->name, menu->page >= MENU_TABS ? " of " : "",
               menu->page >= MENU_TABS ? menu->module : "", &boot->core.choice.path);
    menu_print_problems(boot, out);
    for (uint32_t i = 0; i < menu_row_count(boot, menu->page); i++) {
        menu_row_get(boot, menu->page, i, &row);
        if (row.heading)
            btl_format(out, "%pS:\n", &row.name);
        else
            line_print_row(out, ++number, &row);
    }
}

static void line_list_page(struct boot *boot)
{
    struct line_pager pager;
    line_print_page(boot, line_pager_begin(&pager, boot));
    menu_wrap_end(&pager.wrap);
    boot->menu.listed = (uint8_t)(boot->menu.page + 1);
}

static void line_print_help(const void *what, struct btl_out *out)
{
    btl_format(out,
               "NUMBER    takes that row of the page; a row with a few values gets the next one\n"
               "LETTER    takes the row with that letter; those of the pages boot, modules,\n"
               "          look and machine work on all of these\n"
               "v NUMBER  shows the details of a row\n"
               "boot, modules, look, machine: lists that page\n"
               "back      to the page before\n"
               "Return    lists the page again\n"
               "?         this text\n"
               "Some letters: b boots, o edits the kernel options, s switches safe boot on or\n"
               "off, p shows the plan, d what is wrong, u undoes all changes, l goes back to\n"
               "the full screen, r resets the machine, x switches it off.\n");
}

static void line_show_text(struct boot *boot, const char *title,
                           void (*print)(const void *what, struct btl_out *out), const void *what)
{
    struct line_pager pager;
    struct btl_out *out = line_pager_begin(&pager, boot);
    btl_format(out, "\n%s\n", title);
    print(what, out);
    menu_wrap_end(&pager.wrap);
}

// --------------------------------------------------------------------------------------- commands

// Find the row with that number on the page: headings have no number.
static bool line_find_row(struct boot *boot, struct btl_str text, uint32_t *ret_row)
{
    struct menu_row row;
    uint64_t wanted, number = 0;
    if (!btl_parse_number(text, &wanted))
        return false;
    for (uint32_t i = 0; i < menu_row_count(boot, boot->menu.page); i++) {
        menu_row_get(boot, boot->menu.page, i, &row);
        if (!row.heading && ++number == wanted) {
            *ret_row = i;
            return true;
        }
    }
    return false;
}

static bool line_find_page(struct btl_str text, enum menu_page *ret_page)
{
    for (enum menu_page page = 0; page < MENU_TABS; page++) {
        if (btl_str_equal_nocase(text, btl_str_of(menu_pages[page]->name))) {
            *ret_page = page;
            return true;
        }
    }
    return false;
}

static struct btl_str line_trim(struct btl_str text)
{
    while (text.len > 0 && text.at[0] == ' ')
        text = (struct btl_str){text.at + 1, text.len - 1};
    while (text.len > 0 && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

// False: there is no such command.
static bool line_parse_command(struct boot *boot, struct btl_str text, struct menu_command *ret)
{
    *ret = (struct menu_command){.kind = MENU_TAKE, .page = boot->menu.page};
    if (line_find_row(boot, text, &ret->row))
        return true;
    if (text.len > 2 && text.at[0] == 'v' && text.at[1] == ' ') {
        ret->kind = MENU_DETAILS;
        return line_find_row(boot, line_trim((struct btl_str){text.at + 2, text.len - 2}),
                             &ret->row);
    }
    if (text.len == 1)
        return menu_find_key(boot, boot->menu.page, (uint8_t)text.at[0], ret);
    ret->kind = btl_str_equal(text, BTL_STR("back")) ? MENU_BACK : MENU_TURN;
    bool found = ret->kind == MENU_BACK || line_find_page(text, &ret->page);
    if (found)
        boot->menu.listed = 0; // turning to a page lists it, even the same one
    return found;
}

static void line_print_message(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct line_pager pager;
    struct btl_out *out = line_pager_begin(&pager, boot);
    if (menu->message[0] != '\0')
        btl_format(out, "%s%s.\n", menu->message_problem ? "Problem: " : "", menu->message);
    menu_wrap_end(&pager.wrap);
    menu->message[0] = '\0';
    menu->message_problem = false;
}

static struct menu_command line_command(struct boot *boot)
{
    struct menu_command command;
    struct btl_line line;
    char buf[80];
    for (;;) {
        line_print_message(boot);
        if (boot->menu.listed != boot->menu.page + 1)
            line_list_page(boot);
        btl_line_begin(&line, buf, sizeof(buf));
        line_read(boot, "menu> ", &line);
        if (boot->menu.unattended)
            return (struct menu_command){.kind = MENU_TIMEOUT};
        struct btl_str text = line_trim(btl_line_text(&line));
        if (text.len == 0)
            line_list_page(boot);
        else if (btl_str_equal(text, BTL_STR("?")) || btl_str_equal(text, BTL_STR("help")))
            line_show_text(boot, "Help", line_print_help, NULL);
        else if (line_parse_command(boot, text, &command))
            return command;
        else
            menu_message(boot, true, "There is no such command here; ? lists the commands");
    }
}

static void line_print_question(const void *what, struct btl_out *out)
{
    const struct menu_question *question = what;
    struct btl_str value = btl_line_text(&question->line);
    btl_format(out, "%s: \"%pS\"\n", question->about[0] != '\0' ? question->about : "now", &value);
    if (question->hint[0] != '\0')
        btl_format(out, "%s\n", question->hint);
    btl_format(out, "Return alone keeps \"%pS\", \"\" is the empty text.\n", &value);
}

static bool line_ask(struct boot *boot, struct menu_question *question)
{
    struct btl_line line;
    char buf[MENU_ANSWER_MAX];
    line_show_text(boot, question->title, line_print_question, question);
    btl_line_begin(&line, buf, sizeof(buf));
    if (!line_read(boot, "new> ", &line))
        return false;
    struct btl_str text = btl_line_text(&line);
    if (text.len > 0)
        btl_line_set(&question->line, btl_str_equal(text, BTL_STR("\"\"")) ? BTL_STR("") : text);
    return true;
}

static void line_begin(struct boot *boot)
{
    boot->menu.listed = 0;
}

static void line_end(struct boot *boot)
{
    (void)boot;
}

const struct menu_view menu_line_view = {line_begin, line_end, line_command, line_ask,
                                         line_show_text};
