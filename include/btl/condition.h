// SPDX-License-Identifier: BSD-2-Clause
// Conditions on a version: ">=6.1 <6.12".
#ifndef BTL_CONDITION_H
#define BTL_CONDITION_H

#include <btl/str.h>

BTL_BEGIN_DECLS

// Compare two versions part by part, where a part is a run of digits or of letters: numbers by
// value, and above letters. Only as many parts as `limit` has are compared, so that 6.1.0-18 equals
// 6.1. Return a negative number, 0 or a positive one.
int btl_version_compare(struct btl_str version, struct btl_str limit);

// Does the version meet all conditions? They are separated by blanks or commas; each is one of >= >
// <= < = != and a version. False: the text has another form, and *ret_met is unchanged.
bool btl_condition_judge(struct btl_str text, struct btl_str version, bool *ret_met);

BTL_END_DECLS

#endif
