# SPDX-License-Identifier: BSD-2-Clause
"""Other boot loaders, Xen and a memory test are EFI images: BTL starts them as they are in Debian's packages. Each
finds its own files, because the firmware tells an image from which file of which volume it was loaded."""
import os
import re

import pytest

from linuxboot import ARCH, LINUX, kernel, make, package, started, unpacked

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="EFI images for x86-64")
CONF = 'kernel="%s"\nautoboot_delay="0"\n'
SHELL = r"Linux (\S+), [0-9.]+ s after its start"

GRUB = r"""
serial --unit=0 --speed=115200
terminal_output serial
echo "GRUB was started from $cmdpath"
linux /linux/vmlinuz console=ttyS0 no_timer_check quiet report grub
initrd /linux/base.img
boot
"""


def cloud():
    """Return the files of the cloud kernel and its base initrd."""
    make("linux-files")
    return {"linux/vmlinuz": os.path.join(LINUX, "cloud/vmlinuz"), "linux/base.img": os.path.join(LINUX, "base.img")}


def test_grub_finds_its_configuration_and_boots_linux():
    package("grub-efi-amd64-bin")
    files = {**cloud(), "loader.conf": (CONF % "/EFI/debian/grubx64.efi").encode(),
             "EFI/debian/grubx64.efi": unpacked("usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"),
             "EFI/debian/grub.cfg": GRUB.encode()}
    with started(files) as machine:
        machine.expect(r"GRUB was started from \(hd0,gpt1\)/EFI/debian")
        machine.expect(SHELL)
        assert machine.wait() == 0


def test_systemd_boot_finds_its_entries_and_boots_linux():
    package("systemd-boot-efi")
    entry = "title Debian\nlinux /linux/vmlinuz\ninitrd /linux/base.img\noptions console=ttyS0 no_timer_check quiet report\n"
    files = {**cloud(), "loader.conf": (CONF % "/EFI/systemd/systemd-bootx64.efi").encode(),
             "EFI/systemd/systemd-bootx64.efi": unpacked("usr/lib/systemd/boot/efi/systemd-bootx64.efi"),
             "loader/loader.conf": b"timeout 0\n", "loader/entries/debian.conf": entry.encode()}
    with started(files) as machine:
        machine.expect(SHELL)
        assert machine.wait() == 0


XEN = """[global]
default=debian

[debian]
options=console=com1 com1=115200 noreboot
kernel=vmlinuz console=hvc0 quiet report
ramdisk=base.img
"""


def test_xen_boots_with_a_linux_as_dom0():
    package("xen-system-amd64")
    files = {"loader.conf": (CONF % "/EFI/xen/xen.efi").encode(), "EFI/xen/xen.efi": unpacked("boot/xen-*-amd64.efi"),
             "EFI/xen/xen.cfg": XEN.encode(), "EFI/xen/vmlinuz": os.path.join(kernel("amd64"), "vmlinuz"),
             "EFI/xen/base.img": cloud()["linux/base.img"]}
    with started(files, memory="1G") as machine:
        machine.expect(r"\(XEN\) +Xen +kernel: 64-bit")
        machine.expect(SHELL)
        assert re.fullmatch(r"[0-9.-]+-amd64", machine.match[1])
        assert machine.wait() == 0


def test_memtest86_gets_its_options():
    """The test of memory writes to the serial line only if its options name the line."""
    package("memtest86+")
    text = CONF % "/EFI/memtest86/memtest.efi" + 'kernel_options="console=ttyS0,115200"\n'
    with started({"loader.conf": text.encode(), "EFI/memtest86/memtest.efi": unpacked("boot/memtest86+x64.efi")}) as machine:
        machine.expect("Memtest86")
        machine.expect("Pass")
