# SPDX-License-Identifier: BSD-2-Clause
"""From power-on to the init of the initrd, by BTL and by systemd-boot, with the same kernel and the same initrds. The
clock counts instructions, 16 ns for each, so the load of the host does not count."""
import os
import re
import subprocess

import pytest

from linuxboot import ARCH, LINUX, ROOT, STEADY, linux, make, package, unpacked

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="Debian's kernel for x86-64")

OPTIONS = "console=ttyS0 no_timer_check quiet"
INITRDS = ("/linux/base.img", "/linux/ticks.img", "/linux/test.img")
TICKS = """#include <stdio.h>
int main(void) { printf("TEST: ticks %llu\\n", __builtin_ia32_rdtsc()); return 0; }
"""


def ticks(work):
    """Make an initrd with a program that prints the processor's counter: the nanoseconds since power-on."""
    source, program, made = (os.path.join(work, name) for name in ("ticks.c", "ticks", "ticks.img"))
    with open(source, "w", encoding="ascii") as file:
        file.write(TICKS)
    subprocess.run(["gcc", "-static", "-s", "-O1", source, "-o", program], check=True)
    subprocess.run([os.path.join(ROOT, "tools/linux-initrd.sh"), os.path.join(LINUX, "system/bin/busybox"), made,
                    "bin/ticks=" + program], check=True)
    return made


def measure(name, files):
    result = linux("ticks", files=files, text=files.pop("loader.conf"), options=STEADY)
    assert result.status == 0 and "TEST: end" in result.text, result.text
    count = int(re.search(r"^TEST: ticks (\d+)", result.text, re.M)[1])
    print("%-14s %6.2f s from power-on to init" % (name, count / 1e9))
    return count


def test_btl_beside_systemd_boot(tmp_path):
    make("linux-files")
    package("systemd-boot-efi")
    files = {"linux/ticks.img": ticks(str(tmp_path))}
    conf = 'kernel="/linux/vmlinuz"\nkernel_options="%s"\ninitrd="%s"\n' % (OPTIONS, ";".join(INITRDS))
    lines = "".join("initrd %s\n" % it for it in INITRDS)
    entry = "title Debian\nlinux /linux/vmlinuz\n%soptions %s\n" % (lines, OPTIONS)
    btl = measure("BTL", {**files, "loader.conf": conf})
    other = measure("systemd-boot", {
        **files, "loader.conf": "\n", "EFI/BOOT/BOOTX64.EFI": unpacked("usr/lib/systemd/boot/efi/systemd-bootx64.efi"),
        "loader/loader.conf": b"timeout 0\n", "loader/entries/debian.conf": entry.encode()})
    assert btl < 1.02 * other
