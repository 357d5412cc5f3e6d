// SPDX-License-Identifier: BSD-2-Clause
// The axis of time. Long waits are cut out: such a part has one width, however long it is.
#ifndef BTL_HOST_PLOT_AXIS_H
#define BTL_HOST_PLOT_AXIS_H

#include "plot.h"

struct axis_cut {
    uint64_t start, end; // ns
};

struct axis {
    struct plot *plot;
    double left, right;
    uint64_t end;          // ns
    struct axis_cut *cuts; // ascending, not overlapping
    size_t cut_count;
    double cut_width;
    double scale; // units of the picture for a nanosecond, outside of cuts
};

// Set the scale and the cuts, by the waits of the manifest; plot, left, right and end are given.
void axis_set(struct axis *axis);
double axis_x(const struct axis *axis, uint64_t ns);
// Draw the axis with its labels above or below it.
void axis_draw(struct axis *axis, double y, bool above);
// Draw the lines at the labels' times, and the cuts, from y downwards.
void axis_grid(struct axis *axis, double y, double height);
// Write the length of each cut above it.
void axis_label_cuts(struct axis *axis, double y);

#endif
