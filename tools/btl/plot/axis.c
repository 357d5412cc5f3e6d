// SPDX-License-Identifier: BSD-2-Clause
#include "axis.h"

#include <math.h>
#include <stdlib.h>

#define CUT_WIDTH 34.0 // at most; all cuts together have a third of the axis at most

static int compare_cuts(const void *a, const void *b)
{
    const struct axis_cut *first = a, *second = b;
    return (first->start > second->start) - (first->start < second->start);
}

// All waits of the manifest, ascending; those that overlap or touch are one.
static void collect_waits(struct axis *axis)
{
    const struct btl_manifest *m = axis->plot->manifest;
    uint64_t events = btl_manifest_count(m, BTLM_EVENTS);
    size_t count = 0, kept = 0;
    axis->cuts = MEMORY_ARRAY(axis->plot->svg.host->arena, struct axis_cut, events);
    for (uint64_t i = 0; i < events; i++) {
        const struct btlm_event *event = btl_manifest_entry(m, BTLM_EVENTS, i);
        if (btlm_event_waits(event->kind) && event->end > event->start)
            axis->cuts[count++] = (struct axis_cut){event->start, event->end};
    }
    qsort(axis->cuts, count, sizeof(*axis->cuts), compare_cuts);
    for (size_t i = 0; i < count; i++) {
        struct axis_cut *last = kept == 0 ? NULL : &axis->cuts[kept - 1];
        if (last != NULL && axis->cuts[i].start <= last->end)
            last->end = axis->cuts[i].end > last->end ? axis->cuts[i].end : last->end;
        else
            axis->cuts[kept++] = axis->cuts[i];
    }
    axis->cut_count = kept;
}

static uint64_t cut_time(const struct axis *axis)
{
    uint64_t sum = 0; // no overflow: the cuts are disjoint
    for (size_t i = 0; i < axis->cut_count; i++)
        sum += axis->cuts[i].end - axis->cuts[i].start;
    return sum;
}

static void set_scale(struct axis *axis)
{
    double width = axis->right - axis->left, count = (double)axis->cut_count;
    double time = (double)(axis->end - cut_time(axis));
    axis->cut_width = count * CUT_WIDTH > width / 3 ? width / 3 / count : CUT_WIDTH;
    axis->scale = (width - count * axis->cut_width) / (time == 0 ? 1 : time);
}

void axis_set(struct axis *axis)
{
    size_t kept = 0;
    collect_waits(axis);
    set_scale(axis);
    for (size_t i = 0; i < axis->cut_count; i++) {
        const struct axis_cut cut = axis->cuts[i];
        if ((double)(cut.end - cut.start) * axis->scale > axis->cut_width)
            axis->cuts[kept++] = cut; // a shorter wait is not worth a cut
    }
    axis->cut_count = kept;
    set_scale(axis);
}

double axis_x(const struct axis *axis, uint64_t ns)
{
    double x = axis->left;
    uint64_t from = 0;
    for (size_t i = 0; i < axis->cut_count && ns > axis->cuts[i].start; i++) {
        const struct axis_cut *cut = &axis->cuts[i];
        x += (double)(cut->start - from) * axis->scale;
        if (ns < cut->end)
            return x +
                   axis->cut_width * (double)(ns - cut->start) / (double)(cut->end - cut->start);
        x += axis->cut_width;
        from = cut->end;
    }
    return x + (double)(ns - from) * axis->scale;
}

// 1, 2 or 5 times a power of ten, about an eighth of what is to scale.
static double axis_step(const struct axis *axis)
{
    double rough = (axis->right - axis->left) / axis->scale / 8,
           power = pow(10, floor(log10(rough)));
    double first = rough / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
}

// All labels have the unit of the part that is to scale.
static const char *axis_label(const struct axis *axis, double ns, double step)
{
    static const struct {
        double ns;
        const char *name;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}};
    size_t unit = 0;
    while (unit + 1 < BTL_COUNT(units) && step * 8 < units[unit].ns)
        unit++;
    return plot_text(axis->plot, "%.*f %s", step < units[unit].ns * 0.999 ? 1 : 0,
                     ns / units[unit].ns, units[unit].name);
}

// Call `draw` at each multiple of the step that is in no cut.
static void for_each_tick(struct axis *axis,
                          void (*draw)(struct axis *, double x, double ns, void *), void *context)
{
    double step = axis_step(axis), x = axis->left;
    uint64_t from = 0;
    for (size_t i = 0; i <= axis->cut_count; i++) {
        uint64_t to = i < axis->cut_count ? axis->cuts[i].start : axis->end;
        double first = ceil((double)from / step) * step;
        // Counted, because adding the step to a large time may not change it.
        double count = floor(((double)to - first) / step + 1.001);
        for (double tick = 0; tick < count; tick++) {
            double ns = first + tick * step;
            draw(axis, x + (ns - (double)from) * axis->scale, ns, context);
        }
        if (i == axis->cut_count)
            break;
        x += (double)(to - from) * axis->scale + axis->cut_width;
        from = axis->cuts[i].end;
    }
}

struct ticks {
    double y, label_end; // label_end: right end of the last label
    bool above;
};

static void draw_axis_tick(struct axis *axis, double x, double ns, void *context)
{
    struct ticks *ticks = context;
    struct svg *svg = &axis->plot->svg;
    const char *label = axis_label(axis, ns, axis_step(axis));
    double y = ticks->y, half = svg_text_width(label, 10) / 2;
    svg_line(svg, x, y, x, ticks->above ? y - 4 : y + 4, "axis");
    if (x - half < ticks->label_end)
        return;
    svg_text(svg, x, ticks->above ? y - 8 : y + 15, "small middle", label);
    ticks->label_end = x + half + 4;
}

// Two slanted strokes in the axis.
static void draw_break(struct axis *axis, double x, double y)
{
    for (double side = -3; side <= 3; side += 6)
        svg_line(&axis->plot->svg, x + side - 3, y + 5, x + side + 3, y - 5, "break");
}

void axis_draw(struct axis *axis, double y, bool above)
{
    struct ticks ticks = {.y = y, .above = above};
    double x = axis->left;
    for (size_t i = 0; i < axis->cut_count; i++) {
        double start = axis_x(axis, axis->cuts[i].start), middle = start + axis->cut_width / 2;
        svg_line(&axis->plot->svg, x, y, middle - 3, y, "axis");
        draw_break(axis, middle, y);
        x = middle + 3;
    }
    svg_line(&axis->plot->svg, x, y, axis->right, y, "axis");
    for_each_tick(axis, draw_axis_tick, &ticks);
}

static void draw_grid_line(struct axis *axis, double x, double ns, void *context)
{
    const struct svg_box *box = context;
    svg_line(&axis->plot->svg, x, box->y, x, box->y + box->height, "grid");
}

void axis_grid(struct axis *axis, double y, double height)
{
    struct svg_box box = {.y = y, .width = axis->cut_width, .height = height};
    for_each_tick(axis, draw_grid_line, &box);
    for (size_t i = 0; i < axis->cut_count; i++) {
        box.x = axis_x(axis, axis->cuts[i].start);
        svg_rect(&axis->plot->svg, box, "cut", NULL);
    }
}

void axis_label_cuts(struct axis *axis, double y)
{
    double label_end = 0;
    for (size_t i = 0; i < axis->cut_count; i++) {
        const struct axis_cut *cut = &axis->cuts[i];
        const char *label = plot_time(axis->plot, cut->end - cut->start);
        double x = axis_x(axis, cut->start) + axis->cut_width / 2;
        double half = svg_text_width(label, 10) / 2;
        if (x - half < label_end)
            continue;
        svg_text(&axis->plot->svg, x, y, "small middle", label);
        label_end = x + half + 4;
    }
}
