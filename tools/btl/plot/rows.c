// SPDX-License-Identifier: BSD-2-Clause
// Rows of the timeline.
#include "rows.h"

#define GROUP_WIDTH 86.0 // of the names of phases
#define BAR_MIN     1.5  // minimum width of a bar

void rows_bar(struct timeline *t, const struct btlm_event *event, const char *class,
              const char *name, const char *verb)
{
    struct plot *plot = t->plot;
    double x = axis_x(&t->axis, event->start), width = axis_x(&t->axis, event->end) - x;
    uint64_t took = event->end - event->start;
    const char *what =
        event->bytes != 0 ? plot_text(plot, ", %s", plot_size(plot, event->bytes)) : "";
    svg_rect(&plot->svg,
             (struct svg_box){x, t->y + 3, width < BAR_MIN ? BAR_MIN : width, t->row_height - 6},
             class,
             plot_text(plot, "%s: %s in %s%s, from %s to %s", name, verb, plot_time(plot, took),
                       what, plot_time(plot, event->start), plot_time(plot, event->end)));
}

double rows_column(const struct timeline *t, int column)
{
    return t->axis.right + COLUMN_WIDTH * (column + 1);
}

void rows_took(struct timeline *t, uint64_t ns, int column)
{
    svg_text(&t->plot->svg, rows_column(t, column), t->y + t->row_height - 5,
             plot_text(t->plot, "%s end", t->font), plot_time(t->plot, ns));
}

void rows_name(struct timeline *t, const char *class, const char *name)
{
    svg_text(&t->plot->svg, t->axis.left - 10, t->y + t->row_height - 5,
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
    axis_grid(&t->axis, t->y, height);
    svg_text(&t->plot->svg, PLOT_MARGIN + 6, t->y + 13, "bold", name);
    svg_text(&t->plot->svg, PLOT_MARGIN + GROUP_WIDTH, t->y + 13, "small faint", note);
    t->y += 18;
}
