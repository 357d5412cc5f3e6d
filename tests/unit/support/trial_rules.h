// SPDX-License-Identifier: BSD-2-Clause
// Two configurations, and what the records say about one of them.
#ifndef BTL_TEST_TRIAL_RULES_H
#define BTL_TEST_TRIAL_RULES_H

#include <btl/boot_state.h>

#define X 1 // the configuration in question, by the first byte of its hash
#define G 2 // another one

#define NOT_WRITTEN 4711 // what *ret_left stays

static inline struct btl_record record_of(uint8_t configuration, uint32_t number)
{
    return (struct btl_record){.valid = true,
                               .sha256 = {configuration, 0xaa},
                               .number = number,
                               .path = BTL_STR("/loader.conf")};
}

// Of BtlFailed, after it was `before`.
static inline struct btl_record failure_of(uint8_t configuration, enum btl_failed_where where,
                                           const struct btl_record *before)
{
    struct btl_record record = record_of(configuration, where);
    btl_record_merge_given_up(before, &record);
    return record;
}

static inline enum btl_trial trial_of(const struct btl_boot_state *state, uint8_t configuration,
                                      uint32_t tries, uint32_t *ret_left)
{
    const uint8_t sha256[32] = {configuration, 0xaa};
    *ret_left = NOT_WRITTEN;
    return btl_boot_trial(state, sha256, tries, ret_left);
}

#endif
