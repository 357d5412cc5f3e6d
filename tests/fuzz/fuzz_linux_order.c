// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as /btl/order. Invariants: nothing outside the text is read; each need of a module is
// an earlier module; what was read can be written, and is then read as the same.
#include <stdlib.h>
#include <string.h>

#include <btl/linux_order.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct btl_order_module modules[64], again_modules[64];

static void check_modules(const struct btl_order *order, const struct btl_order *again)
{
    uint32_t need;
    for (uint32_t i = 0; i < order->module_count; i++) {
        const struct btl_order_module *a = &order->modules[i], *b = &again->modules[i];
        struct btl_str needs = a->needs;
        while (btl_order_next_need(&needs, &need))
            if (need >= i)
                abort();
        if (!btl_str_equal(a->name, b->name) || !btl_str_equal(a->parameters, b->parameters) ||
            a->action != b->action || a->init != b->init || a->serial != b->serial)
            abort();
    }
}

static void check_again(const struct btl_order *order)
{
    struct btl_buffer measured = btl_buffer(NULL, 0);
    struct btl_order again;
    uint32_t line;
    btl_order_write(order, &measured.out);
    char *text = malloc(measured.len + 1);
    struct btl_buffer written = btl_buffer(text, measured.len + 1);
    btl_order_write(order, &written.out);
    if (!btl_order_read(btl_buffer_text(&written), again_modules, BTL_COUNT(again_modules), &again,
                        &line) ||
        again.module_count != order->module_count || !btl_str_equal(again.init, order->init) ||
        again.watchdog != order->watchdog || again.counted != order->counted)
        abort();
    check_modules(order, &again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_order order;
    uint32_t line = 0;
    test_memory_begin(&memory);
    struct btl_bytes block = test_block(&memory, data, size);
    struct btl_str text = {(const char *)block.at, block.size};
    if (btl_order_read(text, modules, BTL_COUNT(modules), &order, &line))
        check_again(&order);
    else if (line == 0)
        abort();
    test_memory_end(&memory);
    return 0;
}
