# SPDX-License-Identifier: BSD-2-Clause
"""Modules that loader.conf does not name: registered, loaded, replaced and unregistered in the running kernel."""
import re

import pytest

from btlboot import PROMPT, default_conf, started, test_module as made

LINES = 'visitor_flags="from loader.conf"\nvisitor.loudness="5"\n'
FILES = {
    "modules/visitor.ko": made("visitor1"),
    "modules/guestbook.ko": made("guestbook"),
    "modules/v2.ko": made("visitor2"),
    "modules/vfails.ko": made("visitorfails"),
    "modules/broken.ko": made("visitor1")[:500],
    "attic/visitor.ko": made("visitor2"),
}


def machine_with(lines):
    return started({**FILES, "loader.conf": (default_conf() + lines).encode()})


@pytest.fixture(scope="module", name="machine")
def running():
    with machine_with(LINES) as it:
        it.expect(PROMPT)
        yield it


def ids(machine):
    rows = map(str.split, machine.command("kmadmin -s").splitlines())
    return {words[1]: int(words[0]) for words in rows if len(words) == 5 and words[0].isdigit()}


def test_a_module_from_nothing_to_nothing(machine):
    """Registered with its dependency, loaded with the lines of loader.conf, replaced, unregistered."""
    before = ids(machine)
    answer = machine.command("kmadmin -r visitor")
    assert "guestbook: it is registered too, because visitor needs it [run-register-needed]" in answer
    number = int(re.search(r"Module visitor registered, ID = (\d+)", answer).group(1))
    assert number == len(before) + 1  # behind those of the manifest
    detail = machine.command("kmadmin -Q visitor")
    assert "/modules/visitor.ko" in detail and "UNLOADED (registered)" in detail
    assert re.search(r"Module SHA-256 +[0-9a-f]{64}", detail)
    answer = machine.command("kmadmin -L visitor")
    assert 'visitor 1.0: loudness 5, flags "from loader.conf", greeting 1' in answer
    assert "Module visitor loaded, ID = %d" % number in answer
    assert "run-registered" in machine.command("kmadmin -r /modules/visitor.ko")
    assert "run-busy-dependent" in machine.command("kmadmin -U guestbook")

    # A new file whose load function fails: the old one is back, with its variables as in the file.
    answer = machine.command("kmadmin -M visitor /modules/vfails.ko")
    assert "visitor 1.0: leaves" in answer
    assert "visitor 2.1: loudness 5" in answer and "run-load-function" in answer
    assert 'visitor 1.0: loudness 5, flags "from loader.conf", greeting 1' in answer
    assert "the old one is loaded again [run-update-back]" in answer
    assert "Module visitor was not updated; it is loaded" in answer
    assert re.search(r"Module Version +1\.0", machine.command("kmadmin -Q visitor"))
    # A good one.
    answer = machine.command("kmadmin -M visitor /modules/v2.ko")
    assert "visitor 2.0: loudness 5" in answer
    assert "Module visitor updated, version 2.0, ID = %d; it is loaded" % number in answer
    assert re.search(r"Module Path +/modules/v2\.ko", machine.command("kmadmin -Q visitor"))

    assert "run-unregister-state" in machine.command("kmadmin -R visitor")
    assert "run-unregister-boot" in machine.command("kmadmin -R hello")
    machine.command("kmadmin -U visitor guestbook")
    assert "run-unregister-needed" in machine.command("kmadmin -R guestbook")
    assert "visitor unregistered" in machine.command("kmadmin -R visitor")
    assert "guestbook unregistered" in machine.command("kmadmin -R guestbook")
    assert ids(machine) == before


def test_a_module_of_the_boot_is_replaced(machine):
    """The way back of a module that loader.conf names is its file on the boot volume."""
    answer = machine.command("kmadmin -M hello")
    assert "Module hello updated, version 1.0" in answer and "it is loaded" in answer
    assert "hello from the boot volume" in machine.command("hello")
    # Each module of the chain to the boot volume is used.
    answer = machine.command("kmadmin -M fatfs")
    assert "run-busy-chain" in answer and "was not updated; it is loaded" in answer
    assert "Module visitor registered" in machine.command("kmadmin -r visitor")  # the volume is still there
    machine.command("kmadmin -R visitor")
    machine.command("kmadmin -R guestbook")


@pytest.mark.parametrize("command, code", [
    ("kmadmin -r /attic/visitor.ko", "run-register-path"),
    ("kmadmin -r nosuch", "run-register-no-file"),
    ("kmadmin -L nosuch", "run-register-no-file"),
    ("kmadmin -r /modules/nosuch.ko", "run-file-not-found"),
    ("kmadmin -r /modules/broken.ko", "elf-"),
    ("kmadmin -r /modules", "run-register-path"),
    ("kmadmin -M hello /modules/v2.ko", "plan-name-mismatch"),
    ("kmadmin -M nosuch", "is registered"),
    ("kmadmin -R nosuch", "is registered"),
    ("kmadmin -R", "usage"),
])
def test_what_is_refused(machine, command, code):
    before = ids(machine)
    assert code in machine.command(command)
    assert ids(machine) == before


def test_any_file_if_loader_conf_permits_it():
    with machine_with(LINES + 'module_register="any"\n') as it:
        it.expect(PROMPT)
        assert "run-register-no-volume" in it.command("kmadmin -r nosuch:/visitor.ko")
        it.command("kmadmin -d /attic;/modules")
        assert "visitor 2.0: loudness 5" in it.command("kmadmin -L visitor")  # as the search path says
        assert "/attic/visitor.ko" in it.command("kmadmin -Q visitor")
        it.command("kmadmin -D")
        assert "visitor 1.0" in it.command("kmadmin -M visitor virtio0p1:/modules/visitor.ko")


def test_no_file_if_loader_conf_forbids_it():
    with machine_with('module_register="boot"\n') as it:
        it.expect(PROMPT)
        assert "run-register-boot" in it.command("kmadmin -L visitor")


def test_a_module_that_loader_conf_switches_off():
    with machine_with('module_blacklist="visitor"\nguestbook_load="NO"\n') as it:
        it.expect(PROMPT)
        assert "run-register-off" in it.command("kmadmin -r visitor")
        assert "run-register-off" in it.command("kmadmin -r guestbook")
