// SPDX-License-Identifier: BSD-2-Clause
// What must hold for a machine that the loader handed to the kernel.
#ifndef ATTACK_VERIFY_H
#define ATTACK_VERIFY_H

#include "mock.h"

// Check the manifest, each file that the loader says it used, each linked image, the kernel, and
// the permissions of all memory. False: *ret_why says what is wrong.
bool verify_machine(struct mock *mock, char ret_why[512]);
// Change one bit of what verify_machine() is to check. False: the machine has nothing of the kind.
enum verify_spoil { SPOIL_NOTHING, SPOIL_IMAGE, SPOIL_STAGED, SPOIL_KERNEL };
bool verify_spoil(struct mock *mock, enum verify_spoil what);

#endif
