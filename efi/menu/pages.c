// SPDX-License-Identifier: BSD-2-Clause
// The rows of all pages, and what is known about each.

#include "items.h"

uint32_t menu_row_count(const struct loader *loader, enum menu_page page)
{
    switch (page) {
    case MENU_PAGE_BOOT:
        return MENU_BOOT_HEADINGS + menu_item_count(page) + menu_config_count(loader);
    case MENU_PAGE_MODULES:
        return menu_module_count(loader) + menu_item_count(page);
    case MENU_PAGE_MODULE:
        return menu_module_page_count(loader);
    case MENU_PAGE_PHASE:
        return menu_phase_page_count(loader);
    case MENU_PAGE_ON_ERROR:
        return menu_on_error_page_count(loader);
    default:
        return menu_item_count(page);
    }
}

static void boot_text(const struct loader *loader, struct menu_row *ret)
{
    const struct menu_config *config = menu_config_chosen(loader);
    bool title = config != NULL && config->title.len > 0;
    bool planned = loader->menu.planned;
    ret->off = !planned;
    ret->style = planned ? FW_STYLE_GOOD : FW_STYLE_PROBLEM;
    struct btl_str name = btl_str_first(title ? config->title : loader->choice.path, 100);
    size_t len = btl_format_to(ret->text, sizeof(ret->text), "%pS", &name);
    if (len < sizeof(ret->text))
        btl_format_to(ret->text + len, sizeof(ret->text) - len, "%s%s%s",
                      loader->choice.safe ? ", safe" : "",
                      loader->choice.changes.len > 0 ? ", changed" : "",
                      planned ? "" : ": cannot be booted so");
}

// What an item says of the state; nothing for most.
static void item_text(const struct loader *loader, enum item item, struct menu_row *ret)
{
    struct firmware *fw = loader->fw;
    uint32_t changes = menu_change_count(loader);
    struct btl_str options = btl_str_first(loader->config.kernel_options, 300);
    switch (item) {
    case ITEM_BOOT:
        boot_text(loader, ret);
        break;
    case ITEM_OPTIONS:
        ret->changed = menu_changed(loader, BTL_STR("kernel_options"));
        btl_format_to(ret->text, sizeof(ret->text), "\"%pS\"", &options);
        break;
    case ITEM_SAFE:
        ret->changed = loader->choice.safe;
        btl_format_to(ret->text, sizeof(ret->text), "%s", loader->choice.safe ? "on" : "off");
        break;
    case ITEM_UNDO:
    case ITEM_CHANGES:
        ret->off = changes == 0;
        btl_format_to(ret->text, sizeof(ret->text), "changes: %u", changes);
        break;
    case ITEM_PROBLEMS:
        ret->style = loader->diags.errors > 0 ? FW_STYLE_PROBLEM : FW_STYLE_NORMAL;
        btl_format_to(ret->text, sizeof(ret->text), "errors: %u, warnings: %u",
                      loader->diags.errors, loader->diags.warnings);
        break;
    case ITEM_FAILED:
        ret->off = loader->state.record[BTL_VARIABLE_FAILED].path.len == 0;
        btl_format_to(ret->text, sizeof(ret->text), "%s", ret->off ? "none on record" : "");
        break;
    case ITEM_MANIFEST:
        ret->off = !loader->menu.planned;
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

static void config_row(const struct loader *loader, uint32_t index, struct menu_row *ret)
{
    const struct menu_config *config = menu_config_at(loader, index);
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

void menu_row(const struct loader *loader, enum menu_page page, uint32_t index,
              struct menu_row *ret)
{
    enum item item;
    uint32_t other;
    *ret = (struct menu_row){0};
    if (page == MENU_PAGE_MODULE) {
        menu_module_page_row(loader, index, ret);
    } else if (page == MENU_PAGE_PHASE) {
        menu_phase_page_row(loader, index, ret);
    } else if (page == MENU_PAGE_ON_ERROR) {
        menu_on_error_page_row(loader, index, ret);
    } else if (menu_is_item(loader, page, index, &item, &other)) {
        ret->key = menu_items[item].key;
        ret->name = btl_str_of(menu_items[item].name);
        item_text(loader, item, ret);
    } else if (page == MENU_PAGE_MODULES) {
        menu_module_row(loader, other, ret);
    } else if (other < menu_config_count(loader)) {
        config_row(loader, other, ret);
    } else {
        ret->heading = true;
        ret->name = index == 1 ? BTL_STR("Configurations") : BTL_STR("For this boot");
    }
}

// ----------------------------------------------------------------------------------------- details

// The plan in a line for each phase.
static void print_phases(const struct loader *loader, struct btl_out *out)
{
    const struct btl_plan *plan = &loader->plan;
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
static void print_modules(const struct loader *loader, struct btl_out *out)
{
    struct menu_row row;
    for (uint32_t i = 0; i < menu_module_count(loader); i++) {
        menu_module_row(loader, i, &row);
        btl_format(out, "%s%-24pS %s%s\n", i == 0 ? "\n" : "", &row.name, row.text,
                   row.changed ? ", changed" : "");
    }
}

static void print_chosen(const struct loader *loader, struct btl_out *out)
{
    btl_format(out, "kernel %pS, modules: %u, errors: %u\n", &loader->config.kernel,
               loader->plan.module_count, loader->diags.errors);
    if (loader->choice.reason.len > 0)
        btl_format(out, "instead of %pS: %pS\n", &loader->choice.wanted, &loader->choice.reason);
    print_phases(loader, out);
    if (loader->facts.console_columns >= MENU_WIDE)
        print_modules(loader, out);
}

static void config_details(const struct loader *loader, uint32_t index, struct btl_out *out)
{
    const struct menu_config *config = menu_config_at(loader, index);
    btl_format(out, "%pS", &config->path);
    if (config->size > 0)
        btl_format(out, ", %lu bytes", config->size);
    btl_format(out, "\n");
    if (config->chosen)
        print_chosen(loader, out);
    else
        btl_format(out,
                   "Return chooses it and shows its plan; changes for this boot are dropped.\n");
}

void menu_details(const struct loader *loader, enum menu_page page, uint32_t index,
                  struct btl_out *out)
{
    enum item item;
    uint32_t other;
    if (page >= MENU_TABS) {
        menu_module_page_details(loader, page == MENU_PAGE_MODULE ? index : 0, out);
    } else if (menu_is_item(loader, page, index, &item, &other)) {
        if (item == ITEM_BOOT)
            print_chosen(loader, out);
        else
            btl_format(out, "%s\n", menu_items[item].about);
    } else if (page == MENU_PAGE_MODULES) {
        struct menu_module module;
        menu_module_at(loader, other, &module);
        menu_module_details(&module, out);
    } else if (other < menu_config_count(loader)) {
        config_details(loader, other, out);
    }
}
