// SPDX-License-Identifier: BSD-2-Clause
#ifndef TEST_GUESTBOOK_H
#define TEST_GUESTBOOK_H

int guestbook_sign(const char *name); // return the page

#endif
