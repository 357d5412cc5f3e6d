// SPDX-License-Identifier: BSD-2-Clause
// The look page: texts about this boot.
#include <btl/messages.h>

#include "model.h"

// ------------------------------------------------------------------------------------------- plan

static void print_planned(const struct boot *boot, const struct btl_planned *planned,
                          struct btl_out *out)
{
    btl_format(out, "%pS: %s", &planned->name, btl_verdict_name(planned->verdict));
    if (planned->verdict == BTL_LOAD)
        btl_format(out, " in %s", btl_phase_name(planned->phase));
    if (planned->pulled_by != BTL_NONE)
        btl_format(out, ", pulled there by %pS",
                   &boot->attempt.plan.modules[planned->pulled_by].name);
    if (planned->info != NULL && planned->configured != planned->phase)
        btl_format(out, ", configured for %s", btl_phase_name(planned->configured));
    if (planned->config == NULL || planned->config->load == NULL)
        btl_format(out, ", a dependency");
    for (uint32_t i = 0; i < planned->dependency_count; i++)
        btl_format(out, "%s%pS", i == 0 ? ", needs " : " ",
                   &boot->attempt.plan.modules[planned->dependencies[i]].name);
    btl_format(out, "\n");
    if (planned->verdict == BTL_FAILED && planned->reason != NULL) {
        btl_format(out, "    ");
        btl_diag_print(out, planned->reason);
        btl_format(out, "\n");
    }
}

static void print_plan_heading(const struct menu_module *module, int *heading, struct btl_out *out)
{
    static const char *const phases[BTL_PHASES] = {
        [BTL_PHASE_BOOT1] = "BOOT1, linked by the loader",
        [BTL_PHASE_BOOT2] = "BOOT2, after virtual memory is up",
        [BTL_PHASE_INIT] = "INIT",
        [BTL_PHASE_AUTO] = "AUTO, ready and loaded when needed"};
    enum { FAILED = BTL_PHASES, OFF };
    const struct btl_planned *planned = module->planned;
    int now = planned == NULL || planned->verdict == BTL_OFF ? OFF
              : planned->verdict == BTL_FAILED               ? FAILED
                                                             : (int)planned->phase;
    if (now == *heading)
        return;
    btl_format(out, "%s%s\n", *heading == -1 ? "" : "\n",
               now == OFF      ? "Not loaded"
               : now == FAILED ? "Failed"
                               : phases[now]);
    *heading = now;
}

static void print_plan(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    int heading = -1;
    for (uint32_t i = 0; i < menu_module_count(boot); i++) {
        struct menu_module module = menu_module_get(boot, i);
        print_plan_heading(&module, &heading, out);
        btl_format(out, "  ");
        if (module.planned != NULL)
            print_planned(boot, module.planned, out);
        else
            btl_format(out, "%pS: %s\n", &module.name,
                       menu_module_is_on(&module) ? "not planned" : "off");
    }
    if (menu_module_count(boot) == 0)
        btl_format(out, "No module takes part in this boot.\n");
}

// ---------------------------------------------------------------------------------------- problems

static void print_explanation(const char *code, struct btl_out *out)
{
    const struct btl_explanation *text = btl_message_find(&btl_messages, btl_str_of(code));
    if (text != NULL)
        btl_format(out, "    %s\n", text->text);
}

static void print_diags(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    btl_format(out, "errors: %u, warnings: %u\n", boot->attempt.diags->errors,
               boot->attempt.diags->warnings);
    for (const struct btl_diag *diag = boot->attempt.diags->first; diag != NULL;
         diag = diag->next) {
        btl_format(out, "\n");
        btl_diag_print(out, diag);
        btl_format(out, "\n");
        print_explanation(btl_code_name(diag->code), out);
    }
    if (boot->attempt.diags->lost > 0)
        btl_format(out, "\nmessages lost for want of memory: %u\n", boot->attempt.diags->lost);
}

static void print_log(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    struct btl_str text = {boot->log.text, boot->log.len};
    if (text.len > 0)
        btl_format(out, "%pS", &text);
    else
        btl_format(out, "Nothing was said so far.\n");
}

static void print_failed(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    const struct btl_record *failed = &boot->core.state.record[BTL_VARIABLE_FAILED];
    if (failed->path.len == 0) {
        btl_format(out, "No failed boot is on record.\n");
        return;
    }
    btl_format(out, "The last boot of %pS failed %s:\n\n%pS\n", &failed->path,
               failed->number == BTL_FAILED_IN_KERNEL ? "in the kernel" : "in the loader",
               &failed->text);
}

static void print_changes(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    if (boot->core.choice.changes.len == 0) {
        btl_format(out, "Nothing was changed.\n");
        return;
    }
    btl_format(out, "To keep these changes, add the lines to %pS:\n\n%pS", &boot->core.choice.path,
               &boot->core.choice.changes);
}

// ------------------------------------------------------------------------------------ explanations

// The code of the first error, or of the first message.
static struct btl_str first_code(const struct boot *boot)
{
    const struct btl_diag *found = boot->attempt.diags->first;
    for (const struct btl_diag *diag = found; diag != NULL; diag = diag->next) {
        if (btl_code_severity(diag->code) == BTL_ERROR) {
            found = diag;
            break;
        }
    }
    return found != NULL ? btl_str_of(btl_code_name(found->code)) : BTL_STR("");
}

static void print_codes(const void *what, struct btl_out *out)
{
    const struct btl_str *prefix = what;
    bool any = false;
    for (uint32_t i = 0; i < btl_messages.count; i++) {
        const struct btl_explanation *text = &btl_messages.list[i];
        struct btl_str code = btl_str_of(text->code);
        if (code.len < prefix->len ||
            !btl_str_equal((struct btl_str){code.at, prefix->len}, *prefix))
            continue;
        btl_format(out, "%s%s: %s\n", any ? "\n" : "", text->code, text->text);
        any = true;
    }
    if (!any)
        btl_format(out, "No message has a code that begins with \"%pS\".\n", prefix);
}

static enum menu_result explain_take(struct boot *boot)
{
    struct menu_question question;
    menu_question_begin(boot, &question, "Explain a message", first_code(boot));
    btl_format_to(question.about, sizeof(question.about), "Code");
    btl_format_to(question.hint, sizeof(question.hint),
                  "What stands in brackets behind a message; its beginning is enough: conf-");
    if (!menu_view_of(boot)->ask(boot, &question))
        return MENU_STAY;
    struct btl_str prefix = btl_line_text(&question.line);
    menu_view_of(boot)->show(boot, "Explanation", print_codes, &prefix);
    return MENU_STAY;
}

// -------------------------------------------------------------------------------------------- page

static enum menu_result show_text(struct boot *boot, const char *title,
                                  void (*print)(const void *, struct btl_out *))
{
    menu_view_of(boot)->show(boot, title, print, boot);
    return MENU_STAY;
}

static enum menu_result plan_take(struct boot *boot)
{
    return show_text(boot, "Plan", print_plan);
}

static enum menu_result manifest_take(struct boot *boot)
{
    boot->preview = boot->menu.planned;
    if (boot->preview)
        return MENU_AGAIN;
    menu_message(boot, true, "There is no manifest of what cannot be booted");
    return MENU_STAY;
}

static void manifest_state(const struct boot *boot, struct menu_row *row)
{
    row->off = !boot->menu.planned;
}

static enum menu_result diags_take(struct boot *boot)
{
    return show_text(boot, "Diagnostics", print_diags);
}

static void diags_state(const struct boot *boot, struct menu_row *row)
{
    row->style = boot->attempt.diags->errors > 0 ? FW_STYLE_PROBLEM : FW_STYLE_NORMAL;
    menu_row_text(row, "errors: %u, warnings: %u", boot->attempt.diags->errors,
                  boot->attempt.diags->warnings);
}

static enum menu_result log_take(struct boot *boot)
{
    return show_text(boot, "Log", print_log);
}

static enum menu_result failed_take(struct boot *boot)
{
    return show_text(boot, "Last failed boot", print_failed);
}

static void failed_state(const struct boot *boot, struct menu_row *row)
{
    row->off = boot->core.state.record[BTL_VARIABLE_FAILED].path.len == 0;
    menu_row_text(row, "%s", row->off ? "none on record" : "");
}

static enum menu_result changes_take(struct boot *boot)
{
    return show_text(boot, "Changes for this boot", print_changes);
}

static void changes_state(const struct boot *boot, struct menu_row *row)
{
    uint32_t changes = menu_change_count(boot);
    row->off = changes == 0;
    menu_row_text(row, "changes: %u", changes);
}

static const struct menu_item items[] = {
    {'p', "Plan", "Every module in the order of loading, with the reasons.", plan_take, NULL, NULL},
    {'m', "Manifest",
     "What the kernel would be handed: everything is linked and placed for it, and given back.",
     manifest_take, manifest_state, NULL},
    {'d', "Diagnostics", "Errors, warnings and notes so far, each with its explanation.",
     diags_take, diags_state, NULL},
    {'g', "Log", "Everything that was said so far.", log_take, NULL, NULL},
    {'f', "Last failed boot", "Why it failed.", failed_take, failed_state, NULL},
    {'e', "Explain a message", "Cause and cure of a message, by the code in its brackets.",
     explain_take, NULL, NULL},
    {'c', "Changes", "The lines that were changed for this boot.", changes_take, changes_state,
     NULL},
};

const struct menu_page_type menu_look_page = {
    .name = "Look",
    .parent = MENU_PAGE_BOOT,
    .items = items,
    .item_count = BTL_COUNT(items),
};

// ---------------------------------------------------------------------------------- on every page

#define PROBLEMS_SHOWN 4

void menu_print_problems(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    uint32_t count = 0;
    const struct btl_diag *diag = boot->attempt.diags->first;
    for (; diag != NULL; diag = diag->next) {
        if (btl_code_severity(diag->code) != BTL_ERROR || ++count > PROBLEMS_SHOWN)
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
    if (count > PROBLEMS_SHOWN)
        btl_format(out, "... and %u more errors: d shows them all\n", count - PROBLEMS_SHOWN);
}
