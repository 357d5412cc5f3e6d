// SPDX-License-Identifier: BSD-2-Clause
// Physical memory at the kernel's entry, to scale, as strips.
#include "plot.h"

#include <math.h>

#define STRIP_HEIGHT 30.0
#define SQUEEZED     26.0 // maximum width of gaps, devices and reserved address space

static const char *const classes[BTLM_MEM_TYPES] = {
    [BTLM_MEM_USABLE] = "m-usable",        [BTLM_MEM_BOOT_SERVICES] = "m-firmware",
    [BTLM_MEM_LOADER] = "m-loader",        [BTLM_MEM_STAGED] = "m-staged",
    [BTLM_MEM_KERNEL] = "m-kernel",        [BTLM_MEM_MODULES] = "m-modules",
    [BTLM_MEM_EARLY] = "m-early",          [BTLM_MEM_MANIFEST] = "m-manifest",
    [BTLM_MEM_ACPI_RECLAIM] = "m-acpi",    [BTLM_MEM_ACPI_NVS] = "m-acpi",
    [BTLM_MEM_RUNTIME_CODE] = "m-runtime", [BTLM_MEM_RUNTIME_DATA] = "m-runtime",
    [BTLM_MEM_MMIO] = "m-reserved",        [BTLM_MEM_PERSISTENT] = "m-usable",
    [BTLM_MEM_RESERVED] = "m-reserved",    [BTLM_MEM_BAD] = "m-bad",
};

const char *plot_memory_class(enum btlm_memory_type type)
{
    return classes[type];
}

static const struct btlm_memory *memory_range(const struct plot *plot, uint64_t index)
{
    return btl_manifest_entry(plot->manifest, BTLM_MEMORY, index);
}

static bool is_real_memory(enum btlm_memory_type type)
{
    return type != BTLM_MEM_MMIO && type != BTLM_MEM_RESERVED;
}

static bool is_of_btl(enum btlm_memory_type type)
{
    return type >= BTLM_MEM_LOADER && type <= BTLM_MEM_MANIFEST;
}

// A strip shows the ranges [first, last] of the map between two x. Memory is to scale; the rest is
// squeezed.
struct strip {
    struct plot *plot;
    uint64_t first, last; // indices
    double left, right, y;
    double scale;    // units of the picture for a byte
    double max;      // width of what is squeezed
    double x;        // while drawing
    double tick_end; // right end of the last label
    bool hex;        // labels are addresses, not sizes
};

// The size of the gap between the range before and this one.
static uint64_t gap_before(const struct strip *s, uint64_t index)
{
    if (index == s->first)
        return 0;
    const struct btlm_memory *before = memory_range(s->plot, index - 1);
    return memory_range(s->plot, index)->start - before->start - before->size;
}

static double squeezed_width(const struct strip *s, uint64_t size)
{
    double width = (double)size * s->scale;
    return width < s->max ? width : s->max;
}

static void strip_set_scale(struct strip *s)
{
    double memory = 0, others = 0, width = s->right - s->left, used = 0;
    for (uint64_t i = s->first; i <= s->last; i++) {
        const struct btlm_memory *range = memory_range(s->plot, i);
        if (is_real_memory(range->type))
            memory += (double)range->size;
        others += !is_real_memory(range->type) + (gap_before(s, i) != 0);
    }
    memory = memory == 0 ? 1 : memory;
    s->max = others * SQUEEZED > width / 3 ? width / 3 / others : SQUEEZED;
    // First with the maximum width for all, to find the narrower ones.
    s->scale = (width - others * s->max) / memory;
    for (uint64_t i = s->first; i <= s->last; i++) {
        const struct btlm_memory *range = memory_range(s->plot, i);
        used += squeezed_width(s, gap_before(s, i)) +
                (is_real_memory(range->type) ? 0 : squeezed_width(s, range->size));
    }
    s->scale = (width - used) / memory;
}

static double range_width(const struct strip *s, const struct btlm_memory *range)
{
    return is_real_memory(range->type) ? (double)range->size * s->scale
                                       : squeezed_width(s, range->size);
}

static const char *range_title(struct plot *plot, const struct btlm_memory *range)
{
    return plot_text(plot, "%s, %s: 0x%lx to 0x%lx, EFI type %u, attributes 0x%lx",
                     btlm_memory_name(range->type), plot_size(plot, range->size), range->start,
                     (range->start + range->size), range->efi_type, range->attributes);
}

static void draw_tick(struct strip *s, double x, uint64_t address)
{
    const char *text = address == 0 ? "0"
                       : s->hex     ? plot_text(s->plot, "%lx", address)
                                    : plot_size(s->plot, address);
    double width = svg_text_width(text, 10);
    svg_line(&s->plot->svg, x, s->y + STRIP_HEIGHT, x, s->y + STRIP_HEIGHT + 4, "axis");
    if (x - width / 2 < s->tick_end || x + width / 2 > PLOT_WIDTH)
        return;
    svg_text(&s->plot->svg, x, s->y + STRIP_HEIGHT + 15,
             s->hex ? "mono small middle" : "small middle", text);
    s->tick_end = x + width / 2 + 8;
}

// The smallest power of two whose multiples are far enough apart for their labels.
static uint64_t tick_step(const struct strip *s)
{
    uint64_t step = BTL_PAGE_SIZE;
    while ((double)step * s->scale < 80 && step < 1ull << 62)
        step *= 2;
    return step;
}

static void draw_ticks(struct strip *s, const struct btlm_memory *range, double x)
{
    uint64_t step = tick_step(s), address;
    bool more = btl_round_up(range->start, step, &address);
    while (more && address - range->start < range->size) {
        draw_tick(s, x + (double)(address - range->start) * s->scale, address);
        more = btl_add(address, step, &address);
    }
}

static void draw_gap(struct strip *s, uint64_t size, uint64_t end)
{
    double width = squeezed_width(s, size);
    struct svg_box box = {s->x, s->y + 6, width, STRIP_HEIGHT - 12};
    svg_rect(&s->plot->svg, box, "m-gap",
             plot_text(s->plot, "nothing reported, %s: 0x%lx to 0x%lx", plot_size(s->plot, size),
                       (end - size), end));
    s->x += width;
}

static void draw_range(struct strip *s, const struct btlm_memory *range)
{
    bool memory = is_real_memory(range->type);
    double width = range_width(s, range), inset = memory ? 0 : 6;
    double shown = is_of_btl(range->type) && width < 1.5 ? 1.5 : width;
    svg_rect(&s->plot->svg, (struct svg_box){s->x, s->y + inset, shown, STRIP_HEIGHT - 2 * inset},
             classes[range->type], range_title(s->plot, range));
    if (memory)
        draw_ticks(s, range, s->x);
    s->x += width;
}

static void draw_strip(struct strip *s)
{
    strip_set_scale(s);
    s->x = s->left;
    for (uint64_t i = s->first; i <= s->last; i++) {
        const struct btlm_memory *range = memory_range(s->plot, i);
        struct plot_range *drawn = &s->plot->ranges[i];
        drawn->gap = fmax(drawn->gap, squeezed_width(s, gap_before(s, i)));
        drawn->width = fmax(drawn->width, range_width(s, range));
        if (gap_before(s, i) != 0)
            draw_gap(s, gap_before(s, i), range->start);
        draw_range(s, range);
    }
    svg_line(&s->plot->svg, s->left, s->y + STRIP_HEIGHT, s->right, s->y + STRIP_HEIGHT, "axis");
}

// The x at which a range begins.
static double range_x(const struct strip *s, uint64_t index)
{
    double x = s->left;
    for (uint64_t i = s->first; i < index; i++)
        x += range_width(s, memory_range(s->plot, i)) + squeezed_width(s, gap_before(s, i + 1));
    return x;
}

// The first and the last range that the loader has allocated. False: there is none.
static bool find_own_ranges(const struct plot *plot, uint64_t *ret_first, uint64_t *ret_last)
{
    bool any = false;
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MEMORY); i++) {
        if (!is_of_btl(memory_range(plot, i)->type))
            continue;
        if (!any)
            *ret_first = i;
        *ret_last = i;
        any = true;
    }
    return any;
}

static double draw_legend(struct plot *plot, double y)
{
    uint64_t total[BTLM_MEM_TYPES] = {0};
    double x = PLOT_MARGIN;
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MEMORY); i++)
        total[memory_range(plot, i)->type] += memory_range(plot, i)->size;
    for (unsigned type = 0; type < BTLM_MEM_TYPES; type++) {
        if (total[type] == 0)
            continue;
        const char *text =
            plot_text(plot, "%s %s", btlm_memory_name(type), plot_size(plot, total[type]));
        if (x + 17 + svg_text_width(text, 11.5) > PLOT_WIDTH - PLOT_MARGIN) {
            x = PLOT_MARGIN;
            y += 20;
        }
        x = plot_key(plot, x, y, classes[type], text);
    }
    return y + 10;
}

// Draw the strip of what the loader has allocated below the whole, with lines between the two.
static double draw_own_strip(struct plot *plot, const struct strip *whole)
{
    uint64_t first = 0, last = 0;
    double y = whole->y + STRIP_HEIGHT + 24;
    if (!find_own_ranges(plot, &first, &last))
        return y;
    const struct btlm_memory *end = memory_range(plot, last);
    double from = range_x(whole, first);
    double to = range_x(whole, last) + range_width(whole, end);
    if (to - from > 0.6 * (whole->right - whole->left))
        return y;
    struct strip own = *whole;
    own.first = first;
    own.last = last;
    own.y = y + 18;
    own.tick_end = 0;
    own.hex = true;
    svg_line(&plot->svg, from, whole->y + STRIP_HEIGHT, from, y - 4, "rule");
    svg_line(&plot->svg, to, whole->y + STRIP_HEIGHT, to, y - 4, "rule");
    svg_line(&plot->svg, from, y - 4, own.left, own.y, "rule");
    svg_line(&plot->svg, to, y - 4, own.right, own.y, "rule");
    draw_strip(&own);
    return own.y + STRIP_HEIGHT + 24;
}

double plot_memory_scale(struct plot *plot, double y)
{
    uint64_t count = btl_manifest_count(plot->manifest, BTLM_MEMORY);
    if (count == 0) {
        svg_text(
            &plot->svg, PLOT_MARGIN, y + 12, "faint",
            "The manifest has no memory map: it was saved before the loader left the firmware.");
        return y + 20;
    }
    plot->ranges = MEMORY_ARRAY(plot->svg.host->arena, struct plot_range, count);
    struct strip whole = {.plot = plot,
                          .last = count - 1,
                          .left = PLOT_MARGIN,
                          .right = PLOT_WIDTH - PLOT_MARGIN,
                          .y = y + 6};
    draw_strip(&whole);
    return draw_legend(plot, draw_own_strip(plot, &whole) + 14);
}
