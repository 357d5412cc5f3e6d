// SPDX-License-Identifier: BSD-2-Clause
// Values of a manifest as text, for the commands that print one.
#ifndef BTL_HOST_MANIFEST_WORDS_H
#define BTL_HOST_MANIFEST_WORDS_H

#include <btl/manifest.h>

enum { SHA256_TEXT = 65, PERM_TEXT = 4, TIME_TEXT = 32 };

const char *words_sha256(const uint8_t sha256[static 32], char text[static SHA256_TEXT]);
const char *words_perm(uint32_t perm, char text[static PERM_TEXT]); // "r-x"
const char *words_uefi(uint32_t revision, char text[static 24]);    // "2.7", "2.3.1"
const char *words_severity(uint32_t severity);
const char *words_time(uint64_t ns, char text[static TIME_TEXT]); // three digits: "4.04 ms"
// Are the size and SHA-256 of the module's file known?
bool words_file_was_read(const struct btlm_module *module);

#endif
