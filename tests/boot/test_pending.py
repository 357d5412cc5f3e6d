# SPDX-License-Identifier: BSD-2-Clause
"""Changes of loader.conf that the running kernel queues, and the loader applies: to a confirmed boot, back after a
failure, and once when the power fails between the file and the variable."""
import os
import re
import shutil

import pytest

from btlboot import ARCH, PROMPT, Machine, test_module as bad_module
from test_boot_ok import REBOOT, reset, running


# The firmware of the ia64 machine does not write its volume.
writable = pytest.mark.skipif(ARCH == "ia64", reason="the boot volume is write-protected")


def row(machine, name):
    """Return the cells of `name` in the table of kmadmin -b: running, configured, pending."""
    return re.search(r"^%s +(\S+) +(\S+) +(\S+)\r?$" % re.escape(name), machine.command("kmadmin -b"), re.M).groups()


@writable
def test_a_change_is_applied_and_confirmed():
    with running() as machine:
        assert 'hello_phase="BOOT2"' in machine.command("kmadmin -b 2 hello")
        assert 'smbios_load="NO"' in machine.command("kmadmin -x smbios")
        assert "must be a whole number from" in machine.command("kmtune -w ramdisk.kib=many")
        assert 'ramdisk.kib="128"' in machine.command("kmtune -w ramdisk.kib=128")
        assert row(machine, "hello") == ("BOOT1", "BOOT1", "BOOT2")
        assert row(machine, "ramdisk.kib")[2] == "128"
        text = reset(machine)
        assert re.search(r'changes from the running system are in /loader.conf: hello_phase="BOOT2", '
                         r'smbios_load="NO", ramdisk.kib="128"', text)
        assert "on trial: 2 of 3 tries are left" in text
        assert row(machine, "hello") == ("BOOT2", "BOOT2", "-")
        assert row(machine, "smbios") == ("-", "off", "-")
        assert row(machine, "ramdisk.kib") == ("128", "128", "-")
        assert "changes were applied before this boot" in machine.command("kmadmin -b")
        assert "from now on" in machine.command("boot-ok")
        text = reset(machine)
        assert "changes from the running system" not in text and "on trial" not in text
        assert row(machine, "hello") == ("BOOT2", "BOOT2", "-")


@writable
def test_a_change_that_does_not_boot_rolls_back():
    with running({"modules/fails.ko": bad_module("fails")}, 'fails_on_error="fallback"\n') as machine:
        assert "registered" in machine.command("kmadmin -r fails")
        assert 'fails_load="YES"' in machine.command("kmadmin -b i fails")
        text = reset(machine)  # two boots: the changed text, and after the kernel's reset the old one
        assert "changes from the running system are in /loader.conf" in text
        assert "The failure is recorded; resetting" in text
        assert "[boot-trial-failed]" in text
        assert "run-pending-fallback" in machine.command("kmadmin -x hello")


@writable
def test_power_fails_between_the_file_and_the_variable(tmp_path):
    image, variables = str(tmp_path / "disk.img"), str(tmp_path / "vars.fd")
    with running() as machine:
        machine.command("kmadmin -x smbios")
        shutil.copy(os.path.join(machine.work, "vars.fd"), variables)
        assert "changes from the running system are in" in reset(machine)
        shutil.copy(os.path.join(machine.work, "btl.img"), image)
    with Machine(image, variables=variables, options=REBOOT) as machine:
        text = machine.expect(PROMPT)
        assert "changes from the running system are in /loader.conf already" in text
        assert row(machine, "smbios") == ("-", "off", "-")
        assert re.search(r"BtlPending +-", machine.command("boot-state"))
        assert "already" not in reset(machine)


def test_a_change_waits_for_its_configuration():
    """A one-shot boot of another configuration changes nothing."""
    with running({"loader.conf.d/other.conf": b'autoboot_delay="0"\n'}) as machine:
        machine.command("kmadmin -x hello")
        machine.command("next-conf /loader.conf.d/other.conf")
        text = reset(machine)
        assert "[boot-pending-waits]" in text and "another configuration is booted" in text
        assert "run-pending-other" in machine.command("kmadmin -x hello")
        assert "the pending changes are taken back" in machine.command("kmadmin -b -c")


@pytest.mark.skipif(ARCH != "ia64", reason="the boot volume can be written")
def test_a_volume_that_cannot_be_written():
    with running() as machine:
        assert 'hello_phase="BOOT2"' in machine.command("kmadmin -b 2 hello")
        text = reset(machine)
        assert "/loader.conf.new cannot be created: Write Protected" in text and "[boot-pending-unwritten]" in text
        assert row(machine, "hello") == ("BOOT1", "BOOT1", "BOOT2")
        assert "the pending changes are taken back" in machine.command("kmadmin -b -c")
