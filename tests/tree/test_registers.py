# SPDX-License-Identifier: BSD-2-Clause
"""No code of the loader uses vector, MMX or x87 registers: Das U-Boot starts the loader with SSE switched off. The
one exception is the SHA-256 of a processor that has instructions for it, after a look at the control registers."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADER = os.path.join(ROOT, os.environ.get("BUILD", "build"), "x86_64/efi/loader.elf")
GUARDED = {"hash_blocks_by_sha"}
FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
# Registers of SSE, AVX, MMX and x87, the opmasks, and the instructions that load or store them all.
REGISTERS = re.compile(r"%(?:[xyz]?mm\d+|st\b|k[0-7]\b)|\t(?:f(?:ld|st|xsave|xrstor|nsave|rstor|ninit)|xsave|xrstor|emms)")


def users(disassembly):
    """The functions that have an instruction with such a register."""
    found, function = set(), None
    for line in disassembly.splitlines():
        begin = FUNCTION.match(line)
        function = begin.group(1) if begin else function
        if REGISTERS.search(line):
            found.add(function)
    return found


@pytest.mark.skipif(not os.path.exists(LOADER), reason="the loader is not built")
def test_loader():
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", LOADER], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    assert users(text) == GUARDED


@pytest.mark.parametrize("line, uses", [
    ("movups (%rsi),%xmm0", True), ("vpxor  %ymm15,%ymm1,%ymm2", True), ("movq   %mm3,%rax", True),
    ("fld    %st(1)", True), ("fxsave (%rdi)", True), ("kmovq  %k1,%rax", True),
    ("mov    %rax,%rbx", False), ("call   1234 <format_hex>", False), ("rep movsb (%rsi),(%rdi)", False)])
def test_registers_are_found(line, uses):
    text = "0000000000001000 <work>:\n    1000:\t%s\n    1004:\tret\n" % line
    assert users(text) == ({"work"} if uses else set())
