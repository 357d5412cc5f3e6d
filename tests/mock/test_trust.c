// SPDX-License-Identifier: BSD-2-Clause
// Whether seals are enforced: each line of the rule (SecureBoot, SetupMode, shim, MokSBState).
#include "trust.h"

#include <string.h>

#include "boot.h"

enum { ABSENT = -1 };

// Returns the decision of a loader on this machine.
static struct btl_trust decide(struct mock *mock)
{
    struct boot boot = {.fw = &mock->firmware, .pages = {.fw = &mock->firmware}};
    boot.facts.shim = mock->facts.shim;
    pages_arena(&boot.pages, &boot.arena);
    struct btl_diags diags = {.arena = &boot.arena};
    boot.attempt.diags = &diags;
    clock_begin(&boot.clock, &mock->firmware);
    log_begin(&boot.log, &boot.clock, &boot.arena);
    assert_true(trust_decide(&boot));
    pages_free_all(&boot.pages);
    return boot.core.trust;
}

static bool enforces(struct mock *mock)
{
    return decide(mock).enforced;
}

TEST(test_rule)
{
    static const struct {
        int secure_boot, setup_mode, mok_state;
        uint32_t mok_attributes;
        bool shim, enforced;
    } rows[] = {
        {ABSENT, ABSENT, ABSENT, 0, false, false},
        {0, 0, ABSENT, 0, false, false},
        {0, 1, ABSENT, 0, false, false},
        {1, ABSENT, ABSENT, 0, false, true},
        {1, 0, ABSENT, 0, false, true},
        {1, 1, ABSENT, 0, false, false},
        {1, 0, ABSENT, 0, true, true},
        {1, 0, 0, TRUST_BOOT_ONLY, true, true},
        {1, 0, 1, TRUST_BOOT_ONLY, true, false},
        {1, 0, 1, TRUST_BOOT_ONLY, false, true}, // without shim the variable says nothing
        {1, 0, 1, 7, true, true},                // a running system may have written it
        {1, 0, 1, TRUST_SEEN, true, true},
        {1, 0, 2, TRUST_BOOT_ONLY, true, true},
        {0, 0, 1, TRUST_BOOT_ONLY, true, false},
    };
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct mock *mock = mock_begin();
        mock->facts.shim = rows[i].shim;
        if (rows[i].secure_boot != ABSENT)
            trust_put(mock, "SecureBoot", (uint8_t)rows[i].secure_boot, TRUST_SEEN);
        if (rows[i].setup_mode != ABSENT)
            trust_put(mock, "SetupMode", (uint8_t)rows[i].setup_mode, TRUST_SEEN);
        if (rows[i].mok_state != ABSENT)
            trust_put(mock, "MokSBState", (uint8_t)rows[i].mok_state, rows[i].mok_attributes);
        if (enforces(mock) != rows[i].enforced)
            fail_msg("row %zu: enforced: %d", i, !rows[i].enforced);
        mock_end(mock);
    }
}

// Each variable in turn is there and cannot be read.
TEST(test_variable_that_cannot_be_read)
{
    static const fw_status statuses[] = {FW_DEVICE_ERROR, FW_SECURITY_VIOLATION,
                                         FW_BUFFER_TOO_SMALL, FW_OUT_OF_RESOURCES};
    for (uint32_t at = 1; at <= 3; at++) {
        for (size_t i = 0; i < BTL_COUNT(statuses); i++) {
            struct mock *mock = mock_begin();
            mock->facts.shim = true;
            // Read, the second and the third would say that seals are not enforced.
            trust_put(mock, "SecureBoot", at != 1, TRUST_SEEN);
            trust_put(mock, "SetupMode", at == 2, TRUST_SEEN);
            trust_put(mock, "MokSBState", at == 3, TRUST_BOOT_ONLY);
            mock->fail_service = MOCK_VARIABLE_GET;
            mock->fail_at = at;
            mock->fail_status = statuses[i];
            assert_true(enforces(mock));
            mock_end(mock);
        }
    }
}

TEST(test_variable_of_another_size)
{
    static const uint8_t two[2] = {0, 0};
    static const uint8_t global[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                       0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
    struct mock *mock = mock_begin();
    mock_variable_of(mock, global, "SecureBoot", two, 2, TRUST_SEEN);
    assert_true(enforces(mock));
    mock_end(mock);
}

TEST(test_facts)
{
    struct mock *mock = mock_begin();
    mock->facts.shim = true;
    trust_enforce(mock);
    trust_put(mock, "SetupMode", 1, TRUST_SEEN);
    struct btl_trust trust = decide(mock);
    assert_true(trust.secure_boot && trust.setup_mode && trust.shim && !trust.enforced);
    mock_end(mock);
}
