# SPDX-License-Identifier: BSD-2-Clause
"""btl seal: the list of a configuration's files, and the comparison of a seal with the volume."""
import hashlib
import json
import os
import subprocess

import pytest

from btltest import GOOD_CONF, btl, image, read, volume, write

FILES = ["/modules/driver.ko", "/modules/early.ko", "/modules/idle.ko", "/modules/late.ko", "/modules/lib.ko"]


@pytest.fixture
def esp(tmp_path):
    return volume(str(tmp_path / "esp"))


def lines(text):
    """Return the lines of a list with a hash as (kind, hash, size, path)."""
    rows = [line.split(" ", 3) for line in text.decode().splitlines()]
    return [tuple(row) for row in rows if row[0] in ("config", "kernel", "file")]


def section(seal):
    """Return the list in a seal, as binutils reads it."""
    return subprocess.run(["objcopy", "-O", "binary", "-j", ".btlseal", seal, "/dev/stdout"], stdout=subprocess.PIPE,
                          check=True).stdout


def test_list_has_every_file_of_every_phase(esp):
    result = btl("seal", "-n", "-C", esp)
    assert (result.status, result.err) == (0, b"")
    listed = lines(result.out)
    assert [row[3] for row in listed] == ["/loader.conf", "/kernel/kernel.elf"] + FILES
    for _, digest, size, path in listed:
        content = read(esp + path)
        assert (digest, size) == (hashlib.sha256(content).hexdigest(), str(len(content)))
    assert result.out.startswith(b"BTL-SEAL 1\narch x86_64\nlevel 1\nrevoke 0\nconfig ")
    assert result.out.endswith(b"end 7\n")
    assert not os.path.exists(esp + "/loader.conf.seal")


def test_seal_is_a_pe_file_with_the_list(esp):
    result = btl("seal", "-C", esp, "--level", "7", "--revoke", "5", "--allow", "shell,safe")
    assert result.status == 0 and result.out.decode() == esp + "/loader.conf.seal: level 7, 7 files, not signed\n"
    text = section(esp + "/loader.conf.seal")
    assert text == btl("seal", "-n", "-C", esp).out  # level, revoke and allow are those of the seal that is there
    assert b"\nlevel 7\nrevoke 5\nallow safe shell\nconfig" in text


def test_same_files_give_the_same_bytes(esp, tmp_path):
    assert btl("seal", "-C", esp).status == 0
    disk = image(str(tmp_path / "disk.img"), esp)
    once = read(esp + "/loader.conf.seal")
    assert btl("seal", "-C", disk).status == btl("seal", "-C", esp).status == 0
    assert read(esp + "/loader.conf.seal") == once
    out = subprocess.run(["mtype", "-i", disk + "@@1M", "::/loader.conf.seal"], stdout=subprocess.PIPE, check=True).stdout
    assert out == once


def test_also_and_raw_files(esp):
    write(esp, {"extra.bin": "x", "table.txt": "y",
                "loader.conf": GOOD_CONF + 'file_table="/table.txt"\n'})
    listed = lines(btl("seal", "-n", "-C", esp, "--also", "/extra.bin:/modules/lib.ko").out)
    assert [row[3] for row in listed[2:]] == ["/extra.bin"] + FILES + ["/table.txt"]
    assert btl("seal", "-n", "-C", esp, "--also", "/none").codes() == ["file-not-found", "host-seal-refused"]
    assert btl("seal", "-n", "-C", esp, "--also", "extra.bin").codes() == ["seal-path", "host-seal-refused"]


def test_what_check_rejects_is_not_sealed(esp):
    write(esp, {"modules/lib.ko": None})
    result = btl("seal", "-C", esp)
    assert result.status == 2 and result.codes()[-1] == "host-seal-refused"
    assert not os.path.exists(esp + "/loader.conf.seal")


@pytest.mark.parametrize("words, code", [
    (("--level", "x"), "host-usage"), (("--level", "4294967296"), "host-usage"), (("--allow", "all"), "host-usage"),
    (("--level", "2", "--revoke", "3"), "seal-revoke"), (("--json",), "host-usage"), (("a", "b"), "host-usage"),
])
def test_wrong_options(esp, words, code):
    result = btl("seal", "-C", esp, *words)
    assert result.status == 2 and result.codes() == [code]


def test_damaged_seal_needs_a_level(esp):
    write(esp, {"loader.conf.seal": "MZ"})
    result = btl("seal", "-C", esp)
    assert result.status == 2 and result.codes() == ["pe-truncated", "host-seal-level"]


def test_verify(esp):
    assert btl("seal", "--verify", "-C", esp).codes() == ["host-seal-absent"]
    btl("seal", "-C", esp)
    good = btl("seal", "--verify", "-C", esp)
    assert good.status == 0 and good.out.decode().count("fits     /") == 7
    assert good.out.decode().endswith("/loader.conf: the seal fits, level 1, not signed\n")
    content = bytearray(read(esp + "/modules/idle.ko"))
    content[-1] ^= 1
    write(esp, {"modules/idle.ko": bytes(content)})
    bad = btl("seal", "--verify", "-C", esp)
    assert bad.status == 1 and bad.codes() == ["host-seal-differs"]
    assert b"differs  /modules/idle.ko\n" in bad.out and b"SHA-256" in bad.err
    verdicts = json.loads(btl("seal", "--verify", "--json", "-C", esp).out)
    assert not verdicts["fits"] and not verdicts["signed"] and verdicts["allow"] == []
    assert [row["path"] for row in verdicts["files"] if row["verdict"] != "fits"] == ["/modules/idle.ko"]


def test_check_warns_when_the_seal_does_not_fit(esp):
    """The steps of core/boot compare, as in the loader."""
    assert btl("check", "-C", esp).codes() == []
    btl("seal", "-C", esp)
    assert btl("check", "-W", "-C", esp).status == 0
    content = bytearray(read(esp + "/modules/idle.ko"))
    content[-1] ^= 1
    write(esp, {"modules/idle.ko": bytes(content)})
    result = btl("check", "-W", "-C", esp)
    assert result.status == 1 and result.codes() == ["seal-not-enforced"] and b"idle.ko" in result.err
    write(esp, {"loader.conf": GOOD_CONF + "# more\n", "loader.conf.prev": GOOD_CONF})
    assert btl("check", "-W", "-C", esp).codes() == ["seal-not-enforced"]
    write(esp, {"loader.conf": GOOD_CONF + 'seal="strict"\n'})
    assert btl("check", "-C", esp).codes()[0] == "seal-mismatch"
    write(esp, {"loader.conf": GOOD_CONF, "loader.conf.seal": b"MZ" + bytes(100)})
    assert btl("check", "-C", esp).codes() == ["seal-not-enforced"]


def test_a_file_that_is_not_listed(esp):
    btl("seal", "-C", esp)
    write(esp, {"table.txt": "y", "loader.conf": GOOD_CONF + 'file_table="/table.txt"\n'})
    assert btl("seal", "--verify", "-C", esp).codes() == ["host-seal-differs", "host-seal-unlisted"]
