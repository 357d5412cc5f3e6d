// SPDX-License-Identifier: BSD-2-Clause
// Shared by the parts of the aarch64 relocator: the types (reloc_aarch64_types.c), and the checks
// and values (reloc_aarch64.c).
#ifndef BTL_CORE_RELOC_AARCH64_H
#define BTL_CORE_RELOC_AARCH64_H

#include "aarch64_entries.h"
#include "aarch64_field.h"
#include "reloc_port.h"

// Formulas. S: symbol, A: addend, P: place, GOT: first entry of the GOT, G: the GOT entry that
// holds S + A, Page(x): x without its low 12 bits.
enum aarch64_formula {
    AARCH64_FORMULA_REFUSED = BTL_RELOC_REFUSED,
    AARCH64_FORMULA_NOTHING = BTL_RELOC_NOTHING,
    AARCH64_FORMULA_S_A = BTL_RELOC_FORMULAS,
    AARCH64_FORMULA_S_A_P,
    AARCH64_FORMULA_PAGE,       // Page(S + A) - Page(P)
    AARCH64_FORMULA_BRANCH,     // S + A - P, or the distance to a veneer
    AARCH64_FORMULA_GOT,        // G; this formula and the following need a GOT entry
    AARCH64_FORMULA_GOT_P,      // G - P
    AARCH64_FORMULA_GOT_PAGE,   // Page(G) - Page(P)
    AARCH64_FORMULA_GOT_OFFSET, // G - Page(GOT)
};

// Data and instructions, thread-local data, the dynamic linker.
#define AARCH64_RUNS 4
extern const struct btl_reloc_run aarch64_runs[AARCH64_RUNS];

#endif
