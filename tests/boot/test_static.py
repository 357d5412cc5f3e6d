# SPDX-License-Identifier: BSD-2-Clause
"""A kernel with static modules (make STATIC=): the loader plans them, the kernel loads them, nothing unloads them; and
what the build says when a module cannot be linked into it."""
import json
import os
import re
import subprocess

import pytest

from btlboot import O, PROGRAM, PROMPT, ROOT, conf, make_image, started

KERNEL = os.path.join(O, "testkernels/static/kernel.elf")
STATIC = ["ring", "clock", "hello", "pci", "ich9", "null", "upper", "pciids"]  # TEST_STATIC of boot.mk
# No file of a static module is on the disk.
FILES = {"kernel/kernel.elf": KERNEL, **{"modules/%s.ko" % name: None for name in STATIC}}
CONF = conf(options="") + 'earlylog_load="YES"\nearlylog_phase="BOOT1"\nhello_flags="from the kernel"\n'


@pytest.fixture(scope="module", name="machine")
def running():
    with started({"loader.conf": CONF.encode(), **FILES}) as it:
        it.boot_text = it.expect(PROMPT)
        yield it


def test_they_are_loaded_in_the_order_of_the_plan(machine):
    rows = re.findall(r"^  (\w+) +(BOOT1|BOOT2|INIT) ", machine.boot_text, re.M)
    names = [name for name, _ in rows]
    phases = dict(rows)
    assert names.index("ring") < names.index("earlylog")  # a file that depends on a static module
    assert names.index("pci") < names.index("ich9")
    # ring has no line: the earliest phase that it supports. null and pciids wait for a request.
    assert [phases.get(name) for name in STATIC] == ["BOOT1"] * 3 + ["BOOT2"] * 2 + [None, "INIT", None]
    assert 'flags "from the kernel"' in machine.boot_text


def test_kmadmin_k_lists_the_kernel_and_them(machine):
    lines = machine.command("kmadmin -k").split("\n")
    names = [line.split()[0] for line in lines if line.startswith("  ")]
    assert names[0] == "kernel" and sorted(names[1:]) == sorted(STATIC)


def test_they_are_shown_as_static_and_stay(machine):
    assert re.search(r"clock +STATIC", machine.command("kmadmin -s"))
    assert "static: in the kernel's file" in machine.command("kmadmin -Q clock")
    for command in "kmadmin -U clock", "kmadmin -U -f clock":
        text = machine.command(command)
        assert "it cannot be unloaded, because it is linked into the kernel" in text and "[run-static]" in text
    text = machine.command("kmadmin -M clock /modules/loop.ko")
    assert "clock: its file cannot be replaced, because it is linked into the kernel" in text
    assert "since the clock was loaded" in machine.command("clock")


def test_stubs_devices_and_checks(machine):
    assert "Intel" in machine.command("lspci")  # pci calls pciids through a stub
    assert "null" in machine.command("device")
    assert " bad " not in machine.command("selftest")


def test_btl_knows_them_offline(tmp_path):
    image = make_image(str(tmp_path), {"loader.conf": CONF.encode(), **FILES})
    machine = "x86-64" if O.endswith("x86_64") else "ia64"
    run = subprocess.run([PROGRAM, "list", "--machine", machine, "--json", image], stdout=subprocess.PIPE, check=True)
    modules = {module["name"]: module for module in json.loads(run.stdout)["modules"]}
    assert sorted(name for name, module in modules.items() if module["built_in"]) == sorted(STATIC)
    assert modules["earlylog"]["verdict"] == "load" and modules["earlylog"]["depends"] == ["ring"]
    fields = subprocess.run([PROGRAM, "modinfo", "-F", "name", KERNEL], stdout=subprocess.PIPE, check=True, text=True)
    assert sorted(fields.stdout.split()) == sorted(STATIC)


@pytest.mark.parametrize("static, message", [
    ("rnig", 'STATIC: there is no module "rnig", for there is no file modules/rnig.c'),
    ("rtc", 'STATIC: module rtc depends on clock, which must be linked into the kernel too: STATIC="clock rtc"'),
])
def test_the_build_says_what_cannot_be_linked(tmp_path, static, message):
    """Into a folder of its own: the tree's kernel stays."""
    arch = os.path.basename(O)
    run = subprocess.run(["make", "-C", ROOT, "ARCH=" + arch, "STATIC=" + static, "KERNEL_FILE=%s" % tmp_path,
                          "%s/kernel.elf" % tmp_path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")})
    assert run.returncode != 0 and message in run.stdout
