// SPDX-License-Identifier: BSD-2-Clause
// The kernel's record of a boot, in the UEFI variable BtlRun: its events and the end of its log.
// The saved manifest ends where the kernel begins; with this record `btl plot` draws the rest.
// docs/boot-state.md is the protocol.
//
// The kernel writes the record only when the loader has saved the manifest (BTLM_BOOT_SAVED): once
// in a boot, at boot-ok, when it gives up or panics, or when the machine is switched off or reset;
// and a second time when a boot fails after boot-ok.
#ifndef BTL_RUN_RECORD_H
#define BTL_RUN_RECORD_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_RUN_VARIABLE   "BtlRun" // of the GUID and with the attributes of btl/boot_state.h
#define BTL_RUN_MAX        2048u    // bytes of the variable
#define BTL_RUN_EVENTS_MAX 128u     // events; later ones are counted alone
#define BTL_RUN_NO_MODULE  0xffffu

enum btl_run_end {
    BTL_RUN_GOOD,     // boot-ok
    BTL_RUN_GIVEN_UP, // the kernel gave the boot up
    BTL_RUN_PANIC,
    BTL_RUN_LEFT, // switched off or reset
    BTL_RUN_ENDS
};
const char *btl_run_end_name(enum btl_run_end end); // "boot-ok", "given up", "panic", "left"

struct btl_run_event {
    uint32_t start, length; // microseconds, start: since the loader started; both end at 2^32 - 1
    uint16_t module;        // index in the manifest, or BTL_RUN_NO_MODULE
    uint8_t kind;           // enum btlm_event_kind
    uint8_t failed;         // 1: the module's load failed; else 0
};
BTL_STATIC_ASSERT(sizeof(struct btl_run_event) == 12, "wire");

// The format in the variable, little-endian. The events and the text follow; no byte follows them.
struct btl_run_wire {
    char magic[4];        // "BTLk"
    uint8_t version;      // 1; a reader rejects any other
    uint8_t end;          // enum btl_run_end
    uint16_t event_count; // at most BTL_RUN_EVENTS_MAX
    uint32_t checksum;    // CRC-32 of the whole, with this field 0
    uint32_t manifest;    // `checksum` of the manifest's header: to which boot the record belongs
    uint16_t events_left_out; // at most 65,535 are counted
    uint16_t text_length;     // bytes
};
BTL_STATIC_ASSERT(sizeof(struct btl_run_wire) == 20, "wire");

struct btl_run {
    enum btl_run_end end;
    uint32_t manifest;
    uint32_t event_count, events_left_out;
    struct btl_run_event events[BTL_RUN_EVENTS_MAX]; // ascending by start
    struct btl_str text; // lines of UTF-8: the log's end. Too long a text loses its beginning
};

// Encode a record. Return its size, at most BTL_RUN_MAX.
uint64_t btl_run_write(const struct btl_run *run, uint8_t to[BTL_AT_LEAST(BTL_RUN_MAX)]);
// Decode a record. `text` points into `bytes`. False: no valid record; *ret_run is then empty.
bool btl_run_read(struct btl_bytes bytes, struct btl_run *ret_run);

BTL_END_DECLS

#endif
