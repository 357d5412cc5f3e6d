// SPDX-License-Identifier: BSD-2-Clause
// Between lineedit.c and complete.c.
#ifndef KERNEL_COMPLETE_H
#define KERNEL_COMPLETE_H

#include "console/lineedit.h"

// Complete the word before the cursor as far as its candidates agree, or list them where that adds
// nothing.
void line_complete(struct line *line, struct btl_out *echo);
void line_insert(struct line *line, struct btl_str text, struct btl_out *echo);

#endif
