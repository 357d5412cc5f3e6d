// SPDX-License-Identifier: BSD-2-Clause
// From events to PCR values.
#include <btl/measure.h>
#include <btl/mem.h>
#include <btl/tcg_log.h>

void btl_tcg_replay(const struct btl_tcg_log *log, uint8_t ret_pcrs[BTL_TCG_PCRS][32])
{
    memset(ret_pcrs, 0, BTL_TCG_PCRS * sizeof(*ret_pcrs));
    ret_pcrs[0][31] = log->locality;
    for (uint32_t i = 0; i < log->event_count; i++) {
        const struct btl_tcg_event *event = &log->events[i];
        if (event->type != BTL_TCG_NO_ACTION)
            btl_measure_extend(ret_pcrs[event->pcr], event->sha256);
    }
}
