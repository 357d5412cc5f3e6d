// SPDX-License-Identifier: BSD-2-Clause
#define VISITOR        "2.1"
#define VISITOR_RESULT BTL_EIO
#include "visitor.h"
