// SPDX-License-Identifier: BSD-2-Clause
// What the menu shows and what it can do, whoever draws it: pages of rows, texts, questions. A view
// (menu_screen_view.c, menu_line_view.c) shows a page, a question, a text, and says which row was
// taken. Nothing can be done in one view alone, because no view does anything.
//
// Every text may come out of a file that nobody trusts: views show it through wrap.h.
#ifndef BTL_EFI_MENU_MODEL_H
#define BTL_EFI_MENU_MODEL_H

#include <btl/line_edit.h>

#include "boot.h"

// ------------------------------------------------------------------------------------------- pages

// One row of a page.
struct menu_row {
    bool heading;        // of the rows behind it; cannot be taken
    bool off;            // cannot be done now; taking it says why
    bool changed;        // for this boot
    char key;            // the letter that takes it, or 0
    enum fw_style style; // NORMAL, GOOD or PROBLEM
    struct btl_str name;
    char text[320]; // what it is now
};

// What a view makes of keys.
enum menu_command_kind {
    MENU_TAKE,  // row `row` of page `page`
    MENU_TELL,  // the details of it, as a text
    MENU_TURN,  // to page `page`
    MENU_BACK,  // to the page before
    MENU_NOBODY // the menu is limited, and no key came: the boot goes on
};
struct menu_command {
    enum menu_command_kind kind;
    uint8_t page;
    uint32_t row;
};

const char *menu_page_name(enum menu_page page);
enum menu_page menu_page_behind(enum menu_page page); // the page that MENU_BACK leads to
uint32_t menu_row_count(const struct boot *boot, enum menu_page page);
void menu_row(const struct boot *boot, enum menu_page page, uint32_t index, struct menu_row *ret);
// Columns from which on the details stand beside the rows, and have all the height.
#define MENU_WIDE 120
// Everything about a row; may be nothing.
void menu_details(const struct boot *boot, enum menu_page page, uint32_t index,
                  struct btl_out *out);
// The row of this letter on `page`, or, when that is one of those side by side, on any of these. Of
// rows that have letters, so that long lists cost nothing.
bool menu_key(const struct boot *boot, enum menu_page page, uint32_t letter,
              struct menu_command *ret);
// The first errors of this attempt, one line each; nothing where there is none.
void menu_problems(const struct boot *boot, struct btl_out *out);

// Does what the command says. True: the menu has come to its end, with *ret.
bool menu_do(struct boot *boot, struct menu_command command, enum menu_result *ret);

// --------------------------------------------------------------------------------------- questions

#define MENU_ANSWER_MAX 1024

struct menu_question {
    const char *title;                    // "Kernel options"
    char about[BTL_MODULE_NAME_MAX + 80]; // what it is of: "hello.greeting"
    char hint[400];                       // description, type, default
    char room[MENU_ANSWER_MAX];
    struct btl_line line; // the value now, then the answer
};

// False: the value is longer than can be edited, or not text; that was said.
bool menu_question_begin(struct boot *boot, struct menu_question *question, const char *title,
                         struct btl_str value);
// Asks, by the view. False: it was left as it is.
bool menu_ask(struct boot *boot, struct menu_question *question);

// ------------------------------------------------------------------------------------------- views

struct menu_view {
    void (*begin)(struct boot *boot); // the console is ours, and what stands there is not
    void (*end)(struct boot *boot);   // the console is to be as it was
    struct menu_command (*command)(struct boot *boot);
    // False: nothing was answered. True: question->line is the answer, maybe the old value.
    bool (*ask)(struct boot *boot, struct menu_question *question);
    void (*show)(struct boot *boot, const char *title,
                 void (*print)(const void *what, struct btl_out *out), const void *what);
};
extern const struct menu_view menu_screen_view, menu_line_view;
const struct menu_view *menu_view_of(const struct boot *boot);

// Waits for a key. 0: nobody is there, and the view is to return MENU_NOBODY.
fw_key menu_wait_key(struct boot *boot);

void menu_say(struct boot *boot, bool problem, const char *format, ...) BTL_PRINTF(3, 4);

// ------------------------------------------------------------------------------ parts of the model

// The configurations of the volume (menu_configs.c).
struct menu_config {
    struct btl_str path, title; // title may be empty
    uint64_t size;
    bool chosen, is_default, good, trial, failed, readable;
    uint32_t tries, tries_left; // of a trial
};
bool menu_configs_find(struct boot *boot);
uint32_t menu_config_count(const struct boot *boot);
const struct menu_config *menu_config_at(const struct boot *boot, uint32_t index);
const struct menu_config *menu_config_chosen(const struct boot *boot); // or NULL
// "default, last good, on trial (2 of 3 tries left)"; may be empty.
void menu_config_marks(const struct menu_config *config, struct btl_out *out);

// The modules: those of the plan, and those that the configuration knows besides (menu_modules.c).
// One module as the menu sees it.
struct menu_module {
    struct btl_str name;
    const struct btl_planned *planned;       // NULL: not in the plan
    const struct btl_module_config *config;  // NULL: the configuration does not mention it
    const struct btl_modinfo *info;          // NULL: not known
    const struct btl_attempt_module *module; // NULL: not known
};
bool menu_modules_find(struct boot *boot);
uint32_t menu_module_count(const struct boot *boot);
void menu_module_at(const struct boot *boot, uint32_t index, struct menu_module *ret);
// The one whose page it is. False: there is none of that name any more.
bool menu_module_shown(const struct boot *boot, struct menu_module *ret);
bool menu_module_on(const struct menu_module *module);
bool menu_module_failed(const struct menu_module *module);
uint8_t menu_module_supported(const struct menu_module *module); // all, where it is not known
enum btl_phase menu_module_phase(const struct menu_module *module);
void menu_module_row(const struct boot *boot, uint32_t index, struct menu_row *ret);
void menu_module_details(const struct menu_module *module, struct btl_out *out);
// Tunables: those of the metadata, or, where it is not known, those that the configuration sets.
struct menu_tunable {
    struct btl_str name, type, description;
    const struct btl_setting *setting; // NULL: it has its default
    bool has_default;
    char default_text[80];
};
uint32_t menu_tunable_count(const struct menu_module *module);
void menu_tunable_at(const struct menu_module *module, uint32_t index, struct menu_tunable *ret);

// The page of one module, and that of its phases (menu_module_page.c, menu_module_edit.c).
uint32_t menu_module_page_count(const struct boot *boot);
void menu_module_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret);
void menu_module_page_details(const struct boot *boot, uint32_t index, struct btl_out *out);
bool menu_module_page_take(struct boot *boot, uint32_t index); // true: something has changed
uint32_t menu_phase_page_count(const struct boot *boot);
void menu_phase_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret);
bool menu_phase_page_take(struct boot *boot, uint32_t index);
bool menu_module_add(struct boot *boot); // asks for a name

// What the failure of this module means for the boot (menu_on_error.c).
enum btl_on_error menu_on_error(const struct menu_module *module);
uint32_t menu_on_error_page_count(const struct boot *boot);
void menu_on_error_page_row(const struct boot *boot, uint32_t index, struct menu_row *ret);
bool menu_on_error_page_take(struct boot *boot, uint32_t index);

// Changes for this boot: lines of boot->core.choice.changes (menu_changes.c). All return whether
// something has changed; what could not be done was said.
bool menu_change(struct boot *boot, struct btl_str key, struct btl_str value);
bool menu_ask_change(struct boot *boot, struct menu_question *question, struct btl_str key);
bool menu_changed(const struct boot *boot, struct btl_str key);
bool menu_changed_module(const struct boot *boot, struct btl_str module);
bool menu_undo_key(struct boot *boot, struct btl_str key);
bool menu_undo_module(struct boot *boot, struct btl_str module);
bool menu_undo_all(struct boot *boot);
// What is on module_blacklist stays off whatever else is said: in the changes it is that of the
// file less what they switch on.
bool menu_renew_blacklist(struct boot *boot);
uint32_t menu_change_count(const struct boot *boot);
// MODULE and what follows it, as a key: "hello_phase". Empty when it is too long.
struct menu_key_text {
    char text[2 * BTL_MODULE_NAME_MAX + 300];
};
struct btl_str menu_module_key(struct btl_str module, const char *rest, struct menu_key_text *room);
struct btl_str menu_tunable_key(struct btl_str module, struct btl_str tunable,
                                struct menu_key_text *room);

// Texts (menu_texts.c); `what` is the loader.
void menu_print_plan(const void *what, struct btl_out *out);
void menu_print_problems(const void *what, struct btl_out *out);
void menu_print_log(const void *what, struct btl_out *out);
void menu_print_failed(const void *what, struct btl_out *out);
void menu_print_changes(const void *what, struct btl_out *out);
void menu_explain(struct boot *boot); // asks for a code

#endif
