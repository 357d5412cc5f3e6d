# SPDX-License-Identifier: BSD-2-Clause
"""Linux kernels and unified kernel images made of a test program, for tests that need no Linux."""
import struct

HEADER = 0x1000  # where the contents of the sections begin


def headers(program):
    """Return offset of the PE header, number of sections, offset of the section table."""
    at, = struct.unpack_from("<I", program, 0x3c)
    count, = struct.unpack_from("<H", program, at + 6)
    optional, = struct.unpack_from("<H", program, at + 20)
    return at, count, at + 24 + optional


def moved(program, at):
    """The program with its PE header at `at`, and with its contents after HEADER."""
    old, count, table = headers(program)
    size = table + 40 * count - old
    begin = min(struct.unpack_from("<I", program, table + 40 * i + 20)[0] for i in range(count)
                if struct.unpack_from("<I", program, table + 40 * i + 16)[0] > 0)
    new = bytearray(program[:64].ljust(HEADER, b"\0") + program[begin:])
    struct.pack_into("<I", new, 0x3c, at)
    new[at:at + size] = program[old:old + size]
    struct.pack_into("<I", new, at + 24 + 60, HEADER)  # SizeOfHeaders
    for i in range(count):
        field = at + table - old + 40 * i + 20
        offset, = struct.unpack_from("<I", new, field)
        if offset > 0:
            struct.pack_into("<I", new, field, offset - begin + HEADER)
    return new


def linux(program, version=b"6.1.0-test (x@y) #1"):
    """The program as a Linux kernel: with the boot header of a bzImage."""
    new = moved(program, 0x400)
    new[0x1f1] = 2
    new[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", new, 0x206, 0x20f)
    struct.pack_into("<H", new, 0x20e, 0x100)
    struct.pack_into("<I", new, 0x238, 2047)
    new[0x300:0x300 + len(version) + 1] = version + b"\0"
    return bytes(new)


def uki(program, **parts):
    """The program with sections such as .linux=…: a unified kernel image whose stub is the program."""
    new = moved(program, 0x80)
    at, count, table = headers(new)
    address = (max(sum(struct.unpack_from("<II", new, table + 40 * i + 8)) for i in range(count)) + 0xfff) & ~0xfff
    for name, contents in parts.items():
        new += bytes(-len(new) % 512)
        struct.pack_into("<8sIIII12xI", new, table + 40 * count, b"." + name.encode(), len(contents), address,
                         (len(contents) + 511) & ~511, len(new), 0x40000040)
        new += contents + bytes(-len(contents) % 512)
        address = (address + len(contents) + 0xfff) & ~0xfff
        count += 1
    struct.pack_into("<H", new, at + 6, count)
    struct.pack_into("<I", new, at + 24 + 56, address)  # SizeOfImage
    assert table + 40 * count <= HEADER
    return bytes(new)
