// SPDX-License-Identifier: BSD-2-Clause
// What the files of /btl/init share. main.c is its path: the order is read, modules are loaded, the
// watchdog is started, and the real init takes its place.
#ifndef BTL_LINUX_INIT_H
#define BTL_LINUX_INIT_H

#include <btl/linux_order.h>

// /btl/init uses these paths; the archive has the first two and the modules' directory.
#define INIT_FAILED                                                                                \
    "/btl/failed" // a record BtlFailed without text; absent: nothing to fall back to
#define INIT_MODULES   "/btl/modules/"
#define INIT_DEVICES   "/btl/dev"
#define INIT_VARIABLES "/btl/efivars"

#define INIT_JOBS_MAX 32 // modules that are loaded at the same time
#define INIT_NAME_MAX 96 // bytes of a path of a module; a longer name is refused

// The levels of the kernel's log (printk).
enum init_level {
    INIT_EMERGENCY = 0,
    INIT_ERROR = 3,
    INIT_WARNING = 4,
    INIT_INFO = 6,
    INIT_DEBUG = 7
};

// ------------------------------------------------------------------------------------------ log.c

// A line that is put together.
struct init_line {
    char text[192];
    size_t len;
};
void line_begin(struct init_line *line, enum init_level level); // "<6>BTL: "
void line_add(struct init_line *line, const char *text);
void line_add_str(struct init_line *line, struct btl_str text);
void line_add_number(struct init_line *line, uint32_t number);
void line_send(struct init_line *line);                    // to the kernel's log
struct btl_str line_message(const struct init_line *line); // without level and "BTL: "

// --------------------------------------------------------------------------------------- modules.c

// The worst failure, and its line of the log.
struct init_failure {
    enum btl_order_action action;
    struct btl_str module; // empty: none
    struct init_line line;
};
// Load the modules of the order. A failure of BTL_ORDER_RESET or worse ends the loading.
void modules_load(const struct btl_order *order, struct init_failure *ret_worst);

// ---------------------------------------------------------------------------------------- failed.c

// Write BtlFailed with this text. False: there is no record to write, or no variable can be
// written.
bool failed_write(struct btl_str text);

// ------------------------------------------------------------------------------------------ file.c

// Read a file of at most `max` bytes. A negative result is -errno.
long file_read_all(const char *path, void *to, size_t max);

// ------------------------------------------------------------------------------------------ main.c

// `stack`: number of arguments, the arguments, NULL, the environment, NULL.
void init_main(long *stack);

#endif
