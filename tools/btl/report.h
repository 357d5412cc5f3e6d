// SPDX-License-Identifier: BSD-2-Clause
// Text for people: diagnostics to stderr, answers to stdout.
#ifndef BTL_HOST_REPORT_H
#define BTL_HOST_REPORT_H

#include <stdio.h>

#include <btl/format.h>

#include "host.h"

// Print the diagnostics that were added since the last call to stderr, one per line, with colours
// on a terminal (unless NO_COLOR is set).
void report_all(struct host *host);

// A sink that writes to a stdio stream.
struct btl_out out_to(FILE *stream);

// The sentence of a diagnostic, cut to the size of the buffer.
struct btl_str report_sentence(const struct btl_diag *diag, char *text, size_t size);
// Text of unknown origin as a terminal may show it: what is not printable becomes \xNN.
struct btl_str report_safe(struct btl_arena *arena, struct btl_str text);
// The same for a text of several lines: tabs and line ends stay.
struct btl_str report_safe_lines(struct btl_arena *arena, struct btl_str text);
// A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void report_json(struct btl_out *out, struct btl_str text);

#endif
