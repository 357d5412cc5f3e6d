#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boots the disk image in QEMU. On a terminal: the kernel's monitor (`poweroff` ends it,
# Ctrl-A x ends QEMU). With no terminal on standard input: prints the boot report and exits 0 only if
# every required module was loaded.
set -eu
. "$(dirname "$0")/qemu.sh"
O=${O:-build/${ARCH:-x86_64}}
limit=${BTL_TIMEOUT:-180} # seconds, without a terminal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cp --sparse=always "$O/btl.img" "$work/btl.img" # what the guest writes stays out of the build

if [ -t 0 ]; then
	status=0
	qemu "$work/btl.img" "$work" -serial mon:stdio || status=$?
	case $(qemu_result $status /dev/null) in
	good | reset) exit 0 ;;
	*) exit $status ;;
	esac
fi

# The last assignment wins: the image's loader.conf, and two lines more. A loader that cannot boot
# waits a minute for a key, and then ends QEMU by a reset.
volume=$work/btl.img@@1M
mcopy -i "$volume" ::/loader.conf "$work/loader.conf"
printf '\nkernel_options="report"\nrequired_failure="reset"\n' >>"$work/loader.conf"
mcopy -i "$volume" -D o "$work/loader.conf" ::/loader.conf

status=0
qemu_before="timeout $limit"
qemu "$work/btl.img" "$work" -serial stdio -monitor none </dev/null >"$work/serial" || status=$?
# The firmware drives the serial line as a terminal: its control sequences are left out.
tr -d '\r' <"$work/serial" | sed 's/\x1b\[[=?0-9;]*[A-Za-z]//g' | tee "$work/text"

result=$(qemu_result $status "$work/text")
case $result in
good) echo "run: every required module was loaded" ;;
failed) echo "run: the boot failed: a required module was not loaded, or the kernel stopped; see above" >&2 ;;
timeout) echo "run: no end after $limit seconds (BTL_TIMEOUT sets the limit)" >&2 ;;
reset) echo "run: the machine was reset or switched off before the end of the kernel's report" >&2 ;;
*) echo "run: QEMU ended with status $result" >&2 ;;
esac
[ "$result" = good ]
