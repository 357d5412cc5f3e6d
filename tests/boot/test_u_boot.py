# SPDX-License-Identifier: BSD-2-Clause
"""A second firmware: Das U-Boot. It starts the loader with SSE switched off, passes the command line of its own
kernel as load options, and has few of the optional services: no random numbers, no renaming of files, no
variables while the kernel runs, no serial line that a program can ask."""
import pytest

from btlboot import GOOD, U_BOOT, boot, conf, started
from terminal import Terminal
from test_default import PHASES
from test_menu import MODULES, rest_of, tree


@pytest.mark.parametrize("disk", ["virtio", "ahci"])
def test_default_image(disk):
    result = boot(bios=U_BOOT, disk=disk)
    assert result.status == GOOD
    assert result.loaded() == set(PHASES) - (set() if disk == "virtio" else {"virtio_blk"})
    result.says("BTL 1.0 on Das U-Boot")
    result.says("options", "note: 'root=/dev/sdb3'", "[option-foreign]")
    result.says("starting /kernel/kernel.elf", "(errors: 0, warnings: 0)")
    assert result.text.count("[option-") == 1


def test_phase_switched():
    result = boot(bios=U_BOOT, text=conf('hello_phase="BOOT2"\n'))
    assert result.status == GOOD
    assert (result.module("hello")["phase"], result.module("hello")["state"]) == ("BOOT2", "loaded")
    assert result.loaded() == set(PHASES)


def test_missing_module():
    result = boot({"modules/hello.ko": None}, bios=U_BOOT)
    assert result.status == GOOD
    result.says("error: hello: the file does not exist", "[file-not-found]")
    assert result.loaded() == set(PHASES) - {"hello"}


def test_manifest_is_saved():
    """The firmware cannot rename the new file."""
    result = boot(bios=U_BOOT, text=conf('manifest_save="YES"\n'))
    assert result.status == GOOD
    result.says("saving the manifest to /btl/manifest.bin")
    assert "save-" not in " ".join(result.codes())


def test_boot_ok_says_that_nothing_is_stored():
    result = boot(bios=U_BOOT, text=conf(options="report boot-ok"))
    assert result.status == GOOD
    result.says("the variable BtlGood is not stored", "[run-state-read-only]")


def test_menu():
    with started(tree(), bios=U_BOOT) as machine:
        machine.expect("a key opens the menu")
        machine.send(" ")
        menu = Terminal(machine)
        menu.see("boot menu", "Every day", "(chosen) default", "For this boot")
        menu.do("o two{enter}", 'kernel_options="report two"', "changes: 1")
        menu.do("{right}", "pulled by earlylog", MODULES)
        menu.do("{escape}", "For this boot")
        menu.type("b")
        result = rest_of(machine)
    assert result.status == GOOD
    result.says('kernel_options="report two"')
