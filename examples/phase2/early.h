// SPDX-License-Identifier: BSD-2-Clause
#ifndef EARLY_H
#define EARLY_H

// Return the number of calls of this function.
unsigned early_count(void);

#endif
