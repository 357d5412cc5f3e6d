// SPDX-License-Identifier: BSD-2-Clause
// What one boot leaves for the next: records in UEFI variables of BTL's own GUID, and what follows
// from them. docs/boot-state.md is the protocol, for kernels and their user space too.
//
// Loader and kernel (or its user space) write a variable at most once in a boot each, and not at
// all where it has that content already:
//
//   BtlTrial   loader  how many tries the configuration under trial has left
//   BtlGood    kernel  the last good configuration: it booted, and somebody said so (boot-ok)
//   BtlFailed  both    the last boot that failed, and why; the configurations the kernel has given
//   up BtlNext    kernel  the configuration to boot once (next-conf); the loader deletes it
//
// A configuration is known by the SHA-256 of its text as it lies on the volume: an edit makes it
// another one. A record that is lost or damaged is as one that was never written.
#ifndef BTL_BOOT_STATE_H
#define BTL_BOOT_STATE_H

#include <btl/diag.h>
#include <btl/types.h>

// 5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94, as EFI_GUID lies in memory.
#define BTL_VARIABLE_GUID                                                                          \
    {                                                                                              \
        0xb8, 0xc5, 0x1a, 0x5e, 0xd0, 0x2f, 0x52, 0x4a, 0x9b, 0x7e, 0x6c, 0x1f, 0x0f, 0x1d, 0x3a,  \
            0x94                                                                                   \
    }
// EFI_VARIABLE_NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS (UEFI 2.10, 8.2).
#define BTL_VARIABLE_ATTRIBUTES 7u

enum btl_variable {
    BTL_VARIABLE_TRIAL,
    BTL_VARIABLE_GOOD,
    BTL_VARIABLE_FAILED,
    BTL_VARIABLE_NEXT,
    BTL_VARIABLES
};
const char *btl_variable_name(enum btl_variable variable); // "BtlTrial", ASCII

#define BTL_RECORD_PATH_MAX 255 // bytes; as in loader.conf
#define BTL_RECORD_TEXT_MAX                                                                        \
    1024                   // bytes; a longer text loses its beginning: the end says what went wrong
#define BTL_GIVEN_UP_MAX 8 // configurations; the oldest one goes
#define BTL_RECORD_MAX                                                                             \
    (sizeof(struct btl_record_wire) + 32 * BTL_GIVEN_UP_MAX + BTL_RECORD_PATH_MAX +                \
     BTL_RECORD_TEXT_MAX)

// As in the variable; the SHA-256 of `given_up` configurations, path and text follow.
// Little-endian.
struct btl_record_wire {
    char magic[4];     // "BTLr"
    uint8_t version;   // 1; a reader treats any other as no record
    uint8_t variable;  // enum btl_variable
    uint16_t reserved; // 0
    uint32_t checksum; // CRC-32 of the whole, with this field 0
    uint32_t number;
    uint8_t sha256[32];
    uint16_t path_length, text_length; // bytes
    uint32_t given_up;                 // FAILED; else 0
};
_Static_assert(sizeof(struct btl_record_wire) == 56, "wire");

enum btl_failed_where { BTL_FAILED_IN_LOADER, BTL_FAILED_IN_KERNEL };

struct btl_record {
    bool valid;         // without it, the other fields mean nothing
    uint8_t sha256[32]; // of the configuration's text; NEXT: 0
    uint32_t number;    // TRIAL: tries left; FAILED: enum btl_failed_where; else 0
    // Of the configuration, on the boot volume. FAILED may have none, and neither hash nor text:
    // then it is about no boot any more, and has the list alone.
    struct btl_str path;
    struct btl_str text; // FAILED: the last diagnostics, lines; else empty
    // FAILED: the configurations that the kernel has given up, the newest first.
    uint8_t given_up[BTL_GIVEN_UP_MAX][32];
    uint32_t given_up_count;
};

// Is it there, and about the configuration whose text has this SHA-256?
bool btl_record_names(const struct btl_record *record, const uint8_t sha256[32]);

// Of FAILED: has the kernel given up the configuration whose text has this SHA-256?
bool btl_record_is_given_up(const struct btl_record *failed, const uint8_t sha256[32]);
// Of FAILED: takes over what `before` says about other boots. A failure in the kernel gives its own
// configuration up.
void btl_record_merge_given_up(const struct btl_record *before, struct btl_record *failure);
// Of FAILED: what remains when this configuration is good, or is not there any more; `there` false:
// nothing, and the variable goes. False: nothing in it is about this configuration.
bool btl_record_remove(const struct btl_record *failed, const uint8_t sha256[32],
                       struct btl_record *ret_record);

struct btl_boot_state {
    struct btl_record record[BTL_VARIABLES];
};

// Bytes of `to` that are used, at most BTL_RECORD_MAX. A path that none can hold gives 0.
uint64_t btl_record_write(enum btl_variable variable, const struct btl_record *record,
                          uint8_t to[static BTL_RECORD_MAX]);
// Strings point into `bytes`. False: it is no record of this variable; *ret is "not there" then.
bool btl_record_read(enum btl_variable variable, struct btl_bytes bytes, struct btl_record *ret);

// May this configuration be booted? `tries`: its boot_tries, 0: it is not on trial.
enum btl_trial {
    BTL_TRIAL_NONE,    // nothing is known about it, and nothing is counted: boot it
    BTL_TRIAL_GOOD,    // the last good one: boot it
    BTL_TRIAL_COUNTED, // boot it, after *ret_left has been written as what is left
    BTL_TRIAL_USED_UP, // every try was used without boot-ok
    BTL_TRIAL_FAILED,  // the kernel gave it up (BtlFailed has it in its list)
};
enum btl_trial btl_boot_trial(const struct btl_boot_state *state, const uint8_t sha256[32],
                              uint32_t tries, uint32_t *ret_left);
// Does BtlTrial name the last good configuration? Then its trial is over, and the loader deletes
// BtlTrial, or writes it for another configuration: else the count would wait for the day on which
// that configuration comes back.
bool btl_boot_trial_is_over(const struct btl_boot_state *state);

#endif
