// SPDX-License-Identifier: BSD-2-Clause
#include "console/say.h"

#include "console/print.h"

#include <btl/kernel.h>
#include <btl/log.h>

static enum btl_log_level diag_log_level(enum btl_code code)
{
    switch (btl_code_severity(code)) {
    case BTL_ERROR:
        return BTL_LOG_ERROR;
    case BTL_WARNING:
        return BTL_LOG_WARN;
    default:
        return BTL_LOG_NOTE;
    }
}

void diags_show(const struct btl_diags *diags, bool in_log_alone)
{
    struct btl_out out = in_log_alone ? log_out() : console_out();

    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        log_level(diag_log_level(diag->code));
        btl_diag_print(&out, diag);
        btl_format(&out, "\n");
    }
    log_level(BTL_LOG_INFO);
    if (diags->lost > 0)
        btl_format(&out, "out of memory: %u more messages are lost\n", diags->lost);
}

void say_one(enum btl_code code, const struct btl_arg *args, size_t count)
{
    uint64_t memory[64];
    struct btl_arena arena = {.at = (uint8_t *)memory, .end = (uint8_t *)(memory + 64)};
    struct btl_diags diags = {.arena = &arena};

    btl_diag_add(&diags, code, (struct btl_place){0}, args, count);
    diags_show(&diags, false);
}
