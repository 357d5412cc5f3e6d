# SPDX-License-Identifier: BSD-2-Clause
"""Behind Debian's shim, whose verification is switched off: seals are not enforced, although SecureBoot is 1. A loader
that shim starts, and that enforces seals: test_owner.py."""
import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from store import BOOT_ONLY, SHIM_LOCK  # noqa: E402
from trustboot import CODE, KERNEL, LOADER, MICROSOFT, Disk, btlboot, shows  # noqa: E402

SHIM = "/usr/lib/shim/shimx64.efi.signed"
pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")


def test_shim_that_verifies_nothing():
    """The loader has no signature, and the seal does not fit."""
    with Disk({"loader.conf": btlboot.conf("# a comment\n")}, MICROSOFT, signed=False) as disk:
        shutil.copy(disk.path(LOADER), disk.path("/EFI/BOOT/grubx64.efi"))
        shutil.copy(SHIM, disk.path(LOADER))
        disk.seal(by=None)
        disk.change("/loader.conf", -2)
        disk.store().put("MokSBState", SHIM_LOCK, BOOT_ONLY, b"\1")
        text, status = disk.boot()
        shows(text, "Secure Boot is on, but not shim's verification: seals are not enforced", KERNEL,
              "/loader.conf: warning: the file is not the one", "[seal-not-enforced]")
        assert status == btlboot.GOOD, text
