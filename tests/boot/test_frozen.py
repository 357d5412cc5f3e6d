# SPDX-License-Identifier: BSD-2-Clause
"""A kernel and a module of protocol 1.0 work with today's loader, and the module with today's kernel. They are built
from tests/boot/frozen, with the headers of that time."""
import json
import os
import re
import subprocess

import pytest

from btlboot import ARCH, GOOD, O, PROGRAM, boot, conf, default_tree, read, started

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the loader of 1.0 was for x86-64")
KERNEL, MODULE = (os.path.join(O, "frozen", name) for name in ("kernel.elf", "frozen.ko"))
FROZEN = 'frozen_load="YES"\nfrozen_phase="%s"\nfrozen_flags="a=b c"\nfrozen.greeting="hello from 1.0"\nfrozen.answer="42"\n'
CONF = 'autoboot_delay="0"\nkernel="/old.elf"\nkernel_options="these words"\nboot_timeout="60"\n' + FROZEN % "BOOT1"
# A module without a file, and one that needs a newer kernel and another module.
BAD = 'missing_load="YES"\nearlylog_load="YES"\nearlylog_phase="BOOT1"\n'
LOADED = "frozen module: name frozen, flags a=b c, phase %d, greeting hello from 1.0, answer 42"
# The memory types of 1.0, in the order of their numbers, as btl names them.
TYPES = ["usable", "boot services", "loader", "staged", "kernel", "modules", "early", "manifest", "ACPI reclaim",
         "ACPI NVS", "runtime code", "runtime data", "MMIO", "persistent", "reserved", "bad"]


def files(text):
    return {"loader.conf": text.encode(), "old.elf": KERNEL, "modules/frozen.ko": MODULE, "kernel/kernel.elf": None}


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """Return the lines of the old kernel, and the manifest in the machine's memory as btl reads it."""
    ram = str(tmp_path_factory.mktemp("frozen") / "ram")
    options = ["-object", "memory-backend-file,id=ram,size=256M,share=on,mem-path=" + ram, "-machine", "memory-backend=ram"]
    with started(files(CONF + BAD), options=options) as machine:
        assert machine.wait() == GOOD, machine.text()
        lines = [line[len("frozen: "):] for line in machine.text().splitlines() if line.startswith("frozen: ")]
        loaded = LOADED % 0 in machine.text()
    printed = subprocess.run([PROGRAM, "manifest", "--json", ram], stdout=subprocess.PIPE, check=True).stdout
    os.unlink(ram)
    return lines, json.loads(printed), loaded


def test_it_boots(old):
    lines, _, loaded = old
    assert lines[-1] == "end ok" and "state ok" in lines and "load frozen 0" in lines and loaded, lines


def test_header(old):
    lines, manifest, _ = old
    format = manifest["format"]
    assert format["minor"] > 0
    assert re.match(r"manifest 1\.%d, %d bytes, \d+ tables" % (format["minor"], format["size"]), lines[0]), lines[0]
    system, kernel = manifest["system"], manifest["kernel"]
    assert "loader %s, machine 62, configuration /loader.conf, options these words" % system["loader_version"] in lines
    assert "kernel /old.elf, %d bytes, entry %s" % (os.path.getsize(KERNEL), kernel["entry"]) in lines


def test_modules(old):
    lines, manifest, _ = old
    wanted = []
    for each in manifest["modules"]:
        image = each["image"] or {"address": "0x0", "size": 0}
        wanted.append("module %s %s %s %s %s %d" % (each["name"], each["state"], each["phase"], each["path"],
                                                    image["address"], image["size"]))
        wanted += ["depends %s %s" % (each["name"], needed) for needed in each["depends"]]
    assert [line for line in lines if line.startswith(("module ", "depends "))] == wanted
    states = {each["name"]: each["state"] for each in manifest["modules"]}
    assert states["frozen"] == "linked" and states["missing"] == states["earlylog"] == "failed"
    assert "depends earlylog ring" in lines


def test_order(old):
    lines, manifest, _ = old
    assert [line[6:] for line in lines if line.startswith("order ")] == manifest["order"]


def test_memory(old):
    lines, manifest, _ = old
    pages = dict.fromkeys(TYPES, 0)
    for each in manifest["memory"]:
        pages[each["type"]] += each["size"] // 4096
    assert "memory %d ranges %s" % (len(manifest["memory"]), " ".join(map(str, pages.values()))) in lines


def test_check_agrees(tmp_path):
    """btl check and btl list read the old kernel and module as the loader does."""
    for path, source in {**default_tree(), **files(CONF)}.items():
        if source is not None:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(source if isinstance(source, bytes) else read(source))
    for words in (["check"], ["list"]):
        done = subprocess.run([PROGRAM, *words, "-C", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False, text=True)
        assert done.returncode == 0, done.stdout
    assert re.search(r"BOOT1 +frozen +load", done.stdout), done.stdout


@pytest.mark.parametrize("phase,number", [("BOOT1", 0), ("BOOT2", 1), ("INIT", 2)])
def test_module_in_todays_kernel(phase, number):
    result = boot({"modules/frozen.ko": MODULE}, conf(FROZEN % phase))
    assert result.status == GOOD and LOADED % number in result.text, result.text
    assert result.module("frozen")["state"] == "loaded"
