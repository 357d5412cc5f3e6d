# SPDX-License-Identifier: BSD-2-Clause
"""Disks with other tables of partitions, made of the images that tools/mkimage.sh makes."""
import struct
import zlib

PART = 1 << 20  # where the volume starts on such an image


def put_record(disk, block, index, kind, start, count):
    """A record of a table of partitions of an MBR."""
    at = block * 512 + 446 + 16 * index
    disk[at:at + 16] = struct.pack("<4xB3xII", kind, start, count)
    disk[block * 512 + 510:block * 512 + 512] = b"\x55\xaa"


def lay_out(image, layout, kind=0xef):
    """Puts the volume of an image on a disk of another kind: "mbr", "logical" (a partition of that kind), "disk"."""
    with open(image, "rb") as file:
        disk = bytearray(file.read())
    blocks = struct.unpack_from("<I", disk, PART + 32)[0]
    first = PART // 512
    disk[:PART] = struct.pack("<440xI", 0xb7100001).ljust(PART, b"\0")
    if layout == "mbr":
        put_record(disk, 0, 1, kind, first, blocks)
    elif layout == "logical":
        put_record(disk, 0, 0, 0x0f, 64, first - 64 + blocks)
        put_record(disk, 64, 0, kind, first - 64, blocks)
    with open(image, "wb") as file:
        file.write(disk[PART if layout == "disk" else 0:PART + blocks * 512])


def crowd(image, count):
    """Give a disk a GPT of so many partitions, each with a GUID of its own, that are all the volume. The table is
    behind the volume."""
    with open(image, "rb") as file:
        disk = bytearray(file.read())
    kind = disk[1024:1040]  # of the first partition
    first, last = struct.unpack_from("<QQ", disk, 1024 + 32)
    table = b"".join(kind + struct.pack("<QQQQQ72x", index, 0x77, first, last, 0) for index in range(count))
    disk += bytes(-len(disk) % 512) + bytes(34 * 512)
    place = len(disk) // 512
    disk += table + bytes(-len(table) % 512)
    header = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, place + len(table) // 512, 34,
                         place - 1, bytes(16), place, count, 128, zlib.crc32(table))
    disk[512:1024] = (header[:16] + struct.pack("<I", zlib.crc32(header)) + header[20:]).ljust(512, b"\0")
    with open(image, "wb") as file:
        file.write(disk)
