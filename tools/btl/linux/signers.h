// SPDX-License-Identifier: BSD-2-Clause
// The signers of the Linux modules of a configuration.
#ifndef BTL_HOST_SIGNERS_H
#define BTL_HOST_SIGNERS_H

#include "boot.h"

// After the steps of a boot: note each Linux module without a signature, or with that of another
// key, if one key has signed most of them.
void signers_note(struct boot *boot);

#endif
