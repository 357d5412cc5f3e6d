// SPDX-License-Identifier: BSD-2-Clause
// Signing EFI programs with the tools that distributions have. BTL has no keys and no cryptography
// of its own but SHA-256.
#ifndef BTL_HOST_SIGNING_H
#define BTL_HOST_SIGNING_H

#include "host.h"

struct signer {
    const char *key;         // a file, or a URI pkcs11:…; of pesign: directory of its database
    const char *certificate; // a file; of pesign: a nickname
    const char *module;      // PKCS#11, for osslsigncode; or NULL
    const char *tool;        // its name; NULL: the first that is installed
};

#define SIGN_OPTIONS(signer)                                                                       \
    {.word = "key", .value = &(signer)->key}, {.word = "cert", .value = &(signer)->certificate},   \
        {.word = "token-driver", .value = &(signer)->module},                                      \
    {                                                                                              \
        .word = "tool", .value = &(signer)->tool                                                   \
    }
#define SIGN_SYNOPSIS "--key KEY --cert CERT [--tool TOOL]\n                [--token-driver FILE]"
#define SIGN_HELP                                                                                  \
    "      --key KEY           the private key: a file, or a URI \"pkcs11:...\" of a token; for\n" \
    "                          pesign the directory of its database\n"                             \
    "      --cert CERT         the certificate: a file; for pesign its nickname\n"                 \
    "      --token-driver F    the driver of the token, for osslsigncode\n"                        \
    "      --tool TOOL         sbsign, osslsigncode or pesign; default: the first of the first\n"  \
    "                          two that is installed\n"

// Are the options complete, and is the tool known and installed? Reports what is wrong. Chooses
// signer->tool.
bool signer_check(struct host *host, struct signer *signer);
// Return the command that signs the file `in` as `out`, ended by NULL.
const char *const *signer_command(struct host *host, const struct signer *signer, const char *in,
                                  const char *out);
// Sign an EFI program. False: reported.
bool signer_sign(struct host *host, const struct signer *signer, struct btl_bytes program,
                 struct btl_bytes *ret_signed);
// Let sbverify or osslsigncode verify the signature of an EFI program by the key of a certificate
// (a file). False: reported.
bool signature_verify(struct host *host, const char *certificate, struct btl_bytes program);

#endif
