// SPDX-License-Identifier: BSD-2-Clause
// Parser of escape sequences that the firmware's terminal driver does not know: it delivers each of
// their characters as a key.
#ifndef BTL_EFI_KEYS_H
#define BTL_EFI_KEYS_H

#include "firmware.h"

// The sequence so far, without its ESC.
struct key_sequence {
    char text[16];
    uint32_t len;
};

enum key_progress {
    KEY_MORE,     // the sequence is incomplete
    KEY_COMPLETE, // *ret_key is the key; 0: not a key (a late cursor report)
    KEY_NONE,     // not a sequence: the first key was Escape, this one is separate
};

enum key_progress key_sequence_parse(struct key_sequence *sequence, fw_key next, fw_key *ret_key);

#endif
