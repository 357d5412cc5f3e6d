// SPDX-License-Identifier: BSD-2-Clause
// The parts that relocators are made of: formulas, data words, and the two passes over all entries.
// The passes are inline, so that each machine's functions are inlined in its own loops.
#ifndef BTL_CORE_RELOC_PORT_H
#define BTL_CORE_RELOC_PORT_H

#include "reloc.h"

// Formulas of every machine; those of one machine follow. A type without a row has the first.
enum {
    BTL_RELOC_UNKNOWN, // no such type
    BTL_RELOC_REFUSED, // exists, but has no meaning in a module
    BTL_RELOC_NOTHING,
    BTL_RELOC_FORMULAS
};

// Fields that are data; those of one machine follow.
enum btl_word { BTL_WORD_NONE, BTL_WORD_64, BTL_WORD_32, BTL_WORD_SIGNED32, BTL_WORDS };

static const struct {
    const char *text;
    uint8_t width; // bytes
} btl_words[BTL_WORDS] = {
    [BTL_WORD_NONE] = {"nothing", 0},
    [BTL_WORD_64] = {"64 bits", 8},
    [BTL_WORD_32] = {"32 bits, unsigned", 4},
    [BTL_WORD_SIGNED32] = {"32 bits, signed", 4},
};

static inline bool btl_word_fits(enum btl_word word, uint64_t value)
{
    if (word == BTL_WORD_SIGNED32)
        return (int64_t)value == (int32_t)value;
    return word != BTL_WORD_32 || value == (uint32_t)value;
}

static inline bool btl_word_store(const struct btl_window *window, uint64_t offset,
                                  enum btl_word word, uint64_t value)
{
    if (word == BTL_WORD_64)
        return btl_window_store64(window, offset, value);
    return word == BTL_WORD_NONE || btl_window_store32(window, offset, (uint32_t)value);
}

// Check the type and the symbol of an entry, and return the row of the type; NULL: reported. The
// machine's own checks follow.
const struct btl_reloc_type *btl_reloc_check(const struct btl_image *image,
                                             const struct btl_rela *rela,
                                             const struct elf64_rela *entry,
                                             struct btl_diags *diags);

// Check every entry, and call `count` for each valid one. False: `count` has no memory. *good
// becomes false if an entry is reported.
static inline __attribute__((always_inline)) bool btl_reloc_count(
    struct btl_image *image,
    bool (*check)(const struct btl_image *image, const struct btl_rela *rela,
                  const struct elf64_rela *entry, struct btl_diags *diags),
    bool (*count)(void *counter, const struct btl_rela *rela, const struct elf64_rela *entry),
    void *counter, bool *good, struct btl_diags *diags)
{
    struct btl_rela rela;
    for (uint32_t cursor = 0; btl_rela_next(image, &cursor, &rela);)
        for (uint64_t i = 0; i < rela.count; i++) {
            if (!check(image, &rela, &rela.entries[i], diags))
                *good = false;
            else if (!count(counter, &rela, &rela.entries[i]))
                return false;
        }
    return true;
}

// Apply every entry. False: an entry was reported.
static inline __attribute__((always_inline)) bool
btl_reloc_apply(struct btl_image *image,
                bool (*apply)(const struct btl_image *image, const struct btl_rela *rela,
                              const struct elf64_rela *entry, struct btl_diags *diags),
                struct btl_diags *diags)
{
    struct btl_rela rela;
    bool good = true;
    for (uint32_t cursor = 0; btl_rela_next(image, &cursor, &rela);) {
        for (uint64_t i = 0; i < rela.count; i++)
            good &= apply(image, &rela, &rela.entries[i], diags);
        image->relocation_count += rela.count;
    }
    return good;
}

#endif
