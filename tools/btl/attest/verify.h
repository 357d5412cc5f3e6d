// SPDX-License-Identifier: BSD-2-Clause
// The comparison of an event log with PCR values and with a prediction.
#ifndef BTL_HOST_VERIFY_H
#define BTL_HOST_VERIFY_H

#include "pcr_values.h"
#include "predict.h"

struct log_check {
    struct host *host;
    struct btl_str name; // of the log, for messages
    struct btl_tcg_log log;
    uint8_t pcrs[BTL_TCG_PCRS][32];      // the values that the log leads to
    const struct pcr_values *values;     // given by the user
    const struct prediction *prediction; // NULL: none
};

// Replay the log and report each difference. Return whether there is none.
bool log_check_run(struct log_check *check);

// Return the PCRs that the log extends, as a mask.
uint32_t log_check_extended(const struct log_check *check);

#endif
