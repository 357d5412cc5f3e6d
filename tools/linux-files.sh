#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copy a kernel, its list of built-in modules, and modules with their dependencies, out of unpacked Debian packages:
#     tools/linux-files.sh ROOT FLAVOUR DIR MODULE…
# ROOT: where the packages are unpacked. FLAVOUR: the end of the kernel's release, as cloud-amd64. In DIR are then
# vmlinuz, modules.builtin, release (the kernel's release) and modules/.
set -eu
root=$1 flavour=$2 dir=$3
shift 3
# A flavour is a whole one: amd64 is not cloud-amd64.
kernel=$(find "$root/boot" -name 'vmlinuz-*' | LC_ALL=C sort -V | grep -E "[0-9]-$flavour\$" | tail -n 1)
[ -n "$kernel" ] || { echo "linux: no kernel $flavour is in $root/boot" >&2; exit 1; }
release=${kernel##*/vmlinuz-}
modules=$root/lib/modules/$release
[ -d "$modules" ] || modules=$root/usr/lib/modules/$release

# Lines "NAME PATH".
index=$(find "$modules" -name '*.ko*' | while read -r path; do
	base=${path##*/}
	echo "${base%%.ko*} $path"
done | sed -E ':next; s/^([^ -]*)-/\1_/; t next')

builtin() {
	tr - _ <"$modules/modules.builtin" | grep -q "/$1\.ko"
}

# copy NAME: a module and what it depends on. In names of modules, - and _ are the same.
copy() {
	name=$(echo "$1" | tr - _)
	[ ! -e "$dir/modules/$name.ko" ] || return 0
	file=$(echo "$index" | sed -n "s/^$name //p" | head -n 1)
	[ -n "$file" ] || ! builtin "$name" || return 0
	case $file in
	*.ko) cp "$file" "$dir/modules/$name.ko" ;;
	*.ko.xz) xz -dc "$file" >"$dir/modules/$name.ko" ;;
	*.ko.zst) zstd -qdc "$file" >"$dir/modules/$name.ko" ;;
	*) echo "linux: Debian's kernel $release has no module $1" >&2; exit 1 ;;
	esac
	for needed in $(LC_ALL=C tr '\0' '\n' <"$dir/modules/$name.ko" | sed -n 's/^depends=//p' | tr , ' '); do
		copy "$needed"
	done
}

rm -rf "$dir" && mkdir -p "$dir/modules"
cp "$kernel" "$dir/vmlinuz"
cp "$modules/modules.builtin" "$dir/modules.builtin"
echo "$release" >"$dir/release"
for module; do
	copy "$module"
done
