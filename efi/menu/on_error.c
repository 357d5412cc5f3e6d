// SPDX-License-Identifier: BSD-2-Clause
// What the failure of one module means for the boot: what may be chosen, and the change.
#include "model.h"

// In the order of their strength. "required" is what NAME_required says, and cannot be chosen.
static const struct {
    enum btl_on_error on_error;
    const char *meaning;
} levels[] = {
    {BTL_ON_ERROR_IGNORE, "a failure is in the log alone"},
    {BTL_ON_ERROR_WARN, "it is said, and the boot goes on"},
    {BTL_ON_ERROR_FALLBACK, "the last good configuration is booted, where there is one"},
    {BTL_ON_ERROR_HALT, "the boot stops"},
};

enum btl_on_error menu_on_error(const struct menu_module *module)
{
    return module->planned != NULL ? module->planned->on_error : module->config->on_error;
}

uint32_t menu_on_error_page_count(const struct boot *boot)
{
    struct menu_module module;
    return menu_module_shown(boot, &module) ? BTL_COUNT(levels) + 1 : 0;
}

void menu_on_error_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret)
{
    struct menu_module module;
    *ret = (struct menu_row){0};
    if (!menu_module_shown(boot, &module))
        return;
    if (index >= BTL_COUNT(levels)) {
        *ret = (struct menu_row){.key = 'u', .name = BTL_STR("Undo")};
        btl_format_to(ret->text, sizeof(ret->text), "as %pS says", &boot->core.choice.path);
        return;
    }
    bool now = levels[index].on_error == menu_on_error(&module);
    ret->name = btl_str_of(btl_on_error_name(levels[index].on_error));
    ret->style = now ? FW_STYLE_GOOD : FW_STYLE_NORMAL;
    btl_format_to(ret->text, sizeof(ret->text), "%s%s", now ? "(now) " : "", levels[index].meaning);
}

bool menu_on_error_page_take(struct boot *boot, uint32_t index)
{
    struct menu_module module;
    struct menu_key_text room;
    if (!menu_module_shown(boot, &module))
        return false;
    struct btl_str key = menu_module_key(module.name, "_on_error", &room);
    boot->menu.page = MENU_PAGE_MODULE;
    if (index >= BTL_COUNT(levels))
        return menu_undo_key(boot, key);
    return menu_change(boot, key, btl_str_of(btl_on_error_name(levels[index].on_error)));
}
