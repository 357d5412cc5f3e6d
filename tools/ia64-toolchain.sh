#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make the ia64 tool chain from Debian packages:  tools/ia64-toolchain.sh [--check|--where]
#
#     binutils-ia64-linux-gnu     assembler, linker, objcopy (efi-app-ia64): used as they are
#     gcc-12-source               -> bin/ia64-linux-gnu-gcc, for C only, with libgcc and without a libc
#     gnu-efi's source package    -> gnu-efi/: headers, crt0-efi-ia64.o, elf_ia64_efi.lds, libraries
#
# All files go into a cache outside the tree, ${BTL_CACHE:-${XDG_CACHE_HOME:-~/.cache}/btl}. Finished steps
# are kept, and an interrupted step is continued. The stamp is written last, and names the versions of the
# packages. --check only tests whether a complete tool chain of these versions exists.
set -eu

# libgcc's makefiles need make's known suffixes, so they must not inherit --no-builtin-rules.
unset MAKEFLAGS MFLAGS MAKELEVEL

recipe=1 # incremented when this script builds something else
gcc_package=gcc-12-source

cache=${BTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/btl}
root=$cache/ia64-gcc-12
build=$root/build
tools_directory=$(cd "$(dirname "$0")" && pwd)
jobs=${JOBS:-$(nproc)}

say()
{
	echo "ia64-toolchain: $*"
}

fail()
{
	echo "ia64-toolchain: $*" >&2
	exit 1
}

version()
{
	dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo none
}

# Print the content of a valid stamp.
wanted()
{
	echo "recipe $recipe"
	echo "$gcc_package $(version $gcc_package)"
	echo "binutils-ia64-linux-gnu $(version binutils-ia64-linux-gnu)"
}

stamped()
{
	[ -f "$root/stamp.$1" ] && [ "$(cat "$root/stamp.$1")" = "$(wanted)" ]
}

stamp()
{
	wanted >"$root/stamp.$1.new"
	mv "$root/stamp.$1.new" "$root/stamp.$1"
}

# Run a long step. Its output goes to a log, which is printed if the step fails.
logged()
{
	log=$build/$1.log
	shift
	"$@" >>"$log" 2>&1 </dev/null || {
		tail -n 40 "$log" >&2
		fail "failed: $*; all of it is in $log. Run this again to go on."
	}
}

# ---- gcc ----

unpack_gcc()
{
	[ -d "$build/gcc-src" ] && return
	tar=$(ls /usr/src/gcc-12/gcc-*.tar.* 2>/dev/null | head -n 1)
	[ -n "$tar" ] || fail "no source in /usr/src/gcc-12; reinstall $gcc_package"
	rm -rf "$build/gcc-src.new"
	mkdir -p "$build/gcc-src.new"
	say "unpacking $tar"
	tar -C "$build/gcc-src.new" --strip-components=1 -xf "$tar"
	mv "$build/gcc-src.new" "$build/gcc-src"
}

# The binutils get the same prefix as the compiler, so that CROSS=…/bin/ia64-linux-gnu- is sufficient.
link_binutils()
{
	mkdir -p "$root/bin"
	for tool in /usr/bin/ia64-linux-gnu-*; do
		case $tool in *-gcc* | *-cpp* | *-gcov*) continue ;; esac
		ln -sf "$tool" "$root/bin/"
	done
}

configure_gcc()
{
	[ -f "$build/gcc/configured" ] && return
	rm -rf "$build/gcc"
	mkdir -p "$build/gcc"
	say "configuring gcc"
	cd "$build/gcc"
	logged gcc "$build/gcc-src/configure" --target=ia64-linux-gnu --prefix="$root" \
		--enable-languages=c --without-headers --with-newlib --with-gnu-as --with-gnu-ld \
		--with-as=/usr/bin/ia64-linux-gnu-as --with-ld=/usr/bin/ia64-linux-gnu-ld --with-system-zlib \
		--disable-bootstrap --disable-nls --disable-shared --disable-threads --disable-multilib \
		--disable-decimal-float --disable-libatomic --disable-libgomp --disable-libquadmath \
		--disable-libssp --disable-libvtv --disable-libsanitizer --disable-lto --disable-plugin \
		--disable-gcov --without-isl
	touch configured
}

make_gcc()
{
	stamped gcc && return
	unpack_gcc
	link_binutils
	configure_gcc
	cd "$build/gcc"
	say "compiling gcc (some ten minutes on two processors; $build/gcc.log)"
	logged gcc make -j"$jobs" MAKEINFO=true all-gcc
	logged gcc make -j"$jobs" MAKEINFO=true all-target-libgcc
	# Not install-gcc: it also installs the manuals, which are incomplete in Debian's source.
	logged gcc make -C gcc install-common install-headers install-cpp install-driver
	logged gcc make install-target-libgcc
	stamp gcc
	cd "$root"
	rm -rf "$build/gcc" "$build/gcc-src" # 2 GB
}

# ---- gnu-efi ----

# The configured package sources, as sources of source packages, with package lists in the cache: the system
# is unchanged, and root is not needed.
apt_sources()
{
	apt_dir=$build/apt
	rm -rf "$apt_dir"
	mkdir -p "$apt_dir/parts" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >>"$apt_dir/parts/system.list"
	done
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt_dir/parts/$(basename "$file")"
	done
}

apt_get()
{
	apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$build/apt/parts" \
		-o Dir::State::Lists="$build/apt/lists" -o Dir::Cache="$build/apt/cache" \
		-o APT::Sandbox::User=root "$@"
}

fetch_gnu_efi()
{
	[ -d "$build/gnu-efi" ] && return
	say "getting the source package of gnu-efi"
	rm -rf "$build/gnu-efi-package" "$build/gnu-efi.new"
	mkdir -p "$build/gnu-efi-package" "$build/gnu-efi.new"
	apt_sources
	cd "$build/gnu-efi-package"
	logged gnu-efi apt_get update
	logged gnu-efi apt_get source --download-only gnu-efi
	tar -C "$build/gnu-efi.new" --strip-components=1 -xf gnu-efi_*.orig.tar.*
	mv "$build/gnu-efi.new" "$build/gnu-efi"
}

make_gnu_efi()
{
	stamped gnu-efi && return
	fetch_gnu_efi
	say "compiling gnu-efi"
	cd "$build/gnu-efi"
	PATH=$root/bin:$PATH
	export PATH
	logged gnu-efi make ARCH=ia64 HOSTARCH=x86_64 CROSS_COMPILE=ia64-linux-gnu- lib gnuefi
	rm -rf "$root/gnu-efi.new"
	mkdir -p "$root/gnu-efi.new/lib" "$root/gnu-efi.new/include"
	cp -R inc "$root/gnu-efi.new/include/efi"
	cp ia64/gnuefi/crt0-efi-ia64.o ia64/gnuefi/libgnuefi.a ia64/lib/libefi.a gnuefi/elf_ia64_efi.lds \
		"$root/gnu-efi.new/lib/"
	rm -rf "$root/gnu-efi"
	mv "$root/gnu-efi.new" "$root/gnu-efi"
	stamp gnu-efi
}

case ${1:-} in
--where)
	echo "$root"
	exit 0
	;;
--check)
	stamped gcc && stamped gnu-efi && exit 0
	say "not there; get it with: make ia64-toolchain"
	exit 1
	;;
'') ;;
*)
	echo "usage: $0 [--check|--where]" >&2
	exit 2
	;;
esac

"$tools_directory/setup.sh" ia64
mkdir -p "$build"
make_gcc
make_gnu_efi
cd "$root"
rm -rf "$build"
say "ready in $root"
