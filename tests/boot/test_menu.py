# SPDX-License-Identifier: BSD-2-Clause
"""The boot menu over the serial line: every item on the screen, the main ones in line mode; and pictures of the
machine's own screen, which are kept in the directory BTL_PICTURES if it is set."""
import os
import shutil

import pytest

from btlboot import GOOD, STOP, Result, conf, default_tree, started, under
from test_default import PHASES
from terminal import Picture, Terminal
from test_shell import shell

RESCUE = b'title="Rescue"\nkernel_options="report"\nearlylog_load="YES"\nearlylog_phase="BOOT1"\n'
# The page has a row for each module of the default tree, and one to add another. loader.conf does not name edu.
ROWS = sum(path.endswith(".ko") and path != "modules/edu.ko" for path in default_tree()) + 1
MODULES, MODULES_AND_ONE = "of %d" % ROWS, "of %d" % (ROWS + 1)
REBOOTS = ["-action", "reboot=reset"]


def tree(extra="", **more):
    files = {"loader.conf": conf('title="Every day"\nautoboot_delay="60"\n' + extra).encode(),
             "loader.conf.d/rescue.conf": RESCUE}
    files.update(more)
    return files


def opened(machine):
    """Open the menu while the machine counts down."""
    machine.expect("a key opens the menu")
    machine.send(" ")
    terminal = Terminal(machine)
    terminal.see("boot menu", "For this boot")
    return terminal


def rest_of(machine):
    status = machine.wait()
    return Result(status, machine.text())


def choose_module(menu, name):
    """Go from the list of modules to the page of one. Its row is counted in the list, which is drawn from the top: a
    line that is half overwritten cannot be compared."""
    menu.do("{home}", "file /modules/ring.ko,")
    rows = menu.find(r"(?m)^ +(ring [^>]*?)^ +%s " % name)
    menu.do("{down}" * rows.count("\n"), "file /modules/%s.ko," % name)
    menu.do("{enter}", "Modules > " + name)


def test_every_item_on_the_screen():
    with started(tree()) as machine:
        menu = opened(machine)
        menu.see("Every day", "Rescue", "/loader.conf.d/rescue.conf", "(chosen) default", "BOOT1 ring earlylog")
        # Pages to read.
        menu.do("p", "Plan, lines 1 to", "ring: load in BOOT1, pulled there by earlylog", "pciids: ready")
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
        menu.do("{right}", "virtio_blk", "pulled by earlylog", MODULES)
        choose_module(menu, "hello")
        menu.do("{down}", "BOOT1 (now): linked", "BOOT2: after", "INIT: when init starts", "AUTO: when")
        menu.do("p", 'hello_phase="BOOT2"')
        menu.do("p", 'hello_phase="INIT"')
        menu.do("p", 'hello_phase="AUTO"', "AUTO (now): when something needs it")
        menu.do("p", "hello_phase is as in /loader.conf again", "BOOT1 (now)")
        menu.do("p", 'hello_phase="BOOT2"', "BOOT2 (now)")
        menu.do("f2{enter}", 'hello_flags="verbose=12"')
        menu.do("e", 'hello_on_error="ignore"', "ignore (now)")
        menu.do("e", 'hello_on_error="fallback"', "fallback (now)")
        menu.do("e", 'hello_on_error="halt"', "halt (now): the boot stops")
        menu.do("{home}{down}{down}{down}{down}", "what it says", "default: hello, world")
        menu.do("{enter}", "Default: hello, world")
        menu.do(" today{enter}", 'hello.greeting="hello from the boot volume today"')
        menu.do("{escape}", MODULES)
        choose_module(menu, "rtc")
        menu.do("n", 'rtc_load="NO"')
        menu.do("u", "rtc is as in /loader.conf again")
        menu.do("n", 'rtc_load="NO"')
        menu.do("{escape}", MODULES)
        menu.do("{end}", "Add a module")
        # Lines, and back.
        menu.do("l", "menu>")
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
    result.says('hello_on_error="halt"')
    result.says('hello from the boot volume today', 'flags "verbose=12"')


def test_module_is_added():
    with started(tree()) as machine:
        menu = opened(machine)
        menu.do("{down}{down}{enter}", "/loader.conf.d/rescue.conf was chosen", "BOOT1 ring earlylog")
        menu.do("a", "Add a module", "NAME.ko in /modules")
        menu.do("hello{enter}", 'hello_load="YES"', "INIT hello")
        menu.type("b")
        machine.expect("BTL-REPORT end [^\n]*\n")
        result = Result(None, machine.text())
    assert {"earlylog", "hello"} <= result.loaded()


def test_leave():
    """The firmware continues with its next boot option."""
    with started(tree()) as machine:
        menu = opened(machine)
        menu.type("q")
        machine.expect("failed to start Boot[^\n]*: Aborted")
        machine.expect("Shell>")
        assert "BTL-REPORT" not in machine.text()


def test_menu_without_another_key():
    """One key may be line noise: after a minute the boot continues."""
    with started(tree()) as machine:
        menu = opened(machine)
        menu.see("Without another key the boot goes on in 60 s")
        machine.expect("no other key was pressed for 60 s: booting")
        result = rest_of(machine)
    assert result.status == GOOD


def test_lines_where_nothing_has_a_screen():
    """A serial line only, whose terminal does not report the position of its cursor."""
    with started(tree(), options=["-vga", "none"]) as machine:
        machine.expect("a key opens the menu")
        machine.send(" ")
        machine.expect("Boot page, /loader.conf")
        machine.expect("menu> ")


def test_screen_on_a_terminal_that_answers():
    with started(tree(**under("patient")), options=["-vga", "none"]) as machine:
        machine.expect("\x1b\\[6n")
        machine.send("\x1b[24;80R")
        opened(machine)


@pytest.mark.parametrize("rows, columns", [(24, 80), (25, 80), (24, 100), (40, 132)])
def test_terminal_of_another_size_than_the_screen(rows, columns):
    """The firmware says 100x31 for its screen and the serial line together."""
    with started(tree(**under("patient"))) as machine:
        menu = Terminal(machine, rows, columns, answers=True)
        menu.see("a key opens the menu")
        menu.type(" ")
        menu.see("Every day", "Rescue", "For this boot", "l: lines")
        menu.do("{down}{down}", "Return chooses it")
        menu.do("o two{enter}", 'kernel_options="report two"', "changes: 1")
        menu.do("{right}", "virtio_blk", MODULES)
        menu.do("{left}", "Rescue", "changes: 1")
        shown = menu.screen.text().split("\n")
        assert "boot menu" in shown[0] and len(shown) <= min(rows, 31)
        assert "l: lines" in shown[-1]
        assert sum("Rescue" in line for line in shown) == 1
        menu.type("b")
        result = rest_of(machine)
    assert result.status == GOOD


def test_repeats_of_the_key_that_opens_the_menu():
    with started(tree()) as machine:
        machine.expect("a key opens the menu")
        machine.send("     ")
        terminal = Terminal(machine)
        terminal.see("boot menu", "For this boot")
        terminal.do("p", "Plan, lines 1 to")


def test_reset_then_power_off():
    with started(tree(), options=REBOOTS) as machine:
        menu = opened(machine)
        menu.type("r")
        menu = opened(machine)
        menu.type("x")
        assert machine.wait() == 0


def test_firmware_setup():
    with started(tree(), options=REBOOTS) as machine:
        menu = opened(machine)
        menu.type("t")
        menu.see("Select Language", "Device Manager", "Boot Manager")


def test_boot_by_lines():
    """Type lines, each after the answer to the previous one."""
    with started(tree('menu="line"\n')) as machine:
        machine.expect("a key opens the menu")
        machine.send(" ")
        for answer, prompt, command in [
                ("Boot page, /loader.conf", "menu> ", "?"),
                ("NUMBER    takes that row", "menu> ", "o"),
                ("Return alone keeps \"report\"", "new> ", "report three"),
                ('For this boot: kernel_options="report three"', "menu> ", "modules"),
                ("Modules page", "menu> ", "5"),
                ("Module page of hello", "menu> ", "n"),
                ('For this boot: hello_load="NO"', "menu> ", "p"),
                ('For this boot: hello_phase="BOOT2"', "menu> ", "v 2"),
                ("BOOT2 .now.: after the kernel", "menu> ", "u"),
                ("hello is as in /loader.conf again", "menu> ", "n"),
                ('For this boot: hello_load="NO"', "menu> ", "back"),
                ("Modules page", "menu> ", "d"),
                ("errors: 0", "menu> ", "look"),
                ("Look page", "menu> ", "c"),
                ("add the lines to /loader.conf", "menu> ", "b")]:
            machine.expect(answer)
            machine.expect(prompt)
            machine.send(command + "\r")
        result = rest_of(machine)
    assert result.status == GOOD
    assert "hello" not in result.loaded()
    result.says('hello_load="NO"')


def test_what_cannot_boot_is_repaired():
    files = tree()
    files["loader.conf"] = b'title="Bad"\nkernel="/gone"\n'
    with started(files) as machine:
        machine.expect(STOP)
        machine.send(" ")
        menu = Terminal(machine)
        menu.see("boot menu", "cannot be booted so", "[file-not-found]", "Rescue")
        menu.do("b", "This cannot be booted so")
        menu.do("e{enter}", "Explanation", "file-not-found: ")
        menu.do("q", "For this boot")
        menu.do("{down}{down}{enter}", "was chosen", "BOOT1 ring earlylog")
        menu.type("{enter}")
        machine.expect("BTL-REPORT end [^\n]*\n")
        assert "earlylog" in Result(None, machine.text()).loaded()


def test_what_stops_the_boot_is_switched_off():
    with started(tree('gone_load="YES"\ngone_required="YES"\n')) as machine:
        machine.expect(STOP)
        machine.send(" ")
        menu = Terminal(machine)
        menu.see("boot menu", "cannot be booted so", "gone: the file does not exist")
        menu.do("{right}{home}", MODULES_AND_ONE, "file /modules/gone.ko, on error required")  # failed ones come first
        menu.do("{enter}", "Modules > gone")
        menu.do("n", 'gone_load="NO"')
        menu.do("{escape}", MODULES_AND_ONE)
        menu.type("b")
        result = rest_of(machine)
    assert result.status == GOOD
    assert set(PHASES) <= result.loaded()


# ------------------------------------------------------------------------------------------ pictures

BLUE, GREY = b"\x00\x00\x98", b"\x98\x98\x98"


def picture_of(machine, name, check, *what):
    """Wait until the screen is as wanted; on failure, report the defects of the last picture."""
    while True:
        picture = Picture(machine)
        try:
            check(picture, *what)
            break
        except AssertionError as error:
            try:
                assert machine.receive(), "the end"
            except AssertionError as end:
                raise error from end
    if os.environ.get("BTL_PICTURES"):
        shutil.copy(os.path.join(machine.work, "screen.ppm"), os.path.join(os.environ["BTL_PICTURES"], name + ".ppm"))
    return picture


def check(picture, size, columns, rows):
    """Check the size, a title bar over the whole width of the text, a selected row, text in other rows, and an empty
    border."""
    assert (picture.width, picture.height) == size
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
    assert len(text_rows) > 9, "rows with text: %r" % text_rows
    assert rows - 1 in text_rows  # the keys


@pytest.mark.parametrize("name, size, columns, rows", [("80x25", (640, 480), 80, 25), ("1280x800", (1280, 800), 100, 31)])
def test_picture(name, size, columns, rows):
    options = ["-device", "VGA,xres=%d,yres=%d" % size]
    with started(tree('gone_load="YES"\n'), options=options) as machine:
        opened(machine)
        picture = picture_of(machine, name, check, size, columns, rows)
        assert any(b"\xff\x00\x00" in picture.colours(y) for y in range(picture.height))  # the defects


def check_wide(picture, rows):
    """The plan is beside the rows."""
    check(picture, (1600, 900), 200, rows)
    right = sum(picture.at(x, y) != (0, 0, 0) for x in range(820, 1500, 3) for y in range(60, 200, 3))
    assert right > 100


def check_changed(picture, before):
    assert picture.pixels != before.pixels


def test_picture_of_a_wide_screen():
    """A screen of 200 columns, set by the shell's `mode`; no serial line."""
    files = shell("mode 200 47", "\\EFI\\BTL\\BTL.EFI -i")
    options = ["-device", "VGA,xres=1600,yres=900"]
    with started(files, options=options, serial="none") as machine:
        picture = picture_of(machine, "wide", check_wide, 47)
        machine.qmp("send-key", keys=[{"type": "qcode", "data": "right"}])
        picture_of(machine, "wide, another page", check_changed, picture)
