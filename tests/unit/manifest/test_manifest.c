// SPDX-License-Identifier: BSD-2-Clause
// The reader of the manifest: header and directory, one defect after the other; the accessors; then
// every bit of a sound one.
#include "manifest_spoiled.h"

// -------------------------------------------------------------------------------------- header

ALL_TESTS(begin_all, end_all)

TEST(test_sound_manifest_is_read_wherever_it_lies)
{
    struct btl_manifest manifest;
    assert_true(btl_manifest_open(world.sound, place, &manifest, &world.diags));
    assert_true(btl_manifest_open(world.spoiled, place, &manifest, &world.diags));
    assert_ptr_equal(manifest.header, world.spoiled.at);
    assert_codes(&world.memory, &world.diags, "");
    assert_str(&world.memory,
               btl_manifest_str(&manifest, btl_manifest_system(&manifest)->loader_version),
               "BTL 0.1");
    assert_int_equal(btl_manifest_kernel(&manifest)->virtual_base, BOOT_KERNEL_BASE);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 9);
    assert_str(&world.memory, btl_manifest_str(&manifest, btl_manifest_module(&manifest, 1)->name),
               "early");
    assert_int_equal(btl_manifest_text(&manifest, BTLM_CONFIG).len, world.boot.config.text.len);
}

TEST(test_memory_behind_the_manifest_is_not_looked_at)
{
    struct btl_manifest manifest;
    uint8_t *longer = malloc(world.sound.size + 4096);
    memset(longer, 0xcc, world.sound.size + 4096);
    memcpy(longer, world.sound.at, world.sound.size);
    struct btl_bytes bytes = {longer, world.sound.size + 4096};
    assert_true(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_int_equal(manifest.bytes.size, world.sound.size);
    free(longer);
}

TEST(test_every_truncation_is_refused)
{
    struct btl_manifest manifest;
    for (size_t size = 0; size < world.sound.size; size += size < 64 ? 1 : 61) {
        struct btl_bytes cut = test_block(&world.memory, world.sound.at, size);
        assert_false(btl_manifest_open(cut, place, &manifest, &world.diags));
    }
    assert_non_null(test_find_code(&world.diags, BTL_MANIFEST_TOO_SMALL));
    assert_non_null(test_find_code(&world.diags, BTL_MANIFEST_TRUNCATED));
}

TEST(test_too_small)
{
    assert_refused((struct btl_bytes){world.sound.at, 47}, "manifest-too-small");
    assert_says("boot.manifest: error: the manifest has 47 bytes");
}

TEST(test_unaligned)
{
    uint8_t *moved = btl_alloc(&world.memory.arena, world.sound.size + 8, 8);
    memcpy(moved + 4, world.sound.at, world.sound.size);
    assert_refused((struct btl_bytes){moved + 4, world.sound.size}, "manifest-unaligned");
}

TEST(test_bad_magic)
{
    header()->magic[7] = '\n';
    assert_spoiled("manifest-bad-magic");
    assert_says("begins with \"BTLMANI\\x0a\" instead of \"BTLMANIF\"");
}

TEST(test_bad_version)
{
    header()->major = 2;
    header()->minor = 0;
    assert_spoiled("manifest-bad-version");
    assert_says("version 2.0");
}

TEST(test_newer_minor_version_is_read)
{
    struct btl_manifest manifest;
    header()->minor = 700;
    assert_true(open_resealed(&manifest));
}

TEST(test_bad_header_size)
{
    header()->header_size = 47;
    assert_spoiled("manifest-bad-header-size");
}

TEST(test_larger_header_is_read)
{
    struct btl_manifest manifest;
    header()->header_size = 64;
    assert_true(open_resealed(&manifest));
}

TEST(test_truncated)
{
    header()->total_size = world.sound.size + 1;
    assert_refused(world.spoiled, "manifest-truncated");
}

TEST(test_size_above_the_limit)
{
    header()->total_size = BTLM_SIZE_MAX + 8;
    assert_refused((struct btl_bytes){world.spoiled.at, SIZE_MAX}, "manifest-bad-size");
}

TEST(test_size_below_a_header)
{
    header()->total_size = 40;
    assert_refused(world.spoiled,
                   "manifest-bad-header-size manifest-bad-directory manifest-bad-size");
}

TEST(test_bad_checksum)
{
    ((uint8_t *)world.spoiled.at)[world.spoiled.size - 1] ^= 1;
    assert_refused(world.spoiled, "manifest-bad-checksum");
}

TEST(test_bad_directory)
{
    static const uint64_t offsets[] = {1u << 30, UINT64_MAX - 7, UINT64_MAX & ~7ull};
    for (size_t i = 0; i < BTL_COUNT(offsets); i++) {
        header()->directory = offsets[i];
        world.diags = (struct btl_diags){.arena = &world.memory.arena};
        assert_spoiled("manifest-bad-directory");
    }
    header()->directory = 48;
    header()->table_count = UINT32_MAX;
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    assert_spoiled("manifest-bad-directory");
}

TEST(test_directory_unaligned)
{
    header()->directory = 44;
    assert_spoiled("manifest-directory-unaligned");
}

// ----------------------------------------------------------------------------------- directory

TEST(test_bad_tables_are_all_reported)
{
    table(BTLM_MODULES)->offset += 4;
    table(BTLM_MEMORY)->count = 1ull << 60; // times 32 wraps to 0
    table(BTLM_EVENTS)->offset = UINT64_MAX - 7;
    table(BTLM_LOG)->count = world.sound.size;
    assert_spoiled(
        "manifest-table-unaligned manifest-bad-table manifest-bad-table manifest-bad-table");
    assert_says("table memory: 1152921504606846976 entries of 32 bytes at offset");
}

TEST(test_bad_entry_size)
{
    table(BTLM_ORDER)->entry_size = 6;
    table(BTLM_SEGMENTS)->entry_size = 20;
    table(BTLM_DEPENDS)->entry_size = 0;
    table(BTLM_CONFIG)->entry_size = 2; // text has entries of one byte in every version
    table(BTLM_CONFIG)->count /= 2;
    assert_spoiled("manifest-bad-entry-size manifest-bad-entry-size manifest-bad-entry-size "
                   "manifest-bad-entry-size");
}

TEST(test_table_twice)
{
    table(BTLM_LOG)->kind = BTLM_CONFIG;
    assert_spoiled("manifest-table-twice");
}

TEST(test_unknown_tables_are_skipped)
{
    struct btl_manifest manifest;
    table(BTLM_LOG)->kind = 4711;
    table(BTLM_EXPORTS)->kind = 0; // its entries are part of no module that is read from here on
    struct btlm_module *ring = entry(BTLM_MODULES, 0);
    ring->export_count = 0;
    table(0)->entry_size = 0;
    assert_true(open_resealed(&manifest));
    assert_int_equal(btl_manifest_text(&manifest, BTLM_LOG).len, 0);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_EXPORTS), 0);
}

TEST(test_not_single)
{
    table(BTLM_SYSTEM)->count = 0;
    table(BTLM_KERNEL_IMAGE)->kind = 4711;
    assert_spoiled("manifest-not-single manifest-not-single");
    assert_says("table system has 0 entries");
}

TEST(test_older_reader_reads_larger_entries)
{
    // The same orders, but with entries of 8 bytes whose second half is new.
    struct btl_manifest manifest;
    uint64_t count = table(BTLM_ORDER)->count, size = world.sound.size;
    uint8_t *larger = btl_alloc(&world.memory.arena, size + 8 * count + 8, 8);
    memcpy(larger, world.sound.at, size);
    struct btlm_table *order = boot_table(larger, BTLM_ORDER);
    uint64_t at = (size + 7) & ~7ull;
    for (uint64_t i = 0; i < count; i++) {
        memcpy(larger + at + 8 * i, larger + order->offset + 4 * i, 4);
        memset(larger + at + 8 * i + 4, 0xdd, 4);
    }
    order->offset = at;
    order->entry_size = 8;
    boot_header(larger)->total_size = at + 8 * count;
    boot_header(larger)->minor = 1;
    boot_reseal(larger);
    struct btl_bytes bytes = {larger, at + 8 * count};
    assert_true(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_int_equal(btl_manifest_count(&manifest, BTLM_ORDER), 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(*(const uint32_t *)btl_manifest_entry(&manifest, BTLM_ORDER, i), i);
}

// Version 1.3: entries of modules end before the majors.
TEST(test_entries_of_an_older_version_are_read)
{
    struct btl_manifest manifest;
    uint64_t count = table(BTLM_MODULES)->count, size = world.sound.size, old = 200;
    uint8_t *larger = btl_alloc(&world.memory.arena, size + old * count + 8, 8);
    memcpy(larger, world.sound.at, size);
    struct btlm_table *modules = boot_table(larger, BTLM_MODULES);
    uint64_t at = (size + 7) & ~7ull;
    for (uint64_t i = 0; i < count; i++)
        memcpy(larger + at + old * i, larger + modules->offset + modules->entry_size * i, old);
    modules->offset = at;
    modules->entry_size = (uint32_t)old;
    boot_header(larger)->total_size = at + old * count;
    boot_header(larger)->minor = 3;
    boot_reseal(larger);
    struct btl_bytes bytes = test_block(&world.memory, larger, at + old * count);
    assert_true(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_codes(&world.memory, &world.diags, "");
    assert_false(btl_manifest_has_majors(&manifest));
    for (uint64_t i = 0; i < count; i++)
        assert_int_equal(
            btl_manifest_major(&manifest, btl_manifest_module(&manifest, i), BTL_DEVICE_BLOCK),
            BTL_MAJOR_NONE);
    assert_true(open_resealed(&manifest));
    assert_true(btl_manifest_has_majors(&manifest));
}

// ----------------------------------------------------------------------------------- accessors

TEST(test_functions_are_found_by_address)
{
    static const struct {
        uint64_t address;
        const char *name;
        uint64_t offset;
    } known[] = {{BOOT_KERNEL_BASE + 0x40, "entry", 0},
                 {BOOT_KERNEL_BASE + 0x5f, "entry", 0x1f}, // reaches to the next function
                 {BOOT_KERNEL_BASE + 0x60, "kmain", 0},
                 {BOOT_KERNEL_BASE + 0x6f, "kmain", 15},
                 {BOOT_KERNEL_BASE + 0x80, "kprintf", 0},
                 {BOOT_KERNEL_BASE + 0x9f, "kprintf", 31},
                 {BOOT_MODULE_BASE, "ring_entry", 0},
                 {BOOT_MODULE_BASE + 0x25, "ring_local", 5}};
    static const uint64_t unknown[] = {0,
                                       BOOT_KERNEL_BASE + 0x3f,
                                       BOOT_KERNEL_BASE + 0x70,
                                       BOOT_KERNEL_BASE + 0xa0,
                                       BOOT_MODULE_BASE + 0x30,
                                       UINT64_MAX};
    struct btl_manifest manifest;
    assert_true(btl_manifest_open(world.sound, place, &manifest, &world.diags));
    for (size_t i = 0; i < BTL_COUNT(known); i++) {
        uint64_t offset = 99;
        const struct btlm_symbol *symbol =
            btl_manifest_find_symbol(&manifest, known[i].address, &offset);
        assert_non_null(symbol);
        assert_str(&world.memory, btl_manifest_str(&manifest, symbol->name), known[i].name);
        assert_int_equal(offset, known[i].offset);
    }
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        uint64_t offset = 99;
        assert_null(btl_manifest_find_symbol(&manifest, unknown[i], &offset));
        assert_int_equal(offset, 99);
    }
}

static void sink_put(struct btl_out *out, const char *text, size_t len)
{
    uint32_t *sum = out->owner;
    for (size_t i = 0; i < len; i++)
        *sum = *sum * 31 + (uint8_t)text[i];
}

// Everything that the accessors reach is read: by the text, and by looking functions up.
static uint32_t read_all(const struct btl_manifest *manifest)
{
    uint32_t sum = 0;
    uint64_t offset;
    struct btl_out out = {.put = sink_put, .owner = &sum};
    btl_manifest_print(manifest, 0, &out);
    btl_manifest_print(manifest, 1u << BTLM_SYMBOLS, &out);
    btl_manifest_find_symbol(manifest, BOOT_KERNEL_BASE + 0x85, &offset);
    return sum;
}

// With the checksum made right again, so that the checks behind it are reached.
TEST(test_every_flipped_bit_is_refused_or_harmless)
{
    size_t refused = 0, read = 0;
    uint8_t *bytes = (uint8_t *)world.spoiled.at;
    for (size_t bit = 0; bit < 8 * world.spoiled.size; bit++) {
        struct test_memory memory;
        struct btl_manifest manifest;
        test_memory_begin(&memory);
        struct btl_diags diags = {.arena = &memory.arena};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (boot_header(bytes)->total_size <= world.spoiled.size &&
            boot_header(bytes)->total_size >= sizeof(struct btlm_header))
            boot_reseal(bytes);
        if (btl_manifest_open(world.spoiled, place, &manifest, &diags)) {
            read += read_all(&manifest) != 0;
            assert_int_equal(diags.errors, 0);
        } else {
            refused += diags.errors > 0;
        }
        memcpy(bytes, world.sound.at, world.spoiled.size);
        test_memory_end(&memory);
    }
    assert_int_equal(refused + read, 8 * world.spoiled.size);
    assert_true(refused > 5000 && read > 5000);
}

// Without it, no bit may be flipped at all.
TEST(test_every_flipped_bit_breaks_the_seal)
{
    struct btl_manifest manifest;
    uint8_t *bytes = (uint8_t *)world.spoiled.at;
    for (size_t bit = 0; bit < 8 * world.spoiled.size; bit++) {
        struct test_memory memory;
        test_memory_begin(&memory);
        struct btl_diags diags = {.arena = &memory.arena};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(btl_manifest_open(world.spoiled, place, &manifest, &diags));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        test_memory_end(&memory);
    }
}

TEST(test_out_of_memory_for_diagnostics_is_still_refused)
{
    struct btl_manifest manifest;
    struct test_memory memory;
    test_memory_begin_limited(&memory, 0);
    struct btl_diags diags = {.arena = &memory.arena};
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size += 1;
    boot_reseal((uint8_t *)world.spoiled.at);
    assert_false(btl_manifest_open(world.spoiled, place, &manifest, &diags));
    assert_true(diags.lost > 0);
    test_memory_end(&memory);
}
