// SPDX-License-Identifier: BSD-2-Clause
// The output of btl state.
#ifndef BTL_HOST_STATE_PRINT_H
#define BTL_HOST_STATE_PRINT_H

#include <btl/format.h>

#include "next_boot.h"
#include "seal/seal_view.h"
#include "variables/variables.h"

// Print as text. `next`, `seal` NULL: no volume was given.
void state_print(struct btl_out *out, const struct variables *variables,
                 const struct next_boot *next, const struct seal_view *seal);
// Print as JSON, for programs; btl(1) describes it.
void state_json(struct btl_out *out, const struct variables *variables,
                const struct next_boot *next, const struct seal_view *seal);

#endif
