# SPDX-License-Identifier: BSD-2-Clause
"""btl modinfo: the fields of modinfo(8) first, in its format; then BTL's own."""
import os
import shutil
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
    assert ("name:           %s\n" % name).encode() in expected
    assert b"phases:" in expected or name in ("smbios", "pciids") or b"interface:" in expected
    assert btl("modinfo", path).out.startswith(expected + b"\n")
