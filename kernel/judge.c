// SPDX-License-Identifier: BSD-2-Clause
#include "judge.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "failure/give_up.h"
#include "failure/power.h"
#include "failure/watchdog.h"
#include "monitor/monitor.h"
#include "monitor/report.h"

#include <btl/boot_state.h>
#include <btl/config.h>
#include <btl/kernel.h>

// A line for each module whose failure leads to a fallback, as many as fit. The first module's line
// is the last one, which the loader quotes.
static void judge_collect_reasons(struct btl_buffer *to)
{
    size_t left = to->size - 1;
    uint32_t end = 0;

    for (; end < module_count(); end++) {
        const struct module *module = module_get(end);
        size_t length;
        if (module_action(module, true) < BTL_FALL_BACK)
            continue;
        length = btl_str_of(module->reason).len + 1;
        if (length > left)
            break;
        left -= length;
    }
    while (end-- > 0)
        if (module_action(module_get(end), true) >= BTL_FALL_BACK)
            btl_format(&to->out, "%s\n", module_get(end)->reason);
}

static void judge_fall_back(const struct module *module)
{
    char text[BTL_RECORD_TEXT_MAX];
    struct btl_buffer buffer = btl_buffer(text, sizeof(text));
    struct btl_str name = module_name(module);

    judge_collect_reasons(&buffer);
    kprintf("\nBOOT GIVEN UP: module %pS was not loaded, and its on_error is %s. What failed:\n",
            &name, btl_on_error_name(BTLM_ON_ERROR(module->entry->flags)));
    report_failures();
    if (options_unattended())
        report_print(0);
    boot_give_up(btl_buffer_text(&buffer));
}

// Stop the boot, or reset the machine, as required_failure says.
static _Noreturn void judge_stop(const struct module *module)
{
    struct btl_str name = module_name(module);

    watchdog_stop();
    kprintf("\nBOOT STOPPED: required module %pS was not loaded. What failed:\n", &name);
    report_failures();
    if (options_unattended())
        power_off_with(report_print(0));
    if (boot_system()->required_failure == BTL_STOP_RESET) {
        kprintf("required_failure=\"reset\": resetting\n");
        power_reset();
    }
    if (!console_has_input()) {
        kprintf("Nothing can be typed in a rescue monitor: there is neither a serial line (COM1, "
                "115200 8N1) nor a keyboard.\nChange loader.conf, or press a key while the loader "
                "counts down. Stopped.\n");
        arch_halt();
    }
    kprintf("This is the rescue monitor; modinfo, dmesg and manifest show details.\n");
    monitor_run("rescue> ");
}

void boot_judge(void)
{
    uint32_t id;

    if (modules_action(boot_can_fall_back(), &id) == BTL_FALL_BACK)
        judge_fall_back(module_get(id));
    // If judge_fall_back() returned, there is no fallback any more.
    if (modules_action(boot_can_fall_back(), &id) == BTL_STOP)
        judge_stop(module_get(id));
}
