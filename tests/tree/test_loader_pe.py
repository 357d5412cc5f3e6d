# SPDX-License-Identifier: BSD-2-Clause
"""The loader as a PE file: what Secure Boot, shim and firmware that enforces NX demand of it."""
import os
import re
import struct
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"), "x86_64/efi")
EXECUTE, WRITE = 0x20000000, 0x80000000


def parts(program):
    """Return the offset of the COFF header, and name, size, address, raw size, offset, flags of each section."""
    at, = struct.unpack_from("<I", program, 0x3c)
    count, = struct.unpack_from("<H", program, at + 6)
    optional, = struct.unpack_from("<H", program, at + 20)
    table = at + 24 + optional
    sections = [struct.unpack_from("<8sIIII12xI", program, table + 40 * i) for i in range(count)]
    return at, [(s[0].rstrip(b"\0").decode(),) + s[1:] for s in sections]


def faults(program):
    """Return what is wrong with a loader for x86-64."""
    at, sections = parts(program)
    optional = at + 24
    wrong = []
    if struct.unpack_from("<I", program, at + 8)[0] != 0:
        wrong.append("timestamp")
    if struct.unpack_from("<II", program, at + 12) != (0, 0):
        wrong.append("symbols")
    if max(s[4] + s[3] for s in sections) != len(program):
        wrong.append("bytes behind the last section")
    if struct.unpack_from("<H", program, at + 22)[0] & 1:
        wrong.append("relocations stripped")
    if struct.unpack_from("<H", program, optional + 68)[0] != 10:
        wrong.append("subsystem")
    if not struct.unpack_from("<H", program, optional + 70)[0] & 0x100:
        wrong.append("NX_COMPAT")
    if struct.unpack_from("<I", program, optional + 32)[0] != 4096:
        wrong.append("section alignment")
    wrong += ["address of " + s[0] for s in sections if s[2] % 4096]
    wrong += ["writable and executable: " + s[0] for s in sections if s[5] & EXECUTE and s[5] & WRITE]
    sbat = [program[s[4]:s[4] + s[1]] for s in sections if s[0] == ".sbat"]
    if len(sbat) != 1 or not re.fullmatch(rb"sbat,1,[^\n]*\nbtl,\d+,BTL,btl,[^\n,]+,[^\n,]+\n\0*", sbat[0]):
        wrong.append("sbat")
    return wrong


@pytest.fixture(scope="module")
def loader():
    path = os.path.join(BUILD, "BOOTX64.EFI")
    assert os.path.exists(path), "make loader"
    with open(path, "rb") as file:
        return file.read()


def test_loader(loader):
    assert not faults(loader)


# Offsets from the COFF header, or of a section's entry: (fault, offset, value).
@pytest.mark.parametrize("fault, offset, form, value", [
    ("timestamp", 8, "<I", 1), ("symbols", 12, "<I", 512), ("relocations stripped", 22, "<H", 0x20f),
    ("subsystem", 24 + 68, "<H", 11), ("NX_COMPAT", 24 + 70, "<H", 0), ("section alignment", 24 + 32, "<I", 512),
    ("address of .text", 24 + 240 + 12, "<I", 0x2010),
    ("writable and executable: .text", 24 + 240 + 36, "<I", EXECUTE | WRITE),
])
def test_fault_is_found(loader, fault, offset, form, value):
    changed = bytearray(loader)
    struct.pack_into(form, changed, parts(loader)[0] + offset, value)
    assert faults(changed) == [fault]


def test_trailing_bytes_and_sbat_are_found(loader):
    assert faults(loader + b"\0" * 16) == ["bytes behind the last section"]
    assert faults(loader.replace(b"btl,1,BTL", b"btl,x,BTL")) == ["sbat"]


def symbols():
    lines = subprocess.run(["nm", os.path.join(BUILD, "loader.elf")], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3 and row[1] not in "aA"}


@pytest.mark.parametrize("name", ["handoff_code", "limine_code"])
def test_hand_off_code_has_a_page_of_its_own(name):
    """The page is the only executable one of the address space that the kernel gets."""
    addresses = symbols()
    page = addresses[name]
    assert page % 4096 == 0 and addresses[name + "_end"] <= page + 4096
    inside = {symbol for symbol, address in addresses.items() if page <= address < page + 4096}
    assert inside - {"gdt", "gdt_end", "limine_gdt", "limine_gdt_end"} == {name, name + "_end"}
