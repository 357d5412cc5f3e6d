# SPDX-License-Identifier: BSD-2-Clause
"""A unified kernel image gets modules: the loader opens the image, whose own stub would offer its own initrd alone. In
the system, kmod's modprobe finds the modules of the phase AUTO."""
import os
import re
import shutil
import subprocess

import pytest

from linuxboot import ARCH, LINUX, ROOT, kernel, linux, linux_conf, make, package, unpacked

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="Debian's kernel for x86-64")

STOCK = ("virtio_pci", "virtio_blk", "vfat", "nls_cp437", "nls_ascii", "efivarfs", "loop")
AUTO = ('isofs_load="YES"\nisofs_phase="AUTO"\nzram_load="YES"\nzram_phase="AUTO"\nzram.num_devices="2"\n')

# kmod is started by the kernel, which wants a file system, and by hand.
SCRIPT = """
echo "TEST: line $(cat /proc/cmdline)"
echo "TEST: before $(cut -d ' ' -f 1 /proc/modules | sort | tr '\\n' ' ')"
mount -t iso9660 /dev/vda1 /tmp
/sbin/modprobe zram
echo "TEST: after $(cut -d ' ' -f 1 /proc/modules | sort | tr '\\n' ' ')"
echo "TEST: devices" /sys/block/zram*
"""


def unified(path, vmlinuz, initrd, command_line):
    """Make a unified kernel image with systemd's stub, as ukify does."""
    package("systemd-boot-efi")
    stub = unpacked("usr/lib/systemd/boot/efi/linuxx64.efi.stub")
    with open(path + ".cmdline", "w", encoding="ascii") as file:
        file.write(command_line)
    words = ["objcopy"]
    for name, source, address in ((".cmdline", path + ".cmdline", 0x30000), (".linux", vmlinuz, 0x2000000),
                                  (".initrd", initrd, 0x3000000)):
        words += ["--add-section", "%s=%s" % (name, source), "--change-section-vma", "%s=0x%x" % (name, address)]
    subprocess.run([*words, stub, path], check=True)
    return path


def kmod():
    """Return kmod of this system with its libraries, as pairs of linux-initrd.sh."""
    program = shutil.which("kmod", path="/usr/bin:/bin:/sbin")
    if program is None:
        pytest.skip("kmod is not installed")
    listing = subprocess.run(["ldd", program], check=True, text=True, stdout=subprocess.PIPE).stdout
    return ["sbin/modprobe=" + program] + ["%s=%s" % (path[1:], path) for path in re.findall(r"(/\S+) \(0x", listing)]


def test_a_unified_kernel_image_gets_modules(tmp_path):
    make("linux-files")
    folder = kernel("cloud-amd64", *STOCK, "isofs", "zram")
    tools = str(tmp_path / "kmod.img")
    subprocess.run([os.path.join(ROOT, "tools/linux-initrd.sh"), os.path.join(LINUX, "system/bin/busybox"), tools, *kmod()],
                   check=True)
    image = unified(str(tmp_path / "debian.efi"), os.path.join(folder, "vmlinuz"), os.path.join(LINUX, "base.img"),
                    "console=ttyS0 no_timer_check quiet own")
    conf = re.sub(r"(?m)^kernel(_options)?=.*\n", "", linux_conf())
    conf += 'kernel="/linux/debian.efi"\ninitrd="/linux/kmod.img;/linux/test.img"\n' + AUTO
    result = linux(SCRIPT, text=conf, folder=folder, files={"linux/debian.efi": image, "linux/kmod.img": tools,
                                                            "linux/base.img": None, "linux/vmlinuz": None})
    assert result.status == 0 and "TEST: end" in result.text
    line, before, after, devices = (re.search(r"^TEST: %s (.*)" % word, result.text, re.M)[1].split()
                                    for word in ("line", "before", "after", "devices"))
    assert "own" in line and "rdinit=/btl/init" in line  # the image's own words, and the loader's
    assert set(STOCK) <= set(before) and not {"isofs", "cdrom", "zram", "zsmalloc"} & set(before)
    assert {"isofs", "cdrom", "zram", "zsmalloc"} <= set(after)
    assert devices == ["/sys/block/zram0", "/sys/block/zram1"]  # the parameter
