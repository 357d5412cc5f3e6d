// SPDX-License-Identifier: BSD-2-Clause
// Writer and reader of /btl/order. /btl/init links this file: it uses str.c and nothing else of the
// text functions when it reads.
#include <btl/linux_order.h>

#define FIRST_LINE BTL_STR("btl-order 1")

static const struct btl_str actions[BTL_ORDER_ACTIONS] = {
    [BTL_ORDER_IGNORE] = {"ignore", 6},   [BTL_ORDER_WARN] = {"warn", 4},
    [BTL_ORDER_RESET] = {"reset", 5},     [BTL_ORDER_STOP] = {"stop", 4},
    [BTL_ORDER_RESTART] = {"restart", 7},
};

static bool order_take_field(struct btl_str *rest, struct btl_str *ret_field)
{
    size_t end = btl_str_find(*rest, ' ');
    *ret_field = btl_str_first(*rest, end);
    *rest = btl_str_after(*rest, end < rest->len ? end + 1 : end);
    return ret_field->len > 0;
}

static bool order_is_name(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!btl_is_name_character(text.at[i]))
            return false;
    return text.len > 0;
}

bool btl_order_is_text(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((uint8_t)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    return true;
}

static bool order_read_choice(struct btl_str word, struct btl_str no, struct btl_str yes, bool *ret)
{
    *ret = btl_str_equal(word, yes);
    return *ret || btl_str_equal(word, no);
}

static bool order_read_action(struct btl_str word, enum btl_order_action *ret)
{
    for (int i = 0; i < BTL_ORDER_ACTIONS; i++) {
        if (btl_str_equal(word, actions[i])) {
            *ret = (enum btl_order_action)i;
            return true;
        }
    }
    return false;
}

bool btl_order_next_need(struct btl_str *needs, uint32_t *ret_module)
{
    struct btl_str number;
    uint64_t value;
    if (!btl_take_part(needs, ',', &number) || !btl_parse_number(number, &value))
        return false;
    *ret_module = value < BTL_NONE ? (uint32_t)value : BTL_NONE;
    return true;
}

// Check that every need is the number of an earlier module.
static bool order_check_needs(struct btl_str needs, uint32_t own)
{
    uint32_t need;
    while (needs.len > 0)
        if (!btl_order_next_need(&needs, &need) || need >= own)
            return false;
    return true;
}

static bool order_read_module(struct btl_str rest, uint32_t own, struct btl_order_module *ret)
{
    struct btl_str phase, action, mode;
    if (!order_take_field(&rest, &ret->name) || !order_is_name(ret->name) ||
        !order_take_field(&rest, &phase) || !order_take_field(&rest, &action) ||
        !order_take_field(&rest, &mode) || !order_take_field(&rest, &ret->needs))
        return false;
    if (btl_str_equal(ret->needs, BTL_STR("-")))
        ret->needs.len = 0;
    ret->parameters = rest;
    return order_read_choice(phase, BTL_STR("BOOT2"), BTL_STR("INIT"), &ret->init) &&
           order_read_choice(mode, BTL_STR("parallel"), BTL_STR("serial"), &ret->serial) &&
           order_read_action(action, &ret->action) && order_check_needs(ret->needs, own) &&
           btl_order_is_text(rest);
}

static bool order_read_watchdog(struct btl_str text, uint32_t *ret_seconds)
{
    uint64_t seconds;
    if (!btl_parse_number(text, &seconds) || seconds > UINT16_MAX)
        return false;
    *ret_seconds = (uint32_t)seconds;
    return true;
}

static bool order_is_program(struct btl_str path)
{
    return path.len > 0 && path.len <= BTL_ORDER_INIT_MAX && path.at[0] == '/' &&
           btl_order_is_text(path);
}

// Read one line behind the first. Modules of BOOT2 stand before those of INIT.
static bool order_read_line(struct btl_str line, struct btl_order_module *modules, uint32_t max,
                            struct btl_order *order)
{
    struct btl_str word;
    if (!order_take_field(&line, &word))
        return false;
    if (btl_str_equal(word, BTL_STR("counted"))) {
        order->counted = true;
        return line.len == 0;
    }
    if (btl_str_equal(word, BTL_STR("watchdog")))
        return order_read_watchdog(line, &order->watchdog);
    if (btl_str_equal(word, BTL_STR("init"))) {
        order->init = line;
        return order_is_program(line);
    }
    uint32_t own = order->module_count;
    if (!btl_str_equal(word, BTL_STR("module")) || own == max ||
        !order_read_module(line, own, &modules[own]))
        return false;
    order->module_count++;
    return own == 0 || modules[own].init || !modules[own - 1].init;
}

bool btl_order_read(struct btl_str text, struct btl_order_module *modules, uint32_t max,
                    struct btl_order *ret_order, uint32_t *ret_line)
{
    struct btl_order order = {.init = BTL_STR("/init"), .modules = modules};
    struct btl_str line;
    *ret_line = 1;
    if (!btl_take_line(&text, &line) || !btl_str_equal(line, FIRST_LINE))
        return false;
    while (btl_take_line(&text, &line)) {
        ++*ret_line;
        if (!order_read_line(line, modules, max, &order))
            return false;
    }
    *ret_order = order;
    return true;
}

static void order_write_module(const struct btl_order_module *module, struct btl_out *out)
{
    struct btl_str none = BTL_STR("-");
    btl_format(out, "module %pS %s %pS %s %pS", &module->name, module->init ? "INIT" : "BOOT2",
               &actions[module->action], module->serial ? "serial" : "parallel",
               module->needs.len > 0 ? &module->needs : &none);
    if (module->parameters.len > 0)
        btl_format(out, " %pS", &module->parameters);
    btl_format(out, "\n");
}

void btl_order_write(const struct btl_order *order, struct btl_out *out)
{
    struct btl_str first = FIRST_LINE;
    btl_format(out, "%pS\n", &first);
    if (order->counted)
        btl_format(out, "counted\n");
    if (order->watchdog != 0)
        btl_format(out, "watchdog %u\n", order->watchdog);
    btl_format(out, "init %pS\n", &order->init);
    for (uint32_t i = 0; i < order->module_count; i++)
        order_write_module(&order->modules[i], out);
}
