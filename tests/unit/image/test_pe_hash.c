// SPDX-License-Identifier: BSD-2-Clause
// The Authenticode hash. The expected values are of osslsigncode verify, for the file signed by
// sbsign; without a directory of certificates, or with a size that the signing tool pads, they are
// of Python's hashlib.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "seal_sample.h"
#include <btl/hash.h>
#include <btl/pe.h>

#define OPTIONAL     (SEAL_SAMPLE_PE + 24)
#define HEADERS_SIZE (OPTIONAL + 60)
#define CHECKSUM     (OPTIONAL + 64)
#define DIRECTORIES  (OPTIONAL + 108)
#define RAW_SIZE     16 // in an entry of the section table
#define RAW_OFFSET   20

static void change_nothing(struct seal_sample *s)
{
    (void)s;
}
static void change_signature(struct seal_sample *s)
{
    seal_sample_sign(s, 64);
    seal_sample_put(s, CHECKSUM, 0x12345678);
}
static void change_order_of_sections(struct seal_sample *s)
{
    uint8_t first[40];
    memcpy(first, s->file + SEAL_SAMPLE_TABLE, 40);
    memmove(s->file + SEAL_SAMPLE_TABLE, s->file + SEAL_SAMPLE_TABLE + 40, 40);
    memcpy(s->file + SEAL_SAMPLE_TABLE + 40, first, 40);
}
static void change_what_follows_sections(struct seal_sample *s)
{
    memset(s->file + s->size, 'x', 16);
    s->size += 16;
}
static void change_size(struct seal_sample *s)
{
    memset(s->file + s->size, 'x', 3);
    s->size += 3;
}
static void change_section(struct seal_sample *s)
{
    s->file[s->size - 1] ^= 1;
}
static void change_directories_to_none(struct seal_sample *s)
{
    seal_sample_put(s, DIRECTORIES, 4);
}
static void change_optional_header(struct seal_sample *s)
{
    s->file[SEAL_SAMPLE_PE + 20] = 111;
}
static void change_directories_beyond_the_header(struct seal_sample *s)
{
    s->file[SEAL_SAMPLE_PE + 20] = 151;
    seal_sample_put(s, SEAL_SAMPLE_PE + 4 + 2, 0); // no sections
    memcpy(s->file + SEAL_SAMPLE_PE + 4, "\x64\x86", 2);
}
static void change_headers_short(struct seal_sample *s)
{
    seal_sample_put(s, HEADERS_SIZE, SEAL_SAMPLE_TABLE - 1);
}
static void change_headers_long(struct seal_sample *s)
{
    seal_sample_put(s, HEADERS_SIZE, (uint32_t)s->size + 1);
}
static void change_certificates_behind_the_end(struct seal_sample *s)
{
    seal_sample_sign(s, 64);
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES + 4, 65);
}
static void change_sections_to_overlap(struct seal_sample *s)
{
    seal_sample_put(s, SEAL_SAMPLE_TABLE + RAW_SIZE, 1024);
}
static void change_sections_to_reach_the_certificates(struct seal_sample *s)
{
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES, (uint32_t)s->size - 8);
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES + 4, 8);
}

static const struct hash_row {
    const char *name;
    void (*change)(struct seal_sample *sample);
    const char *result; // a hash, or a code
} rows[] = {
    {"unsigned", change_nothing,
     "e91eb937c270d34207ddca8584510f7d095530488738649941c09e6a4516ce8d"},
    {"signed", change_signature,
     "e91eb937c270d34207ddca8584510f7d095530488738649941c09e6a4516ce8d"},
    {"order_of_sections", change_order_of_sections,
     "5b91c207f3fdee376ff278a3e7bac1fd6d1144603cc13b58b824a00dd2d0ef17"},
    {"what_follows_sections", change_what_follows_sections,
     "0fe652d19518bcd813c2c9a2f155a2891f074863eefcb6680397ac2acbb02ba5"},
    {"section", change_section, "0477e3251874b9fea91dbc6e0a1a61fca4ba1ac0a9d62106a46f3be279bceffe"},
    {"no_certificate_directory", change_directories_to_none,
     "986e8f327b20e28402baf6d6321cc2416bac95dc7353bcb7493dc9e2d140e93c"},
    {"size_that_signing_tools_pad", change_size,
     "e56d8bbc1851a9a3773de5c6272650a4579937b768f67eb976e1ee7f07978408"},
    {"optional_header", change_optional_header, "pe-no-hash"},
    {"directories", change_directories_beyond_the_header, "pe-no-hash"},
    {"headers_short", change_headers_short, "pe-no-hash"},
    {"headers_long", change_headers_long, "pe-no-hash"},
    {"certificates", change_certificates_behind_the_end, "pe-no-hash"},
    {"sections_overlap", change_sections_to_overlap, "pe-no-hash"},
    {"sections_reach_certificates", change_sections_to_reach_the_certificates, "pe-no-hash"},
};

static void test_row(void **state)
{
    const struct hash_row *row = *state;
    struct seal_sample sample;
    struct btl_pe pe;
    uint8_t sha256[32];
    char text[BTL_SHA256_TEXT];
    seal_sample_begin(&sample, btl_machine_find(ELF_MACHINE_X86_64));
    row->change(&sample);
    struct btl_bytes file = test_block(&sample.memory, sample.file, sample.size);
    assert_true(btl_pe_open(file, 0, (struct btl_place){0}, &pe, &sample.diags));
    bool good = btl_pe_hash(&pe, &sample.memory.arena, sha256, &sample.diags);
    assert_string_equal(good ? btl_sha256_text(sha256, text)
                             : test_codes(&sample.memory, &sample.diags),
                        row->result);
    seal_sample_end(&sample);
}
TEST_ROWS(rows, test_row)
