// SPDX-License-Identifier: BSD-2-Clause
// The menu from its opening to its end, and its questions.
#include "model.h"

#define COLUMNS_MIN 40 // a smaller terminal gets the line view
#define ROWS_MIN    10
#define WAIT_S      60
// A key that repeats, held or tapped, has no pause as long as this. A key that sticks counts again
// after so many repeats: otherwise it would keep the menu open for ever.
#define PAUSE_MS    1000
#define REPEATS_MAX 200

const struct menu_view *menu_view_of(const struct boot *boot)
{
    return boot->menu.lines ? &menu_line_view : &menu_screen_view;
}

void menu_message(struct boot *boot, bool problem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    btl_vformat_to(boot->menu.message, sizeof(boot->menu.message), format, args);
    va_end(args);
    boot->menu.message_problem = problem;
}

bool menu_permits(struct boot *boot, enum btl_seal_allow allow, const char *what, const char *word)
{
    if (btl_attempt_permits(&boot->attempt, allow))
        return true;
    menu_message(boot, true, "The seal permits no %s: seal with 'btl seal --allow %s'", what, word);
    return false;
}

bool menu_question_begin(struct boot *boot, struct menu_question *question, const char *title,
                         struct btl_str value)
{
    question->title = title;
    question->about[0] = question->hint[0] = '\0';
    btl_line_begin(&question->line, question->buf, sizeof(question->buf));
    if (btl_line_set(&question->line, value))
        return true;
    menu_message(boot, true, "The value (%u bytes) cannot be edited here", (unsigned)value.len);
    return false;
}

bool menu_ask(struct boot *boot, struct menu_question *question)
{
    struct btl_str old = btl_str_copy(boot->attempt.arena, btl_line_text(&question->line));
    if (old.at != NULL && menu_view_of(boot)->ask(boot, question) &&
        !btl_str_equal(old, btl_line_text(&question->line)))
        return true;
    menu_message(boot, false, "%s: left as it is", question->title);
    return false;
}

// Ignore repeats of the key that opened the menu: the user pressed it for the menu, and may not
// have seen yet that the menu is there. Return the first other key; 0: none yet.
static fw_key skip_repeats(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    fw_key opened_by = menu->opened_by, key = opened_by;
    for (uint32_t i = 0; key == opened_by && i < REPEATS_MAX; i++)
        key = watchdog_wait_key(boot->fw, PAUSE_MS);
    menu->opened_by = 0;
    return key;
}

fw_key menu_wait_key(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    uint32_t ms = 1000 * WAIT_S - (menu->opened_by != 0 ? PAUSE_MS : 0);
    fw_key key = menu->opened_by != 0 ? skip_repeats(boot) : 0;
    while (key == 0 && !menu->unattended) {
        key = watchdog_wait_key(boot->fw, ms);
        ms = 1000 * WAIT_S;
        menu->unattended = key == 0 && menu->times_out;
    }
    menu->times_out = false;
    return key;
}

// Is the console a serial line only, without a terminal that says where its cursor is? Then it is a
// log, or a terminal without a screen.
static bool console_has_no_screen(struct boot *boot)
{
    return terminal_of(boot) == FW_TERMINAL_SILENT && boot->facts.framebuffer.format == 0;
}

// Choose the view, once; then the user may change it.
static void choose_view(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    if (menu->style_known)
        return;
    menu->style_known = true;
    bool no_screen = console_has_no_screen(boot); // the size is that of the terminal from here on
    menu->lines = boot->attempt.config.menu == BTL_MENU_LINE ||
                  boot->facts.console_columns < COLUMNS_MIN ||
                  boot->facts.console_rows < ROWS_MIN ||
                  (boot->attempt.config.menu == BTL_MENU_AUTO && no_screen);
}

static void find_content(struct boot *boot)
{
    struct menu *menu = &boot->menu;
    menu->configs = NULL;
    menu->modules = NULL;
    if (menu_configs_find(boot) && menu_modules_find(boot))
        return;
    menu_message(boot, true, "There is no memory left to show everything");
    if (menu->page == MENU_PAGE_MODULE)
        menu->page = MENU_PAGE_MODULES;
}

// Continue the boot as if the menu had not been opened: it may fall back.
static void continue_unattended(struct boot *boot)
{
    log_line(&boot->log, BTL_LOG_INFO, "no other key was pressed for %u s: booting", WAIT_S);
    boot->menu.unattended = false;
    boot->core.attended = false;
}

enum menu_result menu_run(struct boot *boot, bool planned)
{
    enum menu_result result = MENU_STAY;
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_MENU, BTL_NONE);
    boot->core.attended = true;
    boot->preview = false;
    boot->menu.planned = planned;
    choose_view(boot);
    if (boot->menu.times_out)
        menu_message(boot, false, "Without another key the boot goes on in %u s", WAIT_S);
    find_content(boot);
    boot->fw->forget_keys(boot->fw);
    menu_view_of(boot)->begin(boot);
    while (result == MENU_STAY)
        result = menu_do(boot, menu_view_of(boot)->command(boot));
    menu_view_of(boot)->end(boot);
    event_end(&boot->timeline, event, 0);
    if (boot->menu.unattended)
        continue_unattended(boot);
    return result;
}

void menu_view(struct boot *boot, const char *title,
               void (*print)(const void *what, struct btl_out *out), const void *what)
{
    choose_view(boot);
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_MENU, BTL_NONE);
    menu_view_of(boot)->begin(boot);
    menu_view_of(boot)->show(boot, title, print, what);
    menu_view_of(boot)->end(boot);
    event_end(&boot->timeline, event, 0);
}
