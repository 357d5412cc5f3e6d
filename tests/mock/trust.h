// SPDX-License-Identifier: BSD-2-Clause
// Secure Boot's variables.
#ifndef MOCK_TRUST_H
#define MOCK_TRUST_H

#include "mock.h"

#define TRUST_SEEN      6u // attributes: BOOTSERVICE_ACCESS, RUNTIME_ACCESS
#define TRUST_BOOT_ONLY 3u // NON_VOLATILE, BOOTSERVICE_ACCESS

// Secure Boot is on, outside setup mode, without shim.
void trust_enforce(struct mock *mock);
void trust_put(struct mock *mock, const char *name, uint8_t value, uint32_t attributes);

#endif
