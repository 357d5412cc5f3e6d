// SPDX-License-Identifier: BSD-2-Clause
// What the steps of an attempt share.
#include <btl/attempt.h>

void btl_attempt_begin(struct btl_attempt *attempt, struct btl_boot *boot, struct btl_arena *arena,
                       struct btl_diags *diags)
{
    *attempt = (struct btl_attempt){.boot = boot, .arena = arena, .diags = diags};
}

bool btl_attempt_no_memory(struct btl_attempt *attempt, const char *doing)
{
    btl_report(attempt->diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z(doing));
    return false;
}

void btl_file_report(struct btl_diags *diags, struct btl_place place,
                     const struct btl_file_problem *problem)
{
    switch (problem->code) {
    case BTL_CODES:
        break;
    case BTL_FILE_OPEN_FAILED:
    case BTL_FILE_NO_SIZE:
    case BTL_FILE_READ_FAILED:
    case BTL_SEAL_NOT_LISTED:
    case BTL_SEAL_MISMATCH:
        btl_report(diags, problem->code, place, BTL_ARG(problem->status));
        break;
    case BTL_FILE_SHORT:
    case BTL_FILE_CHANGED:
        btl_report(diags, problem->code, place, BTL_DEC(problem->expected), BTL_DEC(problem->got));
        break;
    default:
        btl_report(diags, problem->code, place, BTL_SIZE(problem->expected),
                   BTL_SIZE(problem->got));
        break;
    }
}
