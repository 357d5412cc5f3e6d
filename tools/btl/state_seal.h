// SPDX-License-Identifier: BSD-2-Clause
// What btl state shows of Secure Boot and seals.
#ifndef BTL_HOST_STATE_SEAL_H
#define BTL_HOST_STATE_SEAL_H

#include "seal/seal_view.h"
#include "variables/variables.h"

// Print whether seals are enforced, if the variables say so.
void state_print_secure_boot(struct btl_out *out, const struct variables *variables);
// Print the seal of the configuration that is booted next.
void state_print_seal(struct btl_out *out, const struct variables *variables,
                      const struct seal_view *seal);
// A member "secure_boot": null, or an object.
void state_json_secure_boot(struct json *json, const struct variables *variables);

#endif
