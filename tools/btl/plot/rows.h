// SPDX-License-Identifier: BSD-2-Clause
// Rows of the timeline: axis, bands, bars and the times beside them.
#ifndef BTL_HOST_PLOT_ROWS_H
#define BTL_HOST_PLOT_ROWS_H

#include "plot.h"

#define TIMES_WIDTH 186.0 // of the three columns of times on the right

enum { BAR_READ, BAR_LINK, BAR_LOAD, BARS };
struct row {
    const struct btlm_event *bar[BARS]; // NULL: none was recorded
};

struct timeline {
    struct plot *plot;
    struct row *modules;
    const struct btlm_event *once[BTLM_EVENTS_KINDS]; // those that occur once
    uint64_t end;                                     // ns
    double left, right, top, y, row_height;
    double scale; // units of the picture for a nanosecond
    const char *font;
};

double rows_x(const struct timeline *t, uint64_t ns);
double rows_column(const struct timeline *t, int kind); // right edge of a column of times
void rows_axis(struct timeline *t, double y, bool above);
// The band after the next `rows` rows, with its heading.
void rows_group(struct timeline *t, unsigned band, const char *name, const char *note, size_t rows);
// Parts of the row at t->y. `event` may be NULL: nothing is drawn.
void rows_name(struct timeline *t, const char *class, const char *name);
void rows_bar(struct timeline *t, const struct btlm_event *event, const char *class,
              const char *name, const char *verb);
void rows_took(struct timeline *t, const struct btlm_event *event, int kind);

#endif
