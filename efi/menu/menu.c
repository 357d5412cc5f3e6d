// SPDX-License-Identifier: BSD-2-Clause
// The menu from its opening to its end.
#include "model.h"

#define COLUMNS_MIN 40 // with less there is no screen, but lines
#define ROWS_MIN    10
#define WAIT_S      60

const char *menu_page_name(enum menu_page page)
{
    static const char *const names[MENU_PAGES] = {
        [MENU_PAGE_BOOT] = "Boot",           [MENU_PAGE_MODULES] = "Modules",
        [MENU_PAGE_LOOK] = "Look",           [MENU_PAGE_MACHINE] = "Machine",
        [MENU_PAGE_MODULE] = "Module",       [MENU_PAGE_PHASE] = "Phase",
        [MENU_PAGE_ON_ERROR] = "On failure",
    };
    return names[page];
}

enum menu_page menu_page_behind(enum menu_page page)
{
    return page > MENU_PAGE_MODULE    ? MENU_PAGE_MODULE
           : page == MENU_PAGE_MODULE ? MENU_PAGE_MODULES
                                      : MENU_PAGE_BOOT;
}

const struct menu_view *menu_view_of(const struct boot *boot)
{
    return boot->menu.line ? &menu_line_view : &menu_screen_view;
}

void menu_say(struct boot *boot, bool problem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    btl_vformat_to(boot->menu.said, sizeof(boot->menu.said), format, args);
    va_end(args);
    boot->menu.said_problem = problem;
}

bool menu_question_begin(struct boot *boot, struct menu_question *question, const char *title,
                         struct btl_str value)
{
    question->title = title;
    question->about[0] = question->hint[0] = '\0';
    btl_line_begin(&question->line, question->room, sizeof(question->room));
    if (btl_line_set(&question->line, value))
        return true;
    menu_say(boot, true, "The value (%u bytes) cannot be edited here", (unsigned)value.len);
    return false;
}

bool menu_ask(struct boot *boot, struct menu_question *question)
{
    struct btl_str old = btl_str_copy(boot->attempt.arena, btl_line_text(&question->line));
    if (old.at != NULL && menu_view_of(boot)->ask(boot, question) &&
        !btl_str_equal(old, btl_line_text(&question->line)))
        return true;
    menu_say(boot, false, "%s: left as it is", question->title);
    return false;
}

fw_key menu_wait_key(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    fw_key key = 0;
    while (key == 0 && !menu->nobody) {
        key = watchdog_wait_key(boot->fw, 1000 * WAIT_S);
        menu->nobody = key == 0 && menu->limited;
    }
    menu->limited = false;
    return key;
}

// A serial line alone, where nothing says where its cursor is: a log, or a terminal without a
// screen.
static bool has_no_screen(const struct boot *boot)
{
    return boot->facts.framebuffer.format == 0 &&
           boot->fw->terminal(boot->fw) == FW_TERMINAL_SILENT;
}

// How it is drawn is settled once; then the human may change it.
static void begin_once(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    if (menu->begun)
        return;
    menu->begun = true;
    menu->line = boot->attempt.config.menu == BTL_MENU_LINE ||
                 boot->facts.console_columns < COLUMNS_MIN || boot->facts.console_rows < ROWS_MIN ||
                 (boot->attempt.config.menu == BTL_MENU_AUTO && has_no_screen(boot));
}

// What there is to be shown, in the memory of this attempt.
static void look(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    struct menu_module module;
    if (!menu_configs_find(boot) || !menu_modules_find(boot))
        menu_say(boot, true, "There is no memory left to show everything");
    // The module whose page it was may be gone.
    if (menu->page >= MENU_TABS && !menu_module_shown(boot, &module))
        menu->page = MENU_PAGE_MODULES;
}

// The boot goes on as if nobody had been there: it may fall back.
static void go_on(struct boot *boot)
{
    log_line(&boot->log, BTL_LOG_INFO, "nobody pressed another key for %u s: booting", WAIT_S);
    boot->menu.nobody = false;
    boot->core.attended = false;
}

enum menu_result menu_run(struct boot *boot, bool planned)
{
    enum menu_result result;
    boot->core.attended = true;
    boot->preview = false;
    boot->menu.planned = planned;
    begin_once(boot);
    if (boot->menu.limited)
        menu_say(boot, false, "Without another key the boot goes on in %u s", WAIT_S);
    look(boot);
    boot->fw->forget_keys(boot->fw);
    menu_view_of(boot)->begin(boot);
    while (!menu_do(boot, menu_view_of(boot)->command(boot), &result))
        continue;
    menu_view_of(boot)->end(boot);
    if (boot->menu.nobody)
        go_on(boot);
    return result;
}

void menu_view(struct boot *boot, const char *title,
               void (*print)(const void *what, struct btl_out *out), const void *what)
{
    begin_once(boot);
    menu_view_of(boot)->begin(boot);
    menu_view_of(boot)->show(boot, title, print, what);
    menu_view_of(boot)->end(boot);
}
