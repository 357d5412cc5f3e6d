// SPDX-License-Identifier: BSD-2-Clause
// The menu by lines, for terminals without a screen and for screen readers: a page is a numbered
// list, a command is a line.
#include "line_view.h"

#include <btl/mem.h>

static void print_row(struct btl_out *out, uint32_t number, const struct menu_row *row)
{
    static const char *const states[FW_STYLES] = {[FW_STYLE_PROBLEM] = " (problem)"};
    const char *state = row->off ? " (not now)" : states[row->style];
    btl_format(out, "%3u %c  %pS", number, row->key != 0 ? row->key : ' ', &row->name);
    if (row->text[0] != '\0')
        btl_format(out, ": %s", row->text);
    btl_format(out, "%s%s\n", row->changed ? " (changed)" : "", state != NULL ? state : "");
}

static void print_page(struct boot *boot, struct btl_out *out)
{
    struct menu *menu = &boot->menu;
    struct menu_row row;
    uint32_t number = 0;
    btl_format(out, "\n%s page%s%s, %pS. Type a number, a letter, or ? for help.\n",
               menu_page_name(menu->page), menu->page >= MENU_TABS ? " of " : "",
               menu->page >= MENU_TABS ? menu->module : "", &boot->core.choice.path);
    menu_problems(boot, out);
    for (uint32_t i = 0; i < menu_row_count(boot, menu->page); i++) {
        menu_row(boot, menu->page, i, &row);
        if (row.heading)
            btl_format(out, "%pS:\n", &row.name);
        else
            print_row(out, ++number, &row);
    }
}

static void list_page(struct boot *boot)
{
    struct pager pager;
    print_page(boot, pager_begin(&pager, boot));
    menu_wrap_end(&pager.wrap);
    boot->menu.listed = (uint8_t)(boot->menu.page + 1);
}

static void print_help(const void *what, struct btl_out *out)
{
    btl_format(out,
               "NUMBER    takes that row of the page\n"
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

static void show(struct boot *boot, const char *title,
                 void (*print)(const void *what, struct btl_out *out), const void *what)
{
    struct pager pager;
    struct btl_out *out = pager_begin(&pager, boot);
    btl_format(out, "\n%s\n", title);
    print(what, out);
    menu_wrap_end(&pager.wrap);
}

// --------------------------------------------------------------------------------------- commands

static bool number_of(struct btl_str text, uint32_t *ret)
{
    uint32_t number = 0;
    if (text.len == 0 || text.len > 8)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(text.at[i] - '0');
    }
    *ret = number;
    return true;
}

// The row with that number on the page: headings have none.
static bool row_of(struct boot *boot, struct btl_str text, uint32_t *ret_row)
{
    struct menu_row row;
    uint32_t wanted, number = 0, page = boot->menu.page;
    if (!number_of(text, &wanted))
        return false;
    for (uint32_t i = 0; i < menu_row_count(boot, (enum menu_page)page); i++) {
        menu_row(boot, (enum menu_page)page, i, &row);
        if (!row.heading && ++number == wanted) {
            *ret_row = i;
            return true;
        }
    }
    return false;
}

static bool page_of(struct btl_str text, uint8_t *ret_page)
{
    for (uint32_t page = 0; page < MENU_TABS; page++) {
        struct btl_str name = btl_str_of(menu_page_name((enum menu_page)page));
        // Written small, as it is typed.
        if (text.len == name.len && (text.at[0] | 0x20) == (name.at[0] | 0x20) &&
            memcmp(text.at + 1, name.at + 1, name.len - 1) == 0) {
            *ret_page = (uint8_t)page;
            return true;
        }
    }
    return false;
}

static struct btl_str trim(struct btl_str text)
{
    while (text.len > 0 && text.at[0] == ' ')
        text = (struct btl_str){text.at + 1, text.len - 1};
    while (text.len > 0 && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

// False: it is no command.
static bool understand(struct boot *boot, struct btl_str text, struct menu_command *ret)
{
    struct menu *menu = &boot->menu;
    *ret = (struct menu_command){.kind = MENU_TAKE, .page = menu->page};
    if (row_of(boot, text, &ret->row))
        return true;
    if (text.len > 2 && text.at[0] == 'v' && text.at[1] == ' ') {
        ret->kind = MENU_TELL;
        return row_of(boot, trim((struct btl_str){text.at + 2, text.len - 2}), &ret->row);
    }
    if (btl_str_equal(text, BTL_STR("back"))) {
        ret->kind = MENU_BACK;
        return true;
    }
    if (text.len == 1)
        return menu_key(boot, menu->page, (uint8_t)text.at[0], ret);
    ret->kind = MENU_TURN;
    return page_of(text, &ret->page);
}

static void print_said(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct pager pager;
    struct btl_out *out = pager_begin(&pager, boot);
    if (menu->said[0] != '\0')
        btl_format(out, "%s%s.\n", menu->said_problem ? "Problem: " : "", menu->said);
    menu_wrap_end(&pager.wrap);
    menu->said[0] = '\0';
    menu->said_problem = false;
}

static struct menu_command command(struct boot *boot)
{
    struct menu_command got;
    struct btl_line line;
    char room[80];
    for (;;) {
        print_said(boot);
        if (boot->menu.listed != boot->menu.page + 1)
            list_page(boot);
        btl_line_begin(&line, room, sizeof(room));
        line_read(boot, "menu> ", &line);
        if (boot->menu.nobody)
            return (struct menu_command){.kind = MENU_NOBODY};
        struct btl_str text = trim(btl_line_text(&line));
        if (text.len == 0)
            list_page(boot);
        else if (btl_str_equal(text, BTL_STR("?")) || btl_str_equal(text, BTL_STR("help")))
            show(boot, "Help", print_help, NULL);
        else if (understand(boot, text, &got))
            break;
        else
            menu_say(boot, true, "There is no such command here; ? shows what there is");
    }
    // Turning to a page lists it, even the same one.
    if (got.kind == MENU_TURN || got.kind == MENU_BACK)
        boot->menu.listed = 0;
    return got;
}

static void print_question(const void *what, struct btl_out *out)
{
    const struct menu_question *question = what;
    struct btl_str value = btl_line_text(&question->line);
    btl_format(out, "%s: \"%pS\"\n", question->about[0] != '\0' ? question->about : "now", &value);
    if (question->hint[0] != '\0')
        btl_format(out, "%s\n", question->hint);
    btl_format(out, "Return alone keeps \"%pS\", \"\" is the empty text.\n", &value);
}

static bool ask(struct boot *boot, struct menu_question *question)
{
    struct btl_line line;
    char room[MENU_ANSWER_MAX];
    show(boot, question->title, print_question, question);
    btl_line_begin(&line, room, sizeof(room));
    if (!line_read(boot, "new> ", &line))
        return false;
    struct btl_str text = btl_line_text(&line);
    if (text.len > 0)
        btl_line_set(&question->line, btl_str_equal(text, BTL_STR("\"\"")) ? BTL_STR("") : text);
    return true;
}

static void begin(struct boot *boot)
{
    boot->menu.listed = 0;
}

static void end(struct boot *boot)
{
    (void)boot;
}

const struct menu_view menu_line_view = {begin, end, command, ask, show};
