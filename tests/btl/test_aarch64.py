# SPDX-License-Identifier: BSD-2-Clause
"""btl and files for aarch64: modules of this tree, compiled by Debian's cross compiler, and volumes."""
import collections
import json
import os
import re
import shutil
import subprocess

import pytest

import elf
from btltest import BTL, ROOT, btl, volume, write

PREFIX = "aarch64-linux-gnu-"
MODULES = ["hello", "ring", "rot13", "upper"]
KERNEL = elf.kernel(exports=(), machine=183, base=0xffffffff80100000)


@pytest.fixture(scope="module", name="built")
def built_fixture(tmp_path_factory):
    if shutil.which(PREFIX + "gcc") is None:
        pytest.skip("no aarch64 compiler (tools/setup.sh aarch64)")
    folder = tmp_path_factory.mktemp("aarch64")
    for name in MODULES:
        shutil.copy(os.path.join(ROOT, "modules", name + ".c"), folder)
    (folder / "Makefile").write_text("MODULES := %s\ninclude %s/tools/module.mk\n" % (" ".join(MODULES), ROOT))
    done = subprocess.run(["make", "-C", folder, "ARCH=aarch64", "CC=gcc", "MODULE_PATH=.", "BTL_PROGRAM=" + BTL], check=False,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return folder


def test_module_mk_builds_and_checks_modules(built):
    assert {name + ".ko" for name in MODULES} <= set(os.listdir(built))
    result = btl("check", "--module", "--machine", "aarch64", *[name + ".ko" for name in MODULES], cwd=built)
    assert result.status == 0 and b"%d modules checked: all can be loaded" % len(MODULES) in result.out


def test_module_for_another_machine(built):
    """The default machine is x86-64."""
    result = btl("check", "--module", "hello.ko", cwd=built)
    assert (result.status, result.codes()) == (2, ["elf-machine"])
    assert b"built for aarch64, but x86-64 is needed" in result.err


@pytest.mark.parametrize("name", MODULES)
def test_modinfo_counts_the_relocations_that_readelf_lists(built, name):
    listed = collections.Counter()
    text = subprocess.run([PREFIX + "readelf", "-rW", built / (name + ".ko")], stdout=subprocess.PIPE, check=True, text=True).stdout
    for section, entries in re.findall(r"^Relocation section '\.rela([^']*)'(.*?)(?=^Relocation|\Z)", text, re.M | re.S):
        if not section.startswith(".debug"):
            listed.update(re.findall(r" (R_AARCH64_\w+) ", entries))
    shown = btl("modinfo", name + ".ko", cwd=built).out.decode()
    printed = re.findall(r"^relocation: +(R_AARCH64_\w+) (\d+)$", shown, re.M)
    assert re.search(r"^machine: +aarch64$", shown, re.M)
    assert listed and {name: int(count) for name, count in printed} == listed


def test_calls_far_away_get_veneers(built):
    """The kernel is 512 MiB below the module, out of the reach of bl."""
    undefined = subprocess.run([PREFIX + "nm", "-u", built / "hello.ko"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    names = [name for name in undefined if name != "U"]
    write(built, {"symbols": "".join("ffffffff8000%04x T %s\n" % (16 * i, name) for i, name in enumerate(names))})
    result = btl("link", "--symbols", "symbols", "--base", "ffffffffa0000000", "--image", "image", "--map", "map", "hello.ko",
                 cwd=built)
    assert result.status == 0, result.err
    got = json.loads((built / "map").read_text())
    plt = got["modules"][0]["plt"]
    assert got["arch"] == "aarch64" and plt["size"] % 20 == 0 and plt["size"] > 0
    start = int(plt["addr"], 16) - 0xffffffffa0000000
    veneer = [int.from_bytes((built / "image").read_bytes()[start + 4 * i:][:4], "little") for i in range(5)]
    target = sum((word >> 5 & 0xffff) << 16 * i for i, word in enumerate(veneer[:4]))
    assert veneer[4] == 0xd61f0200 and target & ~0xffff == 0xffffffff80000000


def test_machine_of_the_loader_on_the_volume(tmp_path):
    files = {"kernel/kernel.elf": KERNEL, "EFI/BOOT/BOOTX64.EFI": None, "EFI/BOOT/BOOTAA64.EFI": b"MZ"}
    root = volume(tmp_path / "esp", 'kernel_options=""\n', files)
    assert btl("check", "-C", root).status == 0
    assert btl("list", "-C", root).status == 0
    assert btl("image", "-o", tmp_path / "disk.img", "-C", root).status == 0
    assert btl("check", "-C", tmp_path / "disk.img").status == 0
    assert btl("check", "--machine", "x86-64", "-C", root).codes() == ["elf-machine"]


def test_a_kernel_outside_the_window_is_refused(tmp_path):
    files = {"kernel/kernel.elf": elf.kernel(exports=(), machine=183, base=0xffff000000100000)}
    root = volume(tmp_path / "esp", 'kernel_options=""\n', files)
    assert btl("check", "--machine", "aarch64", "-C", root).codes() == ["boot-kernel-window"]


def test_make_says_what_is_not_there():
    for goal in ("loader", "all", "run"):
        done = subprocess.run(["make", "-C", ROOT, "-n", "ARCH=aarch64", goal], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert done.returncode == 2 and "ARCH=aarch64 has no loader and no kernel yet" in done.stdout
