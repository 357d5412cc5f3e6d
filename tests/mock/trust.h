// SPDX-License-Identifier: BSD-2-Clause
// Secure Boot's variables, and seals of the mock's files.
#ifndef MOCK_TRUST_H
#define MOCK_TRUST_H

#include "mock.h"

#include <btl/seal.h>

#define TRUST_SEEN      6u // attributes: BOOTSERVICE_ACCESS, RUNTIME_ACCESS
#define TRUST_BOOT_ONLY 3u // NON_VOLATILE, BOOTSERVICE_ACCESS

// Secure Boot is on, outside setup mode, without shim.
void trust_enforce(struct mock *mock);
void trust_put(struct mock *mock, const char *name, uint8_t value, uint32_t attributes);

#define TRUST_FILES 8
struct trust_seal {
    const char *conf;               // NULL: /loader.conf
    const char *kernel;             // NULL: /kernel/kernel.elf
    const char *files[TRUST_FILES]; // ascending, up to the first NULL; none: the ordinary modules
    uint64_t level, revoke;         // level 0: 1
    uint32_t allow;
    bool foreign; // no key of this machine has signed it
};

// Add CONF.seal, about the files as they are now.
struct mock_file *trust_seal(struct mock *mock, const struct trust_seal *what);
// An ordinary machine that enforces seals, and whose configuration is sealed so.
struct mock *trust_begin(const struct trust_seal *what);
// Flip a bit in the last byte of a file.
void trust_change(struct mock *mock, const char *path);

#endif
