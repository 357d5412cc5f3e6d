// SPDX-License-Identifier: BSD-2-Clause
// What btl list and btl state show of a configuration's seal.
#ifndef BTL_HOST_SEAL_VIEW_H
#define BTL_HOST_SEAL_VIEW_H

#include "json.h"
#include "seal/sealing.h"

struct seal_view {
    enum seal_found found; // SEAL_THERE: the rest is set
    uint64_t level;
    size_t differences; // files that the steps have read and that do not fit
    bool is_signed;
    struct btl_str signer; // common name; empty: not known
};

// Look at the seal of boot->path, after the steps. Reports nothing.
void seal_view(struct boot *boot, struct seal_view *ret_view);
// As a sentence without a full stop: "the seal fits, level 7, signed (not verified) by \"owner\"".
struct btl_str seal_view_text(struct btl_arena *arena, const struct seal_view *view);
// A member "seal" of an object: null, or an object.
void seal_view_json(struct json *json, const struct seal_view *view);

#endif
