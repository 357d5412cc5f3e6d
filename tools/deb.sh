#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deb.sh DIR [COMMIT]: build the Debian packages of a commit, in DIR. Without COMMIT it is HEAD. What differs from HEAD
# would not be in them, so the tree has to be clean.
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd)
fail() {
	echo "deb: $1" >&2
	exit 1
}
commit=${2:-HEAD}
changed=
[ -n "${2:-}" ] || changed=$(git status --porcelain)
[ -z "$changed" ] || fail "the packages are built of the commit HEAD; commit these files, or put them away (git stash -u):
$changed"
version=$(cat VERSION)
entry=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
[ "$version" = "$entry" ] || fail "VERSION is $version, the first entry of debian/changelog is for $entry; add one for $version"

find "$dir" -mindepth 1 -maxdepth 1 \( -name "btl-$version" -o -name '*.deb' -o -name 'btl_*' \) -exec rm -rf {} +
git archive --prefix="btl-$version/" "$commit" | tar -x -C "$dir"
cd "$dir/btl-$version"
# A make that runs this script has its own settings.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES BUILD O ARCH
dpkg-buildpackage -us -uc
cd .. && ls -- *.deb
