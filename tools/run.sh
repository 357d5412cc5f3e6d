#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boot the disk image in QEMU. On a terminal, this ends in the kernel's monitor (`poweroff` ends the
# monitor, Ctrl-A x ends QEMU). If standard input is no terminal, print the boot report, and exit 0 only
# if every required module was loaded.
#
# On a terminal the machine keeps what it writes: its disk is $O/btl.img, and its UEFI variables are
# $O/vars.fd. Without a terminal it has copies.
set -eu
. "$(dirname "$0")/qemu.sh"
O=${O:-build/${ARCH:-x86_64}}
limit=${BTL_TIMEOUT:-180} # seconds, without a terminal
case $limit in
'' | *[!0-9]*) echo "run: BTL_TIMEOUT is a number of seconds, not \"$limit\"" >&2 && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ -t 0 ]; then
	status=0
	qemu_kept=$O/vars.fd
	qemu_permit "$O/btl.img"
	qemu "$O/btl.img" "$work" -serial mon:stdio || status=$?
	case $(qemu_result $status /dev/null) in
	good) exit 0 ;;
	reset) echo "run: the machine was switched off or reset; make run goes on with its disk and variables" && exit 0 ;;
	*) exit $status ;;
	esac
fi

cp --sparse=always "$O/btl.img" "$work/btl.img" # the guest writes to a copy
qemu_permit "$work/btl.img"
# Add two lines to the image's loader.conf: the last assignment of a key wins. A loader that cannot boot
# waits a minute for a key, and then ends QEMU by a reset.
volume=$work/btl.img@@1M
mcopy -i "$volume" ::/loader.conf "$work/loader.conf"
printf '\nkernel_options="report"\nrequired_failure="reset"\n' >>"$work/loader.conf"
mcopy -i "$volume" -D o "$work/loader.conf" ::/loader.conf

status=0
qemu_before="timeout $limit"
qemu "$work/btl.img" "$work" -serial stdio -monitor none </dev/null >"$work/serial" || status=$?
# Remove the control sequences by which the firmware drives the serial line as a terminal.
tr -d '\r' <"$work/serial" | sed 's/\x1b\(\[[=?0-9;]*[A-Za-z]\|[78]\)//g' | tee "$work/text"

result=$(qemu_result $status "$work/text")
case $result in
good) echo "run: every required module was loaded" ;;
failed) echo "run: the boot failed: a required module was not loaded, or the kernel stopped; see above" >&2 ;;
timeout) echo "run: no end after $limit seconds (BTL_TIMEOUT sets the limit)" >&2
	[ -s "$work/text" ] || echo "run: the firmware printed nothing; BTL_MEMORY may be too little" >&2 ;;
125 | 126 | 127) echo "run: QEMU did not start; see above (BTL_QEMU names another one, BTL_MEMORY its memory)" >&2 ;;
reset) echo "run: the machine was reset or switched off before the end of the kernel's report" >&2 ;;
*) echo "run: QEMU ended with status $result" >&2 ;;
esac
[ "$result" = good ]
