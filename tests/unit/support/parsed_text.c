// SPDX-License-Identifier: BSD-2-Clause
#include "parsed_text.h"

static void parse_block(struct parsed *parsed, struct btl_str text)
{
    struct btl_bytes block = test_block(&parsed->memory, text.at, text.len);
    parsed->diags = (struct btl_diags){.arena = &parsed->memory.arena};
    parsed->good = btl_config_parse(BTL_STR("loader.conf"),
                                    (struct btl_str){(const char *)block.at, block.size},
                                    &parsed->memory.arena, &parsed->config, &parsed->diags);
}

void parse(struct parsed *parsed, struct btl_str text)
{
    test_memory_begin(&parsed->memory);
    parse_block(parsed, text);
}

void parse_limited(struct parsed *parsed, struct btl_str text, size_t allocations)
{
    test_memory_begin_limited(&parsed->memory, allocations);
    parse_block(parsed, text);
}

void parse_end(struct parsed *parsed)
{
    test_memory_end(&parsed->memory);
}
