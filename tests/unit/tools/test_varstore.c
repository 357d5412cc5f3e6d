// SPDX-License-Identifier: BSD-2-Clause
// tools/btl/variables/varstore.c: the reader of a firmware's variables in a file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "test_case.h"

#include "../../../tools/btl/variables/varstore.c"
#include "btl_test.h"

enum {
    VOLUME_HEADER = 72,
    STORE = VOLUME_HEADER,
    RECORDS = STORE + sizeof(struct store_header),
    RECORD = sizeof(struct record_header) + AUTHENTICATION_SIZE,
    FILE_SIZE = 1024,
    STORE_SIZE = FILE_SIZE - STORE - 128, // blocks for updates lie behind
    ADDED = STATE_ADDED,
    REPLACING = STATE_REPLACING,
    DELETED = 0x3d
};

static const uint8_t ours[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t others[16] = {99};

struct fixture {
    struct test_memory memory;
    struct btl_diags diags;
    uint8_t bytes[FILE_SIZE];
    size_t end; // of the records
    struct varstore store;
};

static void put32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof(value));
}

static void seal(struct fixture *f)
{
    uint16_t sum = 0, word;
    memset(f->bytes + offsetof(struct fv_header, checksum), 0, sizeof(sum));
    for (size_t i = 0; i < VOLUME_HEADER; i += 2) {
        memcpy(&word, f->bytes + i, sizeof(word));
        sum = (uint16_t)(sum - word);
    }
    memcpy(f->bytes + offsetof(struct fv_header, checksum), &sum, sizeof(sum));
}

static void begin(struct fixture *f)
{
    memset(f->bytes, 0xff, sizeof(f->bytes));
    struct fv_header volume = {
        .length = FILE_SIZE, .signature = "_FVH", .header_length = VOLUME_HEADER};
    struct store_header store = {
        .size = STORE_SIZE, .format = STORE_FORMATTED, .state = STORE_HEALTHY};
    memcpy(volume.file_system, nv_data, sizeof(nv_data));
    memcpy(store.signature, authenticated, sizeof(authenticated));
    memset(f->bytes, 0, VOLUME_HEADER);
    memcpy(f->bytes, &volume, sizeof(volume));
    memcpy(f->bytes + STORE, &store, sizeof(store));
    seal(f);
    f->end = RECORDS;
    test_memory_begin(&f->memory);
    f->diags = (struct btl_diags){.arena = &f->memory.arena};
}

// Appends a variable; its offset in the file.
static size_t add_at(struct fixture *f, uint8_t state, const uint8_t guid[16], const char *name,
                     const char *data, size_t authentication)
{
    size_t at = f->end, len = strlen(name) + 1;
    struct record_header header = {.start = RECORD_START,
                                   .state = state,
                                   .attributes = 7,
                                   .name_size = (uint32_t)(2 * len),
                                   .data_size = (uint32_t)strlen(data)};
    memcpy(header.guid, guid, sizeof(header.guid));
    memcpy(f->bytes + at, &header, 8);
    memset(f->bytes + at + 8, 0x5a, authentication);
    memcpy(f->bytes + at + 8 + authentication, (const uint8_t *)&header + 8, sizeof(header) - 8);
    uint8_t *to = f->bytes + at + sizeof(header) + authentication;
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = (uint8_t)name[i];
        to[2 * i + 1] = 0;
    }
    memcpy(to + 2 * len, data, strlen(data));
    f->end = at + sizeof(header) + authentication + 2 * len + strlen(data);
    f->end = RECORDS + ((f->end - RECORDS + 3) & ~(size_t)3);
    assert_true(f->end <= STORE + STORE_SIZE);
    return at;
}

static size_t add(struct fixture *f, uint8_t state, const char *name, const char *data)
{
    return add_at(f, state, ours, name, data, AUTHENTICATION_SIZE);
}

static bool open_bytes(struct fixture *f, size_t size)
{
    struct btl_bytes file = test_block(&f->memory, f->bytes, size);
    return varstore_open(file, (struct btl_place){.file = BTL_STR("vars")}, &f->store, &f->diags);
}

static const char *data_of(struct fixture *f, const char *name)
{
    struct varstore_variable found;
    if (!varstore_find(&f->store, ours, name, &found))
        return NULL;
    assert_int_equal(found.attributes, 7);
    return test_text(&f->memory, (struct btl_str){(const char *)found.data.at, found.data.size});
}

#define assert_opens(f, codes)                                                                     \
    do {                                                                                           \
        assert_true(open_bytes((f), FILE_SIZE));                                                   \
        assert_codes(&(f)->memory, &(f)->diags, (codes));                                          \
    } while (0)

// ------------------------------------------------------------------------------------------- good

TEST(finds_variables_by_name_and_guid)
{
    struct fixture f;
    begin(&f);
    add_at(&f, ADDED, others, "One", "not ours", AUTHENTICATION_SIZE);
    add(&f, ADDED, "One", "1st");
    add(&f, ADDED, "OneTwo", "");
    add(&f, ADDED, "Two", "2");
    assert_opens(&f, "");
    assert_string_equal(data_of(&f, "One"), "1st");
    assert_string_equal(data_of(&f, "OneTwo"), "");
    assert_string_equal(data_of(&f, "Two"), "2");
    assert_null(data_of(&f, "On"));
    assert_null(data_of(&f, "one"));
    assert_null(data_of(&f, ""));
    test_memory_end(&f.memory);
}

TEST(empty_store_has_none)
{
    struct fixture f;
    begin(&f);
    assert_opens(&f, "");
    assert_int_equal(f.store.records.size, 0);
    assert_null(data_of(&f, "One"));
    test_memory_end(&f.memory);
}

TEST(store_without_authentication)
{
    struct fixture f;
    begin(&f);
    memcpy(f.bytes + STORE, plain, sizeof(plain));
    add_at(&f, ADDED, ours, "One", "1", 0);
    add_at(&f, ADDED, ours, "Two", "2", 0);
    assert_opens(&f, "");
    assert_string_equal(data_of(&f, "Two"), "2");
    test_memory_end(&f.memory);
}

TEST(state_says_which_counts)
{
    static const struct {
        uint8_t first, second;
        const char *expected;
    } cases[] = {
        {DELETED, ADDED, "new"},   {REPLACING, ADDED, "new"}, {ADDED, DELETED, "old"},
        {REPLACING, 0x7f, "old"},  {REPLACING, 0xff, "old"},  {DELETED, DELETED, NULL},
        {0x3c, 0x7f, NULL},        {ADDED, ADDED, "old"},     {REPLACING, REPLACING, "old"},
        {ADDED, REPLACING, "old"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        add(&f, cases[i].first, "One", "old");
        size_t at = add(&f, cases[i].second, "One", "new");
        // Power failed while the header was written: its sizes are no sizes.
        if (cases[i].second == 0xff)
            memset(f.bytes + at + 4, 0xff, FILE_SIZE - at - 4);
        assert_opens(&f, "");
        const char *found = data_of(&f, "One");
        if (cases[i].expected == NULL)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].expected);
        test_memory_end(&f.memory);
    }
}

TEST(record_may_end_with_the_store)
{
    struct fixture f;
    begin(&f);
    size_t at = add(&f, ADDED, "One", "1");
    put32(f.bytes + at + 8 + AUTHENTICATION_SIZE + 4,
          (uint32_t)(STORE + STORE_SIZE - at - RECORD - 8));
    assert_opens(&f, "");
    struct varstore_variable found;
    assert_true(varstore_find(&f.store, ours, "One", &found));
    assert_ptr_equal(found.data.at + found.data.size, f.store.records.at + f.store.records.size);
    test_memory_end(&f.memory);
}

TEST(volume_may_be_longer_than_the_file)
{
    struct fixture f;
    begin(&f);
    add(&f, ADDED, "One", "1");
    assert_true(open_bytes(&f, STORE + STORE_SIZE));
    assert_string_equal(data_of(&f, "One"), "1");
    test_memory_end(&f.memory);
}

// -------------------------------------------------------------------------------------------- bad

struct damage {
    size_t at;
    uint32_t value;
    bool sealed;
    const char *codes;
};

TEST(damaged_headers)
{
    static const struct damage damages[] = {
        {offsetof(struct fv_header, signature), 0, true, "host-varstore-none"},
        {offsetof(struct fv_header, header_length), 0x10037, false, "host-varstore-header"},
        {offsetof(struct fv_header, header_length), 54, true, "host-varstore-header"},
        {offsetof(struct fv_header, header_length), 73, true, "host-varstore-header"},
        {offsetof(struct fv_header, header_length), 0xfffe, true, "host-varstore-header"},
        {offsetof(struct fv_header, length), 71, true, "host-varstore-header"},
        {offsetof(struct fv_header, length), 1, false, "host-varstore-header"},
        {offsetof(struct fv_header, length), VOLUME_HEADER, true, "host-varstore-kind"},
        {offsetof(struct fv_header, file_system), 0, true, "host-varstore-volume"},
        {offsetof(struct fv_header, length), STORE + 40, true, "host-varstore-cut"},
        {STORE, 0, false, "host-varstore-kind"},
        {STORE + offsetof(struct store_header, size), 27, false, "host-varstore-cut"},
        {STORE + offsetof(struct store_header, size), FILE_SIZE - STORE + 1, false,
         "host-varstore-cut"},
        {STORE + offsetof(struct store_header, size), UINT32_MAX, false, "host-varstore-cut"},
        {STORE + offsetof(struct store_header, format), 0xfe5b, false, "host-varstore-state"},
        {STORE + offsetof(struct store_header, format), 0xff5a, false, "host-varstore-state"},
    };
    for (size_t i = 0; i < BTL_COUNT(damages); i++) {
        struct fixture f;
        begin(&f);
        add(&f, ADDED, "One", "1");
        put32(f.bytes + damages[i].at, damages[i].value);
        if (damages[i].sealed)
            seal(&f);
        assert_false(open_bytes(&f, FILE_SIZE));
        assert_codes(&f.memory, &f.diags, damages[i].codes);
        test_memory_end(&f.memory);
    }
}

TEST(qcow2_image)
{
    struct fixture f;
    begin(&f);
    memcpy(f.bytes, "QFI\xfb", 4);
    assert_false(open_bytes(&f, FILE_SIZE));
    assert_codes(&f.memory, &f.diags, "host-varstore-qcow2");
    test_memory_end(&f.memory);
}

TEST(file_cut_anywhere)
{
    for (size_t size = 0; size < STORE + STORE_SIZE; size++) {
        struct fixture f;
        begin(&f);
        add(&f, ADDED, "One", "1");
        assert_false(open_bytes(&f, size));
        assert_codes(&f.memory, &f.diags,
                     size < sizeof(struct fv_header) ? "host-varstore-none"
                     : size < VOLUME_HEADER          ? "host-varstore-header"
                     : size < STORE + sizeof(plain)  ? "host-varstore-kind"
                                                     : "host-varstore-cut");
        test_memory_end(&f.memory);
    }
}

// The first stays; what lies behind the damage is not looked at.
TEST(damaged_records)
{
    static const struct damage damages[] = {
        {0, 0x003f0000, false, "host-varstore-record"},
        {0, 0x003f55ab, false, "host-varstore-record"},
        {0, 0xffffffff, false, ""}, // the end
        {8 + AUTHENTICATION_SIZE, UINT32_MAX, false, "host-varstore-record"},
        {8 + AUTHENTICATION_SIZE + 4, UINT32_MAX, false, "host-varstore-record"},
        {8 + AUTHENTICATION_SIZE + 4, STORE_SIZE, false, "host-varstore-record"},
    };
    for (size_t i = 0; i < BTL_COUNT(damages); i++) {
        struct fixture f;
        begin(&f);
        add(&f, ADDED, "One", "1");
        size_t at = add(&f, ADDED, "Two", "2");
        add(&f, ADDED, "Three", "3");
        put32(f.bytes + at + damages[i].at, damages[i].value);
        assert_opens(&f, damages[i].codes);
        assert_string_equal(data_of(&f, "One"), "1");
        assert_null(data_of(&f, "Two"));
        assert_null(data_of(&f, "Three"));
        test_memory_end(&f.memory);
    }
}

TEST(name_of_odd_size_is_another)
{
    static const uint32_t sizes[] = {0, 1, 6, 7, 9, 10};
    for (size_t i = 0; i < BTL_COUNT(sizes); i++) {
        struct fixture f;
        begin(&f);
        size_t at = add(&f, ADDED, "One", "12345678");
        put32(f.bytes + at + 8 + AUTHENTICATION_SIZE, sizes[i]);
        put32(f.bytes + at + 8 + AUTHENTICATION_SIZE + 4, 16 - sizes[i]);
        assert_opens(&f, "");
        assert_null(data_of(&f, "One"));
        test_memory_end(&f.memory);
    }
}

// Every byte of the file, every bit of it: an answer or a complaint, and never a read past the end.
TEST(every_bit_flipped)
{
    struct fixture f;
    begin(&f);
    add(&f, ADDED, "One", "1");
    add(&f, ADDED, "Two", "22");
    size_t end = f.end;
    test_memory_end(&f.memory);
    for (size_t bit = 0; bit < 8 * end; bit++) {
        test_memory_begin(&f.memory);
        f.diags = (struct btl_diags){.arena = &f.memory.arena};
        f.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct varstore_variable found;
        if (open_bytes(&f, FILE_SIZE)) {
            varstore_find(&f.store, ours, "One", &found);
            if (varstore_find(&f.store, ours, "Two", &found))
                assert_true(found.data.at + found.data.size <=
                            f.store.records.at + f.store.records.size);
        } else {
            assert_int_equal(f.diags.errors, 1);
        }
        f.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        test_memory_end(&f.memory);
    }
}
