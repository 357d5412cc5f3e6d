# SPDX-License-Identifier: BSD-2-Clause
# The x86-64 machine (tools/qemu.sh): QEMU with OVMF. The kernel sets the exit status (isa-debug-exit).
# BTL_ACCEL (tcg), BTL_MEMORY (256M), BTL_DISPLAY (none), BTL_QEMU, BTL_OVMF_CODE, BTL_OVMF_VARS,
# BTL_DEVICES: more devices, "edu".

first_of()
{
	for file; do
		[ -e "$file" ] && echo "$file" && return
	done
	echo "no OVMF firmware found: looked for $* (package ovmf)" >&2
	return 1
}

qemu()
{
	qemu_image=$1 qemu_work=$2
	shift 2
	qemu_code=${BTL_OVMF_CODE:-$(first_of /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd)}
	qemu_vars=${BTL_OVMF_VARS:-$(first_of /usr/share/OVMF/OVMF_VARS_4M.fd /usr/share/OVMF/OVMF_VARS.fd)}
	qemu_own=${qemu_kept:-$qemu_work/vars.fd}
	if [ -n "${SHARE:-}" ]; then # a comma in a path is written twice
		set -- -virtfs "local,path=$(echo "$SHARE" | sed 's/,/,,/g'),mount_tag=host,security_model=none,readonly=on" "$@"
	fi
	for qemu_device in ${BTL_DEVICES:-}; do
		set -- -device "$qemu_device" "$@"
	done
	[ -e "$qemu_own" ] || cp "$qemu_vars" "$qemu_own"
	${qemu_before:-} "${BTL_QEMU:-qemu-system-x86_64}" -machine q35 -accel "${BTL_ACCEL:-tcg}" -m "${BTL_MEMORY:-256M}" \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$qemu_code" \
		-drive "if=pflash,format=raw,unit=1,file=$qemu_own" \
		-drive "if=none,id=disk,format=raw,file=$qemu_image" -device virtio-blk-pci,drive=disk,bootindex=0 \
		-device virtio-rng-pci -nic none -no-reboot -display "${BTL_DISPLAY:-none}" \
		-device isa-debug-exit,iobase=0xf4,iosize=4 "$@"
}

# qemu_result STATUS OUTPUT: print the result: good, failed, timeout, reset, or a number.
qemu_result()
{
	case $1 in
	33) echo good ;;
	35) echo failed ;;
	124) echo timeout ;;
	0) echo reset ;;
	*) echo "$1" ;;
	esac
}
