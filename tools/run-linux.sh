#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boot $LINUX/linux.img in QEMU. On a terminal, this ends in a shell (`poweroff` ends the machine, Ctrl-A x ends QEMU),
# and the machine keeps its disk and its variables, $LINUX/vars.fd. Without a terminal it has copies, prints what it
# says, and powers off; exit 0 only if the driver of the disk was loaded.
set -eu
export BTL_MEMORY="${BTL_MEMORY:-512M}"
. "$(dirname "$0")/qemu.sh"
LINUX=${LINUX:-build/linux}
limit=${BTL_TIMEOUT:-300} # seconds, without a terminal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ -t 0 ]; then
	status=0
	qemu_kept=$LINUX/vars.fd
	qemu "$LINUX/linux.img" "$work" -serial mon:stdio || status=$?
	[ $status = 0 ] || exit $status
	echo "run-linux: the machine was switched off or reset; make run-linux goes on with its disk and variables"
	exit 0
fi

cp --sparse=always "$LINUX/linux.img" "$work/linux.img" # the guest writes to a copy
volume=$work/linux.img@@1M
mcopy -i "$volume" ::/loader.conf "$work/loader.conf"
printf '\nkernel_options="console=ttyS0 no_timer_check quiet report"\nautoboot_delay="0"\n' >>"$work/loader.conf"
mcopy -i "$volume" -D o "$work/loader.conf" ::/loader.conf

status=0
qemu_before="timeout $limit"
qemu "$work/linux.img" "$work" -serial stdio -monitor none </dev/null >"$work/serial" || status=$?
# Remove the control sequences by which the firmware drives the serial line as a terminal.
tr -d '\r' <"$work/serial" | sed 's/\x1b\(\[[=?0-9;]*[A-Za-z]\|[78]\)//g' | tee "$work/text"
if grep -q '^/mnt is the EFI system partition' "$work/text"; then
	echo "run-linux: Linux has the disk, whose driver loader.conf names"
elif [ $status = 124 ]; then
	echo "run-linux: no end after $limit seconds (BTL_TIMEOUT sets the limit)" >&2
	exit 1
else
	echo "run-linux: Linux did not reach its shell, or has no disk; see above" >&2
	exit 1
fi
