// SPDX-License-Identifier: BSD-2-Clause
// The boot page: configurations, and what is changed for this boot.
#include "model.h"

static void boot_item_state(const struct boot *boot, struct menu_row *row)
{
    const struct menu_config *config = menu_config_chosen(boot);
    bool title = config != NULL && config->title.len > 0;
    struct btl_str name = btl_str_first(title ? config->title : boot->core.choice.path, 100);
    row->off = !boot->menu.planned;
    row->style = boot->menu.planned ? FW_STYLE_GOOD : FW_STYLE_PROBLEM;
    menu_row_text(row, "%pS%s%s%s", &name, boot->core.choice.safe ? ", safe" : "",
                  boot->core.choice.changes.len > 0 ? ", changed" : "",
                  boot->menu.planned ? "" : ": cannot be booted so");
}

enum menu_result menu_boot_take(struct boot *boot)
{
    if (boot->menu.planned)
        return MENU_BOOT;
    menu_message(boot, true, "This cannot be booted so; d shows the diagnostics");
    return MENU_STAY;
}

// Print the plan, one line for each phase.
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
        if (plan->modules[i].verdict == BTL_FAILED)
            btl_format(out, "%s %pS", failed++ == 0 ? "failed" : "", &plan->modules[i].name);
    }
    btl_format(out, "%s", failed > 0 ? "\n" : "");
}

static void print_modules(const struct boot *boot, struct btl_out *out)
{
    for (uint32_t i = 0; i < menu_module_count(boot); i++) {
        struct menu_row row = {0};
        menu_module_row(boot, i, &row);
        btl_format(out, "%s%-24pS %s%s\n", i == 0 ? "\n" : "", &row.name, row.text,
                   row.changed ? ", changed" : "");
    }
}

void menu_boot_details(const struct boot *boot, struct btl_out *out)
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

static void options_state(const struct boot *boot, struct menu_row *row)
{
    struct btl_str options = btl_str_first(boot->attempt.config.kernel_options, 300);
    row->changed = menu_is_changed(boot, BTL_STR("kernel_options"));
    menu_row_text(row, "\"%pS\"", &options);
}

static enum menu_result options_take(struct boot *boot)
{
    struct menu_question question;
    struct btl_str old = boot->attempt.config.kernel_options;
    if (!menu_question_begin(boot, &question, "Kernel options", old))
        return MENU_STAY;
    btl_format_to(question.hint, sizeof(question.hint), "Words for the kernel, for this boot.");
    return menu_ask_change(boot, &question, BTL_STR("kernel_options"));
}

static void safe_state(const struct boot *boot, struct menu_row *row)
{
    row->changed = boot->core.choice.safe;
    menu_row_text(row, "%s", boot->core.choice.safe ? "on" : "off");
}

static enum menu_result safe_take(struct boot *boot)
{
    if (!boot->core.choice.safe && !menu_permits(boot, BTL_SEAL_ALLOW_SAFE, "safe boot", "safe"))
        return MENU_STAY;
    boot->core.choice.safe = !boot->core.choice.safe;
    menu_message(boot, false, "Safe boot is %s", boot->core.choice.safe ? "on" : "off");
    return MENU_AGAIN;
}

static void boot_undo_state(const struct boot *boot, struct menu_row *row)
{
    uint32_t changes = menu_change_count(boot);
    row->off = changes == 0;
    menu_row_text(row, "changes: %u", changes);
}

static const struct menu_item items[] = {
    {'b', "Boot", NULL, menu_boot_take, boot_item_state, menu_boot_details},
    {.name = "Configurations"},
    {.name = "For this boot"},
    {'o', "Kernel options", "kernel_options: words for the kernel, for this boot.", options_take,
     options_state, NULL},
    {'s', "Safe boot",
     "Only modules with on_error fallback, halt or required and what these need, all tunables at "
     "their defaults.",
     safe_take, safe_state, NULL},
    {'u', "Undo all changes", "Everything as the configuration says.", menu_undo_all,
     boot_undo_state, NULL},
};

const struct menu_page_type menu_boot_page = {
    .name = "Boot",
    .parent = MENU_PAGE_BOOT,
    .items = items,
    .item_count = BTL_COUNT(items),
    .list_row = 2,
    .count = menu_config_count,
    .row = menu_config_row,
    .details = menu_config_details,
    .take = menu_config_take,
};
