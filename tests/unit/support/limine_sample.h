// SPDX-License-Identifier: BSD-2-Clause
// Loaded images of Limine kernels: one page of code, then requests.
#ifndef BTL_LIMINE_SAMPLE_H
#define BTL_LIMINE_SAMPLE_H

#include <btl/limine_kernel.h>

#include "btl_test.h"

#define LIMINE_BASE   0xffffffff80000000ull
#define LIMINE_SIZE   0x4000u
#define LIMINE_NO_TAG UINT64_MAX
#define LIMINE_TAG_AT 0x1000u

struct limine_sample {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_elf elf;
    struct btl_kernel_segment segments[2];
    struct btl_kernel_image kernel;
    struct btl_limine_requests requests;
    uint64_t next; // offset of the next thing that is added
};

// `revision`: of the tag, which lies at LIMINE_TAG_AT; or LIMINE_NO_TAG.
void limine_sample(struct limine_sample *s, uint64_t revision);
void limine_sample_end(struct limine_sample *s);
// Add a request, words or a text. Return the offset in the image.
uint64_t limine_request(struct limine_sample *s, enum btl_limine_feature feature, uint64_t revision,
                        uint64_t argument);
uint64_t limine_words(struct limine_sample *s, const uint64_t *words, uint32_t count);
uint64_t limine_text(struct limine_sample *s, const char *text);
void limine_start_marker(struct limine_sample *s);
void limine_end_marker(struct limine_sample *s);
uint64_t limine_word(const struct limine_sample *s, uint64_t offset);
void limine_set_word(struct limine_sample *s, uint64_t offset, uint64_t word);
// Find the requests: s->requests.
bool limine_found(struct limine_sample *s);

#endif
