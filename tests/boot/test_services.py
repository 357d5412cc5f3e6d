# SPDX-License-Identifier: BSD-2-Clause
"""The loader's firmware layer on a real firmware, without the loader: each key makes
tests/boot/firmware/services.c run one test."""
import os
import re

import pytest

from btlboot import O, Machine, read, started, under

UP, DOWN, LEFT, RIGHT, HOME, END, PAGE_UP, PAGE_DOWN, INSERT, DELETE, ESCAPE, F1 = range(0x110000, 0x11000c)
OTHER = F1 + 12
SCREEN, ANSWERS, SILENT = range(3)


SERVICES = os.path.join(O, "testefi/services.efi")


def services(files=None, path="EFI/BOOT/BOOTX64.EFI"):
    """Start the machine with a steady clock, because some answers are times of calls."""
    it = started({**(files or {}), path: SERVICES}, steady=True)
    it.expect("services> ")
    return it


@pytest.fixture(scope="module")
def machine():
    files = {"EFI/Shell/Shell.efi": b"no program", "dir/letters": b"abcdefghijklmnopq", "dir/\u00e4.ko": b"123", "dir/sub/file": b"x"}
    for number in range(300):
        files["dir/many/a long name of file %d" % number] = b"x" * number
    with services(files) as it:
        yield it


def ask(machine, key):
    """Return the lines of the answer to a key."""
    machine.send(key)
    return machine.expect("services> ").strip().splitlines()


def keys(machine, *sent):
    """The keys that the loader reads from a terminal: each text gives as many keys as it has parts, and the next text
    begins a new key."""
    got = []
    machine.send("k")
    machine.expect("until a q:")
    for text in sent:
        parts = text if isinstance(text, tuple) else (text,)
        machine.send("".join(parts))
        for _ in parts:
            machine.expect(r"key ([0-9a-f]+)\r")
            got.append(int(machine.match.group(1), 16))
    machine.send("q")
    rest = machine.expect("services> ").split()
    assert rest == ["key", "%x" % ord("q")], (got, rest)
    return got


def test_plain_keys(machine):
    assert keys(machine, "a", "Z", "~", " ", "\r", "\b", "\t") == [ord(c) for c in "aZ~ \r\b\t"]
    assert keys(machine, "\x1b", "x") == [ESCAPE, ord("x")]
    assert keys(machine, ("\x1b", "x")) == [ESCAPE, ord("x")]


def test_keys_of_terminals(machine):
    """Sequences that the firmware decodes, and those that it passes on character by character."""
    assert keys(machine, "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D") == [UP, DOWN, RIGHT, LEFT]
    assert keys(machine, "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~") == [HOME, END, PAGE_UP, PAGE_DOWN]
    assert keys(machine, "\x1b[2~", "\x1b[3~", "\x1bOP", "\x1b[11~", "\x1b[[A") == [INSERT, DELETE, F1, F1, F1]
    assert keys(machine, "\x1b[24~", "\x1b[1;5C", "\x1b[A") == [F1 + 11, OTHER, UP]


def test_a_look_is_no_wait(machine):
    assert ask(machine, "i") == ["a look is no wait: yes"]


def test_text_is_harmless(machine):
    """Characters that the console cannot show, and control characters, are shown as '?'."""
    line, = ask(machine, "x")
    assert re.fullmatch(r"text: . . \? \?\[31m end", line)


def test_screen(machine):
    before = machine.behind
    assert ask(machine, "s") == ["normaltitleselectedproblemgooddimdrawn"]
    sent = machine.raw[before:]
    place = r"\x1b\[%02d;%02dH(?:\x1b\[[0-9]+m)*%s"
    assert "\x1b[2J" in sent
    for number, name in enumerate(["normal", "title", "selected", "problem", "good", "dim"]):
        assert re.search(place % (4 + number, 1 + 10 * number, name), sent), sent
    assert re.search(place % (13, 1, "drawn"), sent)
    assert "\x1b[30m\x1b[47mselected" in sent and "\x1b[31m\x1b[40mproblem" in sent
    assert "\x1b[37m\x1b[40m\x1b[13;01Hdrawn" in sent


def test_variables(machine):
    assert ask(machine, "v") == [
        "delete: 14", "get: 14",
        "set: 0", "get: 0, 300 bytes, attributes 7, first 5a",
        "get: 5",  # one byte too few
        "set: 0", "get: 0, 1 bytes, attributes 7, first 78",
        "large: 2", "get: 0, 1 bytes, attributes 7, first 78",  # the old value is unchanged
    ]


def test_variable_with_other_attributes(machine):
    """The loader's variable replaces a volatile one of another program."""
    assert ask(machine, "w") == [
        "get: 0, 2 bytes, attributes 2, first 1", "set: 0", "get: 0, 2 bytes, attributes 7, first 1",
        "delete: 0", "get: 14"]


def test_firmware_that_writes_too_much(machine):
    assert ask(machine, "g") == ["get: 5"]


def test_directories(machine):
    lines = ask(machine, "d")
    ends = [line for line in lines if line.startswith("list ")]
    assert ends == ["list /: 0, 5 entries", "list /dir: 0, 4 entries", "list /dir/: 0, 2 entries",
                    "list /dir/many: 0, 300 entries", "list /none: 14, 0 entries",
                    "list /loader.conf: 14, 0 entries"]
    assert "entry letters 17" in lines and "entry a long name of file 10 10" in lines
    assert any(line.startswith("entry directory sub ") for line in lines)
    assert not any(re.search(r" \.{1,2} ", line) for line in lines)


def test_hostile_directories(machine):
    """A list that never ends, and names that are too long, too short, unterminated, or no UTF-16."""
    assert ask(machine, "f") == [
        "hostile 0: 10, 65536 entries, many reads",
        "hostile 1: 10, 0 entries, few reads",
        "hostile 2: 10, 0 entries, few reads",
        "hostile 3: 10, 0 entries, few reads",
        "hostile 4: 0, 0 entries, few reads",
        "hostile 5: 0, 0 entries, few reads",
        "hostile 6: 7, 0 entries, few reads",
    ]


def test_reads_go_on(machine):
    assert ask(machine, "p") == ["letters: abcdefghijklmnopq"]


def test_silent_line_and_late_answer(machine):
    """The terminal does not answer in time; a later answer is no key."""
    machine.send("t")
    machine.expect("\x1b\\[6n")
    assert machine.expect("services> ").strip() == "terminal: %d, 0x0, asked once" % SILENT
    assert keys(machine, "\x1b[24;80Ra") == [ord("a")]


def test_terminal_that_answers_and_off():
    """Keys that are typed during the question are kept. Then the machine is switched off."""
    with services(under("patient"), "EFI/BTL/LOADER.EFI") as machine:
        machine.send("t")
        machine.expect("\x1b\\[6n")
        machine.send("p\x1b[24;80R")
        machine.expect("terminal: %d, 80x24, asked once" % ANSWERS)
        machine.expect("letters: ")
        machine.send("o")
        assert machine.wait() == 0


def test_shell():
    """The firmware's shell, and one on the boot volume; neither runs the script that may have started the loader."""
    with services({"startup.nsh": b"echo script\r\n"}) as machine:
        machine.send("h")
        machine.expect("Shell> ")
        machine.send("echo here\r")
        machine.expect(r"\nhere")
        machine.send("exit 5\r")
        machine.expect("shell: 0\r")
        machine.expect("services> ")
        assert "has a shell: yes" in machine.text() and "\nscript" not in machine.text()
        assert ask(machine, "i") == ["a look is no wait: yes"]  # the test continues as before
    with services({"shellx64.efi": read(SERVICES)}) as machine:
        machine.send("h")
        machine.expect("has a shell: yes")
        machine.expect("services> ")
        machine.send("q")  # of the started one
        machine.expect("shell: 0\r")


def test_shell_that_is_none(machine):
    assert ask(machine, "h") == ["has a shell: yes", "shell: 3"]


def test_setup():
    """The machine resets, and then shows the firmware's setup."""
    with services() as machine:
        machine.send("u")
        machine.expect("has a setup: yes")
        assert machine.wait() == 0
        with Machine(os.path.join(machine.work, "btl.img"), work=machine.work) as again:
            again.expect("Boot Maintenance Manager")
