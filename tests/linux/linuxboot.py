# SPDX-License-Identifier: BSD-2-Clause
"""Boot Debian's kernel by BTL in QEMU. Its package is unpacked in build/linux (tools/linux.mk), and nothing is
installed.

    result = linux("btl state", conf='hello_load="YES"\n')

The base initrd has busybox and btl, and no module. The commands of a test are a second initrd: a script that runs when
the modules of loader.conf are loaded, and then switches the machine off.
"""
import contextlib
import fcntl
import glob
import os
import re
import subprocess
import sys
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/boot"))
from btlboot import ARCH, LIMIT, LOADER, STEADY, Machine, O, default_tree, make_image  # noqa: E402,F401

BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
LINUX = os.path.join(BUILD, "linux")
REBOOTS = ["-action", "reboot=reset"]  # else a reset ends QEMU
SCRIPT = "#!/bin/busybox sh\nexport PATH=/bin\n%s\necho 'TEST: end'\npoweroff -f\n"


def make(target):
    """Make files of build/linux, one test at a time. Skip the test if the mirror does not serve a package."""
    with open(os.path.join(BUILD, "linux.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "--no-print-directory", "-C", ROOT, "BUILD=" + BUILD, target], text=True,
                              env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    missing = re.search(r"^linux: .*(does not serve|is not a Debian system).*", done.stdout, re.M)
    if done.returncode != 0 and missing:
        pytest.skip(missing[0])
    assert done.returncode == 0, done.stdout


def package(name):
    """Unpack a package in build/linux/system. Skip the test if the mirror does not serve it."""
    done = subprocess.run([os.path.join(ROOT, "tools/linux-packages.sh"), LINUX, name], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 3:
        pytest.skip(" ".join(done.stdout.split()))
    assert done.returncode == 0, done.stdout


def unpacked(pattern):
    """Return the newest file of the unpacked packages whose path matches."""
    found = sorted(glob.glob(os.path.join(LINUX, "system", pattern)))
    assert found, "no file %s in %s/system" % (pattern, LINUX)
    return found[-1]


def kernel(flavour, *modules):
    """Copy a kernel and modules out of the unpacked packages; return their folder."""
    package("linux-image-" + flavour)
    folder = os.path.join(LINUX, flavour)
    subprocess.run([os.path.join(ROOT, "tools/linux-files.sh"), os.path.join(LINUX, "system"), flavour, folder, *modules],
                   check=True)
    return folder


def linux_conf():
    """Return linux/loader.conf, with the initrd of a test."""
    with open(os.path.join(ROOT, "linux/loader.conf"), encoding="utf-8") as file:
        return file.read() + '\nautoboot_delay="0"\ninitrd="/linux/base.img;/linux/test.img"\n'


def initrd(work, name, files):
    """Make an initrd of files (path: text)."""
    pairs = []
    for number, (path, text) in enumerate(files.items()):
        source = os.path.join(work, "%s%d" % (name, number))
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        pairs.append("%s=%s" % (path, source))
    made = os.path.join(work, name + ".img")
    subprocess.run([os.path.join(ROOT, "tools/linux-initrd.sh"), os.path.join(LINUX, "system/bin/busybox"), made, *pairs],
                   check=True)
    return made


def bare():
    """Return the files of a boot volume with the loader alone."""
    return {path: None for path in default_tree() if not path.endswith(LOADER)}


def linux_files(folder):
    """Return the files of a boot volume: the loader, a kernel with its modules, the base initrd."""
    files = bare()
    for name in ("vmlinuz", "modules.builtin"):
        files["linux/" + name] = os.path.join(folder, name)
    files["linux/base.img"] = os.path.join(LINUX, "base.img")
    for name in os.listdir(os.path.join(folder, "modules")):
        files["linux/modules/" + name] = os.path.join(folder, "modules", name)
    return files


class Boot:
    """The results of a boot, or of several that followed each other without a person."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    def says(self, *parts):
        """Return a line that contains all the parts."""
        for line in self.text.splitlines():
            if all(part in line for part in parts):
                return line
        raise AssertionError("no line with %r in:\n%s" % (parts, self.text))

    def between(self, start, end):
        """Return the lines between two lines of the script."""
        found = re.search(r"^TEST: %s\n(.*?)^TEST: %s$" % (start, end), self.text, re.M | re.S)
        assert found, "no lines between %r and %r in:\n%s" % (start, end, self.text)
        return found[1]


@contextlib.contextmanager
def machine(script, conf="", files=None, text=None, folder=None, memory="512M", options=()):
    """Start a machine on Debian's kernel. `conf`: lines behind linux/loader.conf; `text`: the whole of loader.conf;
    `folder`: that of another kernel."""
    make("linux-files")
    with tempfile.TemporaryDirectory(prefix="btllinux-") as work:
        tree = linux_files(folder or os.path.join(LINUX, "cloud"))
        tree["linux/test.img"] = initrd(work, "test", {"test": SCRIPT % script})
        tree["loader.conf"] = (text or linux_conf() + conf).encode()
        tree.update(files or {})
        with Machine(make_image(work, tree), memory=memory, options=[*REBOOTS, *options]) as it:
            yield it


def linux(script, **more):
    """Boot until the machine is switched off."""
    with machine(script, **more) as it:
        return Boot(it.wait(), it.text())


@contextlib.contextmanager
def started(files, memory="512M", options=()):
    """Start a machine on a boot volume with the loader and these files."""
    with tempfile.TemporaryDirectory(prefix="btllinux-") as work:
        with Machine(make_image(work, {**bare(), **files}), memory=memory, options=[*REBOOTS, *options]) as it:
            yield it
