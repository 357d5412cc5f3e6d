// SPDX-License-Identifier: BSD-2-Clause
// The explanation of each message. docs/messages.md is the source; the build makes the table of it
// (tools/messages_text.awk), which the loader and btl link.
#ifndef BTL_MESSAGES_H
#define BTL_MESSAGES_H

#include <btl/types.h>

BTL_BEGIN_DECLS

struct btl_explanation {
    const char *code, *text; // text: one paragraph of ASCII, cause and cure
};

struct btl_messages {
    const struct btl_explanation *list; // sorted by code
    uint32_t count;
};
extern const struct btl_messages btl_messages;

// NULL: the table has no such code.
const struct btl_explanation *btl_message_find(const struct btl_messages *messages,
                                               struct btl_str code);

BTL_END_DECLS

#endif
