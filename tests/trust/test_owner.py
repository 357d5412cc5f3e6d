# SPDX-License-Identifier: BSD-2-Clause
"""docs/security.md, "Keys for owners": each of its commands is typed, on this host for a boot volume in a directory, and
MokManager is served in the machine. What differs from a machine of an owner: /boot/efi and /usr/lib/btl/efi are
directories of the test, and btl install and mokutil write their variables into a directory, from where they come into the
machine's store."""
import os
import re
import shutil
import sys

import pexpect
import pytest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), folder) for folder in (".", "../btl")]
from records import boot_entries, file_name  # noqa: E402
from store import RUNTIME, SHIM_LOCK  # noqa: E402
from trustboot import CODE, MICROSOFT, Disk, booted, btlboot, refused  # noqa: E402

pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")
PREVIOUS = "/loader.conf.prev"
REBOOTS = ["-action", "reboot=reset"]  # else a reset ends QEMU
SECRET = "a password"


def page():
    """Return {heading: the lines for root's shell} of the section."""
    with open(os.path.join(btlboot.ROOT, "docs/security.md"), encoding="utf-8") as file:
        section = file.read().split("\n## Keys for owners\n")[1].split("\n## ")[0]
    found = {}
    for part in section.split("\n### ")[1:]:
        blocks = "".join(re.findall(r"^```\n(.*?)^```", part, re.M | re.S)).splitlines()
        assert all(line.startswith("# ") for line in blocks), blocks
        found[part.split("\n")[0]] = [line[2:] for line in blocks]
    return found


STEPS = page()
SIGN, SHIM = STEPS


class Owner(Disk):
    """A machine, and the person that types the commands of the page."""

    def __init__(self, variables):
        conf = btlboot.conf()
        super().__init__({"loader.conf": conf, PREVIOUS[1:]: conf + "# the fallback\n"}, variables, signed=False)
        tree = os.path.join(self.work, "usr")
        os.makedirs(tree)
        shutil.move(self.path("/EFI/BOOT/BOOTX64.EFI"), tree)
        self.folder, self.vars = os.path.join(self.work, "root"), os.path.join(self.work, "vars")
        os.makedirs(self.folder)
        os.makedirs(self.vars)
        boot_entries(self.vars, SecureBoot=b"\1", SetupMode=b"\0")
        self.places = {"/boot/efi": self.root, "/usr/lib/btl/efi": tree}
        # btl install asks the disk for the number of the partition.
        self.empty = btlboot.make_image(self.work, {**dict.fromkeys(btlboot.default_tree()), "empty": b""})

    def type(self, line):
        """Type a line at the shell; answer the questions for a password."""
        for place, directory in self.places.items():
            line = line.replace(place, directory)
        if line.startswith("btl install "):
            line += " --efivars %s --disk %s" % (self.vars, self.empty)
        child = pexpect.spawn("/bin/sh", ["-ec", line], cwd=self.folder, timeout=btlboot.LIMIT, encoding="utf-8", env={
            **os.environ, "EFIVARFS_PATH": self.vars + "/",
            "PATH": os.path.dirname(btlboot.PROGRAM) + ":" + os.environ["PATH"]})
        text = ""
        while child.expect(["input password(?: again)?: ", pexpect.EOF]) == 0:
            text += child.before
            child.sendline(SECRET)
        child.close()
        assert child.exitstatus == 0, "%s\n%s" % (line, text + child.before)

    def take_variables(self, guid, **attributes):
        """Copy variables from the directory into the machine's store."""
        for name, value in attributes.items():
            with open(os.path.join(self.vars, file_name(name, guid)), "rb") as file:
                self.store().put(name, guid, value, file.read()[4:])

    def boots_what_is_signed(self):
        """The signed configuration has booted before; now a byte is changed, and the fallback is not sealed."""
        self.change("/loader.conf")
        refused(self.boot()[0], "/loader.conf: error: the file is not the one", "[seal-mismatch]", "[seal-missing]")


def test_shim_and_machine_owner_key():
    """MokManager enrols the key that mokutil has left."""
    with Owner(MICROSOFT) as it:
        for line in STEPS[SIGN] + STEPS[SHIM]:
            it.type(line)
        it.take_variables(SHIM_LOCK, MokNew=RUNTIME, MokAuth=RUNTIME)
        with it.start(options=REBOOTS) as machine:
            for wanted, keys in (("Press any key to perform MOK management", " "), ("Enroll MOK", "\x1b[B\r"),
                                 ("View key 0", "\x1b[B\r"), ("Enroll the key", "\x1b[B\r"), ("Password", SECRET + "\r"),
                                 ("Perform MOK management", "\r")):
                machine.expect(wanted)
                machine.send(keys)
            text, status = machine.rest()
        booted(text, status)
        it.boots_what_is_signed()
