# SPDX-License-Identifier: BSD-2-Clause
"""btl set and btl unset: what they change, what they leave alone, what they refuse."""
import os
import random
import re
import stat
import subprocess

import pytest

from btltest import GOOD_CONF, btl, golden, image, read, volume, write

# The syntax once more, by other means.
LINE = re.compile(rb'^[ \t]*(?P<key>[\w.-]+)[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*)"'
                  rb'|(?P<bare>[\w.-]+))[ \t]*(?P<comment>#.*)?$', re.A)


def lines(text):
    """With their ends, so that joining them gives the text."""
    return text.splitlines(keepends=True) if b"\r" not in text.replace(b"\r\n", b"") else \
        re.findall(rb"[^\n]*\n|[^\n]+$", text)


def assignment(line):
    found = LINE.match(line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf"))
    if not found:
        return None
    value = found["bare"] if found["quoted"] is None else re.sub(rb"\\(.)", rb"\1", found["quoted"])
    return found["key"], value


def model(text):
    return dict(filter(None, map(assignment, lines(text))))


def tree(tmp_path, conf=GOOD_CONF):
    return volume(str(tmp_path / "esp"), conf)


def conf_of(root):
    return read(os.path.join(root, "loader.conf"))


# ------------------------------------------------------------------------------------ examples

def test_changes_one_value(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "-C", root, "early", "phase=BOOT2").status == 0
    assert conf_of(root) == GOOD_CONF.replace('early_phase="BOOT1"', 'early_phase="BOOT2"').encode()
    assert read(root + "/loader.conf.prev") == GOOD_CONF.encode()
    assert sorted(os.listdir(root)) == ["EFI", "kernel", "loader.conf", "loader.conf.prev", "modules"]


def test_new_settings_stand_with_their_module(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "-n", "-C", "esp", "early", "tunable.size=5", 'flags=say "a\\b"', cwd=tmp_path)
    golden("set-new", result)
    assert conf_of(root) == GOOD_CONF.encode()  # -n


def test_new_module_at_the_end(tmp_path):
    tree(tmp_path, GOOD_CONF.rstrip("\n"))
    golden("set-end", btl("set", "-n", "-C", "esp", "lib", "required=YES", cwd=tmp_path))


def test_global_keys(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "-g", "-C", root, "kernel_options=a b", "quiet=YES").status == 0
    assert model(conf_of(root))[b"kernel_options"] == b"a b"
    assert btl("unset", "-g", "-C", root, "kernel_options", "quiet").status == 0
    assert conf_of(root) == GOOD_CONF.encode()


def test_line_ends_stay_as_they_are(tmp_path):
    crlf = GOOD_CONF.replace("\n", "\r\n")
    root = tree(tmp_path, crlf)
    assert btl("set", "-C", root, "early", "required=YES").status == 0
    assert conf_of(root).count(b"\r\n") == conf_of(root).count(b"\n") == crlf.count("\n") + 1


def test_unset(tmp_path):
    tree(tmp_path)
    golden("unset-module", btl("unset", "-n", "-C", "esp", "early", cwd=tmp_path))
    golden("unset-phase", btl("unset", "-n", "-C", "esp", "driver", "phase", cwd=tmp_path))
    golden("unset-missing", btl("unset", "-n", "-C", "esp", "lib", cwd=tmp_path))


def test_nothing_to_change_writes_nothing(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "-C", root, "early", "phase=BOOT1").status == 0
    assert not os.path.exists(root + "/loader.conf.prev")


def test_makes_loader_conf_where_there_is_none(tmp_path):
    root = tree(tmp_path)
    os.unlink(root + "/loader.conf")
    assert btl("set", "-C", root, "early", "load=YES").status == 0
    assert conf_of(root) == b'early_load="YES"\n'


def test_permissions_and_links_stay(tmp_path):
    root = tree(tmp_path)
    os.rename(root + "/loader.conf", root + "/real.conf")
    os.symlink("real.conf", root + "/loader.conf")
    os.chmod(root + "/real.conf", 0o640)
    assert btl("set", "-C", root, "early", "phase=BOOT2").status == 0
    assert os.path.islink(root + "/loader.conf")
    assert stat.S_IMODE(os.stat(root + "/real.conf").st_mode) == 0o640
    assert read(root + "/real.conf.prev") == GOOD_CONF.encode()


def test_another_file(tmp_path):
    root = tree(tmp_path)
    write(root, {"btl/other.conf": GOOD_CONF})
    assert btl("set", "-C", root, "-f", "btl/other.conf", "early", "phase=BOOT2").status == 0
    assert btl("set", "-f", "esp/loader.conf", "early", "phase=BOOT2", cwd=tmp_path).status == 0
    assert model(read(root + "/btl/other.conf"))[b"early_phase"] == b"BOOT2"
    assert model(conf_of(root))[b"early_phase"] == b"BOOT2"


# ------------------------------------------------------------------------------------- refusals

@pytest.mark.parametrize("name,words", [
    ("phase", ["early", "phase=BOOT9"]), ("unsupported", ["late", "phase=BOOT1"]),
    ("key", ["early", "phse=BOOT1"]), ("dependency", ["lib", "load=NO"]),
    ("tunable", ["early", "tunable.sise=1"]), ("file", ["late", "name=/modules/none.ko"]),
    ("newline", ["early", "flags=a\nb"]), ("name", ["no name", "load=YES"]),
    ("yes", ["early", "load=perhaps"]), ("path", ["early", "name=relative.ko"]),
])
def test_refuses_what_check_would_refuse(tmp_path, name, words):
    root = tree(tmp_path)
    result = btl("set", "-C", "esp", *words, cwd=tmp_path)
    golden("set-refused-" + name, result)
    assert result.status == 2
    assert conf_of(root) == GOOD_CONF.encode()
    assert not os.path.exists(root + "/loader.conf.prev")


def test_force(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "--force", "-C", root, "late", "phase=BOOT1").status == 0
    assert model(conf_of(root))[b"late_phase"] == b"BOOT1"


def test_a_bad_file_is_mended_step_by_step(tmp_path):
    root = tree(tmp_path, GOOD_CONF + 'late_phase="BOOT1"\nidle_phase="BOOT2"\n')
    first = btl("set", "-C", root, "late", "phase=INIT")
    assert first.status == 0 and first.codes() == ["host-edit-left"]
    second = btl("set", "-C", root, "idle", "phase=AUTO")
    assert second.status == 0 and second.codes() == []
    assert btl("check", "-W", "-C", root).status == 0


def test_utf_16_is_refused(tmp_path):
    text = GOOD_CONF.encode("utf-16")
    root = tree(tmp_path)
    write(root, {"loader.conf": text})
    result = btl("set", "-C", root, "early", "phase=BOOT2")
    assert result.status == 2 and "host-edit-no-effect" in result.codes()
    assert conf_of(root) == text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_directory_that_cannot_be_written(tmp_path):
    root = tree(tmp_path)
    os.chmod(root, 0o555)
    result = btl("set", "-C", root, "early", "phase=BOOT2")
    os.chmod(root, 0o755)
    assert result.status == 2 and result.codes() == ["host-write"]
    assert conf_of(root) == GOOD_CONF.encode()


def test_old_file_that_cannot_be_kept(tmp_path):
    root = tree(tmp_path)
    os.mkdir(root + "/loader.conf.prev")
    result = btl("set", "-C", root, "early", "phase=BOOT2")
    assert result.status == 2 and result.codes() == ["host-write"]
    assert conf_of(root) == GOOD_CONF.encode()
    assert sorted(os.listdir(root)) == ["EFI", "kernel", "loader.conf", "loader.conf.prev", "modules"]


def test_bad_command_lines(tmp_path):
    root = tree(tmp_path)
    for words in (["set"], ["set", "early"], ["set", "early", "phase"], ["set", "-g"], ["set", "early", "=x"],
                  ["set", "early", "early_phase=BOOT2"], ["set", "early.ko", "phase=BOOT2"],
                  ["unset"], ["unset", "-g"], ["set", "-x"], ["set", "-C"]):
        result = btl(*words, cwd=root)
        assert result.status == 2 and result.codes() == ["host-usage"], words
    assert conf_of(root) == GOOD_CONF.encode()


# --------------------------------------------------------------------------------------- images

def test_image(tmp_path):
    disk = image(str(tmp_path / "disk.img"), tree(tmp_path))
    assert btl("set", "-C", disk, "early", "phase=BOOT2", "tunable.size=7").status == 0
    for name, expected in (("loader.conf", b"BOOT2"), ("loader.conf.prev", b"BOOT1")):
        text = subprocess.run(["mtype", "-i", disk + "@@1M", "::/" + name], check=True,
                              stdout=subprocess.PIPE).stdout
        assert model(text)[b"early_phase"] == expected
    assert btl("check", "-W", "-C", disk).status == 0
    listed = btl("list", "-C", disk).out.decode()
    assert re.search(r"BOOT2 +early ", listed)


def test_image_without_mtools(tmp_path):
    disk = image(str(tmp_path / "disk.img"), tree(tmp_path))
    before = read(disk)
    golden("set-no-mtools", btl("set", "-C", "disk.img", "early", "phase=BOOT2", cwd=tmp_path,
                                env={"PATH": "/nowhere"}))
    assert read(disk) == before


def test_tool_that_fails(tmp_path):
    """The old file is kept first; where that fails, the new one is not written."""
    disk = image(str(tmp_path / "disk.img"), tree(tmp_path))
    before = read(disk)
    write(tmp_path, {"bin/mcopy": '#!/bin/sh\necho "$@" >>"$LOG"\nexit 3\n'})
    os.chmod(tmp_path / "bin/mcopy", 0o755)
    result = btl("set", "-C", disk, "early", "phase=BOOT2", env={
        "PATH": "%s:/bin" % (tmp_path / "bin"), "LOG": str(tmp_path / "log")})
    assert result.status == 2 and result.codes() == ["host-tool-failed"]
    assert read(disk) == before
    assert read(tmp_path / "log").count(b"\n") == 1


def test_no_place_for_a_temporary_file(tmp_path):
    disk = image(str(tmp_path / "disk.img"), tree(tmp_path))
    result = btl("set", "-C", disk, "early", "phase=BOOT2", env={"TMPDIR": "/nowhere"})
    assert result.status == 2 and result.codes() == ["host-write"]


# ------------------------------------------------------------------------------------- property

KEYS = [b"load", b"phase", b"name", b"flags", b"required", b"tunable.x", b"tunable.y"]
MODULES = [b"one", b"two", b"one_two", b"t-3"]
TEXT = b'ab "\\#=\t\xc3\xa4;.'


def full_key(module, key):
    return module + b"." + key[8:] if key.startswith(b"tunable.") else module + b"_" + key


def some_value(rng, key):
    if key in (b"load", b"required"):
        return rng.choice([b"YES", b"NO", b"yes"])
    if key == b"phase":
        return rng.choice([b"BOOT1", b"BOOT2", b"INIT", b"AUTO"])
    if key == b"name":
        return rng.choice([b"/a.ko", b"/dir/b c.ko", b"/d\xc3\xa4.ko"])
    return bytes(rng.choice(TEXT) for _ in range(rng.randrange(8)))


def quoted(value):
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", value) + b'"'


def some_line(rng):
    kind = rng.randrange(10)
    if kind == 0:
        return rng.choice([b"", b"   ", b"# one_load=\"NO\"", b"#", b"\t# text"])
    if kind == 1:
        return rng.choice([b"broken line", b"one_load=", b'two_flags="open', b"=x", b'one_load="YES" x'])
    module, key = rng.choice(MODULES), rng.choice(KEYS)
    value = some_value(rng, key)
    text = quoted(value) if not re.fullmatch(rb"[A-Za-z0-9_.-]+", value) or rng.random() < 0.7 else value
    blank = lambda: rng.choice([b"", b"", b" ", b"\t ", b"   "])
    comment = rng.choice([b"", b"", b"# why", b"#\xc3\xa4"])
    return blank() + full_key(module, key) + blank() + b"=" + blank() + text + blank() + comment


def some_text(rng):
    end = rng.choice([b"\n", b"\r\n"])
    text = end.join(some_line(rng) for _ in range(rng.randrange(12)))
    return rng.choice([b"", b"\xef\xbb\xbf"]) + text + rng.choice([b"", end])


def run_edit(root, *words):
    before = conf_of(root)
    result = btl(*words[:1], "--force", "-C", root, *words[1:])
    return before, conf_of(root), result


def check_set(root, module, key, value):
    name = full_key(module, key)
    before, after, result = run_edit(root, "set", os.fsdecode(module), os.fsdecode(key + b"=" + value))
    assert result.status == 0
    expected = dict(model(before), **{})
    expected[name] = value
    assert model(after) == expected, (before, after)
    old, new = lines(before), lines(after)
    if name in model(before):
        last = max(i for i, line in enumerate(old) if (assignment(line) or [None])[0] == name)
        assert len(old) == len(new)
        assert [i for i in range(len(old)) if old[i] != new[i]] in ([], [last])
        return
    added = [i for i, line in enumerate(new) if (assignment(line) or [None])[0] == name]
    assert len(added) == 1
    del new[added[0]]
    if old and not old[-1].endswith(b"\n") and added[0] == len(old):
        new[-1] = new[-1].rstrip(b"\r\n")
        old[-1] = old[-1].rstrip(b"\r\n")
    assert old == new, (before, after)


def without(line, name):
    """The line, or what stays of it: a comment behind the assignment, where the assignment stood."""
    if (assignment(line) or [None])[0] != name:
        return line
    found = LINE.match(line.rstrip(b"\r\n"))
    if found["comment"] is None:
        return b""
    return line[:found.start("key")] + line[found.start("comment"):]


def check_unset(root, module, key):
    name = full_key(module, key)
    before, after, result = run_edit(root, "unset", os.fsdecode(module), os.fsdecode(key))
    assert result.status == (0 if name in model(before) else 2)
    expected = model(before)
    expected.pop(name, None)
    assert model(after) == expected
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    assert after == mark + b"".join(without(line, name) for line in lines(before[len(mark):]))


@pytest.mark.parametrize("seed", range(60))
def test_random_edits(tmp_path, seed):
    rng = random.Random(seed)
    root = str(tmp_path)
    write(root, {"loader.conf": some_text(rng)})
    for _ in range(8):
        module, key = rng.choice(MODULES), rng.choice(KEYS)
        if rng.random() < 0.7:
            check_set(root, module, key, some_value(rng, key))
        else:
            check_unset(root, module, key)
