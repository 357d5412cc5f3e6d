# SPDX-License-Identifier: BSD-2-Clause
"""What the firmware may do to a loader."""
import os

from btlboot import GOOD, O, boot, default_tree, read
from test_default import PHASES


def test_stale_map_key():
    """The memory map changes between GetMemoryMap and ExitBootServices, twice (tests/boot/efi/stale.c)."""
    result = boot(files={
        "EFI/BOOT/BOOTX64.EFI": read(os.path.join(O, "testefi/stale.efi")),
        "EFI/BTL/LOADER.EFI": default_tree()["EFI/BOOT/BOOTX64.EFI"],
    })
    assert result.text.count("STALE: ExitBootServices refused a stale key") == 2
    assert result.text.count("STALE: ExitBootServices went through") == 1
    assert result.status == GOOD
    assert result.loaded() == set(PHASES)
