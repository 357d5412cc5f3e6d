# SPDX-License-Identifier: BSD-2-Clause
"""docs/linux.md: its commands are typed on a Debian machine, and show what the page shows.

The blocks of the page are one session of a machine without a network, which boots by GRUB. A line `# …` is typed at the
shell of root; a reboot leads to the next prompt. BTL_DEBS=DIR: take the packages that are in DIR."""
import glob
import os
import re
import shutil
import tempfile

import pytest

from disk import make_disk, run
from linuxboot import ARCH, BUILD, LIMIT, Machine, REBOOTS, ROOT

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="a Debian for x86-64")
PAGE = "docs/linux.md"
PROMPT = r"debian# "  # apt may leave control sequences before it, on the same line
LOGIN = r"debian login: root \(automatic login\)"
# What differs between two runs: the kernel's release, versions of packages, hashes, identifiers, times and sizes, the
# numbers of boot entries.
VARIES = re.compile(r"\d+\.\d+\.\d+-\d+-cloud-amd64|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8,}\b|"
                    r"\b\d+(\.\d+)? (KiB|MiB|bytes)\b|\b\d+(\.\d+)?(ms|us|s|min)( \d+(\.\d+)?(ms|s))?\b|"
                    r"(?<=Boot)[0-9A-F]{4}|^\[ *\d+\.\d+\]|\b[0-9A-F]{4}(,[0-9A-F]{4})*\b|(?<=btl-linux \()[^)]+")


def session():
    """Return the commands of the page, and what each shows: [(command, [line])]."""
    steps = []
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        for block in re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S):
            for line in block.splitlines():
                if line.startswith("# "):
                    steps.append((line[2:], []))
                else:
                    steps[-1][1].append(line)
    return steps


def plain(line):
    return re.sub(r"\s+", " ", VARIES.sub("#", line)).strip()


def not_shown(expected, text):
    """Return the lines of the page that are no lines of the output, in this order. `...` stands for any lines."""
    rest = iter([plain(line) for line in text.replace("\r", "").splitlines()])
    return [line for line in expected if plain(line) not in ("", "...") and plain(line) not in rest]


def packages():
    """Return the packages that the page installs, built of the tree, which may differ from its last commit."""
    folder = os.environ.get("BTL_DEBS")
    if folder is None:
        folder = os.path.join(BUILD, "linux/deb")
        run(os.path.join(ROOT, "tools/setup.sh"), "deb")
        commit = run("git", "-C", ROOT, "stash", "create").strip() or "HEAD"
        run(os.path.join(ROOT, "tools/deb.sh"), folder, commit, cwd=ROOT,
            env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck parallel=%d" % os.cpu_count()})
    return [glob.glob(os.path.join(folder, name + "_[0-9]*.deb"))[0] for name in ("btl", "btl-loader-efi", "btl-linux")]


class Debian(Machine):
    """The machine, and the person at its serial line. A boot takes a minute on an idle host."""
    limit = 5 * LIMIT

    def answer(self, line):
        self.send(line + "\r")
        return self.expect(PROMPT).split("\n", 1)[-1]  # without the echo

    def type(self, command):
        """Type a command; return its output, with a line for a status that is not 0."""
        if command == "reboot":
            self.send("reboot\r")
            return self.expect(LOGIN) + self.expect(PROMPT)
        text = self.answer(command)
        while "is not yet finished" in text:  # systemd-analyze, before the last unit is up
            text = self.answer(command)
        status = self.answer("echo $?").strip()
        return text if status == "0" else text + "\nFAILED: %s" % status


def test_the_session_of_the_page():
    steps = session()
    assert len(steps) > 25

    def prepare(tree):
        for package in packages():
            shutil.copy(package, os.path.join(tree, "root"))

    with tempfile.TemporaryDirectory(prefix="btldebian-") as work:
        disk = ",format=raw,cache=unsafe,file=" + make_disk(work, prepare)  # no test cuts the power
        with Debian(disk, memory="1G", options=REBOOTS) as machine:
            machine.expect(PROMPT)
            faults = []
            for command, expected in steps:
                text = machine.type(command)
                print("# %s\n%s" % (command, text), flush=True)  # pytest shows this if the test fails
                if "\nFAILED: " in text or not_shown(expected, text):
                    faults.append((command, not_shown(expected, text), text))
            # By GRUB, and nothing of BTL is left.
            assert "BOOT_IMAGE=/vmlinuz" in machine.answer("cat /proc/cmdline")
            assert machine.answer("find /boot/efi /etc /usr /var -iname '*btl*' -o -path '/boot/efi/l*'").strip() == ""
            machine.send("poweroff\r")
            assert machine.wait() == 0
    assert not faults, "\n".join("# %s: the page shows %r, the machine:\n%s" % fault for fault in faults)
