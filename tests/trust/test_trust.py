# SPDX-License-Identifier: BSD-2-Clause
"""The loader under Secure Boot: each way to choose a configuration leads to a sealed one. tests/mock/test_seal.c has
each line of the rules; test_matrix.py has each file; here, the firmware decides."""
import os
import sys

import pytest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), folder) for folder in (".", "../btl")]
from records import record, sha256  # noqa: E402
from store import BTL, RUNTIME  # noqa: E402
from trustboot import CODE, ENFORCED, KERNEL, LOADER, Disk, booted, btlboot, refused  # noqa: E402

pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")
PREVIOUS, OTHER = "/loader.conf.prev", "/loader.conf.d/other.conf"


def disk(**files):
    """A disk with three configurations."""
    conf = btlboot.conf()
    return Disk({"loader.conf": conf, PREVIOUS[1:]: conf + "# the fallback\n", OTHER[1:]: conf + "# the other\n", **files})


def test_sealed_configuration_boots_and_revokes_older_ones():
    """A change that the running system has left (BtlPending) is refused."""
    with disk() as it:
        it.seal("/loader.conf", "--level", "5", "--revoke", "5")
        it.store().put("BtlPending", BTL, RUNTIME, record("BtlPending", digest=sha256(btlboot.conf()), number=3,
                                                          text='hello_load="NO"\n'))
        text, status = it.boot()
        booted(text, status, "seals below level 5 are revoked from now on",
               "changes from the running system are refused and dropped", "[boot-pending-refused]")
        assert " name=hello " in text, text
        # An older seal, and a fallback without one.
        it.seal("/loader.conf", "--level", "4", "--revoke", "0")
        refused(it.boot()[0], "/loader.conf.seal: error: the seal has level 4", "[seal-level]",
                PREVIOUS + ": error: the configuration has no seal", "[seal-missing]")


def test_one_shot_and_fallbacks():
    """BtlNext names a configuration without a seal; the default one is changed; its fallback is whole."""
    with disk() as it:
        it.seal()
        it.change("/loader.conf")
        it.seal(PREVIOUS)
        it.store().put("BtlNext", BTL, RUNTIME, record("BtlNext", OTHER))
        booted(*it.boot(), OTHER + ": error: the configuration has no seal", "[seal-missing]",
               "/loader.conf: error: the file is not the one", "[seal-mismatch]", "booted with %s in place of" % PREVIOUS)


def test_option_chooses_what_is_not_sealed():
    with disk() as it:
        it.seal()
        it.store().boot_next(LOADER, "-c " + OTHER)
        booted(*it.boot(), OTHER + ": error: the configuration has no seal", "[seal-missing]",
               "booted with /loader.conf in place of " + OTHER)


def test_option_chooses_what_is_sealed_and_a_safe_boot_is_refused():
    with disk() as it:
        it.seal(OTHER)
        it.store().boot_next(LOADER, "-s -c " + OTHER)
        text, status = it.boot()
        booted(text, status, "the seal permits no safe boot", "[seal-no-safe]")
        assert " name=hello " in text and "[seal-missing]" not in text, text


def test_safe_boot_that_the_seal_permits():
    with disk() as it:
        it.seal("/loader.conf", "--allow", "safe")
        it.store().boot_next(LOADER, "-s")
        text, status = it.boot()
        booted(text, status, "safe boot: without the modules and tunables")
        assert " name=hello " not in text and "[seal-no-safe]" not in text, text


def test_changed_loaders():
    """A byte of the code, and one of the signature: the firmware starts neither, and no line of the loader comes."""
    with disk() as it:
        it.seal()
        it.put("/EFI/BTL/OTHER.EFI", btlboot.read(it.path(LOADER)))
        it.change("/EFI/BTL/OTHER.EFI", -300)
        it.change(LOADER, 0x2000)
        it.store().boot_next("/EFI/BTL/OTHER.EFI", "")
        with it.start() as machine:
            machine.expect(r"failed to (load|start) Boot00A0[^\n]*: (Access Denied|Security Violation)")
            machine.expect(r"failed to (load|start) Boot0[^\n]*: (Access Denied|Security Violation)")
            text = machine.text()
        assert ENFORCED not in text and KERNEL not in text, text
