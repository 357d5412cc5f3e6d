# SPDX-License-Identifier: BSD-2-Clause
"""Disks and memory sizes."""
import pytest

from btlboot import GOOD, boot, conf
from test_default import PHASES


@pytest.mark.parametrize("disk", ["virtio", "ahci", "nvme", "usb"])
def test_disk(disk):
    result = boot(disk=disk)
    assert result.status == GOOD
    assert result.loaded() == set(PHASES)


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
