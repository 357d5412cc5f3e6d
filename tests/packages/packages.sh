#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# packages.sh DIR [DEBS]: build the packages in a minimal Debian below DIR (or take those of the folder DEBS), install
# them in a second one, work with them there as the author of a module or a kernel does, boot the result in QEMU,
# upgrade, and remove. Needs root.
#
# BTL_DEBIAN_MIRROR: where Debian's packages are. The minimal Debian is kept in DIR/debian.tar for the next run.
set -u
[ "$(id -u)" = 0 ] || { echo "test-packages: the test installs packages in a chroot; run it as root" >&2; exit 1; }
# Mounts are private to this script, and end with it.
[ -n "${BTL_UNSHARED:-}" ] || BTL_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"

mkdir -p "$1"
dir=$(realpath "$1") debs=${2:+$(realpath "$2")}
root=
version=$(cat VERSION)
packages="btl btl-loader-efi btl-linux btl-kernel libbtl-dev"
passed=0 failed=0

# try NAME COMMAND…: one test. Its output goes to a log.
try() {
	name=$1 log=$dir/$1.log
	shift
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1)) && echo "ok $name"
	else
		failed=$((failed + 1)) && tail -n 20 "$log" && echo "FAILED $name (all of the output: $log)"
	fi
}

end() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

# Run a script in the minimal Debian, which stops at the first error.
inside() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		sh -euxc "$1"
}

# Make a minimal Debian in $root.
make_debian() {
	rm -rf "$root"
	[ -e "$dir/debian.tar" ] || {
		debootstrap --variant=minbase bookworm "$root" "${BTL_DEBIAN_MIRROR:-http://deb.debian.org/debian}" &&
			tar -c --one-file-system -C "$root" -f "$dir/debian.tar.new" . && mv "$dir/debian.tar.new" "$dir/debian.tar"
	} || return 1
	mkdir -p "$root" && tar -x -C "$root" -f "$dir/debian.tar" && cp /etc/resolv.conf "$root/etc/resolv.conf" &&
		mount -t proc proc "$root/proc" && inside 'apt-get -q update'
}

# Root installs what the build needs; a user builds.
build_packages() {
	make_debian && git clone -q "$(pwd)" "$root/home/btl" || return 1
	inside 'apt-get -q -y --no-install-recommends install make
		cd /home/btl
		tools/setup.sh deb
		useradd builder
		chown -R builder .
		su builder -c "make deb"'
}

# What the packages depend on and recommend is here before they are, so that only they make a difference.
make_user_debian() {
	make_debian && inside 'apt-get -q -y install gcc make pkg-config mtools gdisk fdisk kmod xz-utils zstd
		apt-get -q -y --no-install-recommends install systemd-boot' # has a page loader.conf(5), too
}

# The names of all files.
list_files() {
	inside 'find / \( -path /proc -o -path /root -o -path /srv -o -path /debs -o -path /tmp -o -path "/var/cache/apt/*" \
		-o -path "/var/log/*" \) -prune -o -print | sort' >"$dir/$1" 2>/dev/null
}

install_packages() {
	list_files files.before && mkdir -p "$root/debs/next" || return 1
	for package in $packages; do
		cp "$debs/${package}_${version}_"*.deb "$root/debs" || return 1
	done
	inside 'apt-get -q -y install /debs/*.deb' && inside "dpkg-query -W -f '\${db:Status-Status} \${Version}\n' $packages" >"$dir/status" &&
		[ "$(sort -u "$dir/status")" = "installed $version" ]
}

versions_agree() {
	inside "btl --version | grep -F '$version'
		pkg-config --modversion btl | grep -Fx '$version'"
}

# The commands of a page, which are the indented lines of a section, until QEMU starts; and the QEMU line.
page_commands() {
	sed -n "/^## $2/,/^## /s/^    //p" "$1" | sed '/^qemu-system/,$d'
}
page_machine() {
	sed -n 's/^    //p' "$1" | sed -n '/^qemu-system/,/[^\\]$/p'
}

follow_page() {
	inside "mkdir /srv/page
		cd /srv/page
		$(page_commands docs/packages.md 'From the packages to a boot')
		test -e btl.img"
}

# boot_until TEXT PAGE FOLDER: boot the image by the QEMU line of the page, for two minutes at most.
boot_until() {
	serial=$dir/serial
	(cd "$root/srv/$3" && exec timeout 120 sh -c "$(cd "$OLDPWD" && page_machine "$2")") </dev/null >"$serial" 2>&1 &
	machine=$!
	until grep -qa "$1" "$serial"; do
		kill -0 $machine 2>/dev/null || break
		sleep 1
	done
	kill $machine 2>/dev/null
	wait $machine
	cat "$serial"
	grep -qa "$1" "$serial"
}

boot_page() {
	boot_until 'INIT: [0-9]* modules loaded, 0 failed' docs/packages.md page && grep -a 'mine: here' "$dir/serial"
}

build_example() {
	inside "cp -r /usr/share/btl/examples/$1 /srv/$1
		make -C /srv/$1"
}

boot_example() {
	boot_until 'the kernel has come to its end' "examples/$1/README.md" "$1"
}

# The newer version lacks one file.
upgrade() {
	for package in $packages; do
		dpkg-deb -R "$root/debs/${package}_${version}_"*.deb "$dir/next" &&
			sed -i "s/^Version: .*/&+next/; s/(= $version)/(= $version+next)/" "$dir/next/DEBIAN/control" &&
			rm -f "$dir/next/usr/share/btl/core/base/sort.c" &&
			dpkg-deb -Zgzip --root-owner-group -b "$dir/next" "$root/debs/next/$package.deb" && rm -r "$dir/next" || return 1
	done
	inside "test -e /usr/share/btl/core/base/sort.c
		apt-get -q -y install /debs/next/*.deb
		dpkg-query -W -f '\${db:Status-Status} \${Version}\n' $packages | sort -u | grep -Fx 'installed $version+next'
		test ! -e /usr/share/btl/core/base/sort.c
		btl --version"
}

remove() {
	inside "apt-get -q -y purge $packages" && list_files files.after && diff "$dir/files.before" "$dir/files.after"
}

if [ -z "$debs" ]; then
	root=$dir/builder
	debs=$root/home/btl/build/deb
	try build build_packages
fi
[ -e "$debs/btl_${version}_amd64.deb" ] || { echo "test-packages: there is no btl_${version}_amd64.deb in $debs" >&2; failed=1 && end; }
try lintian lintian --allow-root --fail-on error,warning "$debs/btl_${version}_amd64.changes"
root=$dir/root
try debian make_user_debian
[ -e "$root/usr/bin/gcc" ] || end
try install install_packages
try versions versions_agree
try page follow_page
try boot-page boot_page
for example in examples/*/; do
	example=$(basename "$example")
	try "example-$example" build_example "$example"
	[ ! -e "$root/srv/$example/btl.img" ] || try "boot-$example" boot_example "$example"
done
try upgrade upgrade
try remove remove
end
