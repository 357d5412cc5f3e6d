// SPDX-License-Identifier: BSD-2-Clause
// Between lineedit.c and complete.c.
#ifndef KERNEL_COMPLETE_H
#define KERNEL_COMPLETE_H

#include "console/lineedit.h"

// The word before the cursor is completed as far as its candidates agree; where that adds nothing,
// they are listed.
void line_complete(struct line *line, struct btl_out *echo);
void line_insert(struct line *line, struct btl_str text, struct btl_out *echo);

#endif
