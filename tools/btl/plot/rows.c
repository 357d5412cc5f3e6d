// SPDX-License-Identifier: BSD-2-Clause
// Rows of the timeline.
#include "rows.h"

#include <math.h>

#define GROUP_WIDTH 86.0 // of the names of phases
#define BAR_MIN     1.5  // minimum width of a bar

double rows_x(const struct timeline *t, uint64_t ns)
{
    return t->left + (double)ns * t->scale;
}

// 1, 2 or 5 times a power of ten, about an eighth of the whole.
static double axis_step(double whole)
{
    double rough = whole / 8, power = pow(10, floor(log10(rough)));
    double first = rough / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
}

// All labels have the unit of the whole.
static const char *axis_label(struct timeline *t, double ns, double step)
{
    static const struct {
        double ns;
        const char *name;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}};
    size_t unit = 0;
    while (unit + 1 < BTL_COUNT(units) && (double)t->end < units[unit].ns)
        unit++;
    return plot_text(t->plot, "%.*f %s", step < units[unit].ns * 0.999 ? 1 : 0, ns / units[unit].ns,
                     units[unit].name);
}

void rows_axis(struct timeline *t, double y, bool above)
{
    double step = axis_step((double)t->end);
    svg_line(&t->plot->svg, t->left, y, t->right, y, "axis");
    for (double ns = 0; ns <= (double)t->end * 1.0001; ns += step) {
        double x = t->left + ns * t->scale;
        svg_line(&t->plot->svg, x, y, x, above ? y - 4 : y + 4, "axis");
        svg_text(&t->plot->svg, x, above ? y - 8 : y + 15, "small middle", axis_label(t, ns, step));
    }
}

static void draw_grid(struct timeline *t, double height)
{
    double step = axis_step((double)t->end);
    for (double ns = 0; ns <= (double)t->end * 1.0001; ns += step) {
        double x = t->left + ns * t->scale;
        svg_line(&t->plot->svg, x, t->y, x, t->y + height, "grid");
    }
}

void rows_bar(struct timeline *t, const struct btlm_event *event, const char *class,
              const char *name, const char *verb)
{
    if (event == NULL)
        return;
    struct plot *plot = t->plot;
    double x = rows_x(t, event->start), width = rows_x(t, event->end) - x;
    uint64_t took = event->end - event->start;
    const char *what =
        event->bytes != 0 ? plot_text(plot, ", %s", plot_size(plot, event->bytes)) : "";
    svg_rect(&plot->svg,
             (struct svg_box){x, t->y + 3, width < BAR_MIN ? BAR_MIN : width, t->row_height - 6},
             class,
             plot_text(plot, "%s: %s in %s%s, from %s to %s", name, verb, plot_time(plot, took),
                       what, plot_time(plot, event->start), plot_time(plot, event->end)));
}

double rows_column(const struct timeline *t, int kind)
{
    return t->right + TIMES_WIDTH / BARS * (kind + 1);
}

void rows_took(struct timeline *t, const struct btlm_event *event, int kind)
{
    if (event != NULL)
        svg_text(&t->plot->svg, rows_column(t, kind), t->y + t->row_height - 5,
                 plot_text(t->plot, "%s end", t->font),
                 plot_time(t->plot, event->end - event->start));
}

void rows_name(struct timeline *t, const char *class, const char *name)
{
    svg_text(&t->plot->svg, t->left - 10, t->y + t->row_height - 5,
             plot_text(t->plot, "%s end %s", t->font, class), name);
}

static void draw_band(struct timeline *t, unsigned band, double height)
{
    svg_rect(&t->plot->svg,
             (struct svg_box){PLOT_MARGIN, t->y, PLOT_WIDTH - 2 * PLOT_MARGIN, height},
             plot_text(t->plot, "band%u", band), NULL);
}

void rows_group(struct timeline *t, unsigned band, const char *name, const char *note, size_t rows)
{
    double height = 18 + (double)rows * t->row_height + 4;
    draw_band(t, band, height);
    draw_grid(t, height);
    svg_text(&t->plot->svg, PLOT_MARGIN + 6, t->y + 13, "bold", name);
    svg_text(&t->plot->svg, PLOT_MARGIN + GROUP_WIDTH, t->y + 13, "small faint", note);
    t->y += 18;
}
