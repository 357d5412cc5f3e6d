// SPDX-License-Identifier: BSD-2-Clause
// Generations of revocation (SBAT), which shim demands of the programs that it verifies. Raise the
// number of btl when older loaders must no longer be started.
        .section .sbat, "a", @progbits
        .balign 4096
        .ascii  "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
        .ascii  "btl,1,BTL,btl,", LOADER_VERSION, ",-\n"
        .section .note.GNU-stack, "", @progbits
