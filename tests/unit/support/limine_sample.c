// SPDX-License-Identifier: BSD-2-Clause
// Loaded images of Limine kernels.
#include "limine_sample.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t ids[BTL_LIMINE_FEATURES][2] = {
#define LIMINE_FEATURE(name, word2, word3, arguments, more_arguments, text) {word2, word3},
#include <btl/limine_features.def>
#undef LIMINE_FEATURE
};

void limine_sample(struct limine_sample *s, uint64_t revision)
{
    const uint64_t tag[] = {BTL_LIMINE_TAG_0, BTL_LIMINE_TAG_1, revision};
    memset(s, 0, sizeof(*s));
    test_memory_begin(&s->memory);
    s->diags.arena = &s->memory.arena;
    s->segments[0] = (struct btl_kernel_segment){
        .size = 0x1000, .file_size = 0x1000, .perm = BTL_PERM_READ | BTL_PERM_EXEC};
    s->segments[1] = (struct btl_kernel_segment){.offset = 0x1000,
                                                 .size = LIMINE_SIZE - 0x1000,
                                                 .file_size = LIMINE_SIZE - 0x1000,
                                                 .perm = BTL_PERM_READ | BTL_PERM_WRITE};
    s->kernel = (struct btl_kernel_image){.elf = &s->elf,
                                          .link_base = LIMINE_BASE,
                                          .base = LIMINE_BASE,
                                          .size = LIMINE_SIZE,
                                          .entry = LIMINE_BASE + 16,
                                          .segments = s->segments,
                                          .segment_count = 2,
                                          .memory = calloc(1, LIMINE_SIZE)};
    s->next = LIMINE_TAG_AT;
    if (revision != LIMINE_NO_TAG)
        limine_words(s, tag, 3);
}

void limine_sample_end(struct limine_sample *s)
{
    free(s->kernel.memory);
    test_memory_end(&s->memory);
}

uint64_t limine_words(struct limine_sample *s, const uint64_t *words, uint32_t count)
{
    uint64_t at = s->next;
    if (!btl_in_range(at, count * 8ull, LIMINE_SIZE))
        abort();
    memcpy(s->kernel.memory + at, words, count * 8ull);
    s->next += count * 8ull;
    return at;
}

uint64_t limine_request(struct limine_sample *s, enum btl_limine_feature feature, uint64_t revision,
                        uint64_t argument)
{
    const uint64_t words[] = {BTL_LIMINE_REQUEST_0,
                              BTL_LIMINE_REQUEST_1,
                              ids[feature][0],
                              ids[feature][1],
                              revision,
                              0,
                              argument,
                              0,
                              0};
    return limine_words(s, words, 9);
}

uint64_t limine_text(struct limine_sample *s, const char *text)
{
    uint64_t words[40] = {0};
    memcpy(words, text, strlen(text));
    return limine_words(s, words, (uint32_t)(strlen(text) / 8 + 1));
}

void limine_start_marker(struct limine_sample *s)
{
    const uint64_t words[] = {BTL_LIMINE_START_0, BTL_LIMINE_START_1, BTL_LIMINE_START_2,
                              BTL_LIMINE_START_3};
    limine_words(s, words, 4);
}

void limine_end_marker(struct limine_sample *s)
{
    const uint64_t words[] = {BTL_LIMINE_END_0, BTL_LIMINE_END_1};
    limine_words(s, words, 2);
}

uint64_t limine_word(const struct limine_sample *s, uint64_t offset)
{
    uint64_t word;
    memcpy(&word, s->kernel.memory + offset, sizeof(word));
    return word;
}

void limine_set_word(struct limine_sample *s, uint64_t offset, uint64_t word)
{
    memcpy(s->kernel.memory + offset, &word, sizeof(word));
}

bool limine_found(struct limine_sample *s)
{
    return btl_limine_find(&s->kernel, &s->requests, &s->diags);
}
