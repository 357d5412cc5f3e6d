# SPDX-License-Identifier: BSD-2-Clause
"""Disks and memory sizes."""
import pytest

from btlboot import GOOD, boot, conf
from test_default import PHASES


@pytest.mark.parametrize("disk", ["virtio", "virtio iommu", "ahci", "nvme", "usb"])
def test_disk(disk):
    """INIT modules come from the disk if a module drives it; otherwise the loader keeps them in memory. They are
    loaded in both cases."""
    result = boot(disk=disk)
    assert result.status == GOOD
    driven = disk.startswith("virtio")
    assert result.loaded() == set(PHASES) - (set() if driven else {"virtio_blk"})
    line = next(line for line in result.text.splitlines() if line.startswith("smbios "))
    assert ("on the disk" if driven else "staged") in line
    assert "error" not in result.text.split("BTL-REPORT")[0].replace("errors: 0", "")
    if not driven:
        result.says("virtio_blk: no virtio disk found")
        result.says("BOOT2: 8 modules loaded, 0 failed, 2 without a device")
        assert result.module("virtio_blk")["state"] == "no-device"
        assert result.end["modules_failed"] == "0"


@pytest.mark.parametrize("memory", ["128M", "4G"])
def test_memory(memory):
    result = boot(memory=memory, text=conf(options="autotest"))
    assert result.status == GOOD
    assert result.loaded() == set(PHASES)
    assert set(result.checks.values()) == {"ok"}


def test_no_random_source():
    """Without a random number generator the seed is empty, and entropy says so."""
    result = boot(options=["-cpu", "qemu64,-rdrand"], random=False)
    assert result.status == GOOD
    result.says("entropy: the firmware gave no seed")


def test_no_screen():
    result = boot(options=["-vga", "none"])
    assert result.status == GOOD
