#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install the Debian packages that a purpose needs:  tools/setup.sh [build|run|debug|test|deb|packages|linux|trust|ia64|aarch64]
# Without root, and without sudo that needs no password, print the command to run.
set -eu

build="libc6-dev binutils gnu-efi psf-unifont mtools gdisk fdisk"
run="$build qemu-system-x86 ovmf"
debug="$run gdb"
aarch64="gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu"
test="$debug clang clang-format libclang-rt-dev libcmocka-dev python3 python3-pytest python3-pytest-xdist python3-pexpect dosfstools binutils-ia64-linux-gnu $aarch64 librsvg2-bin kmod mandoc valgrind g++ pkg-config u-boot-qemu zsh fish sbsigntool osslsigncode openssl swtpm tpm2-tools"
# For make deb.
deb="$build build-essential git debhelper libcmocka-dev"
# For make test-packages.
packages="$run git lintian debootstrap"
# For make test-linux.
linux="$test $deb mmdebstrap e2fsprogs"
# For make test-trust.
trust="$test shim-signed softhsm2 libengine-pkcs11-openssl mokutil"
# For compiling the ia64 cross compiler (tools/ia64-toolchain.sh).
ia64="binutils binutils-ia64-linux-gnu gcc-12-source gcc g++ make libc6-dev libgmp-dev libmpfr-dev libmpc-dev zlib1g-dev flex bison gawk bzip2 xz-utils"

case "${1:-test}" in
build) wanted=$build ;;
run) wanted=$run ;;
debug) wanted=$debug ;;
test) wanted=$test ;;
deb) wanted=$deb ;;
packages) wanted=$packages ;;
linux) wanted=$linux ;;
trust) wanted=$trust ;;
ia64) wanted=$ia64 ;;
aarch64) wanted=$aarch64 ;;
*) echo "usage: $0 [build|run|debug|test|deb|packages|linux|trust|ia64|aarch64]" >&2; exit 2 ;;
esac

installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is not a Debian system; needed are: $wanted" >&2
	exit 0
fi
missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	echo "setup: packages are missing; run this and try again:" >&2
	echo "    sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "setup: installing$missing"
$as_root apt-get -q update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing
