// SPDX-License-Identifier: BSD-2-Clause
// The page of one module: whether, when and how it is loaded. The planner judges every change.
#include "model.h"

struct menu_module menu_module_open(const struct boot *boot)
{
    return menu_module_get(boot, boot->menu.module_index);
}

static bool suffix_is_changed(const struct boot *boot, const struct menu_module *module,
                              const char *suffix)
{
    struct menu_key buf;
    return menu_is_changed(boot, menu_key_of(&buf, "%pS%s", &module->name, suffix));
}

static void module_item_details(const struct boot *boot, struct btl_out *out)
{
    struct menu_module module = menu_module_open(boot);
    menu_module_details(&module, out);
}

// -------------------------------------------------------------------------------------------- load

static void load_state(const struct boot *boot, struct menu_row *row)
{
    struct menu_module module = menu_module_open(boot);
    bool failed = menu_module_has_failed(&module);
    row->changed = suffix_is_changed(boot, &module, "_load");
    if (failed)
        row->style = FW_STYLE_PROBLEM;
    menu_row_text(row, "%s%s", menu_module_is_on(&module) ? "YES" : "NO",
                  failed ? ", but it has failed" : "");
}

static enum menu_result load_take(struct boot *boot)
{
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    bool on = menu_module_is_on(&module);
    struct btl_str key = menu_key_of(&buf, "%pS_load", &module.name);
    if (menu_change(boot, key, on ? BTL_STR("NO") : BTL_STR("YES")) == MENU_STAY ||
        menu_renew_blacklist(boot) == MENU_STAY)
        return MENU_STAY;
    if (!on && boot->core.choice.safe)
        menu_message(boot, true, "A safe boot may leave %pS out all the same", &module.name);
    return MENU_AGAIN;
}

// ------------------------------------------------------- values that Return takes one after
// another

// The value after `now`: of those that are allowed (a mask), and that of the file.
static uint32_t next_value(uint32_t now, uint32_t file, uint32_t allowed)
{
    allowed |= 1u << file;
    do {
        now = (now + 1) % 32;
    } while ((allowed >> now & 1) == 0);
    return now;
}

static void print_value(bool now, const char *name, const char *meaning, struct btl_out *out)
{
    btl_format(out, "%s%s: %s\n", name, now ? " (now)" : "", meaning);
}

static void print_next_value(const struct boot *boot, struct btl_out *out)
{
    btl_format(out, "Take the row again for the next one; after the last one comes that of %pS.\n",
               &boot->core.choice.path);
}

static enum btl_phase phase_of(const struct menu_module *module)
{
    if (module->planned != NULL)
        return module->planned->phase;
    return module->config->phase_given ? module->config->configured : BTL_PHASE_INIT;
}

static bool phase_is_supported(const struct menu_module *module, enum btl_phase phase)
{
    return module->info == NULL || (module->info->supported & btl_phase_needs(phase)) != 0;
}

static void phase_state(const struct boot *boot, struct menu_row *row)
{
    struct menu_module module = menu_module_open(boot);
    const struct btl_planned *planned = module.planned;
    row->changed = suffix_is_changed(boot, &module, "_phase");
    menu_row_text(row, "%s", btl_phase_name(phase_of(&module)));
    if (planned != NULL && planned->pulled_by != BTL_NONE)
        menu_row_text(row, ", where %pS pulls it; configured for %s",
                      &boot->attempt.plan.modules[planned->pulled_by].name,
                      btl_phase_name(planned->configured));
}

static void phase_details(const struct boot *boot, struct btl_out *out)
{
    static const char *const meanings[BTL_PHASES] = {
        [BTL_PHASE_BOOT1] = "linked by the loader, run before the kernel manages memory",
        [BTL_PHASE_BOOT2] = "after the kernel's virtual memory is up",
        [BTL_PHASE_INIT] = "when init starts",
        [BTL_PHASE_AUTO] = "when something needs it"};
    struct menu_module module = menu_module_open(boot);
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++) {
        if (phase_is_supported(&module, phase))
            print_value(phase == phase_of(&module), btl_phase_name(phase), meanings[phase], out);
    }
    print_next_value(boot, out);
}

// Set the phase. It has no effect on a dependency that is not switched on, so that one is.
static enum menu_result phase_set(struct boot *boot, const struct menu_module *module,
                                  struct btl_str key, enum btl_phase phase)
{
    struct menu_key buf;
    struct btl_str load = menu_key_of(&buf, "%pS_load", &module->name);
    bool configured = module->config != NULL && module->config->load_yes;
    if (!configured && menu_module_is_on(module) &&
        menu_change(boot, load, BTL_STR("YES")) == MENU_STAY)
        return MENU_STAY;
    return menu_change(boot, key, btl_str_of(btl_phase_name(phase)));
}

static enum menu_result phase_take(struct boot *boot)
{
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    struct btl_str value, key = menu_key_of(&buf, "%pS_phase", &module.name);
    enum btl_phase file = BTL_PHASES; // the file does not say
    uint32_t supported = 0;
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++)
        supported |= (uint32_t)phase_is_supported(&module, phase) << phase;
    if (menu_file_value(boot, key, &value))
        btl_phase_of(value, &file);
    bool changed = menu_is_changed(boot, key) && module.config != NULL;
    enum btl_phase now = changed ? module.config->configured : file;
    enum btl_phase next = (enum btl_phase)next_value(now, file, supported);
    if (next == now) {
        menu_message(boot, true, "%pS supports no other phase", &module.name);
        return MENU_STAY;
    }
    return next == file ? menu_undo_key(boot, key) : phase_set(boot, &module, key, next);
}

static enum btl_on_error on_error_of(const struct menu_module *module)
{
    return module->planned != NULL ? module->planned->on_error : module->config->on_error;
}

static void on_error_state(const struct boot *boot, struct menu_row *row)
{
    struct menu_module module = menu_module_open(boot);
    row->changed = suffix_is_changed(boot, &module, "_on_error");
    menu_row_text(row, "%s", btl_on_error_name(on_error_of(&module)));
}

static void on_error_details(const struct boot *boot, struct btl_out *out)
{
    static const char *const meanings[BTL_ON_ERRORS] = {
        [BTL_ON_ERROR_WARN] = "it is said, and the boot goes on",
        [BTL_ON_ERROR_IGNORE] = "a failure is in the log alone",
        [BTL_ON_ERROR_FALLBACK] = "the last good configuration is booted, where there is one",
        [BTL_ON_ERROR_HALT] = "the boot stops",
        [BTL_ON_ERROR_REQUIRED] = "fallback, or halt where there is none"};
    struct menu_module module = menu_module_open(boot);
    for (enum btl_on_error level = 0; level < BTL_ON_ERRORS; level++) {
        bool now = level == on_error_of(&module);
        if (now || level != BTL_ON_ERROR_REQUIRED)
            print_value(now, btl_on_error_name(level), meanings[level], out);
    }
    print_next_value(boot, out);
}

// "required" is what NAME_required says, and cannot be chosen.
static enum menu_result on_error_take(struct boot *boot)
{
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    struct btl_str value, key = menu_key_of(&buf, "%pS_on_error", &module.name);
    bool required = module.config != NULL && module.config->required_yes;
    enum btl_on_error file = required ? BTL_ON_ERROR_REQUIRED : BTL_ON_ERROR_WARN;
    if (menu_file_value(boot, key, &value))
        btl_on_error_of(value, &file);
    enum btl_on_error next = (enum btl_on_error)next_value(on_error_of(&module), file,
                                                           (1u << BTL_ON_ERROR_REQUIRED) - 1);
    if (next == file)
        return menu_undo_key(boot, key);
    return menu_change(boot, key, btl_str_of(btl_on_error_name(next)));
}

// ------------------------------------------------------------------------------------------- flags

static struct btl_str flags_of(const struct menu_module *module)
{
    bool given = module->config != NULL && module->config->flags != NULL;
    return given ? module->config->flags->value : BTL_STR("");
}

static void flags_state(const struct boot *boot, struct menu_row *row)
{
    struct menu_module module = menu_module_open(boot);
    struct btl_str flags = flags_of(&module);
    row->changed = suffix_is_changed(boot, &module, "_flags");
    menu_row_text(row, "\"%pS\"", &flags);
}

static enum menu_result flags_take(struct boot *boot)
{
    struct menu_question question;
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    if (!menu_question_begin(boot, &question, "Flags", flags_of(&module)))
        return MENU_STAY;
    btl_format_to(question.hint, sizeof(question.hint), "Text for the load function of %pS.",
                  &module.name);
    return menu_ask_change(boot, &question, menu_key_of(&buf, "%pS_flags", &module.name));
}

// ---------------------------------------------------------------------------------------- tunables

static uint32_t tunable_count(const struct boot *boot)
{
    struct menu_module module = menu_module_open(boot);
    return menu_tunable_count(&module);
}

static void tunable_row(const struct boot *boot, uint32_t index, struct menu_row *row)
{
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    struct menu_tunable tunable = menu_tunable_get(&module, index);
    row->name = tunable.name;
    row->changed = menu_is_changed(boot, menu_key_of(&buf, "%pS.%pS", &module.name, &tunable.name));
    if (tunable.setting != NULL)
        menu_row_text(row, "\"%pS\"", &tunable.setting->value);
    else
        menu_row_text(row, "default%s%s", tunable.has_default ? ": " : "", tunable.default_text);
}

static void tunable_details(const struct boot *boot, uint32_t index, struct btl_out *out)
{
    struct menu_module module = menu_module_open(boot);
    struct menu_tunable tunable = menu_tunable_get(&module, index);
    btl_format(out, "Tunable %pS", &tunable.name);
    if (tunable.type.len > 0)
        btl_format(out, " (%pS)", &tunable.type);
    if (tunable.description.len > 0)
        btl_format(out, ": %pS", &tunable.description);
    btl_format(out, "\n");
    if (tunable.rule[0] != '\0')
        btl_format(out, "value: %s\n", tunable.rule);
    if (tunable.has_default)
        btl_format(out, "default: %s\n", tunable.default_text);
}

static enum menu_result tunable_take(struct boot *boot, uint32_t index)
{
    struct menu_question question;
    struct menu_key buf;
    struct menu_module module = menu_module_open(boot);
    struct menu_tunable tunable = menu_tunable_get(&module, index);
    struct btl_str value =
        tunable.setting != NULL ? tunable.setting->value : btl_str_of(tunable.default_text);
    if (!menu_question_begin(boot, &question, "Tunable", value))
        return MENU_STAY;
    struct btl_str type =
        btl_str_first(tunable.rule[0] != '\0' ? btl_str_of(tunable.rule) : tunable.type, 60);
    struct btl_str description = btl_str_first(tunable.description, 200);
    btl_format_to(question.hint, sizeof(question.hint), "%pS%s%pS%s%s%s", &type,
                  type.len > 0 ? ": " : "", &description, description.len > 0 ? ". " : "",
                  tunable.has_default ? "Default: " : "", tunable.default_text);
    return menu_ask_change(boot, &question,
                           menu_key_of(&buf, "%pS.%pS", &module.name, &tunable.name));
}

// -------------------------------------------------------------------------------------------- page

static void print_interfaces(const struct btl_modinfo *info, struct btl_out *out)
{
    for (size_t i = 0; i < info->need_count; i++)
        btl_format(out, "needs interface %pS:%u.%u\n", &info->needs[i].name, info->needs[i].major,
                   info->needs[i].minor);
    for (size_t i = 0; i < info->provide_count; i++)
        btl_format(out, "provides interface %pS:%u.%u\n", &info->provides[i].name,
                   info->provides[i].major, info->provides[i].minor);
}

static void print_everything(const void *what, struct btl_out *out)
{
    const struct boot *boot = what;
    struct menu_module module = menu_module_open(boot);
    menu_module_details(&module, out);
    if (module.module != NULL && module.module->file != NULL)
        btl_format(out, "%lu bytes\n", module.module->file->bytes.size);
    if (module.info != NULL)
        print_interfaces(module.info, out);
    for (uint32_t i = 0; i < menu_tunable_count(&module); i++)
        tunable_details(boot, i, out);
    const struct btl_diag *diag = boot->attempt.diags->first;
    for (; diag != NULL; diag = diag->next) {
        if (!btl_str_equal(diag->place.module, module.name))
            continue;
        btl_diag_print(out, diag);
        btl_format(out, "\n");
    }
}

static enum menu_result everything_take(struct boot *boot)
{
    menu_view_of(boot)->show(boot, boot->menu.module, print_everything, boot);
    return MENU_STAY;
}

static void module_undo_state(const struct boot *boot, struct menu_row *row)
{
    struct menu_module module = menu_module_open(boot);
    row->off = !menu_is_module_changed(boot, module.name);
    menu_row_text(row, "%s",
                  row->off ? "nothing of it was changed" : "what was changed of this module");
}

static enum menu_result undo_take(struct boot *boot)
{
    struct menu_module module = menu_module_open(boot);
    enum menu_result result = menu_undo_module(boot, module.name);
    return result == MENU_AGAIN ? menu_renew_blacklist(boot) : result;
}

static const struct menu_item items[] = {
    {'n', "Load it", NULL, load_take, load_state, module_item_details},
    {'p', "Phase", NULL, phase_take, phase_state, phase_details},
    {'f', "Flags", NULL, flags_take, flags_state, module_item_details},
    {'e', "On failure", NULL, on_error_take, on_error_state, on_error_details},
    {'a', "All about it", NULL, everything_take, NULL, module_item_details},
    {'u', "Undo", NULL, undo_take, module_undo_state, module_item_details},
};

const struct menu_page_type menu_module_page = {
    .name = "Module",
    .parent = MENU_PAGE_MODULES,
    .items = items,
    .item_count = BTL_COUNT(items),
    .list_row = 4,
    .count = tunable_count,
    .row = tunable_row,
    .details = tunable_details,
    .take = tunable_take,
};
