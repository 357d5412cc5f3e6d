# SPDX-License-Identifier: BSD-2-Clause
"""btl on the host, with files for ia64: make test ARCH=ia64."""
import collections
import os
import re
import shutil
import subprocess

import pytest

from btltest import O, btl, read, write
from test_check import BOOT_CASES
from test_modinfo import STOCK, own_modules, stock

if os.path.basename(O) != "ia64":
    pytest.skip("these are for O=build/ia64", allow_module_level=True)

READELF = "ia64-linux-gnu-readelf"
KERNEL = os.path.join(O, "kernel/kernel.elf")
MODULES = os.path.join(O, "modules")


@pytest.mark.skipif(STOCK is None, reason="needs the package kmod")
@pytest.mark.parametrize("path", own_modules(), ids=os.path.basename)
def test_modinfo_begins_as_the_stock_program(path):
    result = btl("modinfo", path)
    assert result.status == (2 if path.endswith("/writablecode.ko") else 0), result.err
    assert result.out.startswith(stock(path) + b"\n")
    assert re.search(rb"^machine: +ia64$", result.out, re.M)


@pytest.mark.parametrize("path", own_modules(), ids=os.path.basename)
def test_modinfo_counts_the_relocations_that_readelf_lists(path):
    """The relocations of the loaded sections; binutils have names for the types."""
    listed = collections.Counter()
    text = subprocess.run([READELF, "-rW", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    for section, entries in re.findall(r"^Relocation section '\.rela([^']*)'(.*?)(?=^Relocation|\Z)", text, re.M | re.S):
        if not section.startswith(".debug"):
            listed.update(re.findall(r" (R_IA64_\w+) ", entries))
    printed = re.findall(r"^relocation: +(R_IA64_\w+) (\d+)$", btl("modinfo", path).out.decode(), re.M)
    assert {name: int(count) for name, count in printed} == listed


def test_modules_are_good():
    """The modules link with their kernel, and without a kernel, because btl has a list of its exports."""
    paths = [os.path.join(MODULES, name) for name in sorted(os.listdir(MODULES)) if name.endswith(".ko")]
    for kernel in ([], ["--kernel", KERNEL]):
        result = btl("check", "--module", "--machine", "ia64", *kernel, "-L", MODULES, *paths)
        assert result.status == 0, result.err
        assert b"%d modules checked: all can be loaded" % len(paths) in result.out


def test_module_for_another_machine():
    """The default machine is x86-64."""
    result = btl("check", "--module", os.path.join(MODULES, "hello.ko"))
    assert (result.status, result.codes()) == (2, ["elf-machine"])


def test_image_is_good():
    """The loader on a volume decides the architecture."""
    result = btl("check", "-W", "-C", os.path.join(O, "btl.img"))
    assert result.status == 0, result.err
    assert b": good, " in result.out


@pytest.fixture(scope="module", name="own_tree")
def own_tree_fixture(tmp_path_factory):
    """The tree that `make run ARCH=ia64` boots."""
    root = tmp_path_factory.mktemp("own")
    files = {"kernel/kernel.elf": read(KERNEL), "EFI/BOOT/BOOTIA64.EFI": read(os.path.join(O, "efi/BOOTIA64.EFI"))}
    files.update({"modules/" + name: read(os.path.join(MODULES, name))
                  for name in os.listdir(MODULES) if name.endswith(".ko")})
    write(root, files)
    return root


@pytest.mark.parametrize("name, code", BOOT_CASES)
def test_what_the_boot_would_refuse(own_tree, tmp_path, name, code):
    root = tmp_path / "esp"
    shutil.copytree(own_tree, root)
    conf = read(os.path.join(O, "loader.conf")).decode() + '%s_load="YES"\n%s_phase="BOOT1"\n' % (name, name)
    write(root, {"loader.conf": conf, "modules/%s.ko" % name: read(os.path.join(O, "testmodules", name + ".ko"))})
    result = btl("check", "-C", root)
    assert result.status == 2 and set(result.codes()) - {"conf-assigned-again"} == {code}
