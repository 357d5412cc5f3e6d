# SPDX-License-Identifier: BSD-2-Clause
"""Firmware with unusual behaviour."""
from btlboot import GOOD, boot, conf, started, under
from test_default import PHASES


def test_stale_map_key():
    """The memory map changes between GetMemoryMap and ExitBootServices, twice (tests/boot/efi/stale.c)."""
    result = boot(files=under("stale"))
    assert result.text.count("STALE: ExitBootServices refused a stale key") == 2
    assert result.text.count("STALE: ExitBootServices went through") == 1
    assert result.status == GOOD
    assert result.loaded() == set(PHASES)


def test_disk_that_answers_no_more():
    """The loader waits for a slow call; the firmware's watchdog ends a call that hangs (tests/boot/efi/hangs.c)."""
    files = {**under("hangs"), "loader.conf": conf('volume="firmware"\n').encode()}
    with started(files, steady=True) as machine:
        machine.expect("HANGS: after 8 reads")
        assert machine.wait() == 0  # a reset ends this machine
        assert "cannot boot" not in machine.text()


def test_tables_where_a_bios_had_them():
    """SMBIOS at f04c0, which is not in the memory map (tests/boot/efi/legacy.c): the kernel ignores an unmapped table,
    and does not panic."""
    result = boot(files=under("legacy"))
    assert "PANIC" not in result.text and "EXCEPTION" not in result.text, result.text
    assert result.end is not None
    assert result.module("clock")["state"] == "loaded"  # by ACPI, at another address
