// SPDX-License-Identifier: BSD-2-Clause
// A seal that was written and read again; search, comparison.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "btl_test.h"
#include "seal_sample.h"

TEST(test_what_is_written_is_read)
{
    for (size_t machine = 0; machine < BTL_MACHINES; machine++) {
        struct seal_sample sample;
        struct btl_seal seal;
        seal_sample_begin(&sample, &btl_machines[machine]);
        assert_true(seal_sample_opens(&sample, &seal));
        assert_ptr_equal(seal.machine, &btl_machines[machine]);
        assert_int_equal(seal.level, 3);
        assert_int_equal(seal.revoke, 2);
        assert_int_equal(seal.allow, BTL_SEAL_ALLOW_MENU | BTL_SEAL_ALLOW_SHELL);
        assert_int_equal(seal.count, SEAL_SAMPLE_LINES);
        for (uint32_t i = 0; i < seal.count; i++) {
            const struct btl_seal_line *line = &sample.seal.lines[i];
            assert_int_equal(seal.lines[i].kind, line->kind);
            assert_int_equal(seal.lines[i].size, line->size);
            assert_memory_equal(seal.lines[i].sha256, line->sha256, 32);
            assert_true(btl_str_equal(seal.lines[i].path, line->path));
        }
        assert_int_equal(sample.size % 512, 0);
        seal_sample_end(&sample);
    }
}

TEST(test_hash_of_the_file)
{
    struct seal_sample sample;
    struct btl_seal first, second;
    seal_sample_begin(&sample, &btl_machines[0]);
    assert_true(seal_sample_opens(&sample, &first));
    seal_sample_sign(&sample, 16);
    assert_true(seal_sample_opens(&sample, &second));
    assert_true(second.is_signed && !first.is_signed);
    assert_memory_not_equal(first.sha256, second.sha256, 32);
    seal_sample_end(&sample);
}

TEST(test_paths_are_found_without_regard_to_case)
{
    struct seal_sample sample;
    struct btl_seal seal;
    seal_sample_begin(&sample, &btl_machines[0]);
    assert_true(seal_sample_opens(&sample, &seal));
    for (uint32_t i = 0; i < seal.count; i++) {
        char upper[64];
        struct btl_str path = seal.lines[i].path;
        for (size_t k = 0; k < path.len; k++) {
            bool letter = path.at[k] >= 'a' && path.at[k] <= 'z';
            upper[k] = (char)(path.at[k] - (letter ? 'a' - 'A' : 0));
        }
        assert_ptr_equal(btl_seal_find(&seal, path), &seal.lines[i]);
        assert_ptr_equal(btl_seal_find(&seal, (struct btl_str){upper, path.len}), &seal.lines[i]);
        assert_null(btl_seal_find(&seal, btl_str_without_last(path, 1)));
    }
    assert_null(btl_seal_find(&seal, BTL_STR("")));
    assert_null(btl_seal_find(&seal, BTL_STR("/zzz")));
    assert_null(btl_seal_find(&seal, BTL_STR("/modules/b.koo")));
    seal_sample_end(&sample);
}

TEST(test_verdicts)
{
    struct seal_sample sample;
    struct btl_seal seal;
    seal_sample_begin(&sample, &btl_machines[0]);
    assert_true(seal_sample_opens(&sample, &seal));
    const struct btl_seal_line *line = &seal.lines[3];
    uint8_t other[32];
    memcpy(other, line->sha256, sizeof(other));
    assert_int_equal(btl_seal_judge(&seal, line->path, line->size, other), BTL_SEAL_VERDICT_FITS);
    assert_int_equal(btl_seal_judge(&seal, line->path, line->size + 1, other),
                     BTL_SEAL_VERDICT_SIZE_DIFFERS);
    other[31] ^= 1;
    assert_int_equal(btl_seal_judge(&seal, line->path, line->size, other),
                     BTL_SEAL_VERDICT_HASH_DIFFERS);
    assert_int_equal(btl_seal_judge(&seal, BTL_STR("/none"), line->size, other),
                     BTL_SEAL_VERDICT_NOT_LISTED);
    seal_sample_end(&sample);
}

TEST(test_lack_of_memory_while_writing)
{
    struct seal_sample sample;
    struct test_memory memory;
    seal_sample_begin(&sample, &btl_machines[0]);
    test_memory_begin_limited(&memory, 0);
    assert_null(btl_seal_write(&sample.seal, &memory.arena).at);
    test_memory_end(&memory);
    seal_sample_end(&sample);
}
