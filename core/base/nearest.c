// SPDX-License-Identifier: BSD-2-Clause
// "Did you mean": the edit distance in which an exchange of two neighbours counts one, as typing
// errors do.
#include <btl/str.h>

#define COMPARED_MAX 64

static unsigned min_of_3(unsigned a, unsigned b, unsigned c)
{
    unsigned smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

// Of two words of at most COMPARED_MAX bytes. rows[i % 3] holds row i of the usual matrix.
static unsigned edit_distance(struct btl_str a, struct btl_str b)
{
    uint8_t rows[3][COMPARED_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (uint8_t)j;
    for (size_t i = 1; i <= a.len; i++) {
        const uint8_t *above = rows[(i + 2) % 3], *above_2 = rows[(i + 1) % 3];
        uint8_t *row = rows[i % 3];
        row[0] = (uint8_t)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned best = min_of_3(above[j] + 1u, row[j - 1] + 1u,
                                     above[j - 1] + (unsigned)(a.at[i - 1] != b.at[j - 1]));
            bool exchanged =
                i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
            if (exchanged && above_2[j - 2] + 1u < best)
                best = above_2[j - 2] + 1u;
            row[j] = (uint8_t)best;
        }
    }
    return rows[a.len % 3][b.len];
}

struct btl_str btl_nearest(struct btl_str word, const struct btl_str *known, size_t count)
{
    struct btl_str nearest = {NULL, 0};
    if (word.len > COMPARED_MAX)
        return nearest;
    unsigned best = (unsigned)word.len / 3 + 2; // from here on it is another word
    for (size_t i = 0; i < count; i++) {
        if (known[i].len > COMPARED_MAX)
            continue;
        unsigned found = edit_distance(word, known[i]);
        // A word of which nothing is left is not near either.
        if (found >= best || found >= known[i].len)
            continue;
        best = found;
        nearest = known[i];
    }
    return nearest;
}
