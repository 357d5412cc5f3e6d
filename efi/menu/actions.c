// SPDX-License-Identifier: BSD-2-Clause
// What the menu does: each command in one place, whichever view it comes from.
#include "items.h"

static bool choose(struct boot *boot, uint32_t index)
{
    const struct menu_config *config = menu_config_at(boot, index);
    struct btl_choice *choice = &boot->core.choice;
    struct btl_str path = btl_str_copy(&boot->arena, config->path);
    if (config->chosen || path.at == NULL)
        return false;
    *choice = (struct btl_choice){.path = path, .how = BTLM_HOW_MENU, .wanted = path};
    choice->safe = boot->options.safe;
    menu_say(boot, false, "%pS was chosen", &path);
    return true;
}

static bool edit_options(struct boot *boot)
{
    struct menu_question question;
    struct btl_str old = boot->attempt.config.kernel_options;
    if (!menu_question_begin(boot, &question, "Kernel options", old))
        return false;
    btl_format_to(question.hint, sizeof(question.hint), "Words for the kernel, for this boot.");
    return menu_ask_change(boot, &question, BTL_STR("kernel_options"));
}

static void show(struct boot *boot, const char *title,
                 void (*print)(const void *, struct btl_out *))
{
    menu_view_of(boot)->show(boot, title, print, boot);
}

// The volume is closed while the shell may change it; after that everything is read anew, the
// variables too.
static bool run_shell(struct boot *boot)
{
    if (!boot->fw->has_shell(boot->fw)) {
        menu_say(boot, true, "No UEFI shell was found, on the boot volume or in the firmware");
        return false;
    }
    menu_view_of(boot)->end(boot);
    files_forget(boot);
    watchdog_off(boot->fw);
    fw_status status = boot->fw->run_shell(boot->fw);
    struct btl_str name = fw_status_name(status);
    if (!state_read(boot))
        menu_say(boot, true, "There is no memory left to read the boot state again");
    else if (status == FW_SUCCESS)
        menu_say(boot, false, "Back from the shell; files and boot state are read anew");
    else
        menu_say(boot, true, "The shell could not be started: %pS", &name);
    return true;
}

static void enter_setup(struct boot *boot)
{
    if (!boot->fw->has_setup(boot->fw)) {
        menu_say(boot, true, "This firmware does not let its setup be asked for");
        return;
    }
    struct btl_str name = fw_status_name(boot->fw->enter_setup(boot->fw));
    menu_say(boot, true, "The firmware's setup could not be entered: %pS", &name);
}

// What ends the menu. False: it goes on.
static bool take_last(struct boot *boot, enum item item, enum menu_result *ret)
{
    bool planned = boot->menu.planned;
    *ret = item == ITEM_BOOT ? MENU_BOOT : MENU_LEAVE;
    if (item == ITEM_BOOT && !planned)
        menu_say(boot, true, "This cannot be booted so; d shows the diagnostics");
    if (item == ITEM_SETUP)
        enter_setup(boot);
    if (item == ITEM_RESET || item == ITEM_OFF) {
        menu_view_of(boot)->end(boot);
        boot->fw->reset(boot->fw, item == ITEM_OFF ? FW_RESET_OFF : FW_RESET_COLD);
        return true;
    }
    return item == ITEM_LEAVE || (item == ITEM_BOOT && planned);
}

static bool preview(struct boot *boot)
{
    boot->preview = boot->menu.planned;
    if (!boot->preview)
        menu_say(boot, true, "There is no manifest of what cannot be booted");
    return boot->preview;
}

// True: the choice has changed, everything is planned anew.
static bool take_item(struct boot *boot, enum item item)
{
    switch (item) {
    case ITEM_OPTIONS:
        return edit_options(boot);
    case ITEM_SAFE:
        boot->core.choice.safe = !boot->core.choice.safe;
        menu_say(boot, false, "Safe boot is %s", boot->core.choice.safe ? "on" : "off");
        return true;
    case ITEM_UNDO:
        return menu_undo_all(boot);
    case ITEM_ADD:
        return menu_module_add(boot);
    case ITEM_MANIFEST:
        return preview(boot);
    case ITEM_SHELL:
        return run_shell(boot);
    case ITEM_PLAN:
        show(boot, "Plan", menu_print_plan);
        break;
    case ITEM_PROBLEMS:
        show(boot, "Diagnostics", menu_print_problems);
        break;
    case ITEM_LOG:
        show(boot, "Log", menu_print_log);
        break;
    case ITEM_FAILED:
        show(boot, "Last failed boot", menu_print_failed);
        break;
    case ITEM_CHANGES:
        show(boot, "Changes for this boot", menu_print_changes);
        break;
    case ITEM_EXPLAIN:
        menu_explain(boot);
        break;
    default:
        break;
    }
    return false;
}

static bool take_other(struct boot *boot, enum menu_page page, uint32_t other,
                       enum menu_result *ret)
{
    struct menu_module module;
    if (page == MENU_PAGE_BOOT) {
        // Return once more on the chosen one boots it.
        if (other < menu_config_count(boot) && menu_config_at(boot, other)->chosen)
            return take_last(boot, ITEM_BOOT, ret);
        return other < menu_config_count(boot) && choose(boot, other);
    }
    menu_module_at(boot, other, &module);
    btl_format_to(boot->menu.module, sizeof(boot->menu.module), "%pS", &module.name);
    boot->menu.page = MENU_PAGE_MODULE;
    boot->menu.selected[MENU_PAGE_MODULE] = boot->menu.top[MENU_PAGE_MODULE] = 0;
    return false;
}

static bool take(struct boot *boot, struct menu_command command, enum menu_result *ret)
{
    enum item item;
    uint32_t other;
    *ret = MENU_AGAIN;
    if (command.row >= menu_row_count(boot, command.page))
        return false;
    if (command.page == MENU_PAGE_MODULE)
        return menu_module_page_take(boot, command.row);
    if (command.page == MENU_PAGE_PHASE)
        return menu_phase_page_take(boot, command.row);
    if (command.page == MENU_PAGE_ON_ERROR)
        return menu_on_error_page_take(boot, command.row);
    if (!menu_is_item(boot, command.page, command.row, &item, &other))
        return take_other(boot, command.page, other, ret);
    if (item == ITEM_VIEW) {
        menu_view_of(boot)->end(boot);
        boot->menu.line = !boot->menu.line;
        menu_view_of(boot)->begin(boot);
        return false;
    }
    return take_item(boot, item) || take_last(boot, item, ret);
}

struct told {
    const struct boot *boot;
    struct menu_command command;
};

static void print_told(const void *what, struct btl_out *out)
{
    const struct told *told = what;
    menu_details(told->boot, told->command.page, told->command.row, out);
}

bool menu_do(struct boot *boot, struct menu_command command, enum menu_result *ret)
{
    struct told told = {boot, command};
    struct menu *menu = &boot->menu;
    switch (command.kind) {
    case MENU_TAKE:
        return take(boot, command, ret);
    case MENU_TELL:
        menu_view_of(boot)->show(boot, "Details", print_told, &told);
        break;
    case MENU_TURN:
        menu->page = command.page;
        break;
    case MENU_BACK:
        menu->page = menu_page_behind(menu->page);
        break;
    case MENU_NOBODY:
        *ret = MENU_BOOT;
        return true;
    }
    return false;
}
