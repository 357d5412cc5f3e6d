// SPDX-License-Identifier: BSD-2-Clause
// Values of a manifest as text, for the commands that print one.
#ifndef BTL_HOST_MANIFEST_WORDS_H
#define BTL_HOST_MANIFEST_WORDS_H

#include <btl/manifest.h>

enum { WORDS_TIME_SIZE = 32 };

const char *words_time(uint64_t ns, char text[static WORDS_TIME_SIZE]); // three digits: "4.04 ms"
// Are the size and SHA-256 of the module's file known?
bool words_file_was_read(const struct btlm_module *module);

// Return the word of loader.conf for the kind of the kernel; "?": of a later version.
const char *words_kernel_kind(const struct btl_manifest *manifest);

#endif
