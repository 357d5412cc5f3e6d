# SPDX-License-Identifier: BSD-2-Clause
"""Machines that begin behind the start of their firmware.

OVMF takes six seconds of the host's processor to its first output; BTL and the kernel take one or two. The state of a
machine at that output depends on the machine's options alone, because OVMF has read no disk yet. The second machine
with the same options therefore saves its state (QEMU's migration stream), and all later ones load it.
"""
import hashlib
import os
import shutil
import time

# Options with which a machine waits for a debugger before it runs, and a device whose state QEMU does not save.
COLD = {"-S", "-gdb", "-s", "edu", "-tpmdev"}
# Files in the place of a state.
SEEN, UNUSABLE = b"one machine had these options", b"the state of this machine cannot be saved"


def stamp(path):
    """Return a text that changes when a program or a firmware is replaced."""
    status = os.stat(shutil.which(path) or path)
    return "%d %d" % (status.st_size, status.st_mtime_ns)


def without_file(option):
    """Return a drive's option without the name of its file, which the machine does not see."""
    return ",".join(part for part in option.split(",") if not part.startswith("file="))


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Cold:
    """The usual start."""

    options = []

    def enter(self, machine):
        """Bring a machine that was just started to the point from which the test uses the machine."""


class Saves(Cold):
    """The start of a machine that saves its state in `path`."""

    def __init__(self, path):
        self.path = path

    def enter(self, machine):
        while not machine.raw:
            assert machine.receive(), "the machine has ended"
        machine.qmp("stop")
        if not any(disk["stats"]["rd_operations"] for disk in machine.qmp("query-blockstats")):
            self.save(machine)  # else the machine was too fast; the next one may not be
        machine.qmp("cont")

    def save(self, machine):
        own = "%s.%d" % (self.path, os.getpid())
        try:
            machine.qmp("migrate", uri="exec:cat >'%s'" % own)
            wait_for(machine, "query-migrate", "completed")
        except AssertionError:
            write(own, UNUSABLE)
        os.replace(own, self.path)


class Loads(Cold):
    """The start of a machine that loads its state from `path`."""

    def __init__(self, path):
        self.options = ["-incoming", "exec:cat '%s'" % path]

    def enter(self, machine):
        wait_for(machine, "query-status", "paused")
        machine.qmp("cont")


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def wait_for(machine, query, wanted):
    """Wait until a query of QEMU has this status."""
    status = machine.qmp(query).get("status")
    while status != wanted:
        assert status != "failed" and machine.child.poll() is None, "%s: %s" % (query, status)
        time.sleep(0.02)
        status = machine.qmp(query).get("status")


def start(directory, program, command, firmware):
    """Return how a machine with these options starts. `directory`: of the states; `firmware`: its files, with a
    variable store that no boot has changed."""
    if COLD & set(command):
        return Cold()
    words = [without_file(word) if before == "-drive" else word for before, word in zip(["", *command], command)]
    key = "\0".join([*words, *map(stamp, [program, *firmware])])
    path = os.path.join(directory, hashlib.sha256(key.encode()).hexdigest())
    if not os.path.exists(path):
        os.makedirs(directory, exist_ok=True)
        write(path, SEEN)
        return Cold()
    if os.path.getsize(path) > 1 << 20:
        return Loads(path)
    return Saves(path) if read(path) == SEEN else Cold()
