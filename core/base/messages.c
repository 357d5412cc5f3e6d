// SPDX-License-Identifier: BSD-2-Clause
// The explanation of a message.
#include <btl/messages.h>

const struct btl_explanation *btl_message_find(const struct btl_messages *messages,
                                               struct btl_str code)
{
    uint32_t from = 0, to = messages->count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = btl_str_compare(code, btl_str_of(messages->list[middle].code));
        if (order == 0)
            return &messages->list[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}
