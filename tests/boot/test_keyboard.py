# SPDX-License-Identifier: BSD-2-Clause
"""A keyboard types commands, at the monitor and at the rescue monitor."""
import pexpect

from btlboot import PROMPT, boot, conf, started

NAMES = {" ": "spc", "-": "minus", "\n": "ret", "_": "shift-minus", "/": "slash"}


def type_keys(machine, text):
    for key in text:
        machine.qmp("human-monitor-command", **{"command-line": "sendkey %s" % NAMES.get(key, key)})


def test_keys_reach_the_monitor():
    with started({"loader.conf": conf(options="").encode()}) as machine:
        machine.expect(PROMPT)
        assert "kbd: keyboard, layout us" in machine.text()
        type_keys(machine, "kmadmin -s\n")
        answer = machine.expect(PROMPT)
        assert answer.startswith("kmadmin -s\n") and "virtio_blk" in answer
        assert "clock" in machine.command("help")  # the serial line types too


def test_keys_after_the_module_is_gone():
    with started({}) as machine:
        machine.expect(PROMPT)
        machine.command("kmadmin -U kbd")
        type_keys(machine, "lsmod\n")
        machine.sync()
        assert "lsmod" not in machine.text()[machine.text().index("kmadmin -U kbd"):]


def test_keys_without_a_serial_line():
    """The screen alone: no input but the keyboard."""
    with started({"loader.conf": conf(options="console=screen").encode()}) as machine:
        machine.expect("starting /kernel/kernel.elf")
        for _ in range(300):
            type_keys(machine, "poweroff\n")
            if not machine.receive():
                break
        machine.expect(pexpect.EOF)


def test_keys_at_the_rescue_monitor():
    text = conf('smbios_required="YES"\nvirtio_blk_load="NO"\nstage="boot"\n', options="")
    with started({"loader.conf": text.encode()}) as machine:
        machine.expect("rescue> ")
        type_keys(machine, "lsmod\n")
        assert "smbios" in machine.expect("rescue> ")


def test_german_layout():
    with started({"loader.conf": conf('kbd.layout="de"\n', options="").encode()}) as machine:
        machine.expect(PROMPT)
        type_keys(machine, "y\n")
        machine.expect("z: no such command")


def test_a_layout_that_does_not_exist():
    result = boot(text=conf('kbd.layout="dvorak"\n'))
    result.says('kbd: layout="dvorak" is none of its layouts, which are us and de')
    assert result.module("kbd")["state"] == "failed"


def test_neither_keyboard_nor_serial_line():
    """The kernel stops, and no key does anything. (What to do is on the screen.)"""
    with started({"loader.conf": conf('kbd_load="NO"\n', options="console=screen").encode()}) as machine:
        machine.expect("starting /kernel/kernel.elf")
        for _ in range(20):
            type_keys(machine, "poweroff\n")
            assert machine.receive()
