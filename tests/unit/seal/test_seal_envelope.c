// SPDX-License-Identifier: BSD-2-Clause
// The envelope gate: nothing that a signature does not cover is read as a list.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "seal_sample.h"

// Entries of the section table: .text, .sbat, .btlseal.
#define ENTRY(index) (SEAL_SAMPLE_TABLE + 40 * (size_t)(index))
#define OPTIONAL     (SEAL_SAMPLE_PE + 24)
#define HEADERS_SIZE (OPTIONAL + 60)
#define DIRECTORIES  (OPTIONAL + 108)
#define RAW_SIZE     16
#define RAW_OFFSET   20

static void damage_nothing(struct seal_sample *s)
{
    (void)s;
}
static void damage_signed(struct seal_sample *s)
{
    seal_sample_sign(s, 1024);
}
static void damage_checksum(struct seal_sample *s)
{
    seal_sample_put(s, OPTIONAL + 64, 0x12345678);
}
static void damage_machine(struct seal_sample *s)
{
    s->file[SEAL_SAMPLE_PE + 4] ^= 1;
}
static void damage_subsystem(struct seal_sample *s)
{
    s->file[OPTIONAL + 68] = 11;
}
static void damage_certificates_short(struct seal_sample *s)
{
    seal_sample_sign(s, 1024);
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES + 4, 1016);
}
static void damage_certificates_long(struct seal_sample *s)
{
    seal_sample_sign(s, 1024);
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES + 4, UINT32_MAX);
}
static void damage_certificates_empty(struct seal_sample *s)
{
    seal_sample_sign(s, 0);
}
static void damage_certificates_cover_list(struct seal_sample *s)
{
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES, (uint32_t)s->size - 512);
    seal_sample_put(s, SEAL_SAMPLE_CERTIFICATES + 4, 512);
}
// The list in the table of certificates, which no signature covers.
static void damage_list_in_certificates(struct seal_sample *s)
{
    uint32_t size = (uint32_t)s->size;
    seal_sample_sign(s, 1024);
    memcpy(s->file + size, s->file + size - 1024, 1024);
    seal_sample_put(s, ENTRY(2) + RAW_OFFSET, size);
}
static void damage_bytes_behind_sections(struct seal_sample *s)
{
    s->size += 8;
}
static void damage_gap(struct seal_sample *s)
{
    seal_sample_put(s, ENTRY(1) + RAW_SIZE, 256);
}
static void damage_overlap(struct seal_sample *s)
{
    seal_sample_put(s, ENTRY(2) + RAW_OFFSET, 1024);
}
static void damage_list_in_headers(struct seal_sample *s)
{
    seal_sample_put(s, ENTRY(2) + RAW_OFFSET, 0);
}
static void damage_headers_long(struct seal_sample *s)
{
    seal_sample_put(s, HEADERS_SIZE, UINT32_MAX);
}
static void damage_headers_short(struct seal_sample *s)
{
    seal_sample_put(s, HEADERS_SIZE, 128);
}
static void damage_directories(struct seal_sample *s)
{
    seal_sample_put(s, DIRECTORIES, 4); // no entry for certificates
}
static void damage_directories_many(struct seal_sample *s)
{
    seal_sample_put(s, DIRECTORIES, UINT32_MAX);
}
static void damage_two_lists(struct seal_sample *s)
{
    memcpy(s->file + ENTRY(1), ".btlseal", 8);
}
static void damage_no_list(struct seal_sample *s)
{
    s->file[ENTRY(2) + 1] = 'x';
}
static void damage_list(struct seal_sample *s)
{
    s->file[1536] = 'x';
}

static const struct damage {
    void (*damage)(struct seal_sample *sample);
    const char *codes;
} damages[] = {
    {damage_nothing, ""},
    {damage_signed, ""},
    {damage_checksum, ""},
    {damage_machine, "pe-machine"},
    {damage_subsystem, "pe-subsystem"},
    {damage_certificates_short, "seal-layout"},
    {damage_certificates_long, "seal-layout"},
    {damage_certificates_empty, "seal-layout"},
    {damage_certificates_cover_list, "seal-layout"},
    {damage_list_in_certificates, "seal-layout"},
    {damage_bytes_behind_sections, "seal-layout"},
    {damage_gap, "seal-layout"},
    {damage_overlap, "seal-layout"},
    {damage_list_in_headers, "seal-layout"},
    {damage_headers_long, "seal-layout"},
    {damage_headers_short, "seal-layout"},
    {damage_directories, "seal-layout"},
    {damage_directories_many, "seal-layout"},
    {damage_two_lists, "seal-sections"},
    {damage_no_list, "seal-sections"},
    {damage_list, "seal-version"},
};

TEST(test_each_damage_is_reported)
{
    for (size_t i = 0; i < BTL_COUNT(damages); i++) {
        struct seal_sample sample;
        struct btl_seal seal;
        seal_sample_begin(&sample, &btl_machines[0]);
        damages[i].damage(&sample);
        assert_int_equal(seal_sample_opens(&sample, &seal), damages[i].codes[0] == '\0');
        assert_codes(&sample.memory, &sample.diags, damages[i].codes);
        seal_sample_end(&sample);
    }
}

TEST(test_every_cut_is_reported)
{
    struct seal_sample sample;
    struct btl_seal seal;
    seal_sample_begin(&sample, &btl_machines[0]);
    while (sample.size > 0) {
        sample.size--;
        assert_false(seal_sample_opens(&sample, &seal));
    }
    seal_sample_end(&sample);
}

TEST(test_a_seal_that_is_too_large)
{
    struct seal_sample sample;
    struct btl_seal seal;
    seal_sample_begin(&sample, &btl_machines[0]);
    struct btl_bytes file = {sample.file, BTL_SEAL_MAX + 1};
    assert_false(btl_seal_open(file, (struct btl_place){0}, sample.seal.machine,
                               &sample.memory.arena, &seal, &sample.diags));
    assert_codes(&sample.memory, &sample.diags, "seal-too-large");
    seal_sample_end(&sample);
}
