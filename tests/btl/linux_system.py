# SPDX-License-Identifier: BSD-2-Clause
"""A Linux system in a directory: kernels, initial RAM disks, modules and their lists, as packages and depmod leave them."""
import gzip
import lzma
import os
import struct

import elf
from btltest import write

OLD, NEW = "6.1.0-9-amd64", "6.1.0-10-amd64"  # in another order as text


def kernel(release, more=b""):
    """Return a bzImage as far as its gate reads it: a PE header, and the boot header with the version."""
    file = bytearray(2048)
    file[0:2], file[0x3c:0x40] = b"MZ", struct.pack("<I", 0x300)
    optional = struct.pack("<H", 0x20b) + bytes(66) + struct.pack("<H", 10) + bytes(42)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, len(optional), 0x206) + optional
    file[0x300:0x300 + len(header)] = header
    file[0x1f1], file[0x202:0x206], file[0x206:0x208] = 3, b"HdrS", struct.pack("<H", 0x20f)
    version = (release + " (tests) #1 SMP").encode() + b"\0"
    file[0x20e:0x210], file[0x500:0x500 + len(version)] = struct.pack("<H", 0x300), version
    file[0x236:0x238], file[0x238:0x23c] = struct.pack("<H", 0x3b), struct.pack("<I", 2047)
    file[0x260:0x264] = struct.pack("<I", 1 << 20)
    return bytes(file) + more


def module(name, release, *depends, info=()):
    return elf.module(name, ["license=GPL", "depends=" + ",".join(depends),
                             "vermagic=%s SMP preempt mod_unload " % release, *info],
                      needs=["printk"])


def system(root, *releases, suffix="", options="root=/dev/vda2 ro"):
    """Make the system. disk needs bus-core, which needs nothing; fs is alone; ext9 is built in."""
    pack = {"": bytes, ".xz": lzma.compress, ".gz": gzip.compress}[suffix]
    for release in releases:
        directory = "lib/modules/%s/" % release
        write(root, {
            "boot/vmlinuz-" + release: kernel(release), "boot/initrd.img-" + release: b"initrd " + release.encode(),
            directory + "kernel/disk.ko" + suffix: pack(module("disk", release, "bus-core")),
            directory + "kernel/bus-core.ko" + suffix: pack(module("bus_core", release)),
            directory + "updates/fs.ko" + suffix: pack(module("fs", release)),
            directory + "modules.builtin": "kernel/fs/ext9.ko\n",
            directory + "modules.dep": "kernel/disk.ko{0}: kernel/bus-core.ko{0}\nkernel/bus-core.ko{0}:\n"
                                       "updates/fs.ko{0}:\n".format(suffix),
            "etc/kernel/cmdline": options + "\n"})
    return str(root)


def tree(root):
    """Return {path: bytes} of every file below a directory."""
    found = {}
    for where, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                found[os.path.relpath(os.path.join(where, name), root)] = file.read()
    return found
