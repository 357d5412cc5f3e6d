# SPDX-License-Identifier: BSD-2-Clause
"""docs/boot-state.md: its record and its program agree with core/."""
import binascii
import hashlib
import os
import re
import struct
import zlib

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = "%s-5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94"


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def program():
    """Return the functions of the page's program."""
    names = {}
    exec(re.search(r"```python\n(.*?)```", read("docs/boot-state.md"), re.S).group(1), names)
    names["subprocess"].call = lambda command: 0    # nothing is immutable here
    return names


def shown():
    lines = re.search(r'"b":\n\n((?:    [0-9a-f ]+\n)+)', read("docs/boot-state.md")).group(1)
    return binascii.unhexlify(re.sub(r"\s", "", lines))


def test_record_that_is_shown_is_the_one_that_core_writes():
    text = read("tests/unit/boot/test_boot_state.c")
    table = re.search(r"expected\[\] = \{(.*?)\};", text, re.S).group(1)
    values = re.findall(r"'(.)'|0x([0-9a-f]+)|(\d+)", table)
    assert shown() == bytes(ord(c) if c else int(h, 16) if h else int(d) for c, h, d in values)


def test_program_makes_the_record_that_is_shown(program):
    sha256 = bytes([1, 2, 3, 255]) + bytes(28)
    assert program["record"](2, b"/loader.conf", sha256, 1, b"a\nb", [sha256]) == shown()


def test_boot_ok_writes_the_record_and_forgets_the_failure(program, tmp_path):
    sha256 = hashlib.sha256(b"quiet=YES\n").digest()
    failed = tmp_path / (NAME % "BtlFailed")
    failed.write_bytes(struct.pack("<I", 7) + program["record"](2, b"/loader.conf", sha256, 1, b"x", [sha256]))
    program["boot_ok"](b"/loader.conf", sha256, str(tmp_path))
    value = (tmp_path / (NAME % "BtlGood")).read_bytes()
    assert value[:4] == b"\x07\0\0\0" and value[4:9] == b"BTLr\x01" and value[9] == 1
    assert value[20:52] == sha256 and value[60:] == b"/loader.conf"
    assert zlib.crc32(value[4:12] + bytes(4) + value[16:]) == struct.unpack("<I", value[12:16])[0]
    assert not failed.exists()


def test_boot_ok_keeps_the_verdicts_about_others(program, tmp_path):
    """Remove the last failure, then one that is in the list only."""
    mine, other = b"\1" * 32, b"\2" * 32
    failed = tmp_path / (NAME % "BtlFailed")
    failed.write_bytes(struct.pack("<I", 7) + program["record"](2, b"/a.conf", mine, 1, b"x", [mine, other]))
    program["boot_ok"](b"/a.conf", mine, str(tmp_path))
    assert failed.read_bytes()[4:] == program["record"](2, b"", bytes(32), 0, b"", [other])
    program["boot_ok"](b"/b.conf", other, str(tmp_path))
    assert not failed.exists()


def test_boot_ok_writes_nothing_twice_and_leaves_the_failure_of_others(program, tmp_path):
    failed = tmp_path / (NAME % "BtlFailed")
    failed.write_bytes(struct.pack("<I", 7) + program["record"](2, b"/loader.conf", bytes(32), 1, b"x"))
    program["boot_ok"](b"/loader.conf", b"\1" * 32, str(tmp_path))
    os.chmod(tmp_path / (NAME % "BtlGood"), 0o444)
    before = os.stat(tmp_path / (NAME % "BtlGood")).st_mtime_ns
    program["boot_ok"](b"/loader.conf", b"\1" * 32, str(tmp_path))
    assert os.stat(tmp_path / (NAME % "BtlGood")).st_mtime_ns == before
    assert failed.exists()


def test_guid_and_names_are_those_of_the_header():
    header, page = read("include/btl/boot_state.h"), read("docs/boot-state.md")
    guid = re.search(r"GUID `([0-9a-f-]+)`", page).group(1)
    data = [int(x, 16) for x in re.findall(r"0x([0-9a-f]{2})", header.split("BTL_VARIABLE_GUID")[1])[:16]]
    parts = struct.unpack("<IHH", bytes(data[:8])) + (bytes(data[8:10]).hex(), bytes(data[10:]).hex())
    assert guid == "%08x-%04x-%04x-%s-%s" % parts
    assert "attributes 7 " in page
    assert "#define BTL_VARIABLE_ATTRIBUTES 7u" in header
    for name in re.findall(r"//   (Btl\w+) ", header):
        assert "| `%s` |" % name in page
