#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sourced by run.sh and debug.sh: the machine of $ARCH (x86_64).
#     qemu IMAGE WORK [option…]     boots the image. WORK: a directory for private files.
#                                   qemu_before: a command to run it under; qemu_kept: the file of
#                                   UEFI variables, which is made if it does not exist.
#     qemu_result STATUS OUTPUT     prints the result; OUTPUT: a file with the output of the boot
# Run as a program, this script only tests whether the machine exists.
#     SHARE=DIR                     gives the machine this directory of the host, read-only, as "host".
if [ -n "${SHARE:-}" ] && [ ! -d "$SHARE" ]; then
	echo "SHARE names a directory of this host; there is no directory \"$SHARE\"" >&2
	exit 2
fi
# qemu_permit IMAGE: loader.conf of the disk permits modules of the directory that SHARE names.
qemu_permit()
{
	[ -z "${SHARE:-}" ] || "${BTL_PROGRAM:-build/host/btl}" set -g -C "$1" module_register=any
}
. "$(dirname "$0")/qemu-${ARCH:-x86_64}.sh"
