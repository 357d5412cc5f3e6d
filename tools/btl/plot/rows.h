// SPDX-License-Identifier: BSD-2-Clause
// Rows of the timeline: bands, bars and the times beside them.
#ifndef BTL_HOST_PLOT_ROWS_H
#define BTL_HOST_PLOT_ROWS_H

#include "axis.h"

#define COLUMN_WIDTH 62.0 // of a column of times on the right

// The columns of times, and the bars that belong to them.
enum { COLUMN_STEP, COLUMN_READ, COLUMN_LINK, COLUMN_LOAD, COLUMNS };
struct row {
    const struct btlm_event *bar[COLUMNS]; // NULL: none was recorded
};

struct timeline {
    struct plot *plot;
    struct axis axis;
    struct row *modules;
    int columns;               // without COLUMN_LOAD when the manifest has no event for it
    struct btlm_event between; // from the end of the loader's record to the kernel's first event
    uint64_t waits;            // ns in which the machine waited for a person
    double top, y, row_height;
    const char *font;
};

double rows_column(const struct timeline *t, int column); // right edge of a column of times
// The band after the next `rows` rows, with its heading.
void rows_group(struct timeline *t, unsigned band, const char *name, const char *note, size_t rows);
// Parts of the row at t->y.
void rows_name(struct timeline *t, const char *class, const char *name);
void rows_bar(struct timeline *t, const struct btlm_event *event, const char *class,
              const char *name, const char *verb);
void rows_took(struct timeline *t, uint64_t ns, int column);

#endif
