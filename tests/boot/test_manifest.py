# SPDX-License-Identifier: BSD-2-Clause
"""btl reads the manifest of a real boot in the machine's memory."""
import json
import os
import shutil
import subprocess

import pytest

from btlboot import O, PROGRAM, PROMPT, conf, default_conf, started


def btl(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


def boot_and_keep(directory, text):
    """Save the machine's memory and its image in the directory; return the kernel's output of `manifest`."""
    ram = ["-object", "memory-backend-file,id=ram,size=256M,share=on,mem-path=%s" % (directory / "ram"),
           "-machine", "memory-backend=ram"]
    with started({"loader.conf": text.encode()}, options=ram) as machine:
        machine.expect(PROMPT)
        shutil.copy(os.path.join(machine.work, "btl.img"), directory / "btl.img")
        printed = machine.command("manifest")
        machine.qmp("stop")
    return printed


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    directory = tmp_path_factory.mktemp("kept")
    printed = boot_and_keep(directory, conf(options=""))
    yield directory, printed
    (directory / "ram").unlink()


def test_btl_prints_what_the_kernel_prints(kept):
    directory, printed = kept
    status, text = btl("manifest", directory / "ram")
    assert status == 0
    assert [line.rstrip() for line in printed.splitlines()] == [line.rstrip() for line in text.splitlines()]


def test_files_are_those_that_were_booted(kept):
    directory, _ = kept
    status, text = btl("manifest", "--verify", directory / "btl.img", directory / "ram")
    assert status == 0 and ", 0 are not" in text, text


def test_json_of_the_real_thing(kept):
    directory, _ = kept
    boot = json.loads(btl("manifest", "--json", directory / "ram")[1])
    states = {module["name"]: module["state"] for module in boot["modules"]}
    assert states["ring"] == states["hello"] == "linked" and states["pci"] == "staged"
    assert boot["config"].startswith(default_conf()) and boot["system"]["firmware"]["vendor"]


def gaps(boot):
    """Return how much of the loader's time no event explains, from 0 to 1."""
    loader, = (event for event in boot["timeline"] if event["event"] == "loader")
    end = missing = 0
    for event in boot["timeline"]:
        if event is not loader:
            missing += max(0, event["start_ns"] - end)
            end = max(end, event["end_ns"])
    return (missing + loader["end_ns"] - end) / loader["end_ns"]


def test_events_explain_the_boot(kept):
    """Every step of the loader is an event: less than a twentieth of its time is in none."""
    directory, _ = kept
    boot = json.loads(btl("manifest", "--json", directory / "ram")[1])
    assert gaps(boot) < 0.05, boot["timeline"]
    assert boot["timeline"][-1]["event"] == "exit firmware"


def test_plot_of_the_real_thing(kept):
    directory, _ = kept
    assert btl("plot", directory / "ram", "-o", directory / "boot.svg")[0] == 0
    picture = (directory / "boot.svg").read_text()
    assert "hand-off after" in picture and "earlylog: read in" in picture


def test_gdb_finds_functions_by_the_printed_lines(kept):
    directory, _ = kept
    lines = btl("gdb", "--kernel", os.path.join(O, "kernel/kernel.elf"), "--modules", os.path.join(O, "modules"),
                "--loader", os.path.join(O, "efi/loader.elf"), directory / "ram")[1]
    (directory / "symbols.gdb").write_text("set confirm off\n" + lines)
    boot = json.loads(btl("manifest", "--json", directory / "ram")[1])
    hello = next(m for m in boot["modules"] if m["name"] == "hello")
    symbols = {f["name"]: f["address"] for f in boot["functions"] if f["owner"] == "hello"}
    words = ["gdb", "-nx", "-batch", "-x", str(directory / "symbols.gdb"), "-ex", "info symbol " + symbols["hello_load"],
             "-ex", "info line kmain", "-ex", "info address efi_main"]
    said = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True).stdout
    assert "hello_load in section .text" in said and "main.c" in said, said
    assert 'Symbol "efi_main" is' in said and hello["image"]["address"].startswith("0xffffffff8")
