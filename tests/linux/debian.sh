#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make a Debian for a disk of the tests, as an archive:  tests/linux/debian.sh ARCHIVE
# The release is that of this system. The Debian has systemd, udev, bootctl, the cloud kernel with its initrd, and on
# the serial line a shell of root. Needs root.
#
# BTL_DEBIAN_MIRROR: where Debian's packages are. Exit status 3: the mirror does not serve them.
set -eu
[ "$(id -u)" = 0 ] || { echo "linux: mmdebstrap makes the Debian of the test as root alone" >&2; exit 3; }
archive=$(realpath "$1")
log=$archive.log
mirror=${BTL_DEBIAN_MIRROR:-http://deb.debian.org/debian}
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat >"$work/set-up.sh" <<'END'
set -eu
echo debian >"$1/etc/hostname"
# Debian's installer writes such a file.
cat >"$1/etc/fstab" <<'FSTAB'
UUID=b7100001-0000-4000-8000-000000000003 / ext4 errors=remount-ro 0 0
UUID=B710-0001 /boot/efi vfat umask=0077 0 0
FSTAB
mkdir -p "$1/boot/efi" "$1/etc/systemd/system/serial-getty@ttyS0.service.d" "$1/etc/systemd/system.conf.d"
# The shell of root, without a password and without a terminal's controls.
cat >"$1/etc/systemd/system/serial-getty@ttyS0.service.d/test.conf" <<'UNIT'
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear --keep-baud 115200 %I dumb
UNIT
printf '[Manager]\nDefaultTimeoutStartSec=900\nDefaultDeviceTimeoutSec=900\n' >"$1/etc/systemd/system.conf.d/test.conf"
root="$1/root"
printf "PS1='debian# '\nset +o emacs +o vi\nstty cols 200\nexport LC_ALL=C.UTF-8 PAGER=cat\n" >>"$root/.bashrc"
: >"$root/.hushlogin"
# What takes long on an emulated machine, and no test needs.
for unit in e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
	getty-static.service getty@tty1.service systemd-pstore.service dev-hugepages.mount dev-mqueue.mount \
	sys-kernel-debug.mount sys-kernel-tracing.mount; do
	ln -s /dev/null "$1/etc/systemd/system/$unit"
done
: >"$1/etc/machine-id"
END
# An initrd with few modules, by zstd: to make it takes most of the time, here and in the machine.
cat >"$work/initrd.sh" <<'END'
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d"
printf 'MODULES=list\nCOMPRESS=zstd\n' >"$1/etc/initramfs-tools/conf.d/test"
printf 'virtio_pci\nvirtio_blk\next4\n' >"$1/etc/initramfs-tools/modules"
END
if ! mmdebstrap --mode=root --variant=minbase --aptopt='APT::Install-Recommends "false"' \
	--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
	--include=dbus,systemd-sysv,systemd-boot,udev,kmod,initramfs-tools,xz-utils,zstd,linux-image-cloud-amd64,fdisk,gdisk,mtools \
	--essential-hook="sh $work/initrd.sh \"\$1\"" \
	--customize-hook="sh $work/set-up.sh \"\$1\"" --format=tar "$suite" "$archive.new" "$mirror" >"$log" 2>&1; then
	echo "linux: the mirror does not serve the Debian of the test; see $log:" >&2
	tail -n 3 "$log" >&2
	exit 3
fi
mv "$archive.new" "$archive"
