// SPDX-License-Identifier: BSD-2-Clause
// The list of what /btl/init does, which the loader writes and /btl/init reads. It is text, for
// people who look at it in the running system:
//
//     btl-order 1
//     counted
//     watchdog 60
//     init /init
//     module virtio_ring BOOT2 warn parallel -
//     module virtio_blk BOOT2 reset parallel 0 queue_depth=8
//     module loop INIT ignore serial - max_loop=3
//
// The fields of a module: name, phase, action when it fails, may others be loaded at the same time,
// numbers of the modules (from 0, each smaller than its own) that must be loaded before, and the
// parameters for the kernel. The file of a module is /btl/modules/NAME.ko.
#ifndef BTL_LINUX_ORDER_H
#define BTL_LINUX_ORDER_H

#include <btl/arena.h>
#include <btl/format.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_ORDER_PATH        "/btl/order"
#define BTL_ORDER_MODULES_MAX 4096u
#define BTL_ORDER_SIZE_MAX    (1u << 20) // bytes
#define BTL_ORDER_INIT_MAX    255u       // bytes of the path

// What the failure of a module leads to. The loader has made it of NAME_on_error and of what there
// is to fall back to.
enum btl_order_action {
    BTL_ORDER_IGNORE,  // a line of the level debug in the kernel's log
    BTL_ORDER_WARN,    // a warning
    BTL_ORDER_RESET,   // the machine is reset, where that leads to another configuration
    BTL_ORDER_STOP,    // the boot stops
    BTL_ORDER_RESTART, // the machine is reset in place of that (required_failure)
    BTL_ORDER_ACTIONS
};

struct btl_order_module {
    struct btl_str name;
    struct btl_str needs;      // numbers, separated by commas; empty: none
    struct btl_str parameters; // for finit_module()
    bool init;                 // of the phase INIT: after all modules of BOOT2
    bool serial;               // no other module is loaded at the same time
    enum btl_order_action action;
};

struct btl_order {
    bool counted;        // the boot has used a try: a reset leads to another one
    uint32_t watchdog;   // seconds; 0: none
    struct btl_str init; // the program that follows /btl/init
    const struct btl_order_module *modules;
    uint32_t module_count;
};

// Write the text. Every string has the form that btl_order_read() demands.
void btl_order_write(const struct btl_order *order, struct btl_out *out);

// Read and check the text. *modules gets the rows; strings point into the text. False: *ret_line,
// from 1, is the first that is malformed, or has more modules than `max`.
bool btl_order_read(struct btl_str text, struct btl_order_module *modules, uint32_t max,
                    struct btl_order *ret_order, uint32_t *ret_line);
// Take the next number of `needs` of an order that was read. False: there is none.
bool btl_order_next_need(struct btl_str *needs, uint32_t *ret_module);

// Can this be a parameter text: no control characters?
bool btl_order_is_text(struct btl_str text);

BTL_END_DECLS

#endif
