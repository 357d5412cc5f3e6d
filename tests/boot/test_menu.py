# SPDX-License-Identifier: BSD-2-Clause
"""The boot menu over the serial line: every item on the screen, the main ones by lines; and pictures of the
machine's own screen. `menu.png` is left in the directory BTL_PICTURES, where that is set."""
import os
import shutil
import time

import pytest

from btlboot import GOOD, STOP, Result, conf, started
from terminal import Picture, Terminal

RESCUE = b'title="Rescue"\nkernel_options="report"\nearlylog_load="YES"\nearlylog_phase="BOOT1"\n'
REBOOTS = ["-action", "reboot=reset"]


def tree(extra="", **more):
    files = {"loader.conf": conf('title="Every day"\nautoboot_delay="60"\n' + extra).encode(),
             "loader.conf.d/rescue.conf": RESCUE}
    files.update(more)
    return files


def opened(machine):
    """The menu of a machine that counts down."""
    machine.expect("a key opens the menu")
    time.sleep(0.3)
    machine.child.send(" ")
    terminal = Terminal(machine)
    terminal.see("boot menu", "For this boot")
    return terminal


def rest_of(machine):
    status = machine.wait()
    return Result(status, machine.text())


def choose_module(terminal, name):
    """From the list of modules to the page of one."""
    terminal.type("{home}")
    for _ in range(40):
        row = next(line for line in terminal.see("Add a module").splitlines() if line.strip().startswith(name + " "))
        terminal.type("v")
        details = terminal.see("Details, lines")
        terminal.type("q")
        if "/modules/%s.ko" % name in details:
            return terminal.do("{enter}", "Modules > " + name)
        terminal.type("{down}")
    raise AssertionError("no module %s: %s" % (name, row))


def test_every_item_on_the_screen():
    with started(tree()) as machine:
        menu = opened(machine)
        menu.see("Every day", "Rescue", "/loader.conf.d/rescue.conf", "(chosen) default", "BOOT1 ring earlylog")
        # What can be looked at.
        menu.do("p", "Plan, lines 1 to", "ring: load in BOOT1, pulled there by earlylog")
        menu.do("{end}", "pciids: ready")
        menu.do("q", "For this boot")
        menu.do("g", "Log, lines 1 to", "BTL 1.0 on EDK II")
        menu.do("q", "For this boot")
        menu.do("d", "errors: 0, warnings: 0")
        menu.do("q", "For this boot")
        menu.do("f", "No failed boot is on record")
        menu.do("q", "For this boot")
        menu.do("econf-bad-phase{enter}", "conf-bad-phase: the value of")
        menu.do("q", "For this boot")
        menu.do("m", "System:", "UEFI 2.7", "lines 1 to")
        menu.do("{end}", "autoboot_delay")
        menu.do("{escape}", "For this boot")
        # Kernel options, safe boot, undo.
        menu.do("o two{enter}", 'kernel_options="report two"', "changes: 1")
        menu.do("c", 'kernel_options="report two"', "add the lines to /loader.conf")
        menu.do("q", "changes: 1")
        menu.do("s", "Safe boot is on", "BOOT2 pci", "Every day, safe")
        menu.do("s", "Safe boot is off", "BOOT1 ring")
        menu.do("u", "changes: 0", '"report"')
        # Another configuration and back.
        menu.do("{down}{down}", "Return chooses it")
        menu.do("{enter}", "/loader.conf.d/rescue.conf was chosen", "BOOT1 ring earlylog")
        menu.do("{up}{enter}", "/loader.conf was chosen", "BOOT2 pagetest")
        # Modules.
        menu.do("{right}", "Add a module", "virtio_blk")
        choose_module(menu, "hello")
        menu.do("p", "Modules > hello > Phase", "BOOT1", "BOOT2", "INIT", "AUTO")
        menu.do("{down}{enter}", 'hello_phase="BOOT2"')
        menu.do("f2{enter}", 'hello_flags="verbose=12"')
        menu.do("{down}{down}{down}", "hello.greeting") if False else None
        menu.do("{home}{down}{down}{down}", "what it says", "default: hello, world")
        menu.do("{enter}", "Default: hello, world")
        menu.do(" today{enter}", 'hello.greeting="hello from the boot volume today"')
        menu.do("{escape}", "Add a module")
        choose_module(menu, "rtc")
        menu.do("n", 'rtc_load="NO"')
        menu.do("u", "rtc is as in /loader.conf again")
        menu.do("n", 'rtc_load="NO"')
        menu.do("{escape}", "Add a module", "off")
        # Lines, and back.
        menu.do("l", "menu> ")
        menu.do("boot{enter}", "Boot page, /loader.conf")
        menu.do("l{enter}", "boot menu", "Boot  Modules")
        # The shell, and back.
        menu.do("h", "Shell>")
        menu.do("exit{enter}", "Back from the shell", 'boot menu')
        menu.type("b")
        result = rest_of(machine)
    assert result.status == GOOD
    assert result.module("hello")["phase"] == "BOOT2"
    assert "rtc" not in result.loaded()
    assert "hello from the boot volume today, flags" not in result.text  # the text is in quotes below
    result.says('hello from the boot volume today', 'flags "verbose=12"')


def test_reset_then_power_off():
    with started(tree(), options=REBOOTS) as machine:
        menu = opened(machine)
        menu.type("r")
        menu = opened(machine)
        menu.do("{left}", "Power off", "Starts the machine anew") if False else None
        menu.type("x")
        assert machine.wait() == 0


def test_firmware_setup():
    with started(tree(), options=REBOOTS) as machine:
        menu = opened(machine)
        menu.type("t")
        menu.see("Select Language", "Device Manager", "Boot Manager")


def test_boot_by_lines():
    with started(tree('menu="line"\n')) as machine:
        machine.expect("a key opens the menu")
        time.sleep(0.3)
        machine.child.send(" ")
        for answer, command in [
                (r"Boot page, /loader.conf", "?"),
                ("NUMBER    takes that row", "o"),
                ("new> ", "report three"),
                (r'For this boot: kernel_options="report three"', "modules"),
                ("Modules page", "5"),
                ("Module page of hello", "n"),
                (r'For this boot: hello_load="NO"', "p"),
                ("Phase page of hello", "2"),
                (r'For this boot: hello_phase="BOOT2"', "u"),
                ("hello is as in /loader.conf again", "n"),
                (r'For this boot: hello_load="NO"', "back"),
                ("Modules page", "d"),
                ("errors: 0", "look"),
                ("Look page", "c"),
                ("add the lines to /loader.conf", "b")]:
            machine.expect(answer)
            machine.expect("(menu|new)> ") if answer != "new> " else None
            machine.child.send(command + "\r")
        result = rest_of(machine)
    assert result.status == GOOD
    assert "hello" not in result.loaded()
    assert "\x1b[2J" not in result.text


def test_what_cannot_boot_is_repaired():
    files = tree()
    files["loader.conf"] = b'title="Bad"\nkernel="/gone"\n'
    with started(files) as machine:
        machine.expect(STOP)
        time.sleep(0.3)
        machine.child.send(" ")
        menu = Terminal(machine)
        menu.see("boot menu", "cannot be booted so", "[file-not-found]", "Rescue")
        menu.do("b", "This cannot be booted so")
        menu.do("e{enter}", "Explanation", "file-not-found: ")
        menu.do("q", "For this boot")
        menu.do("{down}{down}{enter}", "was chosen", "BOOT1 ring earlylog")
        menu.type("{enter}")
        machine.expect("BTL-REPORT end")
        status = machine.child.expect_exact  # the loader has stopped once: wait() would say so
        del status
        text = machine.text()
    assert "BTL-REPORT module name=earlylog" in text


# ------------------------------------------------------------------------------------------ pictures

BLUE, GREY = b"\x00\x00\x98", b"\x98\x98\x98"


def keys(machine, *names):
    for name in names:
        machine.qmp("send-key", keys=[{"type": "qcode", "data": name}])
        time.sleep(1)


def picture_of(machine, name):
    """Waits until the title bar is there."""
    while True:
        picture = Picture(machine)
        if any(BLUE in picture.colours(y) for y in range(0, picture.height, 8)):
            break
        assert time.monotonic() < machine.deadline, "no menu on the screen"
        time.sleep(1)
    time.sleep(1)
    if os.environ.get("BTL_PICTURES"):
        Picture(machine)
        shutil.copy(os.path.join(machine.work, "screen.ppm"), os.path.join(os.environ["BTL_PICTURES"], name + ".ppm"))
    return Picture(machine)


def check(picture, columns, rows):
    """A title bar over the whole width of the text, a selected row, text in others, and nothing outside."""
    left = (picture.width - 8 * columns) // 2
    blue = [y for y in range(picture.height) if picture.colours(y).get(BLUE, 0) > 6 * columns]
    assert 19 <= len(blue) <= 38 and blue[-1] - blue[0] < 38, "title: %r" % blue
    for x in (left, left + 8 * columns - 1):
        assert picture.at(x, blue[0]) == tuple(BLUE)
    assert left == 0 or picture.at(left - 1, blue[0]) == (0, 0, 0)
    grey = [y for y in range(picture.height) if picture.colours(y).get(GREY, 0) > 200]
    assert len(grey) >= 19, "no selected row"
    text_rows = [row for row in range(rows)
                 if any(len(picture.colours(y)) > 1 for y in range(blue[0] + 19 * row, min(blue[0] + 19 * row + 19, picture.height)))]
    assert len(text_rows) > 12, "rows with text: %r" % text_rows
    assert rows - 1 in text_rows  # the keys


@pytest.mark.parametrize("name, size, columns, rows", [("80x25", (640, 480), 80, 25), ("1280x800", (1280, 800), 100, 31)])
def test_picture(name, size, columns, rows):
    options = ["-device", "VGA,xres=%d,yres=%d" % size]
    with started(tree('gone_load="YES"\n'), options=options) as machine:
        opened(machine)
        picture = picture_of(machine, name)
        assert (picture.width, picture.height) == size
        check(picture, columns, rows)
        assert any(b"\xff\x00\x00" in picture.colours(y) for y in range(picture.height))  # what is wrong


def test_picture_of_a_wide_screen():
    """200 columns, as the shell's `mode` sets them; no serial line. The plan stands beside the rows."""
    from test_shell import shell
    files = shell("mode 200 47", "\\EFI\\BTL\\BTL.EFI -i")
    options = ["-device", "VGA,xres=1600,yres=900"]
    with started(files, options=options, serial="none") as machine:
        picture = picture_of(machine, "wide")
        check(picture, 200, 47)
        right = sum(picture.at(x, y) != (0, 0, 0) for x in range(820, 1500, 3) for y in range(60, 200, 3))
        assert right > 100
        keys(machine, "right")
        assert Picture(machine).pixels != picture.pixels
