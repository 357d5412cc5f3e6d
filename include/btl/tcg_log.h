// SPDX-License-Identifier: BSD-2-Clause
// The event log of a TPM 2.0 in the crypto-agile format (TCG PC Client Platform Firmware Profile
// 1.06, section 10), as firmware keeps the log and Linux gives the log to programs. Only digests of
// the SHA-256 bank are read; those of other banks are skipped.
//
//     TCG_PCClientPCREvent   "Spec ID Event03": the banks, and the size of a digest of each
//     TCG_PCR_EVENT2         one for each event
#ifndef BTL_TCG_LOG_H
#define BTL_TCG_LOG_H

#include <btl/arena.h>
#include <btl/diag.h>

BTL_BEGIN_DECLS

#define BTL_TCG_LOG_MAX   (16u << 20) // bytes of a log
#define BTL_TCG_BANKS_MAX 16
#define BTL_TCG_PCRS      24

// Types of events (section 10.4.1) that BTL reads.
#define BTL_TCG_NO_ACTION   0x3u // extends no PCR
#define BTL_TCG_SEPARATOR   0x4u
#define BTL_TCG_IPL         0xdu
#define BTL_TCG_VARIABLE    0x80000001u // EV_EFI_VARIABLE_DRIVER_CONFIG
#define BTL_TCG_BOOT        0x80000002u // EV_EFI_VARIABLE_BOOT
#define BTL_TCG_APPLICATION 0x80000003u // EV_EFI_BOOT_SERVICES_APPLICATION
#define BTL_TCG_BOOT_DRIVER 0x80000004u
#define BTL_TCG_RUN_DRIVER  0x80000005u
#define BTL_TCG_ACTION      0x80000007u // EV_EFI_ACTION
#define BTL_TCG_BOOT2       0x8000000cu // EV_EFI_VARIABLE_BOOT2
#define BTL_TCG_AUTHORITY   0x800000e0u // EV_EFI_VARIABLE_AUTHORITY

struct btl_tcg_event {
    uint64_t offset; // in the log
    uint32_t pcr;    // below BTL_TCG_PCRS, except of BTL_TCG_NO_ACTION
    uint32_t type;
    const uint8_t *sha256; // NULL: the event has none; only of BTL_TCG_NO_ACTION
    struct btl_bytes data;
};

// A checked log. Events borrow from the log's bytes.
struct btl_tcg_log {
    const struct btl_tcg_event *events; // without the first, which names the banks
    uint32_t event_count;
    uint8_t locality; // in which the TPM was started: the last byte of PCR 0 at first
};

// Is this the beginning of an event log, of any format?
bool btl_tcg_is_log(struct btl_bytes bytes);
// Parse a log. Report the first fault.
bool btl_tcg_open(struct btl_bytes bytes, struct btl_place place, struct btl_arena *arena,
                  struct btl_tcg_log *ret_log, struct btl_diags *diags);

// Compute the PCR values of the SHA-256 bank that the events lead to, from a start of the machine
// on. Not meaningful for PCR 17 to 22, which a late launch resets.
void btl_tcg_replay(const struct btl_tcg_log *log, uint8_t ret_pcrs[BTL_TCG_PCRS][32]);

// Return the name of a type of events, "EV_IPL"; NULL: unknown.
const char *btl_tcg_type_name(uint32_t type);
// Return what an event is about: its text, the name of its UEFI variable, or the file of its EFI
// program. Any bytes. Empty: nothing is known. `at` is NULL: no memory.
struct btl_str btl_tcg_event_text(const struct btl_tcg_event *event, struct btl_arena *arena);

BTL_END_DECLS

#endif
