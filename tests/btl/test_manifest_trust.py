# SPDX-License-Identifier: BSD-2-Clause
"""Secure Boot, seal and TPM of a boot: in text, JSON and diff."""
import pytest

from btltest import btl, write
from manifest_maker import TPMS, Maker
from test_manifest import as_json, check, diff, schema

SECURE, SETUP, SHIM, OFF, ENFORCED, FULL = 1, 2, 4, 8, 16, 32
SEAL = b"\x5e" * 32


def text(tmp_path, *sections, **trust):
    write(tmp_path, {"boot.manifest": Maker(**trust).bytes()})
    return btl("manifest", tmp_path / "boot.manifest", *sections).out.decode()


def test_json(tmp_path):
    got = as_json(tmp_path, Maker(trust=(SEAL, 7, 5, SECURE | SHIM | ENFORCED | FULL, "measured", 6), event_log=b"\0\xff log"))
    check(got, schema(), schema())
    assert got["trust"] == {
        "secure_boot": True, "setup_mode": False, "shim": True, "shim_off": False, "enforced": True,
        "seal": {"sha256": SEAL.hex(), "level": 7}, "level": 5, "tpm": "measured", "banks": 6, "event_log_size": 6,
        "event_log_full": True}
    got = as_json(tmp_path, Maker(trust=(bytes(32), 0, 0, SECURE | SETUP, "none", 0)))
    check(got, schema(), schema())
    assert got["trust"]["seal"] is None and got["trust"]["setup_mode"] and got["trust"]["event_log_size"] == 0
    assert as_json(tmp_path, Maker())["trust"] is None


@pytest.mark.parametrize("tpm", TPMS)
def test_text(tmp_path, tpm):
    got = text(tmp_path, "trust", trust=(SEAL, 7, 5, SECURE | SHIM | ENFORCED, tpm, 2))
    assert got == ("Trust:\n  Secure Boot on, with shim, seals are enforced\n  seal        %s\n  its level   7\n"
                   "  revoked     seals below level 5\n  TPM         %s%s\n"
                   % (SEAL.hex(), tpm, "" if tpm == "none" else ", active banks 0x2"))


def test_text_of_other_states(tmp_path):
    assert "  Secure Boot off\n" in text(tmp_path, "trust", trust=(bytes(32), 0, 0, 0, "none", 0))
    assert "  Secure Boot on, in setup mode\n" in text(tmp_path, "trust", trust=(bytes(32), 0, 0, SECURE | SETUP, "none", 0))
    assert "on, but shim verifies nothing\n" in text(tmp_path, "trust",
                                                     trust=(bytes(32), 0, 0, SECURE | SHIM | OFF, "none", 0))


def test_event_log(tmp_path):
    trust = (bytes(32), 0, 0, 0, "measured", 2)
    assert text(tmp_path, "event-log", trust=trust, event_log=b"x" * 2048) == "Event log of the TPM:\n  2 KiB\n"
    full = trust[:3] + (FULL,) + trust[4:]
    assert "2 KiB, and lacks events\n" in text(tmp_path, "event-log", trust=full, event_log=b"x" * 2048)
    assert text(tmp_path, "event-log", trust=trust) == ""


def test_diff(tmp_path):
    one = Maker(trust=(SEAL, 7, 5, SECURE | ENFORCED, "measured", 2), event_log=b"one")
    same = Maker(trust=(SEAL, 7, 5, SECURE | ENFORCED, "measured", 2), event_log=b"another boot")
    other = Maker(trust=(bytes(32), 0, 5, SECURE, "incomplete", 2))
    assert diff(tmp_path, one, same).status == 0
    got = diff(tmp_path, one, other)
    assert got.status == 1
    lines = got.out.decode()
    for line in ("seals enforced", "level of the seal", "TPM"):
        assert line in lines, lines
    assert "revoked below" not in lines
    assert diff(tmp_path, one, Maker()).status == 0  # an older loader tells nothing
