# SPDX-License-Identifier: BSD-2-Clause
"""btl state and btl list: are seals enforced, and does the seal of the configuration fit?"""
import json
import os
import struct
import subprocess
import uuid

import pytest

from btltest import GOOD_CONF, btl, read, volume, write
from records import FIRMWARE, boot_entries, efivars, file_name, store, variable

SHIM = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
OVMF = uuid.UUID("f0a30bc7-af08-4556-99c4-001009c93a44")
PREV = "/loader.conf.prev"
ON = "SecureBoot Secure Boot is on: seals are enforced"


@pytest.fixture
def esp(tmp_path):
    return volume(str(tmp_path / "esp"), GOOD_CONF, {PREV[1:]: GOOD_CONF + "# before\n"})


@pytest.fixture
def owner(tmp_path):
    """Return the options with a key."""
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "db.key",
                    "-out", tmp_path / "db.crt", "-subj", "/O=x/CN=the owner"], check=True, stderr=subprocess.DEVNULL)
    return ["--key", tmp_path / "db.key", "--cert", tmp_path / "db.crt"]


def machine(tmp_path, secure=1, setup=0):
    """Make the variables of a running system."""
    return boot_entries(efivars(tmp_path / "vars"), SecureBoot=bytes([secure]), SetupMode=bytes([setup]))


def shown(*words):
    """Return the text of btl state, and its JSON."""
    result = btl("state", *words)
    assert (result.status, result.err) == (0, b"")
    return result.out.decode(), json.loads(btl("state", "--json", *words).out)


@pytest.mark.parametrize("secure, setup, line, word", [
    (1, 0, ON, "on"), (0, 0, "SecureBoot Secure Boot is off: seals are not enforced", "off"),
    (0, 1, "SecureBoot the firmware is in setup mode: seals are not enforced", "setup mode"),
    (1, 1, "SecureBoot the firmware is in setup mode: seals are not enforced", "setup mode"),
])
def test_running_system(tmp_path, secure, setup, line, word):
    text, got = shown(machine(tmp_path, secure, setup))
    assert line + "\n" in text
    assert got["secure_boot"] == {"state": word, "enforced": word == "on", "level": None}


def test_shim_verifies_nothing(tmp_path):
    write(machine(tmp_path), {file_name("MokSBStateRT", SHIM): struct.pack("<IB", 6, 1)})
    text, got = shown(tmp_path / "vars")
    assert "SecureBoot shim's verification is switched off: seals are not enforced\n" in text
    assert got["secure_boot"]["state"] == "off in shim"


def test_variables_that_do_not_say(tmp_path):
    text, got = shown(efivars(tmp_path / "vars"))
    assert "SecureBoot" not in text and got["secure_boot"] is None
    write(tmp_path, {"vars.fd": store()})
    text, got = shown(tmp_path / "vars.fd")
    assert "SecureBoot" not in text and got["secure_boot"] is None


@pytest.mark.parametrize("variables, line, word", [
    ([("PK", FIRMWARE, b"key", 0x27), ("SecureBootEnable", OVMF, b"\1", 3)], ON, "on"),
    ([("PK", FIRMWARE, b"key", 0x27), ("SecureBootEnable", OVMF, b"\0", 3)], "Secure Boot is off", "off"),
    ([("PK", FIRMWARE, b"key", 0x27)], "Secure Boot is off", "off"),
    ([("SecureBootEnable", OVMF, b"\1", 3)], "the firmware is in setup mode", "setup mode"),
    ([("PK", FIRMWARE, b"key", 0x27), ("SecureBootEnable", OVMF, b"\1", 3), ("MokSBState", SHIM, b"\1", 3)],
     "shim's verification is switched off", "off in shim"),
    # A running system has made it.
    ([("PK", FIRMWARE, b"key", 0x27), ("SecureBootEnable", OVMF, b"\1", 3), ("MokSBState", SHIM, b"\1", 7)], ON, "on"),
])
def test_virtual_machine(tmp_path, variables, line, word):
    level = variable("BtlSealLevel", struct.pack("<Q", 5), attributes=3)
    write(tmp_path, {"vars.fd": store(level, *(variable(name, data, guid, attributes=attributes)
                                               for name, guid, data, attributes in variables))})
    text, got = shown(tmp_path / "vars.fd")
    assert line in text and "; seals below level 5 are revoked\n" in text
    assert got["secure_boot"] == {"state": word, "enforced": word == "on", "level": 5}


def test_next_boot_where_seals_are_enforced(tmp_path, esp, owner):
    variables = machine(tmp_path)
    text, got = shown("-C", esp, variables)
    assert "it has no seal, and seals are enforced" in text and "\nsealed:      no seal\n" in text
    assert got["next_boot"]["given_up"] and got["next_boot"]["seal"] is None
    for name in ("loader.conf", PREV[1:]):
        assert btl("seal", "-C", esp, "--level", "3", name).status == 0
    assert "its seal does not fit, and seals are enforced" in shown("-C", esp, variables)[0]  # it is not signed
    for name in ("loader.conf", PREV[1:]):
        assert btl("sign", *owner, "-C", esp, name + ".seal").status == 0
    text, got = shown("-C", esp, variables)
    assert "next boot:   /loader.conf\n" in text
    assert "\nsealed:      the seal fits, level 3, signed (not verified) by \"the owner\"\n" in text
    assert got["next_boot"]["seal"] == {"readable": True, "fits": True, "differences": 0, "level": 3, "signed": True,
                                        "signer": "the owner"}
    write(esp, {"loader.conf": GOOD_CONF + "# changed\n"})
    text, got = shown("-C", esp, variables)
    assert "next boot:   /loader.conf.prev\n" in text and got["next_boot"]["path"] == PREV
    assert "/loader.conf is not booted: its seal does not fit, and seals are enforced\n" in text


def test_next_boot_below_the_level(tmp_path, esp, owner):
    assert btl("seal", "-C", esp, "--level", "4").status == btl("sign", *owner, "-C", esp).status == 0
    for level, word in ((4, "/loader.conf"), (5, PREV)):
        write(tmp_path, {"vars.fd": store(
            variable("BtlSealLevel", struct.pack("<Q", level), attributes=3), variable("PK", b"key", FIRMWARE),
            variable("SecureBootEnable", b"\1", OVMF))})
        got = json.loads(btl("state", "--json", "-C", esp, tmp_path / "vars.fd").out)["next_boot"]
        assert got["given_up"] == [] if word == "/loader.conf" else got["given_up"][0]["path"] == "/loader.conf"


def test_seal_that_is_not_enforced(tmp_path, esp):
    assert btl("seal", "-C", esp).status == 0
    content = bytearray(read(esp + "/modules/idle.ko"))
    content[-1] ^= 1
    write(esp, {"modules/idle.ko": bytes(content)})
    text, got = shown("-C", esp, machine(tmp_path, 0))
    assert "next boot:   /loader.conf\n" in text
    assert "\nsealed:      the seal does not fit (1 file), level 1, not signed\n" in text
    assert got["next_boot"]["seal"]["differences"] == 1 and not got["next_boot"]["seal"]["fits"]
    write(esp, {"loader.conf.seal": b"MZ"})
    text, got = shown("-C", esp, machine(tmp_path, 0))
    assert "\nsealed:      the seal cannot be read ('btl seal --verify' says why)\n" in text
    assert not got["next_boot"]["seal"]["readable"]


def test_list(esp, owner):
    assert b"sealed" not in btl("list", "-C", esp).out
    assert json.loads(btl("list", "--json", "-C", esp).out)["seal"] is None
    assert btl("seal", "-C", esp).status == 0
    assert btl("list", "-C", esp).out.decode().endswith("\nsealed: the seal fits, level 1, not signed\n")
    assert btl("sign", *owner, "-C", esp).status == 0
    assert json.loads(btl("list", "--json", "-C", esp).out)["seal"]["signer"] == "the owner"


@pytest.mark.parametrize("size", [8, 12, 60, 400])
def test_signatures_that_are_none(esp, owner, size):
    """A certificate table is only shown: whatever is in it, the list is the same."""
    assert btl("seal", "-C", esp).status == btl("sign", *owner, "-C", esp).status == 0
    content = read(esp + "/loader.conf.seal")
    pe, = struct.unpack_from("<I", content, 0x3c)
    table, length = struct.unpack_from("<II", content, pe + 24 + 112 + 4 * 8)
    damaged = content[:table + size] + os.urandom(length - size)
    write(esp, {"loader.conf.seal": damaged})
    result = btl("list", "-C", esp)
    assert result.status == 0 and b"sealed: the seal fits, level 1, signed (not verified)" in result.out
