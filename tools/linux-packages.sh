#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Download Debian packages and unpack them in DIR/system, as any user. Nothing is installed:
#     tools/linux-packages.sh DIR PACKAGE…
# A package that only depends on the current kernel (linux-image-cloud-amd64) or the current Xen (xen-system-amd64)
# stands for that.
# DIR/PACKAGE.files: where the files of each package are. Exit status 3: the mirror does not serve a package.
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
lists= # options of apt that select the lists of packages: by default those of the system

get() {
	"$@" -o APT::Sandbox::User="$(id -un)" $lists
}

# A system without lists, or with old ones, gets lists of its own in DIR.
update_lists() {
	[ -z "$lists" ] || return 1
	mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
	lists="-o Dir::State::lists=$dir/apt/lists -o Dir::Cache=$dir/apt/cache"
	get apt-get -q update >"$dir/apt/log" 2>&1
}

# current NAME: print the package of the kernel or of Xen on which a package depends, or else its own name.
current() {
	get apt-cache depends "$1" 2>/dev/null | awk -v name="$1" '
		/Depends: (linux-image|xen-hypervisor)-[0-9]/ && !found { name = $2; found = 1 } END { print name }'
}

# download NAME: put the package's file in DIR/debs.
download() {
	rm -rf "$dir/debs" && mkdir -p "$dir/debs"
	(cd "$dir/debs" && get apt-get -q download "$(current "$1")") >"$dir/download.log" 2>&1
}

unpack() {
	mkdir -p "$dir/system"
	dpkg-deb --fsys-tarfile "$dir"/debs/*.deb | tar -x --no-same-owner -C "$dir/system"
	dpkg-deb --fsys-tarfile "$dir"/debs/*.deb | tar -t >"$dir/$1.files"
	rm -r "$dir/debs"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
	echo "linux: this is not a Debian system; the kernel and its modules are Debian packages" >&2
	exit 3
fi
for package; do
	[ ! -e "$dir/$package.files" ] || continue
	if ! download "$package" && ! { update_lists && download "$package"; }; then
		echo "linux: the mirror does not serve the package $package:" >&2
		tail -n 3 "$dir/download.log" >&2
		exit 3
	fi
	unpack "$package"
	echo "linux: the package $package is in $dir/system"
done
