# SPDX-License-Identifier: BSD-2-Clause
"""watchdog="SECONDS": the machine's own watchdog, which the loader arms. A machine whose kernel hangs where no
interrupt arrives is reset, and the configuration on trial is given up."""
import struct

import pytest

from btlboot import GOOD, conf, test_module as bad_module
from test_fallback import LAST_GOOD, computer, fell_back

HANG = 'watchdog="8"\nboot_tries="1"\nboot_timeout="0"\nhangscli_load="YES"\nhangscli_phase="BOOT2"\n'


def wdat(path):
    """Write ACPI's table WDAT, without its header, for the TCO of QEMU: two ends of 600 ms for each count."""
    def instruction(action, operation, address, value, mask, space=1, width=16):
        return struct.pack("<BBHBBBBQII", action, operation, 0, space, width, 0, 0, address, value, mask)
    entries = (instruction(6, 0x83, 0x672, 0, 0x3ff) + instruction(1, 2, 0x660, 1, 0xffff) +
               instruction(9, 0x82, 0x668, 0, 0x800) + instruction(11, 0x82, 0x668, 0x800, 0x800) +
               instruction(8, 0x80, 0x668, 0, 0x800) + instruction(17, 0x82, 0xfed1f410, 0, 0x20, 0, 32))
    path.write_bytes(struct.pack("<IHBBB3xIIIB3xI", 32, 0xffff, 0xff, 0xff, 0xff, 1200, 0x3ff, 4, 1,
                                 len(entries) // 24) + entries)


TCO = ["-global", "ICH9-LPC.noreboot=off"]
ESB = ["-device", "i6300esb"]


@pytest.mark.parametrize("name, options", [("TCO", TCO), ("i6300esb", ESB)])
def test_a_hang_is_reset_and_given_up(name, options):
    """With interrupts off, and without the kernel's own watchdog: the machine's resets it. QEMU ends then (-no-reboot)."""
    with computer(conf(HANG), LAST_GOOD, {"modules/hangscli.ko": bad_module("hangscli")}) as it:
        hung = it.boot(options=options)
        hung.says("watchdog: the %s resets the machine in 8 s" % name)
        assert hung.status == 0, hung.text
        fell_back(it.boot(), "each of its 1 tries (boot_tries) was used")


@pytest.mark.parametrize("name, options", [("TCO", TCO), ("i6300esb", ESB)])
def test_the_kernel_stops_it(name, options):
    with computer(conf('watchdog="120"\n')) as it:
        result = it.boot(options=options)
        result.says("watchdog: the %s resets the machine in 120 s" % name)
        result.says("watchdog: the machine's own watchdog (120 s) is stopped")
        assert result.status == GOOD


def test_the_firmware_s_description(tmp_path):
    """With a table WDAT, the loader takes its word."""
    wdat(tmp_path / "wdat")
    options = TCO + ["-acpitable", "sig=WDAT,data=%s" % (tmp_path / "wdat")]
    with computer(conf(HANG), LAST_GOOD, {"modules/hangscli.ko": bad_module("hangscli")}) as it:
        hung = it.boot(options=options)
        hung.says("watchdog: the WDAT resets the machine in 8 s")
        assert hung.status == 0, hung.text
        fell_back(it.boot(), "each of its 1 tries (boot_tries) was used")


def test_a_time_that_no_watchdog_can_do():
    with computer(conf('watchdog="2000"\n')) as it:
        result = it.boot()
        result.says("[watchdog-time]")
        assert result.status == GOOD
