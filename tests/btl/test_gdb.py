# SPDX-License-Identifier: BSD-2-Clause
"""btl gdb: add-symbol-file lines (tests/boot/test_debug.py runs them in gdb)."""
import pytest

import elf
from btltest import btl, golden, module, write
from manifest_maker import Maker, Module


def files(tmp_path, maker, **more):
    write(tmp_path, {"boot.manifest": maker.bytes(), "kernel.elf": elf.kernel(), "modules/ring.ko": module("ring"),
                     "modules/ring.ko.debug": module("ring"), "modules/early.ko": module("early"), **more})


def test_lines(tmp_path):
    files(tmp_path, Maker())
    golden("gdb", btl("gdb", "--kernel", "kernel.elf", "--modules", "modules", "boot.manifest", cwd=tmp_path))


def test_path_with_a_blank(tmp_path):
    files(tmp_path, Maker(), **{"my modules/ring.ko": b"", "my modules/early.ko": b""})
    result = btl("gdb", "--modules", "my modules", "boot.manifest", cwd=tmp_path)
    assert result.status == 0 and result.out.startswith(b"add-symbol-file my\\ modules/ring.ko -s .text 0x")


def test_module_that_is_not_there(tmp_path):
    files(tmp_path, Maker())
    write(tmp_path, {"modules/early.ko": None})
    result = btl("gdb", "--modules", "modules", "boot.manifest", cwd=tmp_path)
    assert result.status == 0 and result.codes() == ["host-gdb-no-module"] and b"early.ko" in result.err
    assert result.out.count(b"add-symbol-file") == 1
    result = btl("gdb", "--modules", "nowhere", "boot.manifest", cwd=tmp_path)
    assert result.status == 2 and result.codes() == ["host-no-file"]


@pytest.mark.parametrize("name", ["x\nshell touch bad\n", "../../etc/passwd", "a b", ""])
def test_hostile_name_gives_no_command(tmp_path, name):
    files(tmp_path, Maker(modules=[Module(name)], order=[name], diagnostics=[]))
    result = btl("gdb", "--modules", "modules", "boot.manifest", cwd=tmp_path)
    assert (result.status, result.out) == (2, b"")


def test_hostile_section_is_left_out(tmp_path):
    ring = Module("ring", sections=[(".text", 0, 64, 5, 1), (".x\nshell touch bad", 64, 64, 5, 2)])
    files(tmp_path, Maker(modules=[ring], diagnostics=[]))
    result = btl("gdb", "--modules", "modules", "boot.manifest", cwd=tmp_path)
    assert result.out == b"add-symbol-file modules/ring.ko.debug -s .text 0xffffffff80400000\n"


def test_loader_ranges(tmp_path):
    loader = elf.kernel()
    files(tmp_path, Maker(), loader=loader)
    result = btl("gdb", "--loader", "loader", "boot.manifest", cwd=tmp_path)
    assert result.out == (b"# loader may lie in 0xe20000 0x40000\n# loader may lie in 0xf74000 0x8c000\n")


@pytest.mark.parametrize("words", [[], ["boot.manifest"], ["--kernel", "kernel.elf"],
                                   ["--kernel", "kernel.elf", "boot.manifest", "more"]])
def test_wrong_usage(tmp_path, words):
    files(tmp_path, Maker())
    assert btl("gdb", *words, cwd=tmp_path).codes() == ["host-usage"]


def test_loader_is_found_in_a_dump_of_physical_memory(tmp_path):
    loader = elf.kernel(exports=["entry%d" % i for i in range(20)], base=0x2000)
    good, code = Maker().bytes(), (b"\x90" * 15 + b"\xc3") * 20
    memory = bytearray(0x1000000)
    memory[0xe00000:0xe00000 + len(good)] = good
    memory[0x500000:0x500000 + len(code)] = code  # a copy, in other memory than the loader's
    memory[0xe30000:0xe30000 + len(code)] = code
    write(tmp_path, {"ram": bytes(memory), "loader.elf": loader})
    result = btl("gdb", "--loader", "loader.elf", "ram", cwd=tmp_path)
    assert (result.status, result.out) == (0, b"add-symbol-file loader.elf -o 0xe2e000\n")
