// SPDX-License-Identifier: BSD-2-Clause
// The texts that the menu shows whole.
#include "model.h"
#include <btl/messages.h>

// ------------------------------------------------------------------------------------------- plan

static void print_planned(const struct boot *boot, const struct menu_module *module,
                          struct btl_out *out)
{
    const struct btl_planned *planned = module->planned;
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

static void print_heading(const struct menu_module *module, int *heading, struct btl_out *out)
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

void menu_print_plan(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    int heading = -1;
    for (uint32_t i = 0; i < menu_module_count(boot); i++) {
        struct menu_module module;
        menu_module_at(boot, i, &module);
        print_heading(&module, &heading, out);
        btl_format(out, "  ");
        if (module.planned != NULL)
            print_planned(boot, &module, out);
        else
            btl_format(out, "%pS: %s\n", &module.name,
                       menu_module_on(&module) ? "not planned" : "off");
    }
    if (menu_module_count(boot) == 0)
        btl_format(out, "No module takes part in this boot.\n");
}

// ---------------------------------------------------------------------------------------- problems

static void print_explanation(const char *code, struct btl_out *out)
{
    const struct btl_message *text = btl_message_find(&btl_messages, btl_str_of(code));
    if (text != NULL)
        btl_format(out, "    %s\n", text->text);
}

void menu_print_problems(const void *what, struct btl_out *out)
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

void menu_print_log(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    struct btl_str text = {boot->log.text, boot->log.len};
    if (text.len > 0)
        btl_format(out, "%pS", &text);
    else
        btl_format(out, "Nothing was said so far.\n");
}

void menu_print_failed(const void *what, struct btl_out *out)
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

void menu_print_changes(const void *what, struct btl_out *out)
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
    const struct btl_str *asked = what;
    bool any = false;
    for (uint32_t i = 0; i < btl_messages.count; i++) {
        const struct btl_message *text = &btl_messages.list[i];
        struct btl_str code = btl_str_of(text->code);
        if (code.len < asked->len || !btl_str_equal((struct btl_str){code.at, asked->len}, *asked))
            continue;
        btl_format(out, "%s%s: %s\n", any ? "\n" : "", text->code, text->text);
        any = true;
    }
    if (!any)
        btl_format(out, "No message has a code that begins with \"%pS\".\n", asked);
}

void menu_explain(struct boot *boot)
{
    struct menu_question question;
    menu_question_begin(boot, &question, "Explain a message", first_code(boot));
    btl_format_to(question.about, sizeof(question.about), "Code");
    btl_format_to(question.hint, sizeof(question.hint),
                  "What stands in brackets behind a message; its beginning is enough: conf-");
    if (!menu_view_of(boot)->ask(boot, &question))
        return;
    struct btl_str asked = btl_line_text(&question.line);
    menu_view_of(boot)->show(boot, "Explanation", print_codes, &asked);
}

// ---------------------------------------------------------------------------------- on every page

#define PROBLEMS_SHOWN 4

void menu_problems(const struct boot *boot, struct btl_out *out)
{
    uint32_t count = 0;
    for (const struct btl_diag *diag = boot->attempt.diags->first; diag != NULL;
         diag = diag->next) {
        if (btl_code_severity(diag->code) != BTL_ERROR || ++count > PROBLEMS_SHOWN)
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
    if (count > PROBLEMS_SHOWN)
        btl_format(out, "... and %u more errors: d shows them all\n", count - PROBLEMS_SHOWN);
}
