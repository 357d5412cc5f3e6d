# SPDX-License-Identifier: BSD-2-Clause
"""The configuration that was booted and the reason, the levels of failure, and the volume: in text, JSON, diff
and plot."""
import hashlib
import uuid

import pytest

from btltest import btl, volume, write
from manifest_maker import ON_ERROR, Maker, Module
from test_manifest import HOSTILE, as_json, booted, check, diff, schema
from test_plot import overlaps, plot, texts

SAFE, CHANGED, TRIAL, GOOD, FALLBACK, FAILED = 1, 2, 4, 8, 16, 32
FELL_BACK = dict(path="/loader.conf.prev", title="Tuesday", wanted="/loader.conf", how="fallback", flags=GOOD,
                 reason="its tries are used up", sha256=b"\xab" * 32, timeout=60)
ON_TRIAL = dict(how="one-shot", flags=TRIAL | FALLBACK, tries=3, tries_left=2)
GUID = uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")
VOLUME = (1, 2, GUID.bytes_le, 2048, 131072, "pci:v00001AF4d00001042")


def test_json(tmp_path):
    got = as_json(tmp_path, Maker(boot=FELL_BACK, volume=VOLUME))
    check(got, schema(), schema())
    assert got["boot"] == {
        "path": "/loader.conf.prev", "title": "Tuesday", "sha256": "ab" * 32, "how": "fallback",
        "wanted": "/loader.conf", "reason": "its tries are used up", "safe": False, "changed": False, "good": True,
        "fallback": False, "failed": False, "saved": False, "applied": False, "sealed": False, "aslr": False, "trial": None, "timeout": 60,
        "watchdog": 0}
    assert got["volume"] == {"layout": "gpt", "partition": 2, "guid": str(GUID), "start_block": 2048, "block_count": 131072,
                             "controller": VOLUME[5]}


def test_a_boot_that_failed(tmp_path):
    got = as_json(tmp_path, Maker(boot=dict(FELL_BACK, how="normal", flags=FAILED)))
    check(got, schema(), schema())
    assert got["boot"]["failed"]
    text = btl("manifest", tmp_path / "boot.manifest").out.decode()
    assert "  state    failed\n" in text and "  reason   its tries are used up\n" in text


@pytest.mark.parametrize("kind, layout, text", [
    (0, None, "unknown"), (2, "mbr", "2, of an MBR, signature 67452301"), (3, "disk", "none, the whole disk")])
def test_volumes_without_a_gpt(tmp_path, kind, layout, text):
    maker = Maker(boot=ON_TRIAL, volume=(kind, 2, bytes.fromhex("01234567") + bytes(12), 2048, 131072, ""))
    got = as_json(tmp_path, maker)
    check(got, schema(), schema())
    assert got["volume"]["layout"] == layout and got["volume"]["guid"] is None
    assert "  partition  %s\n" % text in btl("manifest", tmp_path / "boot.manifest").out.decode()


def test_json_of_a_trial(tmp_path):
    got = as_json(tmp_path, Maker(boot=ON_TRIAL))
    check(got, schema(), schema())
    assert got["boot"]["trial"] == {"tries": 3, "tries_left": 2} and got["boot"]["fallback"]
    assert got["boot"]["how"] == "one-shot" and got["volume"] is None


def test_older_manifests_do_not_say_it(tmp_path):
    got = as_json(tmp_path, Maker(modules=[Module("hello", flags=3)], diagnostics=[]))
    assert got["boot"] is None and got["volume"] is None and got["modules"][0]["on_error"] == "required"


def test_unknown_partition_has_no_guid(tmp_path):
    got = as_json(tmp_path, Maker(volume=(0, 0, bytes(16), 0, 0, "")))
    check(got, schema(), schema())
    assert got["volume"]["guid"] is None


@pytest.mark.parametrize("level", [*ON_ERROR, "?"])
def test_on_error_of_a_module(tmp_path, level):
    number = ON_ERROR.index(level) if level in ON_ERROR else 7
    flags = 2 | 4 | number << 4 | (level in ("halt", "required"))
    got = as_json(tmp_path, Maker(modules=[Module("hello", flags=flags)], diagnostics=[]))
    check(got, schema(), schema())
    assert got["modules"][0]["on_error"] == level
    assert got["modules"][0]["required"] == (level in ("halt", "required"))


def test_text(tmp_path):
    write(tmp_path, {"a": Maker(boot=FELL_BACK).bytes()})
    text = btl("manifest", "a", cwd=tmp_path).out.decode()
    for word in ("/loader.conf.prev", "Tuesday", "ab" * 32, "fallback", "its tries are used up", "last good", "60 s"):
        assert word in text, word


def test_diff(tmp_path):
    result = diff(tmp_path, Maker(boot=dict(ON_TRIAL, how="normal")), Maker(boot=FELL_BACK))
    text = " ".join(result.out.decode().split())
    assert result.status == 1
    for field in ("file /loader.conf -> /loader.conf.prev", "title (none) -> Tuesday", "how normal -> fallback",
                  "SHA-256 cdcdcdcdcdcd... -> abababababab...",
                  "reason (none) -> its tries are used up", "last good no -> yes", "has a fallback yes -> no",
                  "on trial 2 of 3 tries left -> no", "watchdog off -> 60 s"):
        assert field in text, field


def test_diff_of_the_same(tmp_path):
    assert diff(tmp_path, Maker(boot=ON_TRIAL), Maker(boot=ON_TRIAL)).status == 0


def test_diff_with_an_older_one(tmp_path):
    result = diff(tmp_path, Maker(), Maker(boot=ON_TRIAL))
    assert result.status == 1 and b"is recorded      no -> yes" in result.out


def test_diff_of_what_a_failure_means(tmp_path):
    one, other = (Maker(modules=[Module("hello", flags=6 | level << 4)], diagnostics=[]) for level in (0, 2))
    assert b"on error         warn -> fallback" in diff(tmp_path, one, other).out


@pytest.mark.parametrize("same", [True, False])
def test_verify_of_a_boot_that_was_changed_in_the_menu(tmp_path, same):
    """The manifest's text has lines of the menu that no file has; the hash is that of the file."""
    root = booted(tmp_path)
    conf = b'early_load="YES"\n'
    maker = Maker(config=conf.decode() + '# changed in the menu, for this boot\nquiet="YES"\n',
                  boot=dict(flags=CHANGED, sha256=hashlib.sha256(conf if same else b"").digest()), modules=[], diagnostics=[])
    write(tmp_path, {"changed": maker.bytes()})
    result = btl("manifest", "--verify", root, "changed", cwd=tmp_path)
    assert (b"loader.conf: differs" in result.out) == (not same)


def test_plot(tmp_path):
    root = plot(tmp_path, Maker(boot=FELL_BACK))
    assert "/loader.conf.prev (Tuesday) · fallback" in texts(root)
    assert "in place of /loader.conf: its tries are used up" in texts(root)
    assert not overlaps(root)
    root = plot(tmp_path, Maker(boot=dict(ON_TRIAL, flags=SAFE | CHANGED | TRIAL)))
    assert "/loader.conf · one-shot · on trial, 2 of 3 tries left · safe · changed in the menu" in texts(root)


def test_hostile_words(tmp_path):
    maker = Maker(boot=dict(FELL_BACK, path=HOSTILE, title=HOSTILE, reason=HOSTILE, wanted=HOSTILE),
                  volume=(*VOLUME[:5], HOSTILE))
    check(as_json(tmp_path, maker), schema(), schema())
    plot(tmp_path, maker)
    write(tmp_path, {"a": maker.bytes(), "b": Maker(boot=ON_TRIAL).bytes()})
    volume(str(tmp_path / "esp"))
    for words in (["a"], ["--diff", "a", "b"], ["--diff", "b", "a"], ["--verify", "esp", "a"]):
        result = btl("manifest", *words, cwd=tmp_path)
        assert b"\x1b" not in result.out + result.err
