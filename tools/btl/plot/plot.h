// SPDX-License-Identifier: BSD-2-Clause
// The parts of `btl plot`. Each draws from `y` downwards and returns the y below it.
#ifndef BTL_HOST_PLOT_H
#define BTL_HOST_PLOT_H

#include <btl/manifest.h>

#include "svg.h"

#define PLOT_WIDTH  1120.0
#define PLOT_MARGIN 24.0

// What plot_memory_scale() has drawn for a range of the map: the width of its bar, and of the gap
// before it, in the strip that shows it larger.
struct plot_range {
    double width, gap;
};

struct plot {
    struct svg svg;
    const struct btl_manifest *manifest;
    struct plot_range *ranges; // by index in the map
};

// A string of the manifest, escaped, and cut to `max` characters.
const char *plot_label(struct plot *plot, struct btlm_str str, size_t max);
// Format a tooltip or a label as printf() does; arguments are already escaped.
const char *plot_text(struct plot *plot, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *plot_size(struct plot *plot, uint64_t bytes); // "5.8 KiB"
const char *plot_time(struct plot *plot, uint64_t ns);    // "4.04 ms"
// A small square of a class, and its meaning; return the x of the next one.
double plot_key(struct plot *plot, double x, double y, const char *class, const char *text);

double plot_timeline(struct plot *plot, double y);
bool plot_has_kernel_events(const struct plot *plot);  // a manifest from the loader has none
double plot_memory_scale(struct plot *plot, double y); // physical memory, to scale
// Those of its ranges that plot_memory_scale() has drawn legibly, one below another.
double plot_memory_ranges(struct plot *plot, double x, double y);
double plot_window(struct plot *plot, double x, double y); // the kernel's addresses

// An address to the left of x, with a mark at y, where its range begins.
void plot_address(struct plot *plot, double x, double y, const char *class, uint64_t address);
const char *plot_memory_class(enum btlm_memory_type type);

#endif
