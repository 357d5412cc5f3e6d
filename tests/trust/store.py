# SPDX-License-Identifier: BSD-2-Clause
"""OVMF's variable store as a file: variables are read and written while the machine is off."""
import struct
import subprocess
import uuid

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
DATABASE = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")  # of db and dbx
SHIM_LOCK = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
BTL = uuid.UUID("5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94")
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328")
BOOT_ONLY, RUNTIME = 3, 7  # non-volatile, boot services; and run time
AUTHENTICATED = 0x27  # and with the time of a signature
ADDED, DELETED = 0x3f, 0x3c
HEADER = "<HBBIQ16sIII16s"
PARTITION = uuid.UUID("b7100001-0000-4000-8000-000000000002")  # of tools/mkimage.sh


def signature_list(kind, owner, data):
    """Return an EFI_SIGNATURE_LIST with one signature."""
    return kind.bytes_le + struct.pack("<III", 28 + 16 + len(data), 0, 16 + len(data)) + owner.bytes_le + data


def certificate_list(certificate):
    """Return the certificate of a file (PEM) as a list of signatures."""
    der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], stdout=subprocess.PIPE,
                         check=True).stdout
    return signature_list(X509, SHIM_LOCK, der)


def hash_list(digest):
    return signature_list(SHA256, SHIM_LOCK, digest)


class Store:
    """The file of a variable store of authenticated variables."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.content = bytearray(file.read())
        self.start = struct.unpack_from("<H", self.content, 0x30)[0]  # behind the header of the firmware volume
        self.end = self.start + struct.unpack_from("<I", self.content, self.start + 16)[0]

    def records(self):
        """Return (offset, fields of the header, name, data) of each variable, and the offset behind the last one."""
        found, at, size = [], self.start + 28, struct.calcsize(HEADER)
        while struct.unpack_from("<H", self.content, at)[0] == 0x55aa:
            fields = struct.unpack_from(HEADER, self.content, at)
            name, data = at + size, at + size + fields[7]
            if fields[1] == ADDED:
                found.append((at, fields, self.content[name:data - 2].decode("utf-16-le"),
                              bytes(self.content[data:data + fields[8]])))
            at = (data + fields[8] + 3) & ~3
        return found, at

    def get(self, name, guid):
        """Return the content of a variable; b"": there is none."""
        for _, fields, text, data in self.records()[0]:
            if (text, fields[9]) == (name, guid.bytes_le):
                return data
        return b""

    def put(self, name, guid, attributes, data):
        """Write a variable in place of one with that name."""
        records, end = self.records()
        for at, fields, text, _ in records:
            if (text, fields[9]) == (name, guid.bytes_le):
                self.content[at + 2] = DELETED
        text = name.encode("utf-16-le") + b"\0\0"
        record = struct.pack(HEADER, 0x55aa, ADDED, 0, attributes, 0, bytes(16), 0, len(text), len(data),
                             guid.bytes_le) + text + data
        assert end + len(record) <= self.end and set(self.content[end:end + len(record)]) == {0xff}
        self.content[end:end + len(record)] = record
        with open(self.path, "wb") as file:
            file.write(self.content)

    def boot_next(self, path, options):
        """Let the firmware start a program of the disk with options, at the next boot alone."""
        name = path.replace("/", "\\").encode("utf-16-le") + b"\0\0"
        disk = struct.pack("<BBHIQQ16sBB", 4, 1, 42, 1, 2048, 0, PARTITION.bytes_le, 2, 2)
        nodes = disk + struct.pack("<BBH", 4, 4, 4 + len(name)) + name + struct.pack("<BBH", 0x7f, 0xff, 4)
        option = struct.pack("<IH", 1, len(nodes)) + "BTL".encode("utf-16-le") + b"\0\0" + nodes
        self.put("Boot00A0", GLOBAL, RUNTIME, option + options.encode("utf-16-le") + b"\0\0")
        self.put("BootNext", GLOBAL, RUNTIME, struct.pack("<H", 0xa0))
