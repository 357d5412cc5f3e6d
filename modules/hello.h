// SPDX-License-Identifier: BSD-2-Clause
// Interface hello:1.0.
#ifndef BTL_MODULES_HELLO_H
#define BTL_MODULES_HELLO_H

extern int hello_count; // number of greetings

#endif
