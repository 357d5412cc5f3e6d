# SPDX-License-Identifier: BSD-2-Clause
"""One byte changed, or another seal, for each file and each order: under Secure Boot nothing of that reaches a kernel.
Each configuration of one disk is broken in its own way. The menu chooses one after another, and at the end one that is
whole boots."""
import os
import re
import shutil
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from store import AUTHENTICATED, BOOT_ONLY, BTL, DATABASE, certificate_list, hash_list  # noqa: E402
from trustboot import CODE, Disk, booted, btlboot, refused, shows  # noqa: E402

pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")
PREVIOUS = "/loader.conf.prev"
FOLDER = "/loader.conf.d/"
LEVEL = 5  # of the machine


def program_hash(path):
    """Return the SHA-256 of a program without its signature, as osslsigncode computes it: what dbx has."""
    text = subprocess.run(["osslsigncode", "verify", path], stdout=subprocess.PIPE, check=False).stdout.decode()
    return bytes.fromhex(re.search(r"Calculated message digest *: *([0-9A-F]{64})", text)[1])


class Matrix(Disk):
    """A disk with configurations of their own kernel and module, sealed at the level of the machine."""

    def add(self, name, extra="", *options, by="known", level=LEVEL):
        """Add a configuration with a kernel and a module that no other one has; seal it."""
        self.put("/kernel/%s.elf" % name, btlboot.read(btlboot.default_tree()["kernel/kernel.elf"]))
        self.put("/mine/%s/ring.ko" % name, btlboot.module("ring"))
        self.put(FOLDER + name + ".conf", btlboot.conf(
            'kernel="/kernel/%s.elf"\nring_name="/mine/%s/ring.ko"\nring_on_error="halt"\n%s' % (name, name, extra)))
        self.seal(FOLDER + name + ".conf", "--level", str(level), *options, by=by)

    def seal_of(self, name):
        return FOLDER + name + ".conf.seal"

    def list_of(self, name):
        """Return where the list of a seal is in its file."""
        return btlboot.read(self.path(self.seal_of(name))).index(b"BTL-SEAL 1")


def change_header(disk, name):
    """Change a byte that Authenticode does not cover, of the checksum: the seal stays good."""
    pe, = struct.unpack_from("<I", btlboot.read(disk.path(disk.seal_of(name))), 0x3c)
    disk.change(disk.seal_of(name), pe + 4 + 20 + 64)


def cut(disk, name):
    disk.put(disk.seal_of(name), btlboot.read(disk.path(disk.seal_of(name)))[:-512])


def swap(disk, name):
    """The seal of another configuration."""
    shutil.copy(disk.path(disk.seal_of("whole")), disk.path(disk.seal_of(name)))


def swap_both(disk, name):
    """The seal of another configuration, and the text of another one again."""
    swap(disk, name)
    shutil.copy(disk.path(FOLDER + "permits.conf"), disk.path(FOLDER + name + ".conf"))


MISMATCH, UNTRUSTED = "[seal-mismatch]", "[seal-untrusted]"
# name: (what is done to the disk, the messages)
CASES = {
    "conf": (lambda disk, name: disk.change(FOLDER + name + ".conf"), ["/loader.conf.d/conf.conf: error: the file is not the one", MISMATCH]),
    "kernel": (lambda disk, name: disk.change("/kernel/%s.elf" % name),
               ["/kernel/kernel.elf: error: the file is not the one", MISMATCH]),
    "module": (lambda disk, name: disk.change("/mine/module/ring.ko"),
               ["/mine/module/ring.ko: error: ring: the file is not the one", MISMATCH]),
    "list": (lambda disk, name: disk.change(disk.seal_of(name), disk.list_of(name) + 90), [UNTRUSTED]),
    "signature": (lambda disk, name: disk.change(disk.seal_of(name), -300), [UNTRUSTED]),
    "cut": (cut, [UNTRUSTED]),
    "unsigned": (lambda disk, name: disk.seal(FOLDER + name + ".conf", by=None), [UNTRUSTED]),
    "foreign": (lambda disk, name: disk.seal(FOLDER + name + ".conf", by="foreign"), [UNTRUSTED]),
    "missing": (lambda disk, name: os.unlink(disk.path(disk.seal_of(name))), ["[seal-missing]"]),
    "old": (lambda disk, name: disk.seal(FOLDER + name + ".conf", "--level", "4"),
            ["the seal has level 4, and on this machine seals below level 5 are revoked", "[seal-level]"]),
    "other": (swap, ["does not list the file", "[seal-not-listed]"]),
    "others": (swap_both, ["does not list the file", "[seal-not-listed]"]),
    # dbx has the hash of this seal, and the certificate of the key that has signed the other one.
    "hash": (None, [UNTRUSTED]),
    "signer": (None, [UNTRUSTED]),
}


@pytest.fixture(scope="module")
def session():
    """Boot once. Return what the menu shows: {name of the case: text}, and the machine's whole text and status."""
    with Matrix({"loader.conf": btlboot.conf(), PREVIOUS[1:]: btlboot.conf("# the fallback\n")}) as disk:
        disk.seal(PREVIOUS, "--level", str(LEVEL))
        disk.change(PREVIOUS)
        disk.add("whole")
        disk.add("permits", 'autoboot_delay="1"\n', "--allow", "safe,menu")
        for name in CASES:
            disk.add(name, by="revoked" if name == "signer" else "known")
        change_header(disk, "permits")
        for name, (act, _) in CASES.items():
            if act is not None:
                act(disk, name)
        store = disk.store()
        store.put("BtlSealLevel", BTL, BOOT_ONLY, struct.pack("<Q", LEVEL))
        revoked = certificate_list(disk.keys.pair("revoked")[1])
        store.put("db", DATABASE, AUTHENTICATED, store.get("db", DATABASE) + revoked)
        store.put("dbx", DATABASE, AUTHENTICATED, store.get("dbx", DATABASE) + revoked +
                  hash_list(program_hash(disk.path(disk.seal_of("hash")))))
        seen = {}
        with disk.start() as machine:
            seen["start"] = machine.refuse_and_open_menu()
            for name in CASES:
                seen[name] = machine.choose(FOLDER + name + ".conf") + machine.type("b")
            seen["whole"] = machine.choose(FOLDER + "whole.conf")
            seen["no changes"] = machine.type("o") + machine.type("s") + machine.type("h")
            seen["permits"] = machine.choose(FOLDER + "permits.conf")
            seen["options"] = machine.type("o") + machine.type("report boot-ok")
            seen["no shell"] = machine.type("h")
            seen["before"] = machine.text()
            machine.send("b\r")
            seen["text"], seen["status"] = machine.rest()
            yield seen


@pytest.mark.parametrize("name", CASES)
def test_refused(session, name):
    shows(session[name], *CASES[name][1], "annot be booted so")


def test_no_seal_and_a_changed_fallback(session):
    refused(session["start"], "/loader.conf: error: the configuration has no seal", "[seal-missing]",
            PREVIOUS + ": error: the file is not the one", MISMATCH)


def test_menu_permits_what_the_seal_allows(session):
    shows(session["no changes"], "permits no changes", "permits no safe boot", "permits no shell")
    shows(session["options"], 'kernel_options="report boot-ok"')
    shows(session["no shell"], "permits no shell")


def test_nothing_but_the_sealed_configuration_boots(session):
    refused(session["before"])
    booted(session["text"], session["status"])
    shows(session["text"], "[run-ok-changed]")  # the changes have reached the kernel
