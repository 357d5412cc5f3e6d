// SPDX-License-Identifier: BSD-2-Clause
// The explanations, and where each is.
#include "messages_text.h"

// Sorted by code.
static const struct message_text texts[] = {
#include "messages_text.inc"
};

const struct message_text *message_text_at(uint32_t index)
{
    return index < BTL_COUNT(texts) ? &texts[index] : NULL;
}

const struct message_text *message_text_find(struct btl_str code)
{
    size_t from = 0, to = BTL_COUNT(texts);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = btl_str_compare(code, btl_str_of(texts[middle].code));
        if (order == 0)
            return &texts[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}
