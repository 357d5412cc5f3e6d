// SPDX-License-Identifier: BSD-2-Clause
// A machine of the mock firmware with something wrong: a few mutations of files, variables, keys
// and the answers of the firmware, all from one number.
#ifndef ATTACK_MACHINE_H
#define ATTACK_MACHINE_H

#include "mock.h"

// Numbers from a seed (splitmix64).
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t limit); // 0 to limit - 1

// Build the machine of run `number`. machine_end() frees what machine_begin() made, after
// mock_end().
struct mock *machine_begin(uint64_t seed, uint64_t number);
void machine_end(void);
// Write the machine's files and variables into a directory.
void machine_save(const struct mock *mock, const char *directory);

// Exit status of a process whose loader waits for a key that never comes.
#define MACHINE_WAITS 77

#endif
