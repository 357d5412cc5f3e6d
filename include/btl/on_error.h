// SPDX-License-Identifier: BSD-2-Clause
// What the failure of a module means for the boot: NAME_on_error, the four levels that Windows
// gives boot drivers, and NAME_required. One rule for loader and kernel; the table is in
// docs/phases.md.
#ifndef BTL_ON_ERROR_H
#define BTL_ON_ERROR_H

#include <btl/types.h>

BTL_BEGIN_DECLS

enum btl_on_error {
    BTL_ON_ERROR_WARN,     // a message, and the boot continues; the default
    BTL_ON_ERROR_IGNORE,   // an entry in the log only
    BTL_ON_ERROR_FALLBACK, // the last good configuration is booted; without one: as warn
    BTL_ON_ERROR_HALT,     // the boot stops, as required_failure says
    BTL_ON_ERROR_REQUIRED, // fallback; without one: halt. NAME_required="YES"
    BTL_ON_ERRORS
};

// Ascending by strength.
enum btl_failure_action { BTL_GO_ON_SILENTLY, BTL_GO_ON, BTL_FALL_BACK, BTL_STOP };

// Return what a failure leads to. `fallback`: a configuration to fall back to exists, and it is not
// the one being booted.
enum btl_failure_action btl_on_error_action(enum btl_on_error on_error, bool fallback);
// Is a boot without a module of that level useless? True for fallback, halt and required.
bool btl_on_error_is_vital(enum btl_on_error on_error);
// Does the failure stop a boot that cannot fall back? True for halt and required.
bool btl_on_error_stops(enum btl_on_error on_error);
const char *btl_on_error_name(enum btl_on_error on_error); // "warn" …; "required" for the last
bool btl_on_error_of(struct btl_str name, enum btl_on_error *ret); // a value of NAME_on_error

BTL_END_DECLS

#endif
