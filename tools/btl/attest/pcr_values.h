// SPDX-License-Identifier: BSD-2-Clause
// PCR values of the SHA-256 bank that the user gives, of a quote.
#ifndef BTL_HOST_PCR_VALUES_H
#define BTL_HOST_PCR_VALUES_H

#include <btl/hash.h>
#include <btl/tcg_log.h>

#include "host.h"

struct pcr_values {
    bool given[BTL_TCG_PCRS];
    uint8_t value[BTL_TCG_PCRS][32];
};

// Parse "8=HEX,9=HEX". False: reported.
bool pcr_values_parse(struct host *host, struct btl_str text, struct pcr_values *values);
// Parse the bank of SHA-256 in what tpm2_checkquote and tpm2_pcrread print. False: reported.
bool pcr_values_read(struct host *host, const char *path, struct pcr_values *values);

#endif
