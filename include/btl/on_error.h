// SPDX-License-Identifier: BSD-2-Clause
// What the failure of a module means for the boot: NAME_on_error, the four levels that Windows
// gives boot drivers, and NAME_required. One rule for loader and kernel; the table is in
// docs/phases.md.
#ifndef BTL_ON_ERROR_H
#define BTL_ON_ERROR_H

#include <btl/types.h>

enum btl_on_error {
    BTL_ON_ERROR_WARN,     // said, and the boot goes on; the default
    BTL_ON_ERROR_IGNORE,   // in the log alone
    BTL_ON_ERROR_FALLBACK, // the last good configuration is booted; without one: as warn
    BTL_ON_ERROR_HALT,     // the boot stops, as required_failure says
    BTL_ON_ERROR_REQUIRED, // fallback; without one: halt. NAME_required="YES"
    BTL_ON_ERRORS
};

// In the order of their strength.
enum btl_failure_action { BTL_GO_ON_SILENTLY, BTL_GO_ON, BTL_FALL_BACK, BTL_STOP };

// `fallback`: there is a configuration to fall back to, and it is not the one being booted.
enum btl_failure_action btl_on_error_action(enum btl_on_error on_error, bool fallback);
// Is a boot no use without a module of that level? fallback, halt and required.
bool btl_on_error_is_vital(enum btl_on_error on_error);
// Does its failure stop a boot that has nothing to fall back to? halt and required.
bool btl_on_error_stops(enum btl_on_error on_error);
const char *btl_on_error_name(enum btl_on_error on_error); // "warn" …; "required" for the last
bool btl_on_error_of(struct btl_str name, enum btl_on_error *ret); // what NAME_on_error may say

#endif
