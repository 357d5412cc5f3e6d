// SPDX-License-Identifier: BSD-2-Clause
// Any lines as those of BtlPending, and any text as loader.conf. Invariants: a sound record is
// encoded and decoded to the same; a change that applies has each line in the new text, puts it on
// trial, and is done when it is applied again; the same lines in a queue are the same record.
#include <stdlib.h>
#include <string.h>

#include <btl/config_edit.h>
#include <btl/hash.h>
#include <btl/pending.h>

#include "btl_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_record_of_lines(const struct btl_record *pending)
{
    uint8_t bytes[BTL_RECORD_MAX];
    struct btl_record again;
    uint64_t size = btl_record_write(BTL_VARIABLE_PENDING, pending, bytes);
    bool fits = pending->text.len <= BTL_RECORD_TEXT_MAX && btl_pending_is_sound(pending->text);
    require((size > 0) == fits);
    if (!fits)
        return;
    require(btl_record_read(BTL_VARIABLE_PENDING, (struct btl_bytes){bytes, size}, &again));
    require(btl_str_equal(again.text, pending->text) && again.number == pending->number);
}

static void check_lines_in(struct btl_arena *arena, struct btl_str lines, struct btl_str text)
{
    struct btl_config wanted, config;
    struct btl_str value;
    require(btl_config_read(arena, lines, &wanted) && btl_config_read(arena, text, &config));
    for (size_t i = 0; i < wanted.setting_count; i++) {
        const struct btl_setting *line = &wanted.settings[i];
        require(line->overridden || (btl_config_value(&config, line->key, &value) &&
                                     btl_str_equal(value, line->value)));
    }
}

static void check_applied(struct btl_arena *arena, const struct btl_record *pending,
                          struct btl_str text)
{
    struct btl_config config;
    struct btl_str after = text, again = text;
    enum btl_pending_verdict verdict = btl_pending_apply(pending, text, arena, &after);
    require(verdict != BTL_PENDING_NO_MEMORY && verdict != BTL_PENDING_CHANGED);
    require((verdict == BTL_PENDING_APPLIES) == (after.at != text.at));
    if (verdict == BTL_PENDING_NO_EFFECT)
        return;
    check_lines_in(arena, pending->text, after);
    require(btl_pending_apply(pending, after, arena, &again) == BTL_PENDING_DONE);
    if (verdict == BTL_PENDING_DONE)
        return;
    require(btl_config_read(arena, after, &config) && config.boot_tries == pending->number);
}

// The input: tries, two bytes of the lines' length, the lines, the text of loader.conf.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    struct btl_record pending = {.valid = true, .path = BTL_STR("/loader.conf")};
    if (size < 3)
        return 0;
    size_t lines = (size_t)data[1] | (size_t)data[2] << 8;
    lines = lines < size - 3 ? lines : size - 3;
    test_memory_begin(&memory);
    pending.number = 1 + data[0] % BTL_TRIES_MAX;
    struct btl_bytes block = test_block(&memory, data + 3, lines);
    struct btl_bytes text = test_block(&memory, data + 3 + lines, size - 3 - lines);
    pending.text = (struct btl_str){(const char *)block.at, block.size};
    btl_sha256(text, pending.sha256);
    check_record_of_lines(&pending);
    if (btl_pending_is_sound(pending.text))
        check_applied(&memory.arena, &pending, (struct btl_str){(const char *)text.at, text.size});
    test_memory_end(&memory);
    return 0;
}
