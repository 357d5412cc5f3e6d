# SPDX-License-Identifier: BSD-2-Clause
"""The monitor on the serial line."""
import os
import re
import time

import pytest

from btlboot import PROMPT, ROOT, default_conf, read, started

NOTES = bytes(range(256)) * 20 + b"the end"  # no whole number of pages


@pytest.fixture(scope="module", name="machine")
def running():
    text = default_conf() + 'file_notes="/notes.bin"\n'
    with started({"loader.conf": text.encode(), "notes.bin": NOTES}) as it:
        it.expect(PROMPT)
        yield it


def test_help(machine):
    answer = machine.command("help")
    for name in ("help", "lsmod", "modinfo", "manifest", "memmap", "timeline", "poweroff", "reset",
                 "boot-ok", "next-conf", "boot-state",
                 "lspci", "date", "earlylog", "clock", "machine", "hello"):
        assert name in answer


def test_every_command_of_the_help_is_in_the_manual(machine):
    page = read(os.path.join(ROOT, "docs/man/btl-monitor.8")).decode()
    names = re.findall(r"^  ([a-z-]+) ", machine.command("help"), re.M)
    assert len(names) > 20
    assert [name for name in names if not re.search(r"^\.(It )?Cm %s\b" % name, page, re.M)] == []


def test_keys_during_a_command(machine):
    """More keys than the kernel buffers, while a command runs: none is lost."""
    machine.send("selftest\r" + "x" * 1000 + "\rnosuch\r")
    machine.expect("x{200}: no such command")
    machine.expect("nosuch: no such command")
    machine.expect(PROMPT)


def test_lsmod(machine):
    lines = machine.command("lsmod").splitlines()
    rows = {words[1]: words for words in map(str.split, lines) if len(words) > 4 and words[0].isdigit()}
    assert {"ring", "hello", "pci", "smbios", "pciids"} <= set(rows)
    assert "BOOT1" in " ".join(rows["hello"]) and "misc" in rows["hello"]
    assert rows["ring"][-1] == "1"  # earlylog depends on it
    assert rows["clock"][-1] == "2"


def test_modinfo(machine):
    answer = machine.command("modinfo hello")
    for part in ("hello", "says hello", "1.0", "BOOT1", "verbose=1", "r-x"):
        assert part in answer
    assert "nosuch" in machine.command("modinfo nosuch")


def test_manifest(machine):
    answer = machine.command("manifest")
    for part in ("hello", "/modules/hello.ko", "EDK II"):
        assert part in answer


def test_file_for_the_kernel_is_in_memory(machine, tmp_path):
    """file_NAME: the manifest says where the bytes are, and they are still there."""
    found = re.search(r"^  notes +\S+ \S+  ([0-9a-f]{16})  /notes\.bin$", machine.command("manifest files"), re.M)
    assert found, machine.text()
    machine.qmp("pmemsave", val=int(found[1], 16), size=len(NOTES), filename=str(tmp_path / "notes"))
    assert read(tmp_path / "notes") == NOTES


def test_memmap(machine):
    assert "MiB" in machine.command("memmap") or "KiB" in machine.command("memmap")


def test_timeline(machine):
    answer = machine.command("timeline")
    assert "hello" in answer and "us" in answer


def test_unknown_command(machine):
    assert "frobnicate" in machine.command("frobnicate")


@pytest.mark.parametrize("line", ["poweroff now please", "reset now", "lsmod -a", "boot-ok please", "help me",
                                  "lspci -v", "lsblk all", "date now", "clock x", "machine x"])
def test_commands_refuse_words_they_do_not_know(machine, line):
    answer = machine.command(line)
    assert "it takes no words" in answer and '"%s" is one too many' % line.split()[1] in answer


def test_dmesg_of_a_level(machine):
    """Typed lines, and what a command only shows, are no part of the log."""
    machine.command("manifest system")
    log = machine.command("dmesg")
    assert "BOOT2: " in log
    assert "manifest system" not in log and "btl>" not in log and "required failure" not in log
    assert "BOOT2: " not in machine.command("dmesg warn")
    assert "usage: dmesg [LEVEL]" in machine.command("dmesg loud")


def test_earlylog_has_what_came_after_it(machine):
    machine.send("earlylog\r")
    answer = machine.expect(r"pci: \d+ functions")
    machine.sync()  # its output contains prompts
    assert "clock: counter runs at" in answer


def test_lspci(machine):
    answer = machine.command("lspci")
    assert "00:00.0 8086:29c0" in answer  # the host bridge of q35
    assert "1af4:" in answer  # the virtio disk


def test_date(machine):
    before = time.strftime("%Y-%m-%d", time.gmtime())
    answer = machine.command("date")
    assert before in answer or time.strftime("%Y-%m-%d", time.gmtime()) in answer  # midnight may pass meanwhile


def test_hello_says_hello(machine):
    assert "hello from the boot volume" in machine.command("hello")


def test_line_editing(machine):
    """Backspace deletes a character."""
    assert "hello from the boot volume" in machine.command("hellx\bo")


def test_poweroff():
    with started({}) as it:
        it.expect(PROMPT)
        it.send("poweroff\r")
        assert it.wait() == 0


def test_reset_through_the_firmware():
    """The machine comes up again."""
    with started({}, options=["-action", "reboot=reset"]) as it:
        it.expect(PROMPT)
        it.send("reset\r")
        it.expect("BTL .* on ")
        it.expect(PROMPT)
