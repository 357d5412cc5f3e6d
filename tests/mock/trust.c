// SPDX-License-Identifier: BSD-2-Clause
#include "trust.h"

#include <string.h>

static const uint8_t global[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                   0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
static const uint8_t shim[16] = {0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43,
                                 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23};

void trust_put(struct mock *mock, const char *name, uint8_t value, uint32_t attributes)
{
    mock_variable_of(mock, strcmp(name, "MokSBState") == 0 ? shim : global, name, &value, 1,
                     attributes);
}

void trust_enforce(struct mock *mock)
{
    trust_put(mock, "SecureBoot", 1, TRUST_SEEN);
    trust_put(mock, "SetupMode", 0, TRUST_SEEN);
}
