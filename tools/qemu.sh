#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sourced by run.sh and debug.sh: the machine of $ARCH (x86_64).
#     qemu IMAGE WORK [option…]     boots the image. WORK: a directory for private files.
#                                   qemu_before: a command to run it under.
#     qemu_result STATUS OUTPUT     what became of it; OUTPUT: a file with what it printed
# Run as a program, it only says whether there is such a machine.
. "$(dirname "$0")/qemu-${ARCH:-x86_64}.sh"
