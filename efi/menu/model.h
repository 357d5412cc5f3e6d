// SPDX-License-Identifier: BSD-2-Clause
// The content of the menu and its commands, independent of how it is drawn: pages of rows, texts,
// questions. A view (screen_view.c, line_view.c) shows a page, a question, a text, and returns the
// user's command. A view does nothing itself, so every command works in both.
//
// Every text may come out of a file that is not trusted: views show it through glyph.h.
#ifndef BTL_EFI_MENU_MODEL_H
#define BTL_EFI_MENU_MODEL_H

#include <btl/line_edit.h>

#include "boot.h"

// ------------------------------------------------------------------------------------------- pages

struct menu_row {
    bool heading;        // of the rows below it; cannot be taken
    bool off;            // cannot be done now; taking it gives the reason
    bool changed;        // for this boot
    char key;            // the letter that takes it, or 0
    enum fw_style style; // NORMAL, GOOD, PROBLEM or DIM
    struct btl_str name;
    char text[320]; // its value or state
};
// Append to the row's text; the end of a text that is too long is dropped.
void menu_row_text(struct menu_row *row, const char *format, ...) BTL_PRINTF(2, 3);

// A row that its page always has.
struct menu_item {
    char key;
    const char *name;
    const char *about;                                             // its details; may be NULL
    enum menu_result (*take)(struct boot *boot);                   // NULL: a heading
    void (*state)(const struct boot *boot, struct menu_row *row);  // adds its state; may be NULL
    void (*details)(const struct boot *boot, struct btl_out *out); // after `about`; may be NULL
};

// A page: items, and a list of other rows (configurations, modules, tunables) after the first
// `list_row` items.
struct menu_page_type {
    const char *name;
    enum menu_page parent;
    const struct menu_item *items;
    uint32_t item_count;
    uint32_t list_row;
    uint32_t (*count)(const struct boot *boot); // NULL: the page has no list
    void (*row)(const struct boot *boot, uint32_t index, struct menu_row *row);
    void (*details)(const struct boot *boot, uint32_t index, struct btl_out *out);
    enum menu_result (*take)(struct boot *boot, uint32_t index);
};
extern const struct menu_page_type menu_boot_page, menu_modules_page, menu_look_page,
    menu_machine_page, menu_module_page;
extern const struct menu_page_type *const menu_pages[MENU_PAGES];

uint32_t menu_row_count(const struct boot *boot, enum menu_page page);
void menu_row_get(const struct boot *boot, enum menu_page page, uint32_t row, struct menu_row *ret);

// A user's command.
struct menu_command {
    enum {
        MENU_TAKE,    // row `row` of page `page`
        MENU_DETAILS, // show the details of that row as a text
        MENU_TURN,    // to page `page`
        MENU_BACK,    // to the parent page
        MENU_TIMEOUT  // no key came in time: the boot goes on
    } kind;
    enum menu_page page;
    uint32_t row;
};
enum menu_result menu_do(struct boot *boot, struct menu_command command);
// Find the item with this letter: on `page`, or on any of the pages side by side when `page` is one
// of them.
bool menu_find_key(const struct boot *boot, enum menu_page page, uint32_t letter,
                   struct menu_command *ret_command);

// Columns from which on the details are beside the rows, over the whole height.
#define MENU_WIDE 120
// Print the details of a row; `what` is a struct menu_details.
struct menu_details {
    const struct boot *boot;
    enum menu_page page;
    uint32_t row;
};
void menu_print_details(const void *what, struct btl_out *out);
// Print the first errors of this attempt, one line each; `what` is the boot.
void menu_print_problems(const void *what, struct btl_out *out);

// --------------------------------------------------------------------------------------- questions

#define MENU_ANSWER_MAX 1024

struct menu_question {
    const char *title;                    // "Kernel options"
    char about[BTL_MODULE_NAME_MAX + 80]; // the key in question: "hello.greeting"
    char hint[400];                       // description, type, default
    char buf[MENU_ANSWER_MAX];
    struct btl_line line; // the value now, then the answer
};
// False: the value is too long to edit, or is not text; a message says so.
bool menu_question_begin(struct boot *boot, struct menu_question *question, const char *title,
                         struct btl_str value);
// Ask the question. False: the user left the value unchanged; a message says so.
bool menu_ask(struct boot *boot, struct menu_question *question);

// ------------------------------------------------------------------------------------------- views

struct menu_view {
    void (*begin)(struct boot *boot); // takes over the console
    void (*end)(struct boot *boot);   // leaves it as it was
    struct menu_command (*command)(struct boot *boot);
    // False: no answer. True: question->line is the answer, maybe the old value.
    bool (*ask)(struct boot *boot, struct menu_question *question);
    void (*show)(struct boot *boot, const char *title,
                 void (*print)(const void *what, struct btl_out *out), const void *what);
};
extern const struct menu_view menu_screen_view, menu_line_view;
const struct menu_view *menu_view_of(const struct boot *boot);

// Wait for a key. 0: none came in time, and the view returns MENU_TIMEOUT.
fw_key menu_wait_key(struct boot *boot);
void menu_message(struct boot *boot, bool problem, const char *format, ...) BTL_PRINTF(3, 4);

// ----------------------------------------------------------------------- configurations
// (configs.c)

struct menu_config {
    struct btl_str path, title; // title may be empty
    uint64_t size;
    bool chosen, is_default, good, trial, failed, readable;
    uint32_t tries, tries_left; // of a trial
};
bool menu_configs_find(struct boot *boot);                             // false: no memory
const struct menu_config *menu_config_chosen(const struct boot *boot); // or NULL
// The list of the boot page.
uint32_t menu_config_count(const struct boot *boot);
void menu_config_row(const struct boot *boot, uint32_t index, struct menu_row *row);
void menu_config_details(const struct boot *boot, uint32_t index, struct btl_out *out);
enum menu_result menu_config_take(struct boot *boot, uint32_t index);
// The item "Boot" (boot_page.c).
enum menu_result menu_boot_take(struct boot *boot);
void menu_boot_details(const struct boot *boot, struct btl_out *out);

// ------------------------------------------------------------------------------ modules
// (modules.c)

struct menu_module {
    struct btl_str name;
    const struct btl_planned *planned;       // NULL: not in the plan
    const struct btl_module_config *config;  // NULL: the configuration does not mention it
    const struct btl_modinfo *info;          // NULL: not known
    const struct btl_attempt_module *module; // NULL: not known
};
bool menu_modules_find(struct boot *boot); // false: no memory
uint32_t menu_module_count(const struct boot *boot);
struct menu_module menu_module_get(const struct boot *boot, uint32_t index);
struct menu_module menu_module_open(const struct boot *boot); // the one of MENU_PAGE_MODULE
bool menu_module_is_on(const struct menu_module *module);
bool menu_module_has_failed(const struct menu_module *module);
void menu_module_row(const struct boot *boot, uint32_t index, struct menu_row *row);
void menu_module_details(const struct menu_module *module, struct btl_out *out);

// Tunables: those of the metadata, or, where it is not known, those that the configuration sets.
struct menu_tunable {
    struct btl_str name, type, description;
    const struct btl_setting *setting; // NULL: it has its default
    bool has_default;
    char default_text[80];
    char rule[80]; // type and range; empty: not known
};
uint32_t menu_tunable_count(const struct menu_module *module);
struct menu_tunable menu_tunable_get(const struct menu_module *module, uint32_t index);

// ------------------------------------------------------------------------------ changes
// (changes.c)

// Does the seal permit it? False: the message says that it permits no `what`, and that --allow
// `word` does.
bool menu_permits(struct boot *boot, enum btl_seal_allow allow, const char *what, const char *word);

// Changes for this boot: lines of boot->core.choice.changes. Functions that change something return
// MENU_AGAIN, or MENU_STAY after a message with the reason.
struct menu_key {
    char text[2 * BTL_MODULE_NAME_MAX + 300];
};
// Format a key: "%pS_load". Empty when it is too long.
struct btl_str menu_key_of(struct menu_key *buf, const char *format, ...) BTL_PRINTF(2, 3);
enum menu_result menu_change(struct boot *boot, struct btl_str key, struct btl_str value);
enum menu_result menu_ask_change(struct boot *boot, struct menu_question *question,
                                 struct btl_str key);
bool menu_is_changed(const struct boot *boot, struct btl_str key);
bool menu_is_module_changed(const struct boot *boot, struct btl_str module);
enum menu_result menu_undo_key(struct boot *boot, struct btl_str key);
enum menu_result menu_undo_module(struct boot *boot, struct btl_str module);
enum menu_result menu_undo_all(struct boot *boot);
// Set module_blacklist to that of the file without the modules that the changes switch on.
enum menu_result menu_renew_blacklist(struct boot *boot);
uint32_t menu_change_count(const struct boot *boot);
// The value of a key in the configuration's file. False: the file does not set it.
bool menu_file_value(const struct boot *boot, struct btl_str key, struct btl_str *ret_value);

#endif
