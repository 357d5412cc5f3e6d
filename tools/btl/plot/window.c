// SPDX-License-Identifier: BSD-2-Clause
// What the loader has mapped into the kernel's window: kernel, phase-1 modules, early arena and
// stack, each divided by the permissions of its pages.
#include "plot.h"

#include <math.h>
#include <stdlib.h>

#include <btl/link.h>

enum { TEXT, CONSTANTS, DATA, PARTS };
static const struct {
    const char *class, *perm, *words;
} parts[PARTS] = {
    [TEXT] = {"p-rx", "r-x", "code"},
    [CONSTANTS] = {"p-r", "r--", "constants"},
    [DATA] = {"p-rw", "rw-", "data"},
};

struct item {
    uint64_t address, size;
    uint64_t part[PARTS]; // bytes; all 0: not mapped
    const char *name;
};

#define ADDRESS    146.0 // width of the addresses
#define BOX        150.0 // and of the boxes beside them
#define MANY_ITEMS 50

static int permission_part(uint32_t perm)
{
    return perm & BTL_PERM_WRITE ? DATA : perm & BTL_PERM_EXEC ? TEXT : CONSTANTS;
}

static struct item kernel_item(const struct plot *plot)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(plot->manifest);
    struct item item = {.address = kernel->virtual_base, .size = kernel->size, .name = "kernel"};
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_SEGMENTS); i++) {
        const struct btlm_segment *segment = btl_manifest_entry(plot->manifest, BTLM_SEGMENTS, i);
        item.part[permission_part(segment->perm)] += segment->size;
    }
    return item;
}

static struct item module_item(struct plot *plot, const struct btlm_module *module)
{
    uint64_t before_data = module->text_size + module->rodata_size; // not checked against the size
    return (struct item){
        .address = module->address,
        .size = module->size,
        .part = {[TEXT] = module->text_size,
                 [CONSTANTS] = module->rodata_size,
                 [DATA] = before_data < module->size ? module->size - before_data : 0},
        .name = plot_label(plot, module->name, 24)};
}

static int compare_items(const void *a, const void *b)
{
    const struct item *first = a, *second = b;
    return (first->address > second->address) - (first->address < second->address);
}

static size_t collect_items(struct plot *plot, struct item *items)
{
    const struct btl_manifest *m = plot->manifest;
    const struct btlm_system *s = btl_manifest_system(m);
    size_t count = 0;
    if (btl_manifest_kernel(m)->size != 0) // else the firmware loads it
        items[count++] = kernel_item(plot);
    for (uint64_t i = 0; i < btl_manifest_count(m, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(m, i);
        if (module->size != 0)
            items[count++] = module_item(plot, module);
    }
    if (s->early_size != 0)
        items[count++] =
            (struct item){s->early_virtual, s->early_size, {[DATA] = s->early_size}, "early arena"};
    if (s->stack_size != 0) {
        items[count++] =
            (struct item){s->stack_virtual, s->stack_size, {[DATA] = s->stack_size}, "stack"};
        if (s->stack_virtual >= BTL_PAGE_SIZE)
            items[count++] = (struct item){
                s->stack_virtual - BTL_PAGE_SIZE, BTL_PAGE_SIZE, {0}, "guard page, not mapped"};
    }
    qsort(items, count, sizeof(*items), compare_items);
    return count;
}

static void draw_item_parts(struct plot *plot, const struct item *item, double x, double y,
                            double height)
{
    double whole = 0;
    for (int i = 0; i < PARTS; i++)
        whole += (double)item->part[i];
    if (whole == 0)
        svg_rect(&plot->svg, (struct svg_box){x, y, BOX, height}, "m-gap", item->name);
    for (int i = 0; i < PARTS; i++) {
        double width = whole == 0 ? 0 : BOX * (double)item->part[i] / whole;
        if (width == 0)
            continue;
        svg_rect(&plot->svg, (struct svg_box){x, y, width, height}, parts[i].class,
                 plot_text(plot, "%s: %s of %s (%s), image of %s from 0x%lx", item->name,
                           plot_size(plot, item->part[i]), parts[i].words, parts[i].perm,
                           plot_size(plot, item->size), item->address));
        x += width;
    }
}

static double draw_unmapped(struct plot *plot, double x, double y, uint64_t start, uint64_t size)
{
    plot_address(plot, x + ADDRESS, y, "mono end faint", start);
    svg_textf(&plot->svg, x + ADDRESS + BOX / 2, y + 10, "small middle faint", "not mapped, %s",
              plot_size(plot, size));
    return y + 14;
}

static double draw_item(struct plot *plot, const struct item *item, double x, double y, bool many)
{
    double height = many ? 13 : 15 + 1.3 * log2((double)item->size / BTL_PAGE_SIZE + 1);
    draw_item_parts(plot, item, x + ADDRESS, y, height);
    plot_address(plot, x + ADDRESS, y, "mono end", item->address);
    svg_textf(&plot->svg, x + ADDRESS + BOX + 10, y + height / 2 + 4, many ? "small" : "", "%s, %s",
              item->name, plot_size(plot, item->size));
    return y + height;
}

double plot_window(struct plot *plot, double x, double y)
{
    uint64_t modules = btl_manifest_count(plot->manifest, BTLM_MODULES);
    struct item *items = MEMORY_ARRAY(plot->svg.host->arena, struct item, modules + 4);
    size_t count = collect_items(plot, items);
    double key = x + ADDRESS;
    svg_text(&plot->svg, x + ADDRESS, y + 12, "bold", "Kernel and phase-1 modules, virtual");
    y += 20;
    for (size_t i = 0; i < count; i++) {
        uint64_t before = i == 0 ? items[i].address : items[i - 1].address + items[i - 1].size;
        if (before < items[i].address)
            y = draw_unmapped(plot, x, y, before, items[i].address - before);
        y = draw_item(plot, &items[i], x, y, count > MANY_ITEMS);
    }
    if (count == 0)
        svg_text(&plot->svg, x + ADDRESS, y + 12, "faint",
                 "nothing: the firmware loads the kernel");
    else
        plot_address(plot, x + ADDRESS, y, "mono end",
                     (items[count - 1].address + items[count - 1].size));
    for (int i = 0; i < PARTS; i++)
        key = plot_key(plot, key, y + 34, parts[i].class,
                       plot_text(plot, "%s %s", parts[i].perm, parts[i].words));
    return y + 40;
}
