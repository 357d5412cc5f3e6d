// SPDX-License-Identifier: BSD-2-Clause
// The version of BTL: that of the headers as macros, that of the linked core as a function.
// docs/abi.md says what a version may change. (BTL_VERSION() of btl/module.h is a module's own.)
#ifndef BTL_VERSION_H
#define BTL_VERSION_H

#include <btl/cdefs.h>

BTL_BEGIN_DECLS

// The file VERSION is the one place; tests/tree/test_version.py compares.
#define BTL_VERSION_MAJOR 1
#define BTL_VERSION_MINOR 0
#define BTL_VERSION_TEXT  "1.0"
// For comparisons: #if BTL_VERSION_NUMBER >= 1002 is "1.2 or later".
#define BTL_VERSION_NUMBER (BTL_VERSION_MAJOR * 1000 + BTL_VERSION_MINOR)

// Return the version of the core that is linked: BTL_VERSION_TEXT when it was compiled.
const char *btl_version(void);

BTL_END_DECLS

#endif
