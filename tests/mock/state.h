// SPDX-License-Identifier: BSD-2-Clause
// Records in variables as a kernel or an earlier boot leaves them, and what the manifest says about
// the configuration that was booted.
#ifndef MOCK_STATE_H
#define MOCK_STATE_H

#include <btl/boot_state.h>

#include "mock.h"

// `conf`: the text of the configuration that the record is about; NULL: of none.
void state_put(struct mock *mock, enum btl_variable variable, const char *conf, const char *path,
               uint32_t number, const char *text);
// False: the variable is not there. Fails the test when it holds no record.
bool state_get(struct mock *mock, enum btl_variable variable, struct btl_record *ret);
void state_expect_none(struct mock *mock, enum btl_variable variable);
// Fails the test unless the variable has such a record about `conf`; text: a part of it.
void state_expect(struct mock *mock, enum btl_variable variable, const char *conf, const char *path,
                  uint32_t number, const char *text);

// What a firmware says when it does not write a variable, and what is said of it.
#define STATE_UNWRITABLE 4
extern const struct state_unwritable {
    fw_status status;
    const char *code; // in its brackets
} state_unwritable[STATE_UNWRITABLE];

// Boots, and fails the test unless the kernel got `path` in that way; the manifest's record.
struct btlm_boot state_boot(struct mock *mock, const char *path, enum btlm_boot_how how);
// The same, in place of `wanted`, for a reason that has `part` in it.
struct btlm_boot state_fall_back(struct mock *mock, const char *path, const char *wanted,
                                 const char *part);

#endif
