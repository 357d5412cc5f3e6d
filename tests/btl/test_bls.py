# SPDX-License-Identifier: BSD-2-Clause
"""Boot entries (BLS type 1) as configurations: in btl check, btl list and btl state, as a choice and as a fallback."""
import json

import pytest

from btltest import GOOD_CONF, btl, volume, write
from records import efivars, record, sha256

ENTRY = "loader/entries/debian.conf"
TEXT = "title Debian\nversion 6.1\nlinux /kernel/kernel.elf\noptions quiet root=/dev/vda2\noptions \"x\"\n"


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    return volume(str(tmp_path / "esp"), GOOD_CONF, {ENTRY: TEXT})


def test_check_judges_every_entry(root):
    assert btl("check", "--all", "-C", root).codes() == []
    write(root, {"loader/entries/bad.conf": "title nothing\n", "loader/entries/notes.txt": "nothing"})
    said = btl("check", "--all", "-C", root)
    assert said.status == 2 and "bls-no-kernel" in said.codes()
    assert b"esp/loader/entries/bad.conf: error: the boot entry has no line" in said.err


def test_list_of_an_entry(root):
    said = btl("list", "--json", "-C", root, "/" + ENTRY)
    assert said.status == 0 and json.loads(said.out)["kernel"]["file"] == "/kernel/kernel.elf"


def test_entry_that_was_chosen_once(root, tmp_path):
    variables = efivars(tmp_path / "vars", BtlNext=record("BtlNext", "/" + ENTRY))
    assert b"next boot:   /" + ENTRY.encode() in btl("state", "-C", root, variables).out


def test_entry_is_the_last_good_one(root, tmp_path):
    """loader.conf has an error; the entry that BtlGood names takes its place, wherever it lies."""
    write(root, {"loader.conf": 'kernel="x"\n'})
    variables = efivars(tmp_path / "vars", BtlGood=record("BtlGood", "/gone.conf", sha256(TEXT)))
    said = btl("state", "-C", root, variables).out.decode()
    assert "next boot:   /%s\n" % ENTRY in said


def test_tries_in_the_name(root, tmp_path):
    write(root, {"loader/entries/new+2-1.conf": TEXT + "# another\n"})
    variables = efivars(tmp_path / "vars", BtlNext=record("BtlNext", "/loader/entries/new+2-1.conf"))
    assert b"with 2 of 2 tries left" in btl("state", "-C", root, variables).out
