# SPDX-License-Identifier: BSD-2-Clause
"""Kernels of the Limine protocol: the example prints what the loader answers to each of its requests."""
import os
import re
import shutil
import struct
import subprocess

import pytest

from btlboot import CONTROL, ROOT, Machine, make_image

BTL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")
END = "the kernel has come to its end"
COMMON = struct.pack("<2Q", 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b)
TAG = struct.pack("<2Q", 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc)
HHDM = struct.pack("<2Q", 0x48dcf1cb8ad2b852, 0x63984e959a98244b)
DATE = struct.pack("<2Q", 0x502746e184c088aa, 0xfbc5ec83e6327893)
STACK = struct.pack("<2Q", 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d)
ENTRY = struct.pack("<2Q", 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a)
USABLE, RESERVED, RECLAIMABLE, KERNEL, FRAMEBUFFER = 0, 1, 5, 6, 7


@pytest.fixture(scope="module", name="example")
def built_example(tmp_path_factory):
    """The folder of the example, with kernel and module built in the source tree."""
    folder = tmp_path_factory.mktemp("example") / "limine"
    shutil.copytree(os.path.join(ROOT, "examples/limine"), folder)
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "O", "BUILD", "BTL")}
    done = subprocess.run(["make", "-s", "BTL_SDK=" + os.path.join(ROOT, "tools"), "kernel.elf", "mine.ko"], cwd=folder,
                          env=env, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return folder


def tree(example, kernel=None):
    files = {name: str(example / name) for name in ("notes.txt", "settings.txt", "loader.conf")}
    files["modules/mine.ko"] = str(example / "mine.ko")
    files["kernel.elf"] = kernel if kernel is not None else str(example / "kernel.elf")
    return files


def boot(example, tmp_path, kernel=None, options=("-smp", "4")):
    """Return what the kernel has printed."""
    image = make_image(str(tmp_path), tree(example, kernel))
    with Machine(image, options=options) as machine:
        machine.expect(END)
        return CONTROL.sub("", machine.raw).replace("\r", "").split("starting /kernel.elf", 1)[1]


def patched(example, mark, offset, word):
    """The kernel with another word at `offset` behind the mark."""
    kernel = (example / "kernel.elf").read_bytes()
    at = kernel.index(mark) + offset
    return kernel[:at] + struct.pack("<Q", word) + kernel[at + 8:]


def memory(shown):
    return [(int(a, 16), int(b, 16), int(c)) for a, b, c in re.findall(r"^memory: (0x\w+) (0x\w+) (\d)$", shown, re.M)]


def test_answers(example, tmp_path):
    shown = boot(example, tmp_path)
    size = (example / "kernel.elf").stat().st_size
    for line in ("base revision: 2, third word 0", "command line: console=com1", "firmware: 0x2", "hhdm: 0xffff800000000000",
                 "stack: 256 KiB, in the direct map: yes", "paging mode: 0x0", "entry point: requested",
                 'kernel file: /kernel.elf "console=com1", %d bytes, partition 1, "' % size,
                 'module: /notes.txt "of the kernel", 31 bytes, partition 1, "internal: read w"',
                 'module: /settings.txt "settings", 23 bytes, partition 1, "settings: read b"',
                 "the same bytes in the direct map", "manifest: 1 modules", "mine: loaded"):
        assert line in shown, shown
    state = "cs 28, ss 30, ds 30, fs 30, interrupts off, write protect on, NX on, pat 10500070406"
    assert shown.count(state) == 4  # the boot processor, three others
    assert len(set(re.findall(r"gdt ((?:[0-9a-f]+ ?){7})", shown))) == 1
    assert re.search(r'^rsdp: 0x\w+ "RSD P"$', shown, re.M) and re.search(r'^system table: 0x\w+ "IBI S"$', shown, re.M)
    assert re.search(r"^framebuffer: 0x\w+, (\d+) x (\d+), pitch \d+, 32 bits, red 16 blue 0, pixel 123456$", shown, re.M)
    assert int(re.search(r"^date: (\d+)$", shown, re.M)[1]) > 1700000000
    assert "processors: 4, the first has id 0, flags 0" in shown
    assert re.findall(r"^processor \d: id (\d), says (\d)$", shown, re.M) == [("1", "1"), ("2", "2"), ("3", "3")]


def test_memory_map(example, tmp_path):
    """Sorted and merged, without overlaps; half of the memory at least is usable."""
    entries = memory(boot(example, tmp_path, options=()))
    for (_, end, kind), (start, _, following) in zip(entries, entries[1:]):
        assert end <= start and (end < start or kind != following), entries
    assert not any(start == 0 and kind == USABLE for start, _, kind in entries)
    assert sum(end - start for start, end, kind in entries if kind == USABLE) > 100 << 20
    assert {kind for _, _, kind in entries} >= {USABLE, RESERVED, RECLAIMABLE, KERNEL, FRAMEBUFFER}


@pytest.mark.parametrize("revision, used, third", [(0, 0, 0), (1, 1, 0), (3, 3, 0), (4, 3, 4)])
def test_base_revisions(example, tmp_path, revision, used, third):
    shown = boot(example, tmp_path, patched(example, TAG, 16, revision), ("-smp", "2"))
    assert "base revision: %d, third word %d" % (used, third) in shown
    assert ("rsdp: physical 0x" in shown) == (used == 3)
    assert "processor 1: id 1, says 1" in shown
    assert "mine: loaded" in shown


@pytest.mark.parametrize("mark, offset, word, code", [
    (COMMON + STACK, 48, 1 << 40, "limine-stack-size"),
    (COMMON + ENTRY, 48, 0x1000, "limine-entry"),
    (COMMON + ENTRY, 48, 0xffffffff80000000, "limine-entry"),
])
def test_bad_arguments(example, tmp_path, mark, offset, word, code):
    refused(example, tmp_path, patched(example, mark, offset, word), code)


def test_two_requests(example, tmp_path):
    kernel = (example / "kernel.elf").read_bytes()
    refused(example, tmp_path, kernel.replace(COMMON + DATE, COMMON + HHDM), "limine-request-twice")


def refused(example, tmp_path, kernel, code):
    """`btl check` says what the loader would say."""
    for path, source in tree(example, kernel).items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source if isinstance(source, bytes) else open(source, "rb").read())
    done = subprocess.run([BTL, "check", "-C", str(tmp_path)], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode != 0 and "[%s]" % code in done.stdout, done.stdout
