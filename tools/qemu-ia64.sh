# SPDX-License-Identifier: BSD-2-Clause
# The ia64 machine (tools/qemu.sh): QEMU_IA64=/path/to/qemu-system-ia64, an emulator with firmware that is in
# no Debian package. Its standard error is the console of the boot services; the emulator's own messages are
# removed.
# BTL_MEMORY (512M), BTL_DISPLAY (none).

if [ -z "${QEMU_IA64:-}" ]; then
	echo "no ia64 machine (set QEMU_IA64)" >&2
	exit 1
fi
if [ -n "${SHARE:-}" ]; then
	echo "the ia64 machine has no device for a directory of the host; run it without SHARE" >&2
	exit 2
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

# The machine has no device by which a kernel can set the exit status: read the report.
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
