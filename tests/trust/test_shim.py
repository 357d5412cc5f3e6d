# SPDX-License-Identifier: BSD-2-Clause
"""The loader behind Debian's shim: the firmware knows Microsoft's keys alone, shim a machine owner key."""
import os
import shutil
import struct
import subprocess
import sys
import uuid

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from trustboot import CODE, LOADER, Disk, btlboot, run  # noqa: E402

PREVIOUS = "/loader.conf.prev"
SHIM = "/usr/lib/shim/shimx64.efi.signed"
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
SHIM_LOCK = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
BOOT_ONLY = 3  # non-volatile, boot services
pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")


def add_variable(store, name, guid, attributes, data):
    """Append a variable to OVMF's store (authenticated variables)."""
    content = bytearray(btlboot.read(store))
    at, = struct.unpack_from("<H", content, 0x30)  # behind the header of the firmware volume
    at += 28
    while struct.unpack_from("<H", content, at)[0] == 0x55aa:
        at = (at + 60 + sum(struct.unpack_from("<II", content, at + 36)) + 3) & ~3
    text = name.encode("utf-16-le") + b"\0\0"
    record = struct.pack("<HBBIQ16sIII16s", 0x55aa, 0x3f, 0, attributes, 0, bytes(16), 0, len(text), len(data),
                         guid.bytes_le) + text + data
    assert set(content[at:at + len(record)]) == {0xff}
    content[at:at + len(record)] = record
    with open(store, "wb") as file:
        file.write(content)


def owner_list(certificate):
    """Return the certificate as a list of signatures."""
    der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], stdout=subprocess.PIPE,
                         check=True).stdout
    return X509.bytes_le + struct.pack("<III", 28 + 16 + len(der), 0, 16 + len(der)) + SHIM_LOCK.bytes_le + der


@pytest.fixture
def disk():
    """A disk where shim starts the loader, which the machine owner key has signed; the store with that key."""
    conf = btlboot.conf().encode()
    with Disk({"loader.conf": conf, PREVIOUS[1:]: conf + b"# the fallback\n"}) as it:
        key, certificate = it.keys.foreign  # no key of the firmware
        loader = os.path.join(it.work, "grubx64.efi")
        shutil.copy(btlboot.default_tree()[LOADER], loader)
        run("sbsign", "--key", key, "--cert", certificate, "--output", loader, loader)
        it.put("/EFI/BOOT/grubx64.efi", btlboot.read(loader))
        it.put("/" + LOADER, btlboot.read(SHIM))
        it.store = os.path.join(it.work, "store.fd")
        shutil.copy(VARIABLES, it.store)
        add_variable(it.store, "MokList", SHIM_LOCK, BOOT_ONLY, owner_list(certificate))
        yield it


def test_sealed_by_the_machine_owner(disk):
    disk.seal(foreign=True)
    text, status = disk.boot(disk.store)
    assert status == btlboot.GOOD, text
    assert "Secure Boot is on: seals are enforced" in text


def test_changed_configuration(disk):
    """The other seal is one of the snakeoil key, which neither shim nor this firmware knows."""
    disk.seal(foreign=True)
    disk.change("/loader.conf")
    disk.seal(PREVIOUS)
    text, _ = disk.boot(disk.store)
    assert "Secure Boot is on: seals are enforced" in text
    assert "/loader.conf: error: the file is not the one" in text and "[seal-mismatch]" in text, text
    assert "[seal-untrusted]" in text and "starting /kernel" not in text and "BTL-REPORT" not in text, text
