// SPDX-License-Identifier: BSD-2-Clause
// What the menu does: each command in one place, whichever view it comes from.
#include "items.h"

static bool choose(struct loader *loader, uint32_t index)
{
    const struct menu_config *config = menu_config_at(loader, index);
    struct choice *choice = &loader->choice;
    struct btl_str path = btl_str_copy(&loader->lasting, config->path);
    if (config->chosen || path.at == NULL)
        return false;
    *choice = (struct choice){.path = path, .how = BTLM_HOW_MENU, .wanted = path};
    choice->safe = loader->options.safe;
    menu_say(loader, false, "%pS was chosen", &path);
    return true;
}

static bool edit_options(struct loader *loader)
{
    struct menu_question question;
    struct btl_str old = loader->config.kernel_options;
    if (!menu_question_begin(loader, &question, "Kernel options", old))
        return false;
    btl_format_to(question.hint, sizeof(question.hint), "Words for the kernel, for this boot.");
    return menu_ask_change(loader, &question, BTL_STR("kernel_options"));
}

static void show(struct loader *loader, const char *title,
                 void (*print)(const void *, struct btl_out *))
{
    menu_view_of(loader)->show(loader, title, print, loader);
}

// The volume is closed while the shell may change it; after that everything is read anew, the
// variables too.
static bool run_shell(struct loader *loader)
{
    if (!loader->fw->has_shell(loader->fw)) {
        menu_say(loader, true, "No UEFI shell was found, on the boot volume or in the firmware");
        return false;
    }
    menu_view_of(loader)->end(loader);
    files_forget(loader);
    watchdog_off(loader->fw);
    fw_status status = loader->fw->run_shell(loader->fw);
    struct btl_str name = fw_status_name(status);
    if (!state_read(loader))
        menu_say(loader, true, "There is no memory left to read the boot state again");
    else if (status == FW_SUCCESS)
        menu_say(loader, false, "Back from the shell; files and boot state are read anew");
    else
        menu_say(loader, true, "The shell could not be started: %pS", &name);
    return true;
}

static void enter_setup(struct loader *loader)
{
    if (!loader->fw->has_setup(loader->fw)) {
        menu_say(loader, true, "This firmware does not let its setup be asked for");
        return;
    }
    struct btl_str name = fw_status_name(loader->fw->enter_setup(loader->fw));
    menu_say(loader, true, "The firmware's setup could not be entered: %pS", &name);
}

// What ends the menu. False: it goes on.
static bool take_last(struct loader *loader, enum item item, enum menu_result *ret)
{
    bool planned = loader->menu.planned;
    *ret = item == ITEM_BOOT ? MENU_BOOT : MENU_LEAVE;
    if (item == ITEM_BOOT && !planned)
        menu_say(loader, true, "This cannot be booted so; d shows the diagnostics");
    if (item == ITEM_SETUP)
        enter_setup(loader);
    if (item == ITEM_RESET || item == ITEM_OFF) {
        menu_view_of(loader)->end(loader);
        loader->fw->reset(loader->fw, item == ITEM_OFF ? FW_RESET_OFF : FW_RESET_COLD);
        return true;
    }
    return item == ITEM_LEAVE || (item == ITEM_BOOT && planned);
}

static bool preview(struct loader *loader)
{
    loader->preview = loader->menu.planned;
    if (!loader->preview)
        menu_say(loader, true, "There is no manifest of what cannot be booted");
    return loader->preview;
}

// True: the choice has changed, everything is planned anew.
static bool take_item(struct loader *loader, enum item item)
{
    switch (item) {
    case ITEM_OPTIONS:
        return edit_options(loader);
    case ITEM_SAFE:
        loader->choice.safe = !loader->choice.safe;
        menu_say(loader, false, "Safe boot is %s", loader->choice.safe ? "on" : "off");
        return true;
    case ITEM_UNDO:
        return menu_undo_all(loader);
    case ITEM_ADD:
        return menu_module_add(loader);
    case ITEM_MANIFEST:
        return preview(loader);
    case ITEM_SHELL:
        return run_shell(loader);
    case ITEM_PLAN:
        show(loader, "Plan", menu_print_plan);
        break;
    case ITEM_PROBLEMS:
        show(loader, "Diagnostics", menu_print_problems);
        break;
    case ITEM_LOG:
        show(loader, "Log", menu_print_log);
        break;
    case ITEM_FAILED:
        show(loader, "Last failed boot", menu_print_failed);
        break;
    case ITEM_CHANGES:
        show(loader, "Changes for this boot", menu_print_changes);
        break;
    case ITEM_EXPLAIN:
        menu_explain(loader);
        break;
    default:
        break;
    }
    return false;
}

static bool take_other(struct loader *loader, enum menu_page page, uint32_t other,
                       enum menu_result *ret)
{
    struct menu_module module;
    if (page == MENU_PAGE_BOOT) {
        // Return once more on the chosen one boots it.
        if (other < menu_config_count(loader) && menu_config_at(loader, other)->chosen)
            return take_last(loader, ITEM_BOOT, ret);
        return other < menu_config_count(loader) && choose(loader, other);
    }
    menu_module_at(loader, other, &module);
    btl_format_to(loader->menu.module, sizeof(loader->menu.module), "%pS", &module.name);
    loader->menu.page = MENU_PAGE_MODULE;
    loader->menu.selected[MENU_PAGE_MODULE] = loader->menu.top[MENU_PAGE_MODULE] = 0;
    return false;
}

static bool take(struct loader *loader, struct menu_command command, enum menu_result *ret)
{
    enum item item;
    uint32_t other;
    *ret = MENU_AGAIN;
    if (command.row >= menu_row_count(loader, command.page))
        return false;
    if (command.page == MENU_PAGE_MODULE)
        return menu_module_page_take(loader, command.row);
    if (command.page == MENU_PAGE_PHASE)
        return menu_phase_page_take(loader, command.row);
    if (command.page == MENU_PAGE_ON_ERROR)
        return menu_on_error_page_take(loader, command.row);
    if (!menu_is_item(loader, command.page, command.row, &item, &other))
        return take_other(loader, command.page, other, ret);
    if (item == ITEM_VIEW) {
        menu_view_of(loader)->end(loader);
        loader->menu.line = !loader->menu.line;
        menu_view_of(loader)->begin(loader);
        return false;
    }
    return take_item(loader, item) || take_last(loader, item, ret);
}

struct told {
    const struct loader *loader;
    struct menu_command command;
};

static void print_told(const void *what, struct btl_out *out)
{
    const struct told *told = what;
    menu_details(told->loader, told->command.page, told->command.row, out);
}

bool menu_do(struct loader *loader, struct menu_command command, enum menu_result *ret)
{
    struct told told = {loader, command};
    struct menu *menu = &loader->menu;
    switch (command.kind) {
    case MENU_TAKE:
        return take(loader, command, ret);
    case MENU_TELL:
        menu_view_of(loader)->show(loader, "Details", print_told, &told);
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
