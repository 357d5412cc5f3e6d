# SPDX-License-Identifier: BSD-2-Clause
"""The disk of a machine with Debian, which boots by GRUB: an EFI system partition and a root file system, ext4."""
import os
import shutil
import subprocess

import pytest

from linuxboot import LINUX, ROOT, package, unpacked

ESP = (1, 256)  # MiB: first, number
FIRST_ROOT, SIZE_ROOT = 257, 1536
# As /etc/fstab has them (tests/linux/debian.sh).
ESP_ID, ROOT_UUID = "b7100001", "b7100001-0000-4000-8000-000000000003"

GRUB = """
serial --unit=0 --speed=115200
terminal_output serial
echo "GRUB boots Debian"
search --no-floppy --fs-uuid --set=root %s
linux /vmlinuz root=UUID=%s ro console=ttyS0 quiet no_timer_check systemd.show_status=0
initrd /initrd.img
boot
"""


def run(*words, **more):
    done = subprocess.run(words, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    assert done.returncode == 0, "%s\n%s" % (" ".join(words), done.stdout)
    return done.stdout


def debian():
    """Return the archive of a Debian, which is made once. Skip the test without root, or without the mirror."""
    archive = os.path.join(LINUX, "debian.tar")
    if not os.path.exists(archive):
        os.makedirs(LINUX, exist_ok=True)
        done = subprocess.run([os.path.join(ROOT, "tests/linux/debian.sh"), archive], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 3:
            pytest.skip(" ".join(done.stdout.split()))
        assert done.returncode == 0, done.stdout
    return archive


def make_root(work, image, prepare):
    """Make the root file system. `prepare` gets its tree."""
    tree = os.path.join(work, "root")
    os.mkdir(tree)
    run("tar", "-x", "--numeric-owner", "-C", tree, "-f", debian())
    prepare(tree)
    run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-U", ROOT_UUID, "-d", tree, image, "%dM" % SIZE_ROOT)
    shutil.rmtree(tree)


def make_esp(work, image):
    """Make the EFI system partition as Debian's installer does: GRUB, also where firmware looks on an unknown disk."""
    package("grub-efi-amd64-bin")
    grub = unpacked("usr/lib/grub/x86_64-efi/monolithic/grubx64.efi")
    config = os.path.join(work, "grub.cfg")
    with open(config, "w", encoding="utf-8") as file:
        file.write(GRUB % (ROOT_UUID, ROOT_UUID))
    run("truncate", "-s", "%dM" % ESP[1], image)
    run("mformat", "-i", image, "-F", "-v", "ESP", "-N", ESP_ID, "::")
    run("mmd", "-i", image, "::EFI", "::EFI/BOOT", "::EFI/debian")
    for source, path in ((grub, "EFI/BOOT/BOOTX64.EFI"), (grub, "EFI/debian/grubx64.efi"), (config, "EFI/debian/grub.cfg")):
        run("mcopy", "-i", image, source, "::" + path)


def make_disk(work, prepare):
    """Make a disk in the folder `work`; return its file."""
    disk, parts = os.path.join(work, "debian.img"), [os.path.join(work, name) for name in ("esp", "ext4")]
    make_esp(work, parts[0])
    make_root(work, parts[1], prepare)
    run("truncate", "-s", "%dM" % (FIRST_ROOT + SIZE_ROOT + 1), disk)
    run("sgdisk", "--clear", "--new=1:%dM:+%dM" % ESP, "--typecode=1:ef00", "--change-name=1:ESP",
        "--new=2:%dM:+%dM" % (FIRST_ROOT, SIZE_ROOT), "--typecode=2:8300", "--change-name=2:root", disk)
    for part, first in zip(parts, (ESP[0], FIRST_ROOT)):
        run("dd", "if=" + part, "of=" + disk, "bs=1M", "seek=%d" % first, "conv=notrunc,sparse", "status=none")
        os.remove(part)
    return disk
