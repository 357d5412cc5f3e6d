// SPDX-License-Identifier: BSD-2-Clause
// Keys that a terminal sends as escape sequences and the firmware's terminal driver does not know:
// it hands on their characters, one key each.
#ifndef BTL_EFI_KEYS_H
#define BTL_EFI_KEYS_H

#include "firmware.h"

// The sequence so far, without its ESC.
struct key_sequence {
    char text[16];
    uint32_t len;
};

enum key_progress {
    KEY_MORE,     // it goes on
    KEY_COMPLETE, // *ret_key is the key; 0: what no key sent, as a late answer about the cursor
    KEY_NONE,     // no sequence can go on so: the first key was Escape, this one is another
};

enum key_progress key_sequence_parse(struct key_sequence *sequence, fw_key next, fw_key *ret_key);

#endif
