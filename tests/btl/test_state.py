# SPDX-License-Identifier: BSD-2-Clause
"""btl state: reading the records, predicting the next boot, writing the records."""
import errno
import json
import os
import random
import subprocess

import pytest

from btltest import BTL, GOOD_CONF, btl, golden, image, read, volume, write
from records import (KERNEL, LOADER, NAMES, efivars, file_name, put_running, read_given_up, read_record, record, run_record, sha256, store, variable)

PREV = GOOD_CONF + "# before\n"
TRIAL = GOOD_CONF + 'boot_tries="3"\n'
OTHER = GOOD_CONF + "# another\n"


def tree(tmp_path, conf=GOOD_CONF, **files):
    return volume(str(tmp_path / "esp"), conf, files)


def all_records():
    return {
        "BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=2),
        "BtlGood": record("BtlGood", "/loader.conf.prev", sha256(PREV)),
        "BtlFailed": record("BtlFailed", "/loader.conf.d/a.conf", sha256("a"), KERNEL,
                            "first line\nlast \x1b[1mline\n"),
        "BtlNext": record("BtlNext", "/loader.conf.d/b.conf"),
        "BtlPending": record("BtlPending", digest=sha256(PREV), number=3, text='a_load="NO"\na.b="\\""\n'),
    }


# ------------------------------------------------------------------------------------- reading

def test_directory_and_file_say_the_same(tmp_path):
    efivars(tmp_path / "vars", **all_records())
    write(tmp_path, {"vars.fd": store(variable("Boot0000", b"x"),
                                      *(variable(name, data) for name, data in all_records().items()))})
    shown = btl("state", "--efivars", "vars", cwd=tmp_path)
    golden("state", shown)
    assert btl("state", "vars", cwd=tmp_path).out == shown.out
    assert btl("state", "vars.fd", cwd=tmp_path).out == shown.out


def test_json(tmp_path):
    efivars(tmp_path / "vars", **all_records())
    got = json.loads(btl("state", "--json", "vars", cwd=tmp_path).out)
    assert got["version"] == 1 and got["source"] == "vars" and got["next_boot"] is None
    assert got["trial"] == {"path": "/loader.conf", "sha256": sha256(TRIAL).hex(), "tries_left": 2}
    assert got["good"] == {"path": "/loader.conf.prev", "sha256": sha256(PREV).hex()}
    assert got["failed"]["where"] == "kernel" and got["failed"]["text"] == "first line\nlast \x1b[1mline\n"
    assert got["failed"]["given_up"] == [sha256("a").hex()]
    assert got["next"] == {"path": "/loader.conf.d/b.conf"}
    assert got["pending"] == {"path": "/loader.conf", "sha256": sha256(PREV).hex(), "tries": 3,
                              "text": 'a_load="NO"\na.b="\\""\n'}


def test_nothing_there(tmp_path):
    efivars(tmp_path / "vars")
    golden("state-empty", btl("state", "vars", cwd=tmp_path))
    write(tmp_path, {"vars.fd": store()})
    assert btl("state", "vars.fd", cwd=tmp_path).out == btl("state", "vars", cwd=tmp_path).out


def test_store_of_a_firmware():
    """A firmware's variables before the first boot."""
    found = [path for path in ("/usr/share/OVMF/OVMF_VARS_4M.fd", "/usr/share/OVMF/OVMF_VARS.fd")
             if os.path.exists(path)]
    if not found:
        pytest.skip("needs the package ovmf")
    for path in found:
        result = btl("state", path)
        assert (result.status, result.err) == (0, b"") and b"BtlGood    -" in result.out


@pytest.mark.parametrize("name,content,codes", [
    ("text", b"no variables here", ["host-varstore-none"]),
    ("qcow2", b"QFI\xfb" + bytes(100), ["host-varstore-qcow2"]),
    ("cut", store()[:0x2000], ["host-varstore-cut"]),
    ("header", store().replace(b"_FVH", b"_FVH", 1)[:56] + b"\1" + store()[57:], ["host-varstore-header"]),
    ("volume", None, ["host-varstore-volume"]),
    ("kind", store()[:72] + b"\0" + store()[73:], ["host-varstore-kind"]),
    ("state", store()[:92] + b"\0" + store()[93:], ["host-varstore-state"]),
    ("missing", None, ["host-no-file"]),
])
def test_files_that_are_no_store(tmp_path, name, content, codes):
    if name == "volume":
        content = store()
        content = content[:16] + b"\x8e" + content[17:50] + bytes([content[50] - 1]) + content[51:]
    if content is not None:
        write(tmp_path, {name: content})
    result = btl("state", name, cwd=tmp_path)
    assert (result.status, result.out, result.codes()) == (2, b"", codes)


def test_damaged_chain_keeps_what_is_before(tmp_path):
    good = variable("BtlGood", record("BtlGood"))
    write(tmp_path, {"vars.fd": store(good, b"\0\0\0\0", variable("BtlNext", record("BtlNext")))})
    result = btl("state", "vars.fd", cwd=tmp_path)
    assert result.status == 0 and result.codes() == ["host-varstore-record"]
    assert b"BtlGood    last good: /loader.conf" in result.out and b"BtlNext    -" in result.out


@pytest.mark.parametrize("data,code", [
    (b"", "host-record-bad"), (b"BTLr", "host-record-bad"), (record("BtlNext"), "host-record-bad"),
    (record("BtlGood")[:-1], "host-record-bad"), (record("BtlGood") + b"x", "host-record-bad"),
    (record("BtlGood", version=2), "host-record-bad"), (record("BtlGood", "relative"), "host-record-bad"),
    (record("BtlGood")[:12] + b"\1" + record("BtlGood")[13:], "host-record-bad"), (b"x" * 100000, "host-record-bad"),
])
def test_records_that_are_none(tmp_path, data, code):
    efivars(tmp_path / "vars", BtlGood=data)
    result = btl("state", "vars", cwd=tmp_path)
    assert result.status == 0 and result.codes() == [code] and b"BtlGood    -" in result.out


def test_a_file_shorter_than_its_attributes(tmp_path):
    efivars(tmp_path / "vars")
    write(tmp_path / "vars", {file_name("BtlGood"): b"\7\0"})
    assert btl("state", "vars", cwd=tmp_path).codes() == ["host-record-bad"]


def test_volatile_variables_are_not_ours(tmp_path):
    efivars(tmp_path / "vars", attributes=6, BtlGood=record("BtlGood"))
    result = btl("state", "vars", cwd=tmp_path)
    assert result.codes() == ["host-record-attributes"] and b"BtlGood    -" in result.out


def test_machine_without_variables():
    if os.path.exists("/sys/firmware/efi"):
        pytest.skip("this machine has UEFI variables")
    result = btl("state")
    assert result.status == 2 and result.codes() == ["host-no-efivars"]
    assert b"'btl state OVMF_VARS.fd'" in result.err


@pytest.mark.parametrize("seed", range(40))
def test_random_damage(tmp_path, seed):
    """Random bytes give an answer or a message."""
    rng = random.Random(seed)
    data = bytearray(store(*(variable(name, it) for name, it in all_records().items()), size=0x2000))
    for _ in range(rng.choice([1, 2, 8, 64])):
        at = rng.randrange(56, 900)
        data[at] = rng.choice([0, 1, 0x7f, 0xff, rng.randrange(256)])
    write(tmp_path, {"vars.fd": bytes(data[:rng.choice([len(data), len(data), rng.randrange(len(data))])])})
    result = btl("state", "vars.fd", cwd=tmp_path)
    assert result.status in (0, 2) and b"\x1b" not in result.out
    assert (result.status == 0) == (b"BtlTrial" in result.out)


# ----------------------------------------------------------------------------- the next boot

def next_boot(tmp_path, conf, files=None, **records):
    root = volume(str(tmp_path / "esp"), conf, files)
    directory = efivars(tmp_path / "vars", **records)
    said = btl("state", "-C", root, directory)
    got = json.loads(btl("state", "--json", "--conf", root, directory).out)["next_boot"]
    assert said.status == 0
    return got, said.out.decode().split("next boot:   ")[1]


PREV_FILE = {"loader.conf.prev": PREV}


@pytest.mark.parametrize("name,conf,files,records,path,trial,left,fallback,given_up", [
    ("plain", GOOD_CONF, None, {}, "/loader.conf", "none", None, None, []),
    ("prev", GOOD_CONF, PREV_FILE, {}, "/loader.conf", "none", None, "/loader.conf.prev", []),
    ("good", GOOD_CONF, PREV_FILE, {"BtlGood": record("BtlGood", digest=sha256(GOOD_CONF))},
     "/loader.conf", "good", None, None, []),
    ("new trial", TRIAL, PREV_FILE, {}, "/loader.conf", "counted", 3, "/loader.conf.prev", []),
    ("trial", TRIAL, PREV_FILE, {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=2)},
     "/loader.conf", "counted", 2, "/loader.conf.prev", []),
    ("edited since", TRIAL, PREV_FILE, {"BtlTrial": record("BtlTrial", digest=sha256(OTHER), number=0)},
     "/loader.conf", "counted", 3, "/loader.conf.prev", []),
    ("used up", TRIAL, PREV_FILE, {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)},
     "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("used up, no other", TRIAL, None, {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)},
     "/loader.conf", "used up", None, None, []),
    ("failed", GOOD_CONF, PREV_FILE, {"BtlFailed": record("BtlFailed", digest=sha256(GOOD_CONF), number=KERNEL)},
     "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("failed in the loader", GOOD_CONF, PREV_FILE,
     {"BtlFailed": record("BtlFailed", digest=sha256(GOOD_CONF), number=LOADER)},
     "/loader.conf", "none", None, "/loader.conf.prev", []),
    ("given up before", GOOD_CONF, PREV_FILE,
     {"BtlFailed": record("BtlFailed", "/x.conf", number=LOADER, given_up=[sha256(GOOD_CONF)])},
     "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("errors", "kernel=\n", PREV_FILE, {}, "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("missing", None, PREV_FILE, {}, "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("once", GOOD_CONF, {"loader.conf.d/b.conf": OTHER}, {"BtlNext": record("BtlNext", "/loader.conf.d/b.conf")},
     "/loader.conf.d/b.conf", "none", None, "/loader.conf", []),
    ("once, gone", TRIAL, None, {"BtlNext": record("BtlNext", "/loader.conf.d/b.conf")},
     "/loader.conf", "none", None, None, ["/loader.conf.d/b.conf"]),  # a fallback is not counted
    ("good one moved", TRIAL, {"loader.conf.d/kept.conf": OTHER, "loader.conf.prev": PREV},
     {"BtlGood": record("BtlGood", digest=sha256(OTHER)),
      "BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)},
     "/loader.conf.d/kept.conf", "good", None, None, ["/loader.conf"]),
    ("prev is on trial too", TRIAL, {"loader.conf.prev": OTHER + 'boot_tries="2"\n'},
     {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)},
     "/loader.conf.prev", "none", None, None, ["/loader.conf"]),
    ("prev is no other", TRIAL, {"loader.conf.prev": TRIAL},
     {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)},
     "/loader.conf", "used up", None, None, []),
], ids=lambda value: value if isinstance(value, str) and len(value) < 22 else "")
def test_next_boot(tmp_path, name, conf, files, records, path, trial, left, fallback, given_up):
    got, said = next_boot(tmp_path, conf, files, **records)
    assert (got["path"], got["trial"], got["tries_left"], got["fallback"]) == (path, trial, left, fallback)
    assert [it["path"] for it in got["given_up"]] == given_up
    assert got["once"] == ("BtlNext" in records)
    assert said.startswith(path + "\nwhy:         ")
    for step in got["given_up"]:
        assert step["path"] in said and "is not booted: %s\n" % step["reason"] in said
    assert (path + " takes its place" in said) == bool(given_up)
    assert ("if it fails: " + (fallback or "there is nothing to fall back to")) in said


USED_UP = {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=0)}
IN_WORDS = [
    (GOOD_CONF, None, {}, """\
/loader.conf
why:         it is the default, and not on trial
if it fails: there is nothing to fall back to
"""),
    (GOOD_CONF, PREV_FILE, {"BtlGood": record("BtlGood", digest=sha256(GOOD_CONF))}, """\
/loader.conf
why:         it is the last good configuration
if it fails: there is nothing to fall back to
"""),
    (TRIAL, PREV_FILE, {"BtlTrial": record("BtlTrial", digest=sha256(TRIAL), number=2)}, """\
/loader.conf
why:         it is on trial, with 2 of 3 tries left
if it fails: /loader.conf.prev, as when its tries end without boot-ok
"""),
    (GOOD_CONF, {"loader.conf.d/b.conf": TRIAL}, {"BtlNext": record("BtlNext", "/loader.conf.d/b.conf")}, """\
/loader.conf.d/b.conf
why:         BtlNext names it, for one boot; it is on trial, with 3 of 3 tries left
if it fails: /loader.conf, as when its tries end without boot-ok
"""),
    (GOOD_CONF, None, {"BtlNext": record("BtlNext", "/loader.conf.d/b.conf")}, """\
/loader.conf
why:         /loader.conf.d/b.conf, named by BtlNext, is not booted: it cannot be read
             /loader.conf takes its place
if it fails: there is nothing to fall back to
"""),
    (TRIAL, PREV_FILE, {**USED_UP, "BtlGood": record("BtlGood", digest=sha256(PREV))}, """\
/loader.conf.prev
why:         /loader.conf is not booted: its tries are used up, all 3
             /loader.conf.prev takes its place: it is the last good configuration
if it fails: there is nothing to fall back to
"""),
    (TRIAL, {"loader.conf.prev": TRIAL}, USED_UP, """\
/loader.conf
why:         its tries are used up, all 3; it is still booted, because there is no other
if it fails: there is nothing to fall back to
"""),
    ("kernel=\n", None, {}, """\
/loader.conf
why:         it has errors; its good lines are used, because there is no other
if it fails: there is nothing to fall back to
"""),
    (None, None, {}, """\
/loader.conf
why:         it cannot be read; the defaults are used, because there is no other
if it fails: there is nothing to fall back to
"""),
    ("kernel=\n", PREV_FILE, {"BtlFailed": record("BtlFailed", "/x.conf", sha256("x"), KERNEL,
                                                given_up=[sha256("x"), sha256(PREV)])}, """\
/loader.conf.prev
why:         /loader.conf is not booted: it has errors
             /loader.conf.prev takes its place
             the kernel has given it up; it is still booted, because there is no other
if it fails: there is nothing to fall back to
"""),
]


@pytest.mark.parametrize("conf,files,records,words", IN_WORDS)
def test_next_boot_in_words(tmp_path, conf, files, records, words):
    assert next_boot(tmp_path, conf, files, **records)[1] == words


def test_given_up_texts_are_found(tmp_path):
    """The file of each record; a file that was edited since does not count."""
    root = tree(tmp_path, **{"loader.conf.prev": PREV, "loader.conf.d/a.conf": OTHER})
    directory = efivars(tmp_path / "vars", BtlFailed=record("BtlFailed", "/loader.conf.d/a.conf", sha256(OTHER), KERNEL, given_up=[
        sha256(OTHER), sha256("edited since"), sha256(PREV)]))
    lines = [line.split(": ")[1] for line in btl("state", "-C", root, directory).out.decode().splitlines()
             if "given up by the kernel" in line]
    assert lines == ["/loader.conf.d/a.conf, SHA-256 " + sha256(OTHER).hex()[:16],
                     "SHA-256 %s, no configuration of this volume" % sha256("edited since").hex()[:16],
                     "/loader.conf.prev, SHA-256 " + sha256(PREV).hex()[:16]]


@pytest.mark.parametrize("good,path,words", [
    (record("BtlGood", digest=sha256(GOOD_CONF)), "/loader.conf", ""),
    (record("BtlGood", digest=sha256(PREV)), "/loader.conf.prev", "that text is now in /loader.conf.prev"),
    (record("BtlGood", "/loader.conf.d/gone.conf", sha256(OTHER)), "/loader.conf.d/a.conf",
     "that text is now in /loader.conf.d/a.conf"),
    (record("BtlGood", digest=sha256("?")), None, "no configuration of this volume has that text now"),
    (None, None, ""),
], ids=["in place", "moved", "renamed", "gone", "no record"])
def test_where_the_last_good_text_is(tmp_path, good, path, words):
    root = tree(tmp_path, **{"loader.conf.prev": PREV, "loader.conf.d/a.conf": OTHER})
    directory = efivars(tmp_path / "vars", **({"BtlGood": good} if good else {}))
    lines = btl("state", "-C", root, directory).out.decode().splitlines()
    after = lines[lines.index(next(line for line in lines if line.startswith("BtlGood"))) + 1]
    assert after.strip() == words if words else after.startswith("BtlFailed")
    assert json.loads(btl("state", "--json", "-C", root, directory).out)["next_boot"]["good"] == path
    assert "that text" not in btl("state", directory).out.decode()


def test_next_boot_with_pending_changes(tmp_path):
    root = tree(tmp_path)
    for digest, path, words in ((sha256(GOOD_CONF), "/loader.conf", "the loader applies the changes of BtlPending to it"),
                                (sha256("x"), "/loader.conf", "the file was changed since"),
                                (sha256(GOOD_CONF), "/x.conf", None)):
        changes = record("BtlPending", path, digest, 3, 'lib_load="NO"\n')
        said = btl("state", "-C", root, efivars(tmp_path / "vars", BtlPending=changes)).out.decode()
        last = said.splitlines()[-1]
        assert last.startswith("pending:     " + words) if words else last.startswith("if it fails:")


def test_next_boot_of_an_image(tmp_path):
    disk = image(str(tmp_path / "disk.img"),
                 volume(str(tmp_path / "esp"), TRIAL, {"loader.conf.d/Kept.CONF": OTHER}))
    efivars(tmp_path / "vars", BtlGood=record("BtlGood", digest=sha256(OTHER)),
            BtlTrial=record("BtlTrial", digest=sha256(TRIAL), number=0))
    got = json.loads(btl("state", "--json", "-C", disk, tmp_path / "vars").out)["next_boot"]
    assert got["path"] == "/loader.conf.d/Kept.CONF"


# ------------------------------------------------------------------------------------- writing

def test_ok_by_path_of_this_machine(tmp_path):
    """Without -C, the volume is the directory of the file; loader.conf.d is a directory of the volume."""
    root = tree(tmp_path, **{"loader.conf.d/a.conf": OTHER})
    directory = efivars(tmp_path / "vars")
    assert btl("state", "--efivars", directory, "--ok", root + "/loader.conf").status == 0
    assert read_record(directory, "BtlGood") == ("/loader.conf", sha256(GOOD_CONF), 0, "")
    assert btl("state", "--efivars", directory, "--ok", "esp/loader.conf.d/a.conf", cwd=tmp_path).status == 0
    assert read_record(directory, "BtlGood") == ("/loader.conf.d/a.conf", sha256(OTHER), 0, "")
    assert btl("state", "--efivars", directory, "--ok", "a.conf", cwd=root + "/loader.conf.d").codes() == []
    assert read_record(directory, "BtlGood")[0] == "/a.conf"
    assert btl("state", "--efivars", directory, "-C", root, "--ok", "loader.conf").status == 0
    assert read_record(directory, "BtlGood") == ("/loader.conf", sha256(GOOD_CONF), 0, "")


@pytest.mark.parametrize("digest,stays", [(sha256(GOOD_CONF), False), (sha256(OTHER), True)])
def test_ok_forgives_this_configuration_alone(tmp_path, digest, stays):
    root = tree(tmp_path)
    directory = efivars(tmp_path / "vars", BtlFailed=record("BtlFailed", digest=digest, number=KERNEL))
    assert btl("state", "--efivars", directory, "--ok", root + "/loader.conf").status == 0
    assert (read_record(directory, "BtlFailed") is not None) == stays


def test_ok_keeps_the_other_verdicts(tmp_path):
    """Remove the last failure, and others of the list, until the record is empty."""
    root = tree(tmp_path, **{"loader.conf.d/a.conf": OTHER})
    mine, other = sha256(GOOD_CONF), sha256(OTHER)
    directory = efivars(tmp_path / "vars",
                        BtlFailed=record("BtlFailed", digest=mine, number=KERNEL, given_up=[mine, other]))
    assert btl("state", "--efivars", directory, "-C", root, "--ok", "/loader.conf").status == 0
    assert read_record(directory, "BtlFailed") == ("", bytes(32), 0, "")
    assert read_given_up(directory) == [other]
    assert b"BtlFailed  the last failure is settled\n           given up by the kernel: SHA-256 " in btl(
        "state", directory).out
    assert json.loads(btl("state", "--json", directory).out)["failed"]["path"] is None
    assert btl("state", "--efivars", directory, "-C", root, "--ok", "/loader.conf.d/a.conf").status == 0
    assert read_record(directory, "BtlFailed") is None


@pytest.mark.parametrize("trial,good,codes", [
    (TRIAL, None, []), (OTHER, None, ["host-state-other-trial"]), (OTHER, OTHER, [])])
def test_ok_warns_when_another_text_was_tried(tmp_path, trial, good, codes):
    root = tree(tmp_path, TRIAL)
    records = {"BtlTrial": record("BtlTrial", digest=sha256(trial), number=1)}
    if good is not None:
        records["BtlGood"] = record("BtlGood", digest=sha256(good))
    directory = efivars(tmp_path / "vars", **records)
    result = btl("state", "--efivars", directory, "--ok", root + "/loader.conf")
    assert (result.status, result.codes()) == (0, codes)
    assert read_record(directory, "BtlGood")[1] == sha256(TRIAL)


# ------------------------------------------------------------------------------------- what runs

SAFE, CHANGED, ON_TRIAL, FALLBACK = 1, 2, 4, 4


def test_running(tmp_path):
    directory = efivars(tmp_path / "vars")
    put_running(directory, path="/loader.conf.prev", digest=sha256(PREV), how=FALLBACK, flags=ON_TRIAL | SAFE, tries=3,
                left=2, timeout=90, watchdog=60)
    assert ("BtlBoot    running: /loader.conf.prev, booted as fallback, safe, on trial with 2 of 3 tries left, "
            "hardware watchdog 60 s, SHA-256 %s\n" % sha256(PREV).hex()[:16]).encode() in btl("state", directory).out
    got = json.loads(btl("state", "--json", directory).out)["running"]
    assert got == {"path": "/loader.conf.prev", "sha256": sha256(PREV).hex(), "how": "fallback", "safe": True,
                   "changed": False, "good": False, "tries": 3, "tries_left": 2, "timeout": 90, "watchdog": 60}


def test_ok_without_a_name_confirms_what_runs(tmp_path):
    """In the fallback, BtlTrial names the configuration that was given up. No volume is needed."""
    directory = efivars(tmp_path / "vars", BtlTrial=record("BtlTrial", digest=sha256(TRIAL), number=0))
    put_running(directory, path="/loader.conf.prev", digest=sha256(PREV), how=FALLBACK)
    result = btl("state", "--ok", "--efivars", directory)
    assert (result.status, result.codes()) == (0, [])
    assert read_record(directory, "BtlGood") == ("/loader.conf.prev", sha256(PREV), 0, "")


def test_ok_in_the_fallback_refuses_the_configuration_that_failed(tmp_path):
    root = tree(tmp_path, TRIAL, **{"loader.conf.prev": PREV})
    directory = efivars(tmp_path / "vars")
    put_running(directory, path="/loader.conf.prev", digest=sha256(PREV), how=FALLBACK)
    result = btl("state", "--ok", root + "/loader.conf", "--efivars", directory)
    assert (result.status, result.codes()) == (2, ["host-running-other"])
    assert read_record(directory, "BtlGood") is None
    assert btl("state", "--ok", root + "/loader.conf.prev", "--efivars", directory).status == 0
    assert read_record(directory, "BtlGood")[1] == sha256(PREV)


@pytest.mark.parametrize("flags", [SAFE, CHANGED, CHANGED | ON_TRIAL])
@pytest.mark.parametrize("named", [False, True])
def test_ok_refuses_a_boot_that_is_not_the_file_on_the_volume(tmp_path, flags, named):
    root = tree(tmp_path)
    directory = efivars(tmp_path / "vars")
    put_running(directory, digest=sha256(GOOD_CONF), flags=flags)
    result = btl("state", "--efivars", directory, "--ok", *([root + "/loader.conf"] if named else []))
    assert (result.status, result.codes()) == (2, ["host-running-changed"])
    assert read_record(directory, "BtlGood") is None


def test_ok_without_a_name_needs_the_record(tmp_path):
    """Another loader has booted this system, or the variable is not the loader's."""
    directory = efivars(tmp_path / "vars")
    assert btl("state", "--ok", "--efivars", directory).codes() == ["host-not-running"]
    put_running(directory, attributes=7)
    result = btl("state", "--ok", "--efivars", directory)
    assert (result.status, result.codes()) == (2, ["host-running-bad", "host-not-running"])
    assert read_record(directory, "BtlGood") is None


def test_next(tmp_path):
    root = tree(tmp_path, **{"loader.conf.d/a.conf": OTHER})
    directory = efivars(tmp_path / "vars")
    assert btl("state", "--efivars", directory, "-C", root, "--next", "/loader.conf.d/a.conf").status == 0
    assert read_record(directory, "BtlNext") == ("/loader.conf.d/a.conf", bytes(32), 0, "")
    missing = btl("state", "--efivars", directory, "-C", root, "--next", "/loader.conf.d/b.conf")
    assert missing.status == 2 and missing.codes() == ["file-not-found"]
    assert read_record(directory, "BtlNext")[0] == "/loader.conf.d/a.conf"


def test_a_shorter_record_replaces_a_longer_one(tmp_path):
    root = tree(tmp_path, **{"loader.conf.d/a_long_name.conf": OTHER})
    directory = efivars(tmp_path / "vars")
    for path in ("/loader.conf.d/a_long_name.conf", "/loader.conf"):
        assert btl("state", "--efivars", directory, "-C", root, "--next", path).status == 0
        assert read_record(directory, "BtlNext")[0] == path


def test_what_is_there_already_is_not_written(tmp_path):
    root = tree(tmp_path)
    directory = efivars(tmp_path / "vars", BtlGood=record("BtlGood", digest=sha256(GOOD_CONF)))
    path = os.path.join(directory, file_name("BtlGood"))
    os.utime(path, (1, 1))
    assert btl("state", "--efivars", directory, "--ok", root + "/loader.conf").status == 0
    assert os.stat(path).st_mtime == 1


def test_a_variable_with_other_attributes_goes_first(tmp_path):
    """The attributes of an existing variable cannot be changed."""
    root = tree(tmp_path)
    directory = efivars(tmp_path / "vars", attributes=6, BtlGood=record("BtlGood"))
    os.link(os.path.join(directory, file_name("BtlGood")), tmp_path / "old")
    result = btl("state", "--efivars", directory, "--ok", root + "/loader.conf")
    assert (result.status, result.codes()) == (0, ["host-record-attributes"])
    assert read_record(directory, "BtlGood")[1] == sha256(GOOD_CONF)
    assert read(tmp_path / "old")[:4] == b"\6\0\0\0"


def test_forget(tmp_path):
    directory = efivars(tmp_path / "vars", **all_records())
    assert btl("state", "--efivars", directory, "--forget", "trial", "BtlNext").status == 0
    assert [name for name in NAMES if read_record(directory, name)] == ["BtlGood", "BtlFailed", "BtlPending"]
    assert btl("state", "--efivars", directory, "--forget").status == 0
    assert not any(read_record(directory, name) for name in NAMES)
    assert os.listdir(directory) == [file_name("Boot0000")]
    assert btl("state", "--efivars", directory, "--forget").status == 0


def test_forget_the_record_of_a_run(tmp_path):
    """BtlRun is no record of the boot state, and goes all the same."""
    for words, left in ((["run"], set(NAMES)), (["BtlRun"], set(NAMES)), (["run", "good"], set(NAMES) - {"BtlGood"}),
                        (["good"], {*NAMES, "BtlRun"} - {"BtlGood"}), ([], set())):
        directory = efivars(tmp_path / "vars", BtlRun=run_record(), **all_records())
        assert btl("state", "--efivars", directory, "--forget", *words).status == 0
        assert set(os.listdir(directory)) == {file_name(name) for name in {*left, "Boot0000"}}
    assert b"failed, next, pending or run" in btl("state", "--efivars", directory, "--forget", "rn").err


def test_bad_command_lines(tmp_path):
    directory = efivars(tmp_path / "vars", **all_records())
    root = tree(tmp_path)
    write(tmp_path, {"vars.fd": store()})
    for words in (["vars", "vars"], ["--efivars", "vars", "vars"], ["--forget", "everything"],
                  ["--json", "--forget"], ["--ok", "a", "--next", "b"],
                  ["--ok", root + "/loader.conf", "--efivars", directory, "more"],
                  ["--forget", "--efivars", "vars.fd"]):
        words = words if "--forget" not in words or "--efivars" in words else [*words, "--efivars", "vars"]
        result = btl("state", *words, cwd=tmp_path)
        assert result.status == 2 and result.codes() == ["host-usage"], words
    assert read_record(directory, "BtlNext") is not None


@pytest.mark.parametrize("option", ["--ok", "--next"])
def test_a_file_of_variables_is_not_ignored(tmp_path, option):
    tree(tmp_path)
    write(tmp_path, {"vars.fd": store()})
    result = btl("state", option, "loader.conf", "-C", "esp", "vars.fd", cwd=tmp_path)
    assert result.status == 2 and result.codes() == ["host-usage"]
    assert b'"vars.fd" is one argument too many' in result.err and b"--efivars" in result.err


def immutable(path, on):
    """False: this user or this file system does not allow it."""
    return subprocess.run(["chattr", "+i" if on else "-i", path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def test_immutable_files(tmp_path):
    """As root, btl removes the flag and sets it again; without the capability, the message says how."""
    root = tree(tmp_path, **{"loader.conf.d/a.conf": OTHER})
    directory = efivars(tmp_path / "vars", BtlGood=record("BtlGood"), BtlNext=record("BtlNext"))
    paths = [os.path.join(directory, file_name(name)) for name in ("BtlGood", "BtlNext")]
    if not all(immutable(path, True) for path in paths):
        for path in paths:
            immutable(path, False)
        pytest.skip("needs root, and a file system with chattr")
    try:
        setpriv = ["setpriv", "--bounding-set", "-linux_immutable"]
        for words in (["--ok", root + "/loader.conf"], ["--forget", "good"]):
            result = subprocess.run([*setpriv, BTL, "state", "--efivars",
                                     directory, *words], stderr=subprocess.PIPE, check=False)
            assert result.returncode == 2 and b"chattr -i " in result.stderr
            assert b"[host-variable-immutable]" in result.stderr
        assert read_record(directory, "BtlGood")[1] == bytes(32)
        assert btl("state", "--efivars", directory, "--ok", root + "/loader.conf").status == 0
        assert read_record(directory, "BtlGood")[1] == sha256(GOOD_CONF)
        assert b"i" in subprocess.run(["lsattr", paths[0]], stdout=subprocess.PIPE, check=True).stdout.split()[0]
        assert btl("state", "--efivars", directory, "--forget", "next").status == 0
        assert read_record(directory, "BtlNext") is None
    finally:
        for path in paths:
            immutable(path, False)


# Errors of the file system of variables; a preloaded library returns them.
REFUSALS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t write(int fd, const void *bytes, size_t size)
{
    ssize_t (*real)(int, const void *, size_t) =
        (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (size > 60 && memcmp((const char *)bytes + 4, "BTLr", 4) == 0) {
        errno = atoi(getenv("WRITE_ERRNO"));
        return errno != 0 ? -1 : (ssize_t)size - 1;
    }
    return real(fd, bytes, size);
}
"""


@pytest.mark.parametrize("name,code", [("ENOSPC", "host-variable-full"), ("EROFS", "host-variable-read-only"),
                                       ("EACCES", "host-variable-access"), ("EINVAL", "host-variable-write"),
                                       ("0", "host-variable-write")])
def test_refusals_of_the_firmware(tmp_path, name, code):
    write(tmp_path, {"refuse.c": REFUSALS})
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "refuse.so", "refuse.c", "-ldl"], cwd=tmp_path, check=True)
    root = tree(tmp_path)
    directory = efivars(tmp_path / "vars")
    environment = {"LD_PRELOAD": str(tmp_path / "refuse.so"), "WRITE_ERRNO": str(getattr(errno, name, 0)),
                   "ASAN_OPTIONS": "verify_asan_link_order=0"}
    result = btl("state", "--efivars", directory, "--ok", root + "/loader.conf", env=environment)
    assert result.status == 2 and result.codes() == [code]
    assert os.listdir(directory) == [file_name("Boot0000")]  # no partial file is left
    assert read(root + "/loader.conf") == GOOD_CONF.encode()
