// SPDX-License-Identifier: BSD-2-Clause
// /btl/init: the first program of a Linux system that the loader has given modules. It has no libc
// and allocates nothing.
#include "init.h"

#include "calls.h"

static char order_text[BTL_ORDER_SIZE_MAX];
static struct btl_order_module order_modules[BTL_ORDER_MODULES_MAX];

static void say(enum init_level level, const char *text, uint32_t number)
{
    struct init_line line;
    line_begin(&line, level);
    line_add(&line, text);
    line_add_number(&line, number);
    line_send(&line);
}

// False: there is no usable list. The real init is started nevertheless.
static bool order_load(struct btl_order *ret_order)
{
    uint32_t bad_line;
    long size = file_read_all(BTL_ORDER_PATH, order_text, sizeof(order_text));
    *ret_order = (struct btl_order){.init = BTL_STR("/init")};
    if (size < 0) {
        say(INIT_ERROR, BTL_ORDER_PATH " cannot be read, error ", (uint32_t)-size);
        return false;
    }
    if (btl_order_read((struct btl_str){order_text, (size_t)size}, order_modules,
                       BTL_ORDER_MODULES_MAX, ret_order, &bad_line))
        return true;
    say(INIT_ERROR, BTL_ORDER_PATH " is damaged in line ", bad_line);
    return false;
}

// Reset the machine if the next boot is then another one. Returns otherwise.
static void failure_reset(const struct btl_order *order, const struct init_failure *failure)
{
    bool noted = failed_write(line_message(&failure->line));
    struct init_line line;
    line_begin(&line, INIT_EMERGENCY);
    line_add_str(&line, failure->module);
    line_add(&line, noted            ? " has failed: reset, and another configuration"
                    : order->counted ? " has failed: reset, and the next try"
                                     : " has failed, and there is no way back");
    line_send(&line);
    if (noted || order->counted)
        call_reset();
}

static void failure_judge(const struct btl_order *order, const struct init_failure *failure)
{
    if (failure->module.len == 0 || failure->action < BTL_ORDER_RESET)
        return;
    failure_reset(order, failure);
    if (failure->action < BTL_ORDER_STOP)
        return;
    struct init_line line;
    line_begin(&line, INIT_EMERGENCY);
    line_add_str(&line, failure->module);
    line_add(&line, failure->action == BTL_ORDER_RESTART ? " has failed: reset"
                                                         : " has failed: the boot stops here");
    line_send(&line);
    if (failure->action == BTL_ORDER_RESTART)
        call_reset();
    for (;;)
        call_pause();
}

// Start the hardware's watchdog, which resets the machine unless a program takes it over. A driver
// that cannot count that far gets half as much. The file is closed without the letter that would
// stop the watchdog.
static void watchdog_start(uint32_t seconds)
{
    if (seconds == 0)
        return;
    long file = call_open(INIT_DEVICES "/watchdog", INIT_WRITE);
    if (file < 0) {
        say(INIT_WARNING, "no watchdog: /dev/watchdog cannot be opened, error ", (uint32_t)-file);
        return;
    }
    int accepted = (int)seconds;
    while (accepted > 1 && call_set_watchdog((int)file, &accepted) < 0)
        accepted /= 2;
    call_write((int)file, "", 1);
    call_close((int)file);
    say(INIT_INFO,
        "the watchdog resets the machine unless it is served; seconds: ", (uint32_t)accepted);
}

// Become the real init. Returns when that cannot be started.
static void init_become(struct btl_str path, long *stack)
{
    static char program[BTL_ORDER_INIT_MAX + 1];
    char **arguments = (char **)(stack + 1), **environment = arguments + stack[0] + 1;
    for (size_t i = 0; i < path.len; i++)
        program[i] = path.at[i];
    program[path.len] = '\0';
    if (stack[0] > 0)
        arguments[0] = program;
    long error = call_run(program, arguments, environment);
    call_make_directory(INIT_DEVICES);
    call_mount("devtmpfs", INIT_DEVICES);
    struct init_line line;
    line_begin(&line, INIT_EMERGENCY);
    line_add_str(&line, path);
    line_add(&line, " cannot be started, error ");
    line_add_number(&line, (uint32_t)-error);
    line_send(&line);
}

void init_main(long *stack)
{
    struct btl_order order;
    struct init_failure failure;
    call_make_directory(INIT_DEVICES);
    call_mount("devtmpfs", INIT_DEVICES);
    if (order_load(&order)) {
        modules_load(&order, &failure);
        watchdog_start(order.watchdog);
        failure_judge(&order, &failure);
    }
    call_unmount(INIT_DEVICES);
    call_remove_directory(INIT_DEVICES);
    init_become(order.init, stack);
    call_exit(1);
}
