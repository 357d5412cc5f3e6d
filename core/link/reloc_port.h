// SPDX-License-Identifier: BSD-2-Clause
// What ports of the relocator are made of: rows, data words, and the two passes over all entries.
// The passes are inline, with the port's own functions in them, so that a machine's inner loop is
// its own.
#ifndef BTL_CORE_RELOC_PORT_H
#define BTL_CORE_RELOC_PORT_H

#include "reloc.h"

// Formulas of every machine; a port's own follow. A number without a row has the first.
enum {
    BTL_RELOC_UNKNOWN, // no such type
    BTL_RELOC_REFUSED, // exists, has no meaning in a module
    BTL_RELOC_NOTHING,
    BTL_RELOC_FORMULAS
};

// Fields that are data; a port's own follow.
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

// The row of an entry whose type exists and can be applied, and whose symbol is there; NULL:
// reported. What else an entry must be, its port says.
const struct btl_reloc_type *btl_reloc_check(const struct btl_image *image,
                                             const struct btl_rela *rela,
                                             const struct elf64_rela *entry,
                                             struct btl_diags *diags);

// Layout: checks every entry, and counts what those go through that are sound. False: `count` ran
// out of memory. *good becomes false when an entry was reported.
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

// Link: applies every entry. False: some were reported.
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
