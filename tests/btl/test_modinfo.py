# SPDX-License-Identifier: BSD-2-Clause
"""btl modinfo: the fields of modinfo(8) first, in its format; then BTL's own."""
import os
import re
import shutil
import struct
import subprocess

import pytest

import elf
from btltest import ALL, O, btl, golden, module, write

STOCK = shutil.which("modinfo", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
FULL = ["version=1.2", "description=does much", "author=One", "author=Two", "license=BSD-2-Clause",
        "depends=lib,other", ALL, "type=misc", "interface=kernel:1.0", "provides=full:2.1",
        "parm=size:bytes kept", "parmtype=size:int", "parm=bare:no type", "parmtype=only:bool",
        "parm=colons:a:b:c", "parmtype=colons:string", "stub=full_open", "alias=pci:v*d*",
        "averyverylongkeyname=x", "vermagic=6.1 SMP"]


def full():
    return elf.module("full", FULL, exports=["full_one", "full_two"], needs=["kprintf", "lib_new"],
                      weak=["perhaps"], bss=5000)


def own_modules():
    found = []
    for directory in ("modules", "testmodules"):
        path = os.path.join(O, directory)
        if os.path.isdir(path):
            found += [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".ko")]
    return found


def stock(path, cwd=None):
    return subprocess.run([STOCK, path], cwd=cwd, stdout=subprocess.PIPE, check=True).stdout


def test_all_fields(tmp_path):
    write(tmp_path, {"full.ko": full()})
    result = btl("modinfo", "full.ko", cwd=tmp_path)
    result.out = result.out.replace(str(tmp_path).encode(), b"DIR")
    golden("modinfo-full", result)


def test_several_files_and_bad_ones(tmp_path):
    write(tmp_path, {"a.ko": module("a"), "b.ko": b"nothing", "c.ko": module("c", "type=wrong")})
    result = btl("modinfo", "a.ko", "b.ko", "none.ko", "c.ko", cwd=tmp_path)
    result.out = result.out.replace(str(tmp_path).encode(), b"DIR")
    golden("modinfo-bad", result)


def test_one_field(tmp_path):
    write(tmp_path, {"full.ko": full()})
    assert btl("modinfo", "-F", "author", tmp_path / "full.ko").out == b"One\nTwo\n"
    assert btl("modinfo", "-F", "needs", tmp_path / "full.ko").out == b"kprintf\nlib_new\nperhaps (weak)\n"
    assert btl("modinfo", "-F", "no such field", tmp_path / "full.ko").out == b""


def test_control_characters_cannot_drive_the_terminal(tmp_path):
    write(tmp_path, {"m.ko": elf.module("m", ["description=\x1b[2J\x9b", "author=\udcc2\udc9b",
                                              "license=\u00e4"])})
    out = btl("modinfo", tmp_path / "m.ko").out
    assert b"\x1b" not in out and b"\xc2\x9b" not in out and "\u00e4".encode() in out


@pytest.mark.skipif(STOCK is None, reason="needs the package kmod")
def test_begins_as_the_stock_program_prints_it(tmp_path):
    write(tmp_path, {"full.ko": full()})
    expected = stock("full.ko", tmp_path)
    assert expected.count(b"\n") > 15
    assert btl("modinfo", "full.ko", cwd=tmp_path).out.startswith(expected + b"\n")


@pytest.mark.skipif(STOCK is None, reason="needs the package kmod")
@pytest.mark.parametrize("path", own_modules(), ids=os.path.basename)
def test_stock_program_prints_the_fields_of_our_modules(path):
    name = os.path.basename(path)[:-3]
    expected = stock(path)
    named = re.search(rb"^name: +(\S+)$", expected, re.M).group(1).decode()
    assert name == named or name in ("visitor1", "visitor2", "visitorfails")  # files of one module (kmadmin -M)
    assert b"phases:" in expected or name in ("smbios", "pciids") or b"interface:" in expected
    assert btl("modinfo", path).out.startswith(expected + b"\n")


def test_range_and_default_of_tunables():
    ramdisk = os.path.join(O, "modules", "ramdisk.ko")
    if not os.path.exists(ramdisk):
        pytest.skip("needs make modules")
    lines = btl("modinfo", "-F", "tunable", ramdisk).out.decode().splitlines()
    assert 'kib: int from 1 to 16384, default "64"' in lines
    assert 'readonly: bool, default "NO"' in lines


# --- signatures, as sign-file of Linux appends them

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + head + body


def name(*pairs):
    return der(0x30, *(der(0x31, der(0x30, der(6, oid), der(0x0c, text))) for oid, text in pairs))


COMMON_NAME, ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
SHA256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"
RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
SIGNED_DATA, DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
KEY = bytes(range(0x90, 0x9c))
NULL = der(5)


def cms(signer=None, digest=SHA256, signature=bytes(range(45))):
    signer = signer or der(0x30, name((ORGANIZATION, b"BTL"), (COMMON_NAME, b"Key of a test")),
                           der(2, b"\0" + KEY))
    info = der(0x30, der(2, b"\1"), signer, der(0x30, der(6, digest), NULL), der(0x30, der(6, RSA), NULL),
               der(4, signature))
    return der(0x30, der(6, SIGNED_DATA), der(0xa0, der(
        0x30, der(2, b"\1"), der(0x31, der(0x30, der(6, digest))), der(0x30, der(6, DATA)), der(0x31, info))))


def trailer_of(message, kind=2, digest=0, before=b"", signer=0, key=0):
    trailer = struct.pack(">BBBBBxxxI", 0, digest, kind, signer, key, len(message))
    return before + message + trailer + b"~Module signature appended~\n"


def signed(message, **fields):
    return full() + trailer_of(message, **fields)


def fields_of(tmp_path, content):
    write(tmp_path, {"m.ko": content})
    return {word: btl("modinfo", "-F", word, tmp_path / "m.ko").out.decode()
            for word in ("sig_id", "signer", "sig_key", "sig_hashalgo", "signature")}


def test_signature(tmp_path):
    lines = [bytes(range(at, min(at + 20, 45))).hex(":").upper() for at in (0, 20, 40)]
    assert fields_of(tmp_path, signed(cms())) == {
        "sig_id": "PKCS#7\n", "signer": "Key of a test\n", "sig_key": KEY.hex(":").upper() + "\n",
        "sig_hashalgo": "sha256\n", "signature": ":\n\t\t".join(lines) + "\n"}


def test_signature_by_the_identifier_of_a_key(tmp_path):
    fields = fields_of(tmp_path, signed(cms(signer=der(0x80, KEY), digest=b"\x2b\x0e\x03\x02\x1a")))
    assert fields["signer"] == "\n"
    assert fields["sig_key"] == KEY.hex(":").upper() + "\n"
    assert fields["sig_hashalgo"] == "sha1\n"


def test_signature_of_old_kernels(tmp_path):
    fields = fields_of(tmp_path, signed(b"\1\2\3", kind=1, digest=4, before=b"Somewhere" + KEY, signer=9, key=12))
    assert fields == {"sig_id": "X509\n", "signer": "Somewhere\n", "sig_key": KEY.hex(":").upper() + "\n",
                      "sig_hashalgo": "sha256\n", "signature": "01:02:03\n"}


def test_signer_cannot_drive_the_terminal(tmp_path):
    evil = der(0x30, name((COMMON_NAME, b"\x1b[31m")), der(2, KEY))
    assert fields_of(tmp_path, signed(cms(signer=evil)))["signer"] == "\\x1b[31m\n"


@pytest.mark.parametrize("size", range(0, len(cms()), 7))
def test_damaged_signature_is_not_shown(tmp_path, size):
    write(tmp_path, {"m.ko": signed(cms()[:size])})
    result = btl("modinfo", tmp_path / "m.ko")
    assert result.status == 0
    assert b"sig_id" not in result.out


@pytest.mark.skipif(STOCK is None, reason="modinfo(8) is not installed")
def test_signature_as_modinfo(tmp_path):
    write(tmp_path, {"m.ko": signed(cms())})
    assert btl("modinfo", "m.ko", cwd=tmp_path).out.startswith(stock("m.ko", cwd=tmp_path))


def test_lines_of_texts_are_kept(tmp_path):
    write(tmp_path, {"m.ko": elf.module("m", ["parm=mode:what:\n\t\t0 no\n\t\t1 yes"])})
    assert b"parm:           mode:what:\n\t\t0 no\n\t\t1 yes\n" in btl("modinfo", tmp_path / "m.ko").out
