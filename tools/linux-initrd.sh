#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make an initrd, a newc archive, of files:
#     tools/linux-initrd.sh BUSYBOX INITRD PATH=FILE…
# BUSYBOX makes the archive. Every file belongs to root and is executable. The same files give the same bytes.
set -eu
busybox=$(realpath "$1") initrd=$2
shift 2
tree=$(mktemp -d)
trap 'rm -rf "$tree" "$initrd.new"' EXIT
trap 'exit 1' HUP INT TERM
for pair; do
	mkdir -p "$tree/$(dirname "${pair%%=*}")"
	install -m 755 "${pair#*=}" "$tree/${pair%%=*}"
done
find "$tree" -type d -exec chmod 755 {} +
find "$tree" -exec touch -d @1700000000 {} +
(cd "$tree" && find . -mindepth 1 | sed 's|^\./||' | LC_ALL=C sort | "$busybox" cpio -o -H newc -R 0:0 --renumber-inodes --ignore-devno 2>/dev/null) >"$initrd.new"
mv "$initrd.new" "$initrd"
