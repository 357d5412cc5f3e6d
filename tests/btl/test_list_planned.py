# SPDX-License-Identifier: BSD-2-Clause
"""btl list --planned: a saved manifest, the present loader.conf and the pending changes, side by side."""
import re

import pytest

from btltest import GOOD_CONF, btl, golden, volume, write
from manifest_maker import Maker, Module
from records import efivars, record, sha256

LINES = 'late_phase="AUTO"\nearly_load="NO"\nearly.size="9"\nsoon_load="YES"\n'


def ran():
    """The manifest of a boot that ran four modules, of which one has left loader.conf since."""
    return Maker(modules=[Module("lib"), Module("early", tunables=[("size", "4", 8, 12)]),
                          Module("driver", "BOOT2", supported=6, registered="BOOT2"),
                          Module("gone", "INIT", "failed", b"", flags=2)],
                 config='early_load="YES"\nearly.size="4"\n', diagnostics=[]).bytes()


@pytest.fixture
def root(tmp_path):
    volume(str(tmp_path / "esp"), GOOD_CONF + 'early.size="5"\nquiet_load="NO"\n')
    write(tmp_path / "esp", {"btl/manifest.bin": ran()})
    return "esp"


def pending(tmp_path, text=LINES, digest=None, path="/loader.conf"):
    with open(tmp_path / "esp/loader.conf", "rb") as file:
        digest = digest or sha256(file.read())
    return efivars(tmp_path / "vars", BtlPending=record("BtlPending", path, digest, 3, text))


def rows(result):
    return {line.split()[0]: line.split()[1:] for line in result.out.decode().splitlines()}


def test_side_by_side(tmp_path, root):
    pending(tmp_path)
    golden("list-planned", btl("list", "--planned", "--efivars", "vars", "-C", root, cwd=tmp_path))


def test_a_manifest_by_its_name(tmp_path, root):
    write(tmp_path, {"other.bin": ran()})
    pending(tmp_path)
    one = btl("list", "--planned", "--efivars", "vars", "-C", root, cwd=tmp_path)
    assert btl("list", "--planned=other.bin", "--efivars", "vars", "-C", root, cwd=tmp_path).out == one.out
    result = btl("list", "--planned=gone.bin", "--efivars", "vars", "-C", root, cwd=tmp_path)
    assert result.status == 2 and b"gone.bin" in result.err


def test_changes_of_another_text_or_file(tmp_path, root):
    pending(tmp_path, digest=sha256("x"))
    said = btl("list", "--planned", "--efivars", "vars", "-C", root, cwd=tmp_path)
    assert b"the loader will refuse the changes" in said.out and rows(said)["early"][2] == "off"
    pending(tmp_path, path="/x.conf")
    said = btl("list", "--planned", "--efivars", "vars", "-C", root, cwd=tmp_path)
    assert b"the pending changes are of /x.conf" in said.out and rows(said)["early"][2] == "-"
    efivars(tmp_path / "none")
    said = btl("list", "--planned", "--efivars", "none", "-C", root, cwd=tmp_path)
    assert b"no changes are pending" in said.out


def test_it_is_no_json(tmp_path, root):
    result = btl("list", "--planned", "--json", "-C", root, cwd=tmp_path)
    assert result.status == 2 and re.search(b"leave out --json", result.err)
