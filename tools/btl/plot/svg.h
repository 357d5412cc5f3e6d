// SPDX-License-Identifier: BSD-2-Clause
// Write SVG: rectangles, lines and text, with tooltips. Plain SVG 1.1 with a style sheet in it; no
// scripts; the fonts are those of the reader's system.
#ifndef BTL_HOST_SVG_H
#define BTL_HOST_SVG_H

#include <stdio.h>

#include "host.h"

struct svg {
    struct host *host;
    FILE *body; // written before the head, which needs the height
    double width;
};

struct svg_box {
    double x, y, width, height;
};

// Escape text for XML and cut it to `max` characters (0: all), with "…" where it was cut.
const char *svg_escape(struct host *host, struct btl_str text, size_t max);

// A rectangle with a tooltip (may be NULL; already escaped). `class` is one of the style sheet.
void svg_rect(struct svg *svg, struct svg_box box, const char *class, const char *title);
void svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *class);
// `text` is already escaped.
void svg_text(struct svg *svg, double x, double y, const char *class, const char *text);
// svg_text() with a format of printf(); arguments are already escaped.
void svg_textf(struct svg *svg, double x, double y, const char *class, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
// The approximate width of a text: the fonts differ from reader to reader.
double svg_text_width(const char *text, double font_size);

// Write head, body and foot to `out`.
void svg_finish(const struct svg *svg, const char *title, const char *body, double height,
                FILE *out);

#endif
