#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boot the image in a QEMU that waits for gdb (port BTL_GDB_PORT, 1234), with the serial line on the
# terminal. Write $O/debug.gdb (BTL_GDB_SCRIPT), which makes gdb stop at the kernel's entry with all symbols
# loaded, and follow the modules that are loaded later. Print the gdb command to run in another terminal.
set -eu
. "$(dirname "$0")/qemu.sh"
O=${O:-build/x86_64}
port=${BTL_GDB_PORT:-1234}
here=$(pwd)
script=${BTL_GDB_SCRIPT:-$O/debug.gdb}
kernel=$O/kernel/kernel.elf
entry=$(readelf -h "$kernel" | awk '/Entry point/ { print $4 }')
# A kernel that can be moved is at the start of the window (btl/boot.h), unless addresses are random.
base=0
if readelf -h "$kernel" | grep -q 'Type: *DYN'; then
	base=0xffffffff80000000
fi

absolute()
{
	case $1 in
	/*) echo "$1" ;;
	*) echo "$here/$1" ;;
	esac
}

# gdb would follow the other machine.
if awk -v port="$(printf ':%04X$' "$port")" '$4 == "0A" && $2 ~ port { used = 1 } END { exit !used }' /proc/net/tcp; then
	echo "debug: port $port is in use, perhaps by another machine; end it, or set BTL_GDB_PORT" >&2
	exit 1
fi

# Where the symbols of modules are: the directories of BTL_SYMBOLS, which are separated by colons, and SHARE.
symbols=${SHARE:+$(absolute "$SHARE")}
IFS=:
for directory in ${BTL_SYMBOLS:-}; do
	symbols=$symbols:$(absolute "$directory")
done
unset IFS

cat >"$script" <<EOF
set pagination off
set confirm off
set architecture i386:x86-64
directory $here
set \$btl_tool = "$(absolute "${BTL_PROGRAM:-build/host/btl}")"
set \$btl_kernel = "$(absolute "$kernel")"
set \$btl_loader = "$(absolute "$O/efi/loader.elf")"
set \$btl_modules = "$(absolute "$O/modules")"
set \$btl_symbols = "$symbols"
set \$btl_entry = $base + $entry
set breakpoint pending on
symbol-file $(absolute "$kernel") -o $base
target remote 127.0.0.1:$port
source $(absolute tools/gdb/btl.py)
continue
EOF

echo "QEMU waits for gdb. On another terminal:"
echo "    gdb -x $(absolute "$script")"
echo "It stops at the kernel's entry with the symbols of kernel, phase-1 modules and loader; those of"
echo "other modules follow when they are loaded. Then e.g.  break null_load ; continue.  btl-loader starts"
echo "again and stops in the loader."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cp --sparse=always "$O/btl.img" "$work/btl.img"
qemu_permit "$work/btl.img"
program=${BTL_PROGRAM:-build/host/btl}
if [ "$("$program" get -g -C "$work/btl.img" aslr 2>/dev/null)" = YES ]; then
	"$program" set -g -C "$work/btl.img" aslr=NO
fi
qemu "$work/btl.img" "$work" -serial mon:stdio -gdb "tcp:127.0.0.1:$port" -S -action reboot=reset
