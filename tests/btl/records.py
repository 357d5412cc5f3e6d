# SPDX-License-Identifier: BSD-2-Clause
"""Make the records that boots leave for each other, from include/btl/boot_state.h by hand; the directory in
which Linux shows them; and the variable store of a virtual machine."""
import hashlib
import os
import struct
import uuid
import zlib

GUID = uuid.UUID("5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94")
FIRMWARE = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
NAMES = ["BtlTrial", "BtlGood", "BtlFailed", "BtlNext", "BtlPending"]
ATTRIBUTES = 7
LOADER, KERNEL = 0, 1


def sha256(text):
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()


def record(name, path="/loader.conf", digest=bytes(32), number=0, text="", version=1, given_up=None):
    path, text = path.encode(), text.encode()
    if given_up is None:
        given_up = [digest] if name == "BtlFailed" and number == KERNEL else []

    def whole(checksum):
        return struct.pack("<4sBBHII32sHHI", b"BTLr", version, NAMES.index(name), 0, checksum, number, digest,
                           len(path), len(text), len(given_up)) + b"".join(given_up) + path + text
    return whole(zlib.crc32(whole(0)))


def run_record(manifest=0, end=3, text=""):
    """Return BtlRun without events (btl/run_record.h). `manifest`: the checksum of the boot's."""
    def whole(checksum):
        return struct.pack("<4sBBHIIHH", b"BTLk", 1, end, 0, checksum, manifest, 0, len(text)) + text.encode()
    return whole(zlib.crc32(whole(0)))


def running(path="/loader.conf", digest=bytes(32), how=0, flags=0, tries=0, left=0, timeout=0, watchdog=0):
    """Return BtlBoot (btl/running_record.h)."""
    path = path.encode()

    def whole(checksum):
        return struct.pack("<4sBBHIIHHII32sHH", b"BTLb", 1, how, 0, checksum, flags, tries, left, timeout, watchdog,
                           digest, len(path), 0) + path
    return whole(zlib.crc32(whole(0)))


def put_running(directory, attributes=6, **fields):
    with open(os.path.join(directory, file_name("BtlBoot")), "wb") as file:
        file.write(struct.pack("<I", attributes) + running(**fields))


def file_name(name, guid=GUID):
    return "%s-%s" % (name, guid)


def node(kind, subtype, data):
    return struct.pack("<BBH", kind, subtype, 4 + len(data)) + data


def utf16(text):
    return text.encode("utf-16-le") + b"\0\0"


def load_option(path, options=b"", title="BTL", attributes=1):
    """Return a variable Boot####. `path`: of the file, or None."""
    nodes = node(4, 1, struct.pack("<IQQ16sBB", 1, 2048, 4096, bytes(16), 2, 2))  # a partition
    if path is not None:
        nodes += node(4, 4, utf16(path))
    nodes += node(0x7f, 0xff, b"")
    if isinstance(options, str):
        options = utf16(options)
    return struct.pack("<IH", attributes, len(nodes)) + utf16(title) + nodes + options


def boot_entries(directory, **entries):
    """Write variables of the firmware to a directory like that of Linux. BootOrder, BootNext: numbers."""
    for name, data in entries.items():
        if isinstance(data, (list, tuple)):
            data = struct.pack("<%dH" % len(data), *data)
        with open(os.path.join(directory, file_name(name, FIRMWARE)), "wb") as file:
            file.write(struct.pack("<I", 7) + data)
    return str(directory)


def efivars(directory, attributes=ATTRIBUTES, **records):
    """Make a directory like that of Linux, with BtlGood=record bytes …"""
    os.makedirs(directory, exist_ok=True)
    for name, data in {"Boot0000": b"not ours", **records}.items():
        with open(os.path.join(directory, file_name(name)), "wb") as file:
            file.write(struct.pack("<I", attributes) + data)
    return str(directory)


def read_record(directory, name):
    """Return (path, digest, number, text) of a record in a directory, or None."""
    try:
        with open(os.path.join(directory, file_name(name)), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    attributes, data = struct.unpack("<I", data[:4])[0], data[4:]
    magic, version, which, _, _, number, digest, path, text, count = struct.unpack("<4sBBHII32sHHI", data[:56])
    assert (attributes, magic, version, which) == (7, b"BTLr", 1, NAMES.index(name))
    list_end = 56 + 32 * count
    assert len(data) == list_end + path + text
    given_up = [data[at:at + 32] for at in range(56, list_end, 32)]
    where, said = data[list_end:list_end + path].decode(), data[list_end + path:].decode()
    assert record(name, where, digest, number, said, given_up=given_up) == data
    return where, digest, number, said


def read_given_up(directory, name="BtlFailed"):
    """Return the hashes in the list of an existing record."""
    with open(os.path.join(directory, file_name(name)), "rb") as file:
        data = file.read()[4:]
    return [data[at:at + 32] for at in range(56, 56 + 32 * struct.unpack("<I", data[52:56])[0], 32)]


def variable(name, data, guid=GUID, state=0x3f, attributes=ATTRIBUTES):
    text = name.encode("utf-16-le") + b"\0\0"
    whole = struct.pack("<HBBI28xII", 0x55aa, state, 0, attributes, len(text), len(data)) + guid.bytes_le
    whole += text + data
    return whole + b"\xff" * (-len(whole) % 4)


def store(*variables, size=0x4000):
    """Make a variable store like that of edk2, with free space for updates at the end."""
    body = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792").bytes_le
    body += struct.pack("<IBBHI", size - 72 - 0x1000, 0x5a, 0xfe, 0, 0) + b"".join(variables)

    def header(checksum):
        return bytes(16) + uuid.UUID("fff12b8d-7696-4c8b-a985-2747075b4f50").bytes_le + struct.pack(
            "<Q4sIHHHBBIIQ", size, b"_FVH", 0x4feff, 72, checksum, 0, 0, 2, size // 0x1000, 0x1000, 0)
    checksum = -sum(struct.unpack("<36H", header(0))) & 0xffff
    return (header(checksum) + body).ljust(size, b"\xff")
