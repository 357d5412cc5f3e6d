# SPDX-License-Identifier: BSD-2-Clause
"""btl set --trial: loader.conf.prev keeps the last text that was not on trial."""
import os
import subprocess

import pytest

from btltest import GOOD_CONF, btl, golden, image, read, volume, write
from records import efivars, record, sha256, store, variable
from test_set import conf_of, model, tree


def prev_of(root):
    path = root + "/loader.conf.prev"
    return read(path).decode() if os.path.exists(path) else None


def trial(root, *words, number=""):
    result = btl("set", "--trial" + number, "-C", root, *words)
    assert result.status == 0, result.err
    return result


def test_a_good_text_goes_on_trial(tmp_path):
    root = tree(tmp_path)
    assert trial(root, "early", "phase=BOOT2").codes() == []
    assert conf_of(root).decode() == GOOD_CONF.replace("BOOT1", "BOOT2") + 'boot_tries="3"\n'
    assert prev_of(root) == GOOD_CONF


@pytest.mark.parametrize("number,tries", [("=1", "1"), ("=99", "99"), ("", "3")])
def test_number_of_tries(tmp_path, number, tries):
    root = tree(tmp_path)
    trial(root, "early", "phase=BOOT2", number=number)
    assert model(conf_of(root))[b"boot_tries"] == tries.encode()


@pytest.mark.parametrize("number", ["0", "100", "", "x", "-1", "3x", "18446744073709551617"])
def test_numbers_that_are_none(tmp_path, number):
    root = tree(tmp_path)
    result = btl("set", "--trial=" + number, "-C", root, "early", "phase=BOOT2")
    assert result.status == 2 and result.codes() == ["host-usage"]
    assert conf_of(root) == GOOD_CONF.encode()


def test_a_trial_that_is_edited_does_not_become_prev(tmp_path):
    root = tree(tmp_path)
    trial(root, "early", "phase=BOOT2")
    assert trial(root, "late", "flags=a", number="=5").codes() == ["host-trial-prev"]
    assert model(conf_of(root))[b"boot_tries"] == b"5"
    # Without --trial, the text is on trial too, because boot_tries is still in it.
    again = btl("set", "-C", root, "late", "flags=b")
    assert (again.status, again.codes()) == (0, ["host-trial-prev"])
    assert model(conf_of(root))[b"boot_tries"] == b"5" and model(conf_of(root))[b"late_flags"] == b"b"
    gone = btl("unset", "-C", root, "late", "flags")
    assert (gone.status, gone.codes()) == (0, ["host-trial-prev"])
    assert prev_of(root) == GOOD_CONF


def test_the_end_of_a_trial(tmp_path):
    """Removing boot_tries keeps prev, because nothing else changes. The next edit saves the text."""
    root = tree(tmp_path)
    trial(root, "early", "phase=BOOT2")
    assert btl("unset", "-g", "-C", root, "boot_tries").codes() == ["host-trial-prev"]
    assert prev_of(root) == GOOD_CONF
    tried = conf_of(root).decode()
    assert btl("set", "-C", root, "late", "flags=a").codes() == []
    assert prev_of(root) == tried == GOOD_CONF.replace("BOOT1", "BOOT2")


@pytest.mark.parametrize("words", [["boot_tries=2"], ["--trial=2"]])
def test_what_was_edited_by_hand_does_not_become_its_own_fallback(tmp_path, words):
    root = tree(tmp_path)
    write(root, {"loader.conf.prev": GOOD_CONF, "loader.conf": GOOD_CONF + 'late_flags="by hand"'})
    result = btl("set", "-g", "-C", root, *words)
    assert (result.status, result.codes()) == (0, ["host-trial-prev"])
    assert model(conf_of(root))[b"boot_tries"] == b"2"
    assert prev_of(root) == GOOD_CONF


def test_nothing_to_fall_back_to(tmp_path):
    root = tree(tmp_path, GOOD_CONF + 'boot_tries="3"\n')
    result = btl("set", "-C", root, "early", "phase=BOOT2")
    assert (result.status, result.codes()) == (0, ["host-trial-no-prev"])
    assert prev_of(root) is None
    # Another configuration falls back to loader.conf.
    write(root, {"loader.conf.d/a.conf": GOOD_CONF + 'boot_tries="3"\n'})
    assert btl("set", "-C", root, "-f", "loader.conf.d/a.conf", "early", "phase=BOOT2").codes() == []


def test_the_same_text_is_not_tried_anew(tmp_path):
    root = tree(tmp_path)
    trial(root, "early", "phase=BOOT2")
    before = conf_of(root)
    golden("trial-same", btl("set", "--trial", "-C", "esp", "early", "phase=BOOT2", cwd=tmp_path))
    assert conf_of(root) == before and prev_of(root) == GOOD_CONF


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_what_the_machine_calls_good_becomes_prev(tmp_path, kind):
    """A trial that boot-ok confirmed is the last good text, and must not be lost."""
    root = tree(tmp_path)
    trial(root, "early", "phase=BOOT2")
    tried = conf_of(root)
    good = record("BtlGood", digest=sha256(tried.decode()))
    if kind == "directory":
        variables = efivars(tmp_path / "vars", BtlGood=good)
    else:
        write(tmp_path, {"vars.fd": store(variable("BtlGood", good))})
        variables = str(tmp_path / "vars.fd")
    result = btl("set", "--trial", "--efivars", variables, "-C", root, "late", "flags=a")
    assert (result.status, result.codes()) == (0, [])
    assert prev_of(root) == tried.decode()
    # The text on trial has changed again.
    again = btl("set", "--trial", "--efivars", variables, "-C", root, "late", "flags=b")
    assert again.codes() == ["host-trial-prev"] and prev_of(root) == tried.decode()


def test_variables_that_cannot_be_read_change_nothing(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "--trial", "--efivars", tmp_path / "none", "-C", root, "early", "phase=BOOT2")
    assert result.status == 2 and result.codes() == ["host-no-file"]
    assert conf_of(root) == GOOD_CONF.encode() and prev_of(root) is None


def test_a_refused_edit_goes_on_no_trial(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "--trial", "-C", root, "early", "phase=BOOT9")
    assert result.status == 2 and "host-edit-refused" in result.codes()
    assert conf_of(root) == GOOD_CONF.encode() and prev_of(root) is None


def test_dry_run(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "-n", "--trial=7", "-C", root, "early", "phase=BOOT2")
    assert result.status == 0 and result.out.endswith(b'boot_tries="7"\n')
    assert conf_of(root) == GOOD_CONF.encode() and prev_of(root) is None


def test_unset_on_trial(tmp_path):
    root = tree(tmp_path)
    assert btl("unset", "--trial", "-C", root, "early").status == 0
    assert model(conf_of(root))[b"boot_tries"] == b"3" and b"early_load" not in model(conf_of(root))
    assert prev_of(root) == GOOD_CONF


def test_image(tmp_path):
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))

    def text(name):
        return subprocess.run(["mtype", "-i", disk + "@@1M", "::/" + name], check=True,
                              stdout=subprocess.PIPE).stdout
    trial(disk, "early", "phase=BOOT2")
    assert trial(disk, "late", "flags=a").codes() == ["host-trial-prev"]
    assert model(text("loader.conf"))[b"late_flags"] == b"a" and text("loader.conf.prev") == GOOD_CONF.encode()


def test_no_empty_prev_on_an_image(tmp_path):
    """Without a loader.conf, there is no text to keep."""
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp"), None))
    assert btl("set", "-C", disk, "early", "load=YES").status == 0
    assert btl("state", "-C", disk, efivars(tmp_path / "vars")).out.endswith(b"next boot:   /loader.conf\n"
        b"why:         it is the default, and not on trial\nif it fails: there is nothing to fall back to\n")


def test_on_error_of_a_module(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "-C", root, "early", "on_error=fallback").status == 0
    assert GOOD_CONF.replace('"BOOT1"\n', '"BOOT1"\nearly_on_error="fallback"\n', 1) == conf_of(root).decode()
    assert btl("set", "-C", root, "early", "on_error=panic").codes() == ["conf-bad-on-error", "host-edit-refused"]
    assert btl("unset", "-C", root, "early").status == 0
    assert b"early" not in conf_of(root)
