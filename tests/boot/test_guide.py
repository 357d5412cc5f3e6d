# SPDX-License-Identifier: BSD-2-Clause
"""docs/writing-modules.md: its commands are typed as printed, and show what the page shows.

The blocks of the page are one session. A line `$ …` is typed in the folder of BTL, a line `btl> …` at the monitor of the
machine that `make run` has started. The test has a disk and a home directory of its own, and starts the machine by the
script of `make run`."""
import os
import re
import subprocess

import pexpect
import pytest

from test_debug import free_port

from btlboot import ARCH, CONTROL, LIMIT, O, PROGRAM, PROMPT, ROOT, make_image

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the page is about the machine with the device edu")
PAGE = "docs/writing-modules.md"
IMAGE, SCRIPT = "build/x86_64/btl.img", "build/x86_64/debug.gdb"
# What differs between two runs or builds: addresses, hashes, times, ids, numbers of lines, sizes, places in the order.
VARIES = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+(\.\d+)? (ms|us|KiB|B)\b|(?<=ID = )\d+|(?<=id )\d+|(?<=[Ll]ine )\d+|"
                    r":\d+:\d+:|(?<=\.c:)\d+|^\d+(?=\t)|(?<=\+)\d+(?=>)|^ *\d+(?=  BOOT)")


def session():
    """Return the commands of the page, and what each shows: [(kind, command, [line])]."""
    steps = []
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        for block in re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S):
            for line in block.splitlines():
                typed = re.match(r"(\$|btl>) (.*)", line)
                if typed:
                    steps.append((typed[1], typed[2], []))
                else:
                    steps[-1][2].append(line)
    return steps


def plain(line):
    return re.sub(r"\s+", " ", VARIES.sub("#", line)).strip()


def assert_shows(command, expected, text):
    """Every line of the page is a line of the output, in this order. `...` stands for any lines."""
    lines = [plain(line) for line in text.replace("\r", "").splitlines()]
    rest = iter(lines)
    for line in expected:
        assert plain(line) in ("", "...") or plain(line) in rest, "%s does not show %r (there, in this order):\n%s" % (
            command, line, "\n".join(lines))


class Author:
    """The person who types the commands."""

    def __init__(self, home):
        self.home, self.out, self.machine, self.debugged = home, home / "out", None, None
        self.out.mkdir()
        for folder in "kernel", "efi", "modules":
            (self.out / folder).symlink_to(os.path.join(O, folder))
        self.image = make_image(str(self.out), {})
        ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "O", "BUILD", "BTL", "SHARE")
        self.environment = {**{k: v for k, v in os.environ.items() if k not in ours}, "HOME": str(home)}

    def type_on_host(self, command):
        run = re.fullmatch(r"(?:BTL_DEVICES=(\w+) )?make run(?: STATIC=\"(.*)\")?(?: SHARE=\$HOME/(\w+))?", command)
        if run:
            return self.start(*run.groups())
        if command == "BTL_DEVICES=edu make debug SHARE=$HOME/edu":
            return self.debug()
        assert "make run" not in command and "make debug" not in command
        if SCRIPT in command:
            return self.follow(command.replace(SCRIPT, str(self.out / "debug.gdb")))
        done = subprocess.run(["sh", "-e", "-c", command.replace(IMAGE, self.image).replace("build/host/btl", PROGRAM)],
                              cwd=ROOT, env=self.environment, check=False, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, "%s\n%s" % (command, done.stdout)
        return done.stdout.replace(self.image, IMAGE).replace(str(self.home), "~")

    def start(self, devices, static, share):
        if static:
            folder = str(self.out / "static")
            subprocess.run(["make", "STATIC=" + static, "KERNEL_FILE=" + folder, folder + "/kernel.elf"], cwd=ROOT,
                           env=self.environment, check=True, stdout=subprocess.DEVNULL)
            self.image = make_image(str(self.out), {"kernel/kernel.elf": folder + "/kernel.elf"})
        more = {"SHARE": str(self.home / share)} if share else {}
        self.machine = pexpect.spawn(
            os.path.join(ROOT, "tools/run.sh"), cwd=ROOT, timeout=10 * LIMIT, encoding="utf-8", codec_errors="replace",
            env={**self.environment, "O": str(self.out), "BTL_PROGRAM": PROGRAM, "BTL_DEVICES": devices or "", **more})
        self.machine.expect(PROMPT)
        return CONTROL.sub("", self.machine.before)

    def debug(self):
        """A second machine, with a copy of the disk."""
        self.debugged = pexpect.spawn(
            os.path.join(ROOT, "tools/debug.sh"), cwd=ROOT, timeout=10 * LIMIT, encoding="utf-8", codec_errors="replace",
            env={**self.environment, "O": str(self.out), "BTL_PROGRAM": PROGRAM, "BTL_DEVICES": "edu",
                 "SHARE": str(self.home / "edu"), "BTL_GDB_PORT": free_port()})
        self.debugged.expect("starts\r\nagain and stops in the loader.")
        return (self.debugged.before + self.debugged.after).replace(str(self.out), "build/x86_64")

    def follow(self, command):
        """Run gdb, which ends the machine; what the machine prints must be read in the meantime."""
        gdb = subprocess.Popen(["sh", "-c", command], cwd=ROOT, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.debugged.expect(pexpect.EOF)
        return gdb.communicate()[0].replace(str(self.home), "~")

    def type_at_monitor(self, command):
        self.machine.send(command + "\r")
        if command == "poweroff":
            self.machine.expect(pexpect.EOF)
        else:
            self.machine.expect(PROMPT)
        return CONTROL.sub("", self.machine.before)


def test_the_session_of_the_page(tmp_path):
    author = Author(tmp_path)
    steps = session()
    assert len(steps) > 30
    try:
        for kind, command, expected in steps:
            text = author.type_on_host(command) if kind == "$" else author.type_at_monitor(command)
            if os.environ.get("GUIDE_SHOW"):
                print("%s %s\n%s" % (kind, command, text))
            assert_shows(command, expected, text)
    finally:
        for machine in author.machine, author.debugged:
            if machine:
                machine.close(force=True)
