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

from btlboot import ARCH, CONTROL, LIMIT, O, PROGRAM, PROMPT, ROOT, make_image

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the page is about the machine with the device edu")
PAGE = "docs/writing-modules.md"
IMAGE = "build/x86_64/btl.img"
# What differs between two runs or builds: addresses, hashes, times, ids, numbers of lines, sizes, places in the order.
VARIES = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+(\.\d+)? (ms|us|KiB|B)\b|(?<=ID = )\d+|(?<=id )\d+|(?<=[Ll]ine )\d+|"
                    r":\d+:\d+:|(?<=\+)\d+(?=>)|^ *\d+(?=  BOOT)")


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
        self.home, self.out, self.machine = home, home / "out", None
        self.out.mkdir()
        self.image = make_image(str(self.out), {})
        ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "O", "BUILD", "BTL", "SHARE")
        self.environment = {**{k: v for k, v in os.environ.items() if k not in ours}, "HOME": str(home)}

    def type_on_host(self, command):
        run = re.fullmatch(r"(?:BTL_DEVICES=(\w+) )?make run(?: STATIC=\"(.*)\")?(?: SHARE=\$HOME/(\w+))?", command)
        if run:
            return self.start(*run.groups())
        assert "make run" not in command
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
        if author.machine:
            author.machine.close(force=True)
