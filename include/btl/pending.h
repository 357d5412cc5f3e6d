// SPDX-License-Identifier: BSD-2-Clause
// Changes of loader.conf that a running system has queued in BtlPending (btl/boot_state.h). The
// loader applies them at the next boot, as `btl set --trial` does. docs/boot-state.md has the
// rules.
//
// The record's text is lines KEY="VALUE". A key is MODULE_load, MODULE_phase or MODULE.TUNABLE.
// Its SHA-256 is that of the text of loader.conf against which the change was made, its number the
// tries of the changed text.
#ifndef BTL_PENDING_H
#define BTL_PENDING_H

#include <btl/boot_state.h>
#include <btl/config.h>

BTL_BEGIN_DECLS

#define BTL_TRIES_KEY     "boot_tries"
#define BTL_TRIES_MAX     99u // as core/config/config_keys.def
#define BTL_PENDING_TRIES 3u  // of a change that a kernel queues

// Are the lines such as BtlPending may have, at least one?
bool btl_pending_is_sound(struct btl_str lines);

// Set a key in the lines, in place of an earlier value. `at` is NULL: no memory.
struct btl_str btl_pending_set(struct btl_arena *arena, struct btl_str lines, struct btl_str key,
                               struct btl_str value);
// Remove the lines of a module.
struct btl_str btl_pending_forget(struct btl_arena *arena, struct btl_str lines,
                                  struct btl_str module);

enum btl_pending_verdict {
    BTL_PENDING_APPLIES,   // *ret_text is the new text
    BTL_PENDING_DONE,      // the text has each of the lines already
    BTL_PENDING_CHANGED,   // the change was made against another text
    BTL_PENDING_NO_EFFECT, // the loader would not read one of the lines from the new text
    BTL_PENDING_NO_MEMORY
};
// Apply a sound record to the text of its configuration, and put the new text on trial. An applied
// change is DONE for the new text: applying it a second time, after a power cut, changes nothing.
// A seal of the configuration will be judged here.
enum btl_pending_verdict btl_pending_apply(const struct btl_record *pending, struct btl_str text,
                                           struct btl_arena *arena, struct btl_str *ret_text);

// Does a replaced text become .prev? Not when it was on trial and never good: then .prev stays, and
// the loader falls back to it. Nor when only the number of tries changes.
bool btl_trial_keeps_old(const struct btl_config *before, const struct btl_config *after,
                         bool old_is_good);

// A module's cell in the column of pending changes: "BOOT2", "off", "on"; "-": no line.
const char *btl_pending_cell(const struct btl_config *lines, struct btl_str module);

// Print the heading, or a row, of the table of what runs, what loader.conf says and what is
// pending.
void btl_pending_heading(struct btl_out *out);
void btl_pending_row(struct btl_out *out, struct btl_str name, struct btl_str running,
                     struct btl_str configured, struct btl_str pending);

BTL_END_DECLS

#endif
