// SPDX-License-Identifier: BSD-2-Clause
// Signatures: what Linux appends to a module's file, and the first one of an EFI program. They are
// shown, and never verified here.
#ifndef BTL_HOST_SIGNATURE_H
#define BTL_HOST_SIGNATURE_H

#include <btl/types.h>

struct signature {
    const char *kind;           // "PKCS#7", "X509" or "PGP"
    struct btl_str signer;      // common name of the issuer
    struct btl_bytes key;       // the number of its key
    const char *hash;           // "sha256"
    struct btl_bytes signature; // itself
};

// Find the signature at the end of a file; *ret_signature points into it. False: there is none, or
// none of a known form.
bool signature_find(struct btl_bytes file, struct signature *ret_signature);
// Read the first signature in the certificate table of an EFI program, as signature_find().
bool signature_of_program(struct btl_bytes certificates, struct signature *ret_signature);

#endif
