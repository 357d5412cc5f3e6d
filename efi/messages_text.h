// SPDX-License-Identifier: BSD-2-Clause
// The explanation of each message: docs/messages.md as a table, made by tools/messages_text.awk.
#ifndef BTL_EFI_MESSAGES_TEXT_H
#define BTL_EFI_MESSAGES_TEXT_H

#include <btl/types.h>

struct message_text {
    const char *code, *text; // text: one paragraph of ASCII, cause and cure
};

// The code number `index` in the order of the alphabet; NULL behind the last.
const struct message_text *message_text_at(uint32_t index);
// NULL: there is no such code.
const struct message_text *message_text_find(struct btl_str code);

#endif
