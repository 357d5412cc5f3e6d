// SPDX-License-Identifier: BSD-2-Clause
// Boot state: records in UEFI variables that one boot leaves for the next, and the rules that use
// them. docs/boot-state.md is the protocol, for kernels and their user space too.
//
// Loader and kernel (or its user space) each write a variable at most once in a boot, and never
// when the content is unchanged:
//
//   BtlTrial   loader  tries left of the configuration on trial
//   BtlGood    kernel  the last good configuration: it booted and was confirmed (boot-ok)
//   BtlFailed  both    the last failed boot, the reason, the configurations given up by the kernel
//   BtlNext    kernel  the configuration to boot once (next-conf); the loader deletes it
//   BtlPending kernel  changes of loader.conf (btl/pending.h); the loader applies and deletes them
//
// The SHA-256 of its text on the volume identifies a configuration: after an edit, it is another
// one. A damaged record counts as missing.
#ifndef BTL_BOOT_STATE_H
#define BTL_BOOT_STATE_H

#include <btl/diag.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

// 5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94 in the memory layout of EFI_GUID.
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
    BTL_VARIABLE_PENDING,
    BTL_VARIABLES
};
const char *btl_variable_name(enum btl_variable variable); // "BtlTrial", ASCII

#define BTL_RECORD_PATH_MAX 255  // bytes; as in loader.conf
#define BTL_RECORD_TEXT_MAX 1024 // bytes; a longer text of FAILED loses its beginning
#define BTL_GIVEN_UP_MAX    8    // configurations; the oldest is dropped
#define BTL_RECORD_MAX                                                                             \
    (sizeof(struct btl_record_wire) + 32 * BTL_GIVEN_UP_MAX + BTL_RECORD_PATH_MAX +                \
     BTL_RECORD_TEXT_MAX)

// The format in the variable, little-endian. The SHA-256 of `given_up` configurations, the path and
// the text follow.
struct btl_record_wire {
    char magic[4];     // "BTLr"
    uint8_t version;   // 1; a reader rejects any other
    uint8_t variable;  // enum btl_variable
    uint16_t reserved; // 0
    uint32_t checksum; // CRC-32 of the whole, with this field 0
    uint32_t number;
    uint8_t sha256[32];
    uint16_t path_length, text_length; // bytes
    uint32_t given_up;                 // FAILED; else 0
};
BTL_STATIC_ASSERT(sizeof(struct btl_record_wire) == 56, "wire");

enum btl_failed_where { BTL_FAILED_IN_LOADER, BTL_FAILED_IN_KERNEL };

struct btl_record {
    bool valid;         // without it, the other fields mean nothing
    uint8_t sha256[32]; // of the configuration's text; NEXT: 0
    // TRIAL: tries left; FAILED: enum btl_failed_where; PENDING: tries of the changed text; else 0
    uint32_t number;
    // Path of the configuration on the boot volume. FAILED may lack path, hash and text: then only
    // its list is valid.
    struct btl_str path;
    // FAILED: the last diagnostics, lines; PENDING: lines for loader.conf; else empty
    struct btl_str text;
    // FAILED: configurations that the kernel has given up, the newest first.
    uint8_t given_up[BTL_GIVEN_UP_MAX][32];
    uint32_t given_up_count;
};

// Is the record valid, and about the configuration with this SHA-256?
bool btl_record_names(const struct btl_record *record, const uint8_t sha256[32]);

// Does BtlFailed list the configuration with this SHA-256 as given up?
bool btl_record_is_given_up(const struct btl_record *failed, const uint8_t sha256[32]);
// Copy the list of `before` to the new record of FAILED. A failure in the kernel adds its own
// configuration.
void btl_record_merge_given_up(const struct btl_record *before, struct btl_record *failure);
// Remove a configuration from FAILED, because it is good or no longer exists. *ret_record is the
// rest; if not valid, the variable is to be deleted. False: FAILED does not mention the
// configuration.
bool btl_record_remove(const struct btl_record *failed, const uint8_t sha256[32],
                       struct btl_record *ret_record);

struct btl_boot_state {
    struct btl_record record[BTL_VARIABLES];
};

// Encode a record. Return its size, at most BTL_RECORD_MAX; 0: no record can hold
// the path, or BtlPending the lines.
uint64_t btl_record_write(enum btl_variable variable, const struct btl_record *record,
                          uint8_t to[BTL_AT_LEAST(BTL_RECORD_MAX)]);
// Decode a record. Strings point into `bytes`. False: not a valid record of this variable, as
// *ret_record says too.
bool btl_record_read(enum btl_variable variable, struct btl_bytes bytes,
                     struct btl_record *ret_record);

// May this configuration be booted? `tries`: its boot_tries; 0: it is not on trial.
enum btl_trial {
    BTL_TRIAL_NONE,    // not on trial: boot it
    BTL_TRIAL_GOOD,    // the last good configuration: boot it
    BTL_TRIAL_COUNTED, // boot it after writing *ret_left to BtlTrial
    BTL_TRIAL_USED_UP, // all tries were used without boot-ok
    BTL_TRIAL_FAILED,  // the kernel gave it up (listed in BtlFailed)
};
enum btl_trial btl_boot_trial(const struct btl_boot_state *state, const uint8_t sha256[32],
                              uint32_t tries, uint32_t *ret_left);
// Does BtlTrial name the last good configuration? Then its trial is over, and the loader deletes
// BtlTrial or writes it for another configuration. Otherwise the old count would apply if that
// configuration were put on trial again.
bool btl_boot_trial_is_over(const struct btl_boot_state *state);

BTL_END_DECLS

#endif
