// SPDX-License-Identifier: BSD-2-Clause
// The rows of all pages, and what is known about each.

#include "items.h"

uint32_t menu_row_count(const struct boot *boot, enum menu_page page)
{
    switch (page) {
    case MENU_PAGE_BOOT:
        return MENU_BOOT_HEADINGS + menu_item_count(page) + menu_config_count(boot);
    case MENU_PAGE_MODULES:
        return menu_module_count(boot) + menu_item_count(page);
    case MENU_PAGE_MODULE:
        return menu_module_page_count(boot);
    case MENU_PAGE_PHASE:
        return menu_phase_page_count(boot);
    case MENU_PAGE_ON_ERROR:
        return menu_on_error_page_count(boot);
    default:
        return menu_item_count(page);
    }
}

static void boot_text(const struct boot *boot, struct menu_row *ret)
{
    const struct menu_config *config = menu_config_chosen(boot);
    bool title = config != NULL && config->title.len > 0;
    bool planned = boot->menu.planned;
    ret->off = !planned;
    ret->style = planned ? FW_STYLE_GOOD : FW_STYLE_PROBLEM;
    struct btl_str name = btl_str_first(title ? config->title : boot->core.choice.path, 100);
    size_t len = btl_format_to(ret->text, sizeof(ret->text), "%pS", &name);
    if (len < sizeof(ret->text))
        btl_format_to(ret->text + len, sizeof(ret->text) - len, "%s%s%s",
                      boot->core.choice.safe ? ", safe" : "",
                      boot->core.choice.changes.len > 0 ? ", changed" : "",
                      planned ? "" : ": cannot be booted so");
}

// What an item says of the state; nothing for most.
static void item_text(const struct boot *boot, enum item item, struct menu_row *ret)
{
    struct firmware *fw = boot->fw;
    uint32_t changes = menu_change_count(boot);
    struct btl_str options = btl_str_first(boot->attempt.config.kernel_options, 300);
    switch (item) {
    case ITEM_BOOT:
        boot_text(boot, ret);
        break;
    case ITEM_OPTIONS:
        ret->changed = menu_changed(boot, BTL_STR("kernel_options"));
        btl_format_to(ret->text, sizeof(ret->text), "\"%pS\"", &options);
        break;
    case ITEM_SAFE:
        ret->changed = boot->core.choice.safe;
        btl_format_to(ret->text, sizeof(ret->text), "%s", boot->core.choice.safe ? "on" : "off");
        break;
    case ITEM_UNDO:
    case ITEM_CHANGES:
        ret->off = changes == 0;
        btl_format_to(ret->text, sizeof(ret->text), "changes: %u", changes);
        break;
    case ITEM_PROBLEMS:
        ret->style = boot->attempt.diags->errors > 0 ? FW_STYLE_PROBLEM : FW_STYLE_NORMAL;
        btl_format_to(ret->text, sizeof(ret->text), "errors: %u, warnings: %u",
                      boot->attempt.diags->errors, boot->attempt.diags->warnings);
        break;
    case ITEM_FAILED:
        ret->off = boot->core.state.record[BTL_VARIABLE_FAILED].path.len == 0;
        btl_format_to(ret->text, sizeof(ret->text), "%s", ret->off ? "none on record" : "");
        break;
    case ITEM_MANIFEST:
        ret->off = !boot->menu.planned;
        break;
    case ITEM_SETUP:
        ret->off = !fw->has_setup(fw);
        btl_format_to(ret->text, sizeof(ret->text), "%s", ret->off ? "this firmware has none" : "");
        break;
    case ITEM_SHELL:
        ret->off = !fw->has_shell(fw);
        btl_format_to(ret->text, sizeof(ret->text), "%s", ret->off ? "none was found" : "");
        break;
    default:
        break;
    }
}

static void config_row(const struct boot *boot, uint32_t index, struct menu_row *ret)
{
    const struct menu_config *config = menu_config_at(boot, index);
    struct btl_buffer to = btl_buffer(ret->text, sizeof(ret->text));
    struct btl_str path = btl_str_first(config->path, 100);
    ret->name = config->title.len > 0 ? config->title : config->path;
    ret->style = config->failed || !config->readable ? FW_STYLE_PROBLEM
                 : config->good                      ? FW_STYLE_GOOD
                                                     : FW_STYLE_NORMAL;
    if (config->title.len > 0)
        btl_format(&to.out, "%pS  ", &path);
    if (config->chosen)
        btl_format(&to.out, "(chosen) ");
    menu_config_marks(config, &to.out);
}

void menu_row(const struct boot *boot, enum menu_page page, uint32_t index, struct menu_row *ret)
{
    enum item item;
    uint32_t other;
    *ret = (struct menu_row){0};
    if (page == MENU_PAGE_MODULE) {
        menu_module_page_row(boot, index, ret);
    } else if (page == MENU_PAGE_PHASE) {
        menu_phase_page_row(boot, index, ret);
    } else if (page == MENU_PAGE_ON_ERROR) {
        menu_on_error_page_row(boot, index, ret);
    } else if (menu_is_item(boot, page, index, &item, &other)) {
        ret->key = menu_items[item].key;
        ret->name = btl_str_of(menu_items[item].name);
        item_text(boot, item, ret);
    } else if (page == MENU_PAGE_MODULES) {
        menu_module_row(boot, other, ret);
    } else if (other < menu_config_count(boot)) {
        config_row(boot, other, ret);
    } else {
        ret->heading = true;
        ret->name = index == 1 ? BTL_STR("Configurations") : BTL_STR("For this boot");
    }
}

// ----------------------------------------------------------------------------------------- details

// The plan in a line for each phase.
static void print_phases(const struct boot *boot, struct btl_out *out)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    uint32_t phase = BTL_PHASES, failed = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct btl_planned *planned = &plan->modules[plan->order[i]];
        if (planned->verdict != BTL_LOAD && planned->verdict != BTL_READY)
            continue;
        if (planned->phase != phase)
            btl_format(out, "%s%s", phase == BTL_PHASES ? "" : "\n",
                       btl_phase_name(planned->phase));
        phase = planned->phase;
        btl_format(out, " %pS", &planned->name);
    }
    btl_format(out, "%s", phase == BTL_PHASES ? "" : "\n");
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict != BTL_FAILED)
            continue;
        btl_format(out, "%s %pS", failed++ == 0 ? "failed" : "", &plan->modules[i].name);
    }
    btl_format(out, "%s", failed > 0 ? "\n" : "");
}

// Every module, where there is room for them.
static void print_modules(const struct boot *boot, struct btl_out *out)
{
    struct menu_row row;
    for (uint32_t i = 0; i < menu_module_count(boot); i++) {
        menu_module_row(boot, i, &row);
        btl_format(out, "%s%-24pS %s%s\n", i == 0 ? "\n" : "", &row.name, row.text,
                   row.changed ? ", changed" : "");
    }
}

static void print_chosen(const struct boot *boot, struct btl_out *out)
{
    btl_format(out, "kernel %pS, modules: %u, errors: %u\n", &boot->attempt.config.kernel,
               boot->attempt.plan.module_count, boot->attempt.diags->errors);
    if (boot->core.choice.reason.len > 0)
        btl_format(out, "instead of %pS: %pS\n", &boot->core.choice.wanted,
                   &boot->core.choice.reason);
    print_phases(boot, out);
    if (boot->facts.console_columns >= MENU_WIDE)
        print_modules(boot, out);
}

static void config_details(const struct boot *boot, uint32_t index, struct btl_out *out)
{
    const struct menu_config *config = menu_config_at(boot, index);
    btl_format(out, "%pS", &config->path);
    if (config->size > 0)
        btl_format(out, ", %lu bytes", config->size);
    btl_format(out, "\n");
    if (config->chosen)
        print_chosen(boot, out);
    else
        btl_format(out,
                   "Return chooses it and shows its plan; changes for this boot are dropped.\n");
}

void menu_details(const struct boot *boot, enum menu_page page, uint32_t index, struct btl_out *out)
{
    enum item item;
    uint32_t other;
    if (page >= MENU_TABS) {
        menu_module_page_details(boot, page == MENU_PAGE_MODULE ? index : 0, out);
    } else if (menu_is_item(boot, page, index, &item, &other)) {
        if (item == ITEM_BOOT)
            print_chosen(boot, out);
        else
            btl_format(out, "%s\n", menu_items[item].about);
    } else if (page == MENU_PAGE_MODULES) {
        struct menu_module module;
        menu_module_at(boot, other, &module);
        menu_module_details(&module, out);
    } else if (other < menu_config_count(boot)) {
        config_details(boot, other, out);
    }
}
