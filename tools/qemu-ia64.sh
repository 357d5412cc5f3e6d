# SPDX-License-Identifier: BSD-2-Clause
# The ia64 machine (tools/qemu.sh): an emulator that no package has, QEMU_IA64=/path/to/qemu-system-ia64.
# Its firmware is part of it. The console of boot services is its standard error; what it has to say
# itself, about its own state, is left out.
# BTL_MEMORY (512M), BTL_DISPLAY (none).

if [ -z "${QEMU_IA64:-}" ]; then
	echo "no ia64 machine (set QEMU_IA64)" >&2
	exit 1
fi

qemu()
{
	qemu_image=$1 qemu_work=$2
	shift 2
	mkfifo "$qemu_work/console"
	grep --line-buffered -v '^qemu-system-ia64: warning: ' <"$qemu_work/console" &
	qemu_status=0
	${qemu_before:-} "$QEMU_IA64" -machine vibtanium,efi-boot-manager=off -m "${BTL_MEMORY:-512M}" \
		-drive "if=ide,format=raw,file=$qemu_image" -no-reboot -display "${BTL_DISPLAY:-none}" "$@" \
		2>"$qemu_work/console" || qemu_status=$?
	wait $! || true
	return $qemu_status
}

# It has no device by which a kernel could set the exit status: the report is read.
qemu_result()
{
	if [ "$1" != 0 ]; then
		[ "$1" = 124 ] && echo timeout || echo "$1"
	elif grep -q '^BTL-REPORT end ok' "$2"; then
		echo good
	elif grep -q '^BTL-REPORT end' "$2"; then
		echo failed
	else
		echo reset
	fi
}
