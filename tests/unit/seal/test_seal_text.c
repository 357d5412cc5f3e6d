// SPDX-License-Identifier: BSD-2-Clause
// The reader of the list in a seal.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include <btl/machine.h>
#include <btl/seal.h>

#define PLACE ((struct btl_place){.file = BTL_STR("/loader.conf.seal")})
#define HASH0 "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH1 "00000000000000000000000000000000000000000000000000000000000000f1"
#define HEAD  "BTL-SEAL 1\narch x86_64\nlevel 7\nrevoke 5\n"
#define PAIR  "config " HASH0 " 12 /loader.conf\nkernel " HASH1 " 4096 /kernel/kernel.elf\n"

struct read {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_seal seal;
    bool good;
};

static void read_text(struct read *r, const char *text)
{
    test_memory_begin(&r->memory);
    r->diags = (struct btl_diags){.arena = &r->memory.arena};
    struct btl_bytes block = test_block(&r->memory, text, strlen(text));
    r->good =
        btl_seal_read((struct btl_str){(const char *)block.at, block.size}, PLACE,
                      btl_machine_find(ELF_MACHINE_X86_64), &r->memory.arena, &r->seal, &r->diags);
}

TEST(test_a_whole_list)
{
    struct read r;
    read_text(&r, HEAD "allow safe shell\n" PAIR "file " HASH0 " 0 /a b\nfile " HASH1
                       " 1099511627776 /C\nend 4\n");
    assert_codes(&r.memory, &r.diags, "");
    assert_true(r.good);
    assert_int_equal(r.seal.level, 7);
    assert_int_equal(r.seal.revoke, 5);
    assert_int_equal(r.seal.allow, BTL_SEAL_ALLOW_SAFE | BTL_SEAL_ALLOW_SHELL);
    assert_int_equal(r.seal.count, 4);
    assert_int_equal(r.seal.lines[0].kind, BTL_SEAL_CONFIG);
    assert_int_equal(r.seal.lines[0].size, 12);
    assert_int_equal(r.seal.lines[1].sha256[31], 0xf1);
    assert_str(&r.memory, r.seal.lines[1].path, "/kernel/kernel.elf");
    assert_str(&r.memory, r.seal.lines[2].path, "/a b");
    assert_int_equal(r.seal.lines[3].size, 1ull << 40);
    test_memory_end(&r.memory);
}

TEST(test_nothing_is_allowed_without_the_line)
{
    struct read r;
    read_text(&r, HEAD PAIR "end 2\n");
    assert_true(r.good);
    assert_int_equal(r.seal.allow, 0);
    assert_int_equal(r.seal.count, 2);
    test_memory_end(&r.memory);
}

// A text with one fault, and its only message.
static const struct fault {
    const char *text, *message;
} faults[] = {
    {"", "/loader.conf.seal: error: the list of the seal ends before a line `end`"},
    {HEAD PAIR "end 2", ":7: error: the list of the seal ends"},
    {HEAD PAIR, ":6: error: the list of the seal ends"},
    {"BTL-SEAL 2\n", ":1: error: the first line of the list must be \"BTL-SEAL 1\", not"},
    {"BTL-SEAL 1\r\narch x86_64\r\n", "seal-version"},
    {"BTL-SEAL 1\n\narch x86_64\n", ":2: error: the line must begin with arch, not with \"\""},
    {"BTL-SEAL 1\narch ia64\n", ":2: error: the seal is for \"ia64\", and this is x86-64"},
    {"BTL-SEAL 1\narch x86_64 \n", "seal-arch"},
    {"BTL-SEAL 1\narch x86_64\nrevoke 1\n", ":3: error: the line must begin with level, not"},
    {"BTL-SEAL 1\narch x86_64\nlevel 07\n", ":3: error: \"07\" is no number up to 4294967295"},
    {"BTL-SEAL 1\narch x86_64\nlevel 4294967296\n", "seal-number"},
    {"BTL-SEAL 1\narch x86_64\nlevel 99999999999999999999999\n", "seal-number"},
    {"BTL-SEAL 1\narch x86_64\nlevel\n", "seal-number"},
    {"BTL-SEAL 1\narch x86_64\nlevel 1\nlevel 1\n", ":4: error: the line must begin with revoke"},
    {"BTL-SEAL 1\narch x86_64\nlevel 1\nrevoke 2\n", ":4: error: the seal revokes seals below"},
    {HEAD "allow \n", ":5: error: `allow` takes some of the words"},
    {HEAD "allow safe safe\n", "seal-allow"},
    {HEAD "allow shell menu\n", "seal-allow"},
    {HEAD "allow menu \n", "seal-allow"},
    {HEAD "allow  menu\n", "seal-allow"},
    {HEAD "allow menu\nallow safe\n", ":6: error: the line must begin with config, not"},
    {HEAD "kernel " HASH1 " 1 /k\n", ":5: error: the line must begin with config, not"},
    {HEAD "config " HASH1 " 1 /k\nfile x\n", ":6: error: the line must begin with kernel, not"},
    {HEAD "config 0f 1 /k\n", ":5: error: \"0f\" is no SHA-256"},
    {HEAD "config 00000000000000000000000000000000000000000000000000000000000000F1 1 /k\n",
     "seal-hash"},
    {HEAD "config " HASH1 " 1099511627777 /k\n", "seal-number"},
    {HEAD "config " HASH1 "  1 /k\n", "seal-number"},
    {HEAD "config " HASH1 " 1\n", ":5: error: \"\" is no path"},
    {HEAD "config " HASH1 " 1 k\n", "seal-path"},
    {HEAD "config " HASH1 " 1 /a/../k\n", "seal-path"},
    {HEAD "config " HASH1 " 1 /a\\k\n", "seal-path"},
    {HEAD "config " HASH1 " 1 /k\r\n", "seal-path"},
    {HEAD "config " HASH1 " 1 /k\nkernel " HASH1 " 1 /K\n", ":6: error: /K is listed twice"},
    {HEAD PAIR "file " HASH1 " 1 /Loader.conf\n", ":7: error: /Loader.conf is listed twice"},
    {HEAD PAIR "file " HASH1 " 1 /b\nfile " HASH1 " 1 /B\n", ":8: error: /B is listed twice"},
    {HEAD PAIR "file " HASH1 " 1 /b\nfile " HASH1 " 1 /A\n", ":8: error: /A stands behind /b"},
    {HEAD PAIR "file " HASH1 " 1 /bb\nfile " HASH1 " 1 /b\n", ":8: error: /b stands behind /bb"},
    {HEAD PAIR "unknown\n",
     ":7: error: the line must begin with file or end, not with \"unknown\""},
    {HEAD PAIR "config " HASH1 " 1 /x\n", "seal-word"},
    {HEAD PAIR "end 3\n", ":7: error: the line `end` states 3 lines with a hash, and there are 2"},
    {HEAD PAIR "end\n", "seal-number"},
    {HEAD PAIR "end 2\n\n", ":7: error: 1 bytes follow the line `end`"},
    {HEAD PAIR "end 2\nfile " HASH1 " 1 /b\n", "seal-behind-end"},
};

static void expect_fault(const struct fault *fault)
{
    struct read r;
    read_text(&r, fault->text);
    assert_false(r.good);
    const char *text = test_diags_text(&r.memory, &r.diags);
    if (r.diags.count != 1 || strstr(text, fault->message) == NULL)
        fail_msg("%s\ngave: %s", fault->text, text);
    test_memory_end(&r.memory);
}

TEST(test_each_fault_is_reported_once_with_its_line)
{
    for (size_t i = 0; i < BTL_COUNT(faults); i++)
        expect_fault(&faults[i]);
}

TEST(test_lack_of_memory_is_reported)
{
    static const char text[] = HEAD PAIR "end 2\n";
    struct test_memory memory, other;
    struct btl_seal seal;
    test_memory_begin_limited(&memory, 0);
    test_memory_begin(&other);
    struct btl_diags diags = {.arena = &other.arena};
    assert_false(btl_seal_read(BTL_STR(text), PLACE, btl_machine_find(ELF_MACHINE_X86_64),
                               &memory.arena, &seal, &diags));
    assert_codes(&other, &diags, "no-memory");
    test_memory_end(&memory);
    test_memory_end(&other);
}
