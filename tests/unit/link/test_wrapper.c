// SPDX-License-Identifier: BSD-2-Clause
// The wrapper structure in an image that lies elsewhere than where it is linked for, on machines
// with function descriptors and without.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test_case.h"

#include <btl/wrapper.h>

#include "btl_test.h"

#define BASE 0xa0000001000000ull

// The image: code, constants with the wrapper, data.
enum { CODE = 0, CONST = 0x1000, DATA = 0x2000, SIZE = 0x3000 };
enum {
    WRAPPER = CONST + 64,
    NAME = CONST + 512,
    TUNABLES = CONST + 1024,
    DESCRIPTOR = CONST + 0xf80
};

struct fixture {
    struct test_memory memory;
    struct btl_diags diags;
    uint8_t bytes[SIZE];
    struct btl_segment segment[BTL_SEGS];
    struct btl_linked image;
    struct btl_wrapper wrapper;
    struct btl_tunable tunable[2];
    uint64_t at; // address of the wrapper
};

static void *linked(uint64_t offset)
{
    return (void *)(uintptr_t)(BASE + offset);
}

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    test_memory_begin(&f->memory);
    f->diags.arena = &f->memory.arena;
    f->segment[BTL_SEG_TEXT] = (struct btl_segment){CODE, 0x800, BTL_PERM_READ | BTL_PERM_EXEC};
    f->segment[BTL_SEG_RODATA] = (struct btl_segment){CONST, 0x1000, BTL_PERM_READ};
    f->segment[BTL_SEG_DATA] = (struct btl_segment){DATA, 0x1000, BTL_PERM_READ | BTL_PERM_WRITE};
    f->image = (struct btl_linked){.base = BASE, .segment = f->segment};
    f->wrapper = (struct btl_wrapper){
        .abi = BTL_MODULE_ABI,
        .size = sizeof(struct btl_wrapper),
        .load = (int (*)(const struct btl_load_args *))linked(CODE + 16),
        .tunables = linked(TUNABLES),
        .tunable_count = 2,
    };
    f->tunable[0] = (struct btl_tunable){.name = linked(NAME), .storage = linked(DATA + 8)};
    f->tunable[1] = (struct btl_tunable){
        .name = linked(NAME),
        .type = BTL_TUNABLE_STRING,
        .storage = linked(DATA + 0xff0),
        .max = 16,
        .changed = (int (*)(const struct btl_tunable *, const void *))linked(CODE + 0x7ff)};
    memcpy(f->bytes + NAME, "depth", 6);
    f->at = BASE + WRAPPER;
}

// Copies all into a block of its own: a read past an end is seen.
static bool check(struct fixture *f)
{
    memcpy(f->bytes + WRAPPER, &f->wrapper, sizeof(f->wrapper));
    if (f->wrapper.abi == 1) {
        size_t size = btl_tunable_size(1);
        for (size_t i = 0; i < 2; i++)
            memcpy(f->bytes + TUNABLES + i * size, &f->tunable[i], size);
    } else {
        memcpy(f->bytes + TUNABLES, f->tunable, sizeof(f->tunable));
    }
    f->image.memory = test_block(&f->memory, f->bytes, SIZE).at;
    return btl_wrapper_check(&f->image, f->at, (struct btl_place){.module = BTL_STR("m")},
                             &f->diags);
}

static void expect(struct fixture *f, const char *codes)
{
    assert_int_equal(check(f), codes[0] == '\0');
    assert_codes(&f->memory, &f->diags, codes);
    test_memory_end(&f->memory);
}

TEST(a_good_one)
{
    struct fixture f;
    begin(&f);
    expect(&f, "");
}

TEST(one_of_abi_1)
{
    struct fixture f;
    begin(&f);
    f.wrapper.abi = 1;
    f.tunable[1].changed = linked(DATA); // not there in ABI 1
    expect(&f, "");
}

TEST(where_it_lies)
{
    const uint64_t places[] = {0,
                               BASE + WRAPPER + 4,
                               BASE + CONST + 0x1000 - 40,
                               BASE + 0x900,
                               BASE - 64,
                               UINT64_MAX - 7,
                               WRAPPER};
    for (size_t i = 0; i < BTL_COUNT(places); i++) {
        struct fixture f;
        begin(&f);
        f.at = places[i];
        expect(&f, "run-no-wrapper");
    }
}

TEST(version_and_size)
{
    const struct {
        uint32_t abi, size;
    } cases[] = {{0, sizeof(struct btl_wrapper)},
                 {BTL_MODULE_ABI + 1, sizeof(struct btl_wrapper)},
                 {BTL_MODULE_ABI, sizeof(struct btl_wrapper) - 8},
                 {1, 0}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        f.wrapper.abi = cases[i].abi;
        f.wrapper.size = cases[i].size;
        expect(&f, "run-wrapper-abi");
    }
}

// Each word of the wrapper with a value that leads elsewhere.
TEST(pointers)
{
    const struct {
        size_t field;
        uint64_t value;
        bool good;
    } cases[] = {
        {offsetof(struct btl_wrapper, load), 0, false},
        {offsetof(struct btl_wrapper, load), BASE + 0x800, false},
        {offsetof(struct btl_wrapper, load), BASE + 0x7ff, true},
        {offsetof(struct btl_wrapper, load), BASE + CONST, false},
        {offsetof(struct btl_wrapper, unload), BASE + DATA, false},
        {offsetof(struct btl_wrapper, unload), BASE + 32, true},
        {offsetof(struct btl_wrapper, type_data), 0x1000, false},
        {offsetof(struct btl_wrapper, type_data), BASE + CONST + 0xfff, true},
        {offsetof(struct btl_wrapper, type_data), BASE + DATA, false}, // writable
        {offsetof(struct btl_wrapper, tunables), BASE + DATA, false},
        {offsetof(struct btl_wrapper, tunables), BASE + TUNABLES + 4, false},
        {offsetof(struct btl_wrapper, tunables), BASE + CONST + 0x1000 - 8, false},
        {offsetof(struct btl_wrapper, tunable_count), UINT64_MAX, false},
        {offsetof(struct btl_wrapper, tunable_count), UINT64_MAX / sizeof(struct btl_tunable) + 2,
         false},
        {offsetof(struct btl_wrapper, tunable_count), 0, true},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        memcpy((uint8_t *)&f.wrapper + cases[i].field, &cases[i].value, sizeof(uint64_t));
        expect(&f, cases[i].good ? "" : "run-wrapper-pointer");
    }
}

TEST(tunables)
{
    const struct {
        size_t field;
        uint64_t value;
    } cases[] = {
        {offsetof(struct btl_tunable, name), 0},
        {offsetof(struct btl_tunable, name), BASE + CONST + 0x800}, // empty
        {offsetof(struct btl_tunable, storage), BASE + CONST},      // read-only
        {offsetof(struct btl_tunable, storage), BASE + DATA + 0xff8},
        {offsetof(struct btl_tunable, storage), 0},
        {offsetof(struct btl_tunable, type), 3},
        {offsetof(struct btl_tunable, type), 0}, // its storage is not aligned for that
        {offsetof(struct btl_tunable, max), 0},
        {offsetof(struct btl_tunable, max), UINT64_MAX},
        {offsetof(struct btl_tunable, max), INT64_MAX},
        {offsetof(struct btl_tunable, changed), BASE + DATA},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        f.tunable[1].storage = linked(DATA + 0xff4);
        f.tunable[1].max = 12;
        memcpy((uint8_t *)&f.tunable[1] + cases[i].field, &cases[i].value, sizeof(uint64_t));
        expect(&f, "run-wrapper-tunable");
    }
}

TEST(a_name_without_an_end)
{
    struct fixture f;
    begin(&f);
    memset(f.bytes + CONST + 0xffc, 'x', 4);
    f.tunable[0].name = f.tunable[1].name = linked(CONST + 0xffc);
    expect(&f, "run-wrapper-tunable run-wrapper-tunable");
}

// A value that is stored in a tunable must not change what was checked: the wrapper, the table and
// the names are constants, so that no storage overlaps them.
TEST(what_can_be_written_is_no_wrapper)
{
    struct fixture f;
    begin(&f);
    memcpy(f.bytes + DATA + 64, &f.wrapper, sizeof(f.wrapper));
    f.at = BASE + DATA + 64;
    expect(&f, "run-no-wrapper");
}

TEST(what_can_be_written_is_no_name)
{
    struct fixture f;
    begin(&f);
    memcpy(f.bytes + DATA + 64, "depth", 6);
    f.tunable[0].name = linked(DATA + 64);
    expect(&f, "run-wrapper-tunable");
}

TEST(a_default_is_a_value_of_its_type)
{
    const struct {
        int type;
        int64_t max;
        char bytes[5];
        bool good;
    } cases[] = {
        {BTL_TUNABLE_BOOL, 0, "\0aaa", true},  {BTL_TUNABLE_BOOL, 0, "\1aaa", true},
        {BTL_TUNABLE_BOOL, 0, "\2aaa", false}, {BTL_TUNABLE_BOOL, 0, "aaaa", false},
        {BTL_TUNABLE_BOOL, 0, "\xff", false},  {BTL_TUNABLE_STRING, 4, "aaa", true},
        {BTL_TUNABLE_STRING, 4, "", true},     {BTL_TUNABLE_STRING, 4, "aaaa", false},
        {BTL_TUNABLE_STRING, 1, "", true},     {BTL_TUNABLE_STRING, 1, "aaaa", false},
        {BTL_TUNABLE_INT, 0, "aaaa", true},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        f.tunable[0].type = cases[i].type;
        f.tunable[0].max = cases[i].max;
        f.tunable[0].storage = linked(DATA + 0xff8 - 64);
        memcpy(f.bytes + DATA + 0xff8 - 64, cases[i].bytes, 4);
        expect(&f, cases[i].good ? "" : "run-wrapper-default");
    }
}

TEST(functions_are_descriptors)
{
    const struct {
        uint64_t load, entry;
        bool good;
    } cases[] = {
        {BASE + DESCRIPTOR, BASE + 16, true},
        {BASE + DESCRIPTOR, BASE + DATA, false},
        {BASE + DESCRIPTOR, 0, false},
        {BASE + 16, BASE + 16, false}, // code, where a descriptor must be
        {BASE + CONST + 0x1000 - 4, BASE + 16, false},
        {BASE + DATA + 256, BASE + 16, false}, // writable
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct fixture f;
        begin(&f);
        f.image.function_descriptors = true;
        f.tunable[1].changed = NULL;
        memcpy(&f.wrapper.load, &cases[i].load, sizeof(uint64_t));
        memcpy(f.bytes + DESCRIPTOR, &cases[i].entry, sizeof(uint64_t));
        memcpy(f.bytes + DATA + 256, &cases[i].entry, sizeof(uint64_t));
        expect(&f, cases[i].good ? "" : "run-wrapper-pointer");
    }
}

// Names of ELF files have a limit, so that a walk over all is linear; these are such names. Without
// it each of thousands of tunables may have the same name of megabytes, which is read for each.
TEST(a_name_of_any_length)
{
    enum { LONG = CONST + 2048 };
    for (uint64_t length = 4095; length <= 4096; length++) {
        struct fixture f;
        uint8_t *bytes = calloc(1, 2 * SIZE);
        assert_non_null(bytes);
        begin(&f);
        f.segment[BTL_SEG_RODATA].size = 0x3000;
        f.segment[BTL_SEG_DATA].offset = CONST + 0x3000;
        f.tunable[0].storage = linked(CONST + 0x3008);
        f.tunable[1].storage = linked(CONST + 0x3ff0);
        f.tunable[0].name = linked(LONG);
        memcpy(bytes, f.bytes, SIZE);
        memcpy(bytes + WRAPPER, &f.wrapper, sizeof(f.wrapper));
        memcpy(bytes + TUNABLES, f.tunable, sizeof(f.tunable));
        memset(bytes + LONG, 'x', length);
        f.image.memory = bytes;
        assert_int_equal(
            btl_wrapper_check(&f.image, f.at, (struct btl_place){.module = BTL_STR("m")}, &f.diags),
            length == 4095);
        assert_codes(&f.memory, &f.diags, length == 4095 ? "" : "run-wrapper-tunable");
        test_memory_end(&f.memory);
        free(bytes);
    }
}
