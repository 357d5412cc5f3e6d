// SPDX-License-Identifier: BSD-2-Clause
// The parts of `btl manifest --diff`.
#ifndef BTL_HOST_MANIFEST_DIFF_H
#define BTL_HOST_MANIFEST_DIFF_H

#include <btl/manifest.h>

#include "host.h"
#include "lines.h"

struct diff {
    struct host *host;
    struct btl_out *out;
    const struct btl_manifest *a, *b;
    const char *heading; // printed before the first difference under it
    const char *subject; // a module, printed likewise
    int indent;          // of fields
    bool any;
    bool random; // addresses of at least one of the boots: their bases are not compared
};

// Print the heading and the module that were not printed yet.
void diff_headings(struct diff *d);
// Print a field, if it differs. "" is printed as (none).
void diff_field(struct diff *d, const char *name, struct btl_str a, struct btl_str b);
void diff_string(struct diff *d, const char *name, struct btlm_str a, struct btlm_str b);
void diff_lines(struct diff *d, struct lines *a, struct lines *b, bool numbers);

// Values of fields as text.
struct btl_str diff_safe(const struct diff *d, const struct btl_manifest *m, struct btlm_str str);
struct btl_str diff_text(const struct diff *d, const char *words);
struct btl_str diff_hex(const struct diff *d, uint64_t value); // 0: "-"
// An address, as its offset from `base` if addresses are random.
struct btl_str diff_address(const struct diff *d, uint64_t address, uint64_t base);
struct btl_str diff_bytes(const struct diff *d, uint64_t value);
struct btl_str diff_hash(const struct diff *d, const uint8_t sha256[static 32]);
struct btl_str diff_owner(const struct diff *d, const struct btl_manifest *m, uint32_t index);

void diff_boot(struct diff *d);
void diff_trust(struct diff *d);
void diff_modules(struct diff *d);
void diff_ranges(struct diff *d);
void diff_timings(struct diff *d);

#endif
