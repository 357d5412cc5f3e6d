// SPDX-License-Identifier: BSD-2-Clause
// One text parsed as loader.conf, for the tests of the configuration and of what builds on it.
#ifndef BTL_TEST_PARSE_H
#define BTL_TEST_PARSE_H

#include <btl/config.h>

#include "btl_test.h"

struct parsed {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_config config;
    bool good;
};

// `text` is copied into a block of its own, so that ASan sees its ends.
void parse(struct parsed *parsed, struct btl_str text);
// With memory as test_memory_begin_limited() gives it.
void parse_limited(struct parsed *parsed, struct btl_str text, size_t allocations);
void parse_end(struct parsed *parsed);

// The text is parsed, and all that is said about it is `expected`. With cmocka.
#define COMPLAINT(text, expected) assert_complaint(BTL_STR(text), (expected))
#define assert_complaint(text, expected)                                                           \
    do {                                                                                           \
        struct parsed complained;                                                                  \
        parse(&complained, (text));                                                                \
        assert_string_equal(test_diags_text(&complained.memory, &complained.diags), (expected));   \
        assert_int_equal(complained.good, complained.diags.errors == 0);                           \
        parse_end(&complained);                                                                    \
    } while (0)

#endif
