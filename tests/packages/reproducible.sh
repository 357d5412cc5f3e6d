#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# reproducible.sh DIR: build the tracked files in two directories below DIR, under different settings, and compare each
# program, library and module.
set -eu
dir=$1
passed=0 failed=0
# ccache could give both builds the same object.
export CCACHE_DISABLE=1
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD O ARCH

rm -rf "$dir"
for tree in one another/place; do
	mkdir -p "$dir/$tree"
	git ls-files -z | xargs -0 tar -c --ignore-failed-read | tar -x -C "$dir/$tree"
done
make_all() {
	make -s -C "$dir/$1" "$2" loader kernel modules btl libbtl
}
(umask 022 && LC_ALL=C TZ=UTC make_all one -j2)
(umask 027 && LC_ALL=C.UTF-8 TZ=Asia/Tokyo SOURCE_DATE_EPOCH=1 make_all another/place -j1)

products() {
	(cd "$dir/one/build" && find . -type f \( -name '*.EFI' -o -name '*.elf' -o -name '*.a' -o -name '*.ko' \
		-o -name '*.ko.debug' -o -path ./host/btl \))
}
for file in $(products | sort); do
	if cmp "$dir/one/build/$file" "$dir/another/place/build/$file"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
# A build that makes nothing compares nothing.
for file in x86_64/efi/BOOTX64.EFI x86_64/kernel/kernel.elf x86_64/modules/hello.ko host/btl host/libbtl.a; do
	[ -s "$dir/one/build/$file" ] || { failed=$((failed + 1)) && echo "missing: $file"; }
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
