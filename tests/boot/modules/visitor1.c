// SPDX-License-Identifier: BSD-2-Clause
#define VISITOR        "1.0"
#define VISITOR_RESULT 0
#include "visitor.h"
