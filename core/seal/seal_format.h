// SPDX-License-Identifier: BSD-2-Clause
// The words of a seal and the names of its sections: reader and writer share them.
#ifndef BTL_CORE_SEAL_FORMAT_H
#define BTL_CORE_SEAL_FORMAT_H

#include <btl/machine.h>
#include <btl/seal.h>

#define SEAL_FIRST_LINE BTL_STR("BTL-SEAL 1")
#define SEAL_SECTION    BTL_STR(".btlseal")
#define SEAL_LINE_MIN   (5 + 64 + 1 + 2 + 1) // bytes of the shortest line with a hash: "file "…

extern const struct btl_str seal_kinds[BTL_SEAL_KINDS];
extern const struct btl_str seal_allows[BTL_SEAL_ALLOWS]; // bit 0, bit 1, …

// Write the name of a machine as a seal has it, "x86_64", and a NUL. Return `name`.
#define SEAL_MACHINE_NAME_SIZE 16
const char *seal_machine_name(const struct btl_machine *machine, char name[SEAL_MACHINE_NAME_SIZE]);

// Find the list and the certificate table (empty: there is none) in the envelope. Report what is
// wrong with the envelope.
bool seal_envelope_open(struct btl_bytes file, struct btl_place place,
                        const struct btl_machine *machine, struct btl_str *ret_text,
                        struct btl_bytes *ret_certificates, struct btl_diags *diags);

#endif
