// SPDX-License-Identifier: BSD-2-Clause
// Configurations of which one may be on trial.
#ifndef MOCK_TRIAL_H
#define MOCK_TRIAL_H

#include "state.h"

#define TRIAL "boot_tries=\"3\"\nbase_load=\"YES\"\nbase_phase=\"BOOT1\"\n"
#define GOOD  "late_load=\"YES\"\nlate_phase=\"BOOT2\"\n"

// TRIAL as /loader.conf, GOOD as the one before it and, when `good`, known as the last good one.
struct mock *trial_begin(bool good);
struct mock *trial_begin_alone(void); // TRIAL, and no other

#endif
