# SPDX-License-Identifier: BSD-2-Clause
"""The loader under Secure Boot: what is sealed boots, and nothing else reaches the kernel. tests/mock/test_seal.c has
each line of the rules; here, the firmware decides."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from trustboot import CODE, Disk, btlboot  # noqa: E402

pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")
PREVIOUS = "/loader.conf.prev"


def disk(text=None):
    """A disk with a configuration, and another one as its fallback."""
    conf = (text or btlboot.conf()).encode()
    return Disk({"loader.conf": conf, PREVIOUS[1:]: conf + b"# the fallback\n"})


def refused(text, *lines):
    """No kernel was started, and each line was printed."""
    assert "Secure Boot is on: seals are enforced" in text
    for line in lines:
        assert line in text, text
    assert "starting /kernel" not in text and "BTL-REPORT" not in text, text


def test_sealed_configuration_boots_and_revokes_older_ones():
    with disk() as it:
        variables = os.path.join(it.work, "store.fd")
        it.seal("/loader.conf", "--level", "5", "--revoke", "5")
        text, status = it.boot(variables)
        assert status == btlboot.GOOD, text
        assert "Secure Boot is on: seals are enforced" in text
        assert "seals below level 5 are revoked from now on" in text
        # An older seal, and a fallback without one.
        it.seal("/loader.conf", "--level", "4", "--revoke", "0")
        text, _ = it.boot(variables)
        refused(text, "/loader.conf.seal: error: the seal has level 4", "[seal-level]",
                PREVIOUS + ": error: the configuration has no seal", "[seal-missing]")


def test_changed_configuration_and_foreign_seal():
    with disk() as it:
        it.seal()
        it.change("/loader.conf")
        it.seal(PREVIOUS, foreign=True)
        text, _ = it.boot()
        refused(text, "/loader.conf: error: the file is not the one", "[seal-mismatch]",
                PREVIOUS + ".seal: error: no key of this machine has signed the seal", "[seal-untrusted]")


def test_changed_module_and_changed_kernel():
    with disk(btlboot.conf('ring_on_error="fallback"\n')) as it:
        it.put("/kernel/other.elf", btlboot.read(btlboot.default_tree()["kernel/kernel.elf"]))
        it.put(PREVIOUS, btlboot.conf('kernel="/kernel/other.elf"\n').encode())
        it.seal()
        it.seal(PREVIOUS)
        it.change("/modules/ring.ko")
        it.change("/kernel/other.elf")
        text, _ = it.boot()
        refused(text, "/modules/ring.ko: error: ring: the file is not the one",
                "/kernel/other.elf: error: the file is not the one", "[seal-mismatch]")
