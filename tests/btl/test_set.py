# SPDX-License-Identifier: BSD-2-Clause
"""btl set and btl unset: what they change, what they keep, what they reject."""
import hashlib
import os
import random
import re
import stat
import subprocess

import pytest

import kill_at
from btltest import ALL, BTL, GOOD_CONF, ROOT, btl, golden, image, module, read, volume, write

TOOL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")  # ptrace and sanitizers exclude each other

# A second parser of the syntax.
LINE = re.compile(rb'^[ \t]*(?P<key>[\w.-]+)[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*)"'
                  rb'|(?P<bare>[\w.-]+))[ \t]*(?P<comment>#.*)?$', re.A)


def lines(text):
    """Return the lines with their ends, so that joining them gives the text."""
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


def test_a_new_key_stands_at_its_comment(tmp_path):
    """With the lines that go on with that comment."""
    conf = ("# the title= is in this sentence\n#title=\"every day\"  # a name\n   # of the configuration\n"
            "quiet=\"YES\"\n#  early.size = 4\n" + GOOD_CONF)
    root = tree(tmp_path, conf)
    assert btl("set", "-C", root, "-g", "title=x").status == 0
    assert btl("set", "-C", root, "early", "tunable.size=5").status == 0
    expected = conf.replace("configuration\n", 'configuration\ntitle="x"\n') \
        .replace("size = 4\n", 'size = 4\nearly.size="5"\n')
    assert conf_of(root) == expected.encode()


@pytest.mark.parametrize("line", [
    'early_phase="BOOT9"', 'early_phase="BOOT1', "early_phase=", "early_phase", "early_phase BOOT2",
    'early_phase = "BOOT1" x', "  early_phase=BOOT!", 'early_phase="', "early_phase=#",
    'early_phase="BOOT2\x01"'])
def test_a_bad_line_is_replaced_and_taken_out(tmp_path, line):
    """Whatever the value is; whether a good line of the key stands before it, after it, or not at all."""
    good = 'early_phase="BOOT2"\n'
    base = GOOD_CONF.replace('early_phase="BOOT1"\n', "")
    for before, after in (("", ""), (good, ""), ("", good), (line + "\n", line + "\n")):
        root = str(tmp_path / "esp")
        volume(root, base + before + line + "\n" + after)
        result = btl("set", "-C", root, "early", "phase=BOOT1")
        assert result.status == 0, result.err
        assert btl("check", "-W", "-C", root).status == 0
        assert model(conf_of(root))[b"early_phase"] == b"BOOT1"
        for words in (["early", "phase"], ["early"]):
            volume(root, base + before + line + "\n" + after)
            assert btl("unset", "-C", root, *words).status == 0
            assert b"early_phase" not in conf_of(root)


def test_the_comment_behind_a_bad_value_stays(tmp_path):
    root = tree(tmp_path, GOOD_CONF + 'idle_on_error="perhaps"  # why\n')
    assert btl("set", "-C", root, "idle", "on_error=warn").status == 0
    assert conf_of(root) == (GOOD_CONF + 'idle_on_error="warn"  # why\n').encode()


def test_it_says_what_was_changed(tmp_path):
    root = tree(tmp_path)

    def out(*words):
        result = btl(*words, cwd=tmp_path)
        assert result.status == 0, result.err
        return result.out.decode()
    assert out("set", "-C", "esp", "early", "phase=BOOT2", "tunable.size=7") == (
        'esp/loader.conf: early_phase="BOOT2" (was "BOOT1"), early.size="7"; '
        "the old file is kept as esp/loader.conf.prev\n")
    assert out("set", "-C", "esp", "early", "phase=BOOT2") == "esp/loader.conf: nothing to change\n"
    assert out("unset", "-C", "esp", "early", "phase") == (
        'esp/loader.conf: early_phase removed (was "BOOT2"); the old file is kept as esp/loader.conf.prev\n')
    os.unlink(root + "/loader.conf")
    assert out("set", "-C", "esp", "early", "load=YES") == 'esp/loader.conf: early_load="YES"; the file is new\n'


def test_options_after_words(tmp_path):
    root = tree(tmp_path)
    assert btl("set", "early", "phase=BOOT2", "-C", root).status == 0
    assert btl("get", "early", "phase", "-C", root).out == b"BOOT2\n"
    assert btl("unset", "early", "-C", root, "phase").status == 0
    assert btl("set", "-C", root, "--force", "--", "early", "flags=-x").status == 0


@pytest.mark.parametrize("words,typed", [
    (["set", "hello_phase=BOOT1"], "btl set hello phase=BOOT1"),
    (["set", "kernel_options=a b"], "btl set -g kernel_options='a b'"),
    (["set", "hello.greeting=hi"], "btl set hello tunable.greeting=hi"),
    (["set", "greeting=hi"], "btl set NAME greeting=hi"),
    (["set", "hello", "greeting=hi"], "btl set hello tunable.greeting=hi"),
    (["set", "hello", "phse=BOOT1"], "btl set hello phase=BOOT1"),
    (["set", "hello", "hello_phase=BOOT1"], "btl set hello phase=BOOT1"),
    (["set", "hello", "quiet=YES"], "btl set -g quiet=YES"),
    (["set", "hello.ko", "phase=BOOT1"], "btl set hello phase=BOOT1"),
    (["set", "hello"], "btl set hello phase=BOOT2"),
    (["set", "hello", "phase", "BOOT1"], "phase=BOOT2"),
    (["unset", "early_phase"], "btl unset early phase"),
    (["unset", "kernel"], "btl unset -g kernel"),
    (["unset", "early", "early_phase"], "btl unset early phase"),
    (["get", "early_phase"], "btl get early phase"),
    (["get", "early", "kernel_options"], "btl get -g kernel_options"),
])
def test_it_says_what_to_type(tmp_path, words, typed):
    root = tree(tmp_path)
    result = btl(*words, "-C", root)
    assert result.status == 2 and result.codes() == ["host-usage"]
    assert typed + "; 'btl" in result.err.decode() or typed + ", as" in result.err.decode() or \
        "as in " + typed in result.err.decode()
    assert conf_of(root) == GOOD_CONF.encode()


def test_get(tmp_path):
    root = tree(tmp_path, GOOD_CONF + 'early_phase="BOOT9"\nearly_flags="say \\"a\\""\nearly.size=3\nquiet="NO"\n')
    assert btl("get", "-C", root, "early", "phase", "flags", "tunable.size").out == b'BOOT1\nsay "a"\n3\n'
    assert btl("get", "-C", root, "early").out == (
        b'early_load="YES"\nearly_phase="BOOT1"\nearly_flags="say \\"a\\""\nearly.size="3"\n')
    assert btl("get", "-g", "-C", root).out == b'kernel="/kernel/kernel.elf"\nquiet="NO"\n'
    assert btl("get", "-C", root).out.count(b"\n") == 11
    for words in (["early", "required"], ["early", "tunable.x"], ["-g", "verbose"]):
        result = btl("get", "-C", root, *words)
        assert result.status == 2 and result.codes() == ["host-not-set"]
    assert btl("get", "-C", root, "early", "required").out == b""


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


def contents(disk, name):
    return subprocess.run(["mtype", "-i", disk, "::/" + name], check=False, stderr=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout


def fat(path, bits, cluster, sectors, files, **more):
    """A FAT volume without partitions that holds files {path: bytes}."""
    with open(path, "wb") as file:
        file.truncate(sectors * 512)
    options = [word for key, value in more.items() for word in ("-" + key, str(value))]
    subprocess.run(["mkfs.fat", "-F", str(bits), "-s", str(cluster), *options, path], check=True,
                   stdout=subprocess.DEVNULL)
    for name, data in files.items():
        put(path, name, data)
    return path


def put(disk, name, data):
    subprocess.run(["mcopy", "-o", "-i", disk, "-", "::/" + name], input=data, check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8", "MTOOLS_SKIP_CHECK": "1"})


def free_clusters(disk):
    """As fsck.fat counts them; the file system has no fault."""
    done = subprocess.run(["fsck.fat", "-n", "-v", disk], check=False, capture_output=True)
    assert done.returncode == 0, done.stdout.decode()
    used, total = re.findall(rb"files, (\d+)/(\d+) clusters", done.stdout)[0]
    return int(total) - int(used)


FAT_KINDS = [(12, 1, 400, {}), (12, 8, 8000, {"r": 16}), (16, 1, 6000, {}), (16, 4, 40000, {"f": 1}),
             (32, 1, 70000, {}), (32, 1, 70000, {"f": 1})]


@pytest.mark.parametrize("bits,cluster,sectors,more", FAT_KINDS)
def test_fat_of_every_kind(tmp_path, bits, cluster, sectors, more):
    """Names, tables and the count of free clusters are as other programs expect them."""
    disk = fat(str(tmp_path / "disk"), bits, cluster, sectors, {"loader.conf": b""}, **more)
    text, previous, value = b"", b"", ""
    for step in range(40):
        value = ("x%d" % step) * (step * 7 % 90)
        result = btl("set", "--force", "-g", "-C", disk, "title=" + value)
        assert result.status == 0, result.err
        if contents(disk, "loader.conf") != text:
            previous, text = text, contents(disk, "loader.conf")
        assert model(text)[b"title"] == value.encode()
        assert contents(disk, "loader.conf.prev") == previous
        free_clusters(disk)


def test_image_without_mtools(tmp_path):
    disk = image(str(tmp_path / "disk.img"), tree(tmp_path))
    assert btl("set", "-C", disk, "early", "phase=BOOT2", env={"PATH": "/nowhere"}).status == 0
    assert model(contents(disk + "@@1M", "loader.conf"))[b"early_phase"] == b"BOOT2"


def test_names_of_other_scripts_on_an_image(tmp_path):
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, {})
    subprocess.run(["mmd", "-i", disk, "::/große Namen"], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    for _ in range(2):
        name = "große Namen/日本語 with a name of more than thirteen units.conf"
        for text in (b'title="a"\n', b'title="b"\n'):
            assert btl("set", "--force", "-g", "-C", disk, "-f", name, *["title=" + text[7:8].decode()]).status == 0
            assert contents(disk, name) == text
    assert contents(disk, name + ".prev") == b'title="a"\n'
    free_clusters(disk)


def test_every_number_of_free_clusters(tmp_path):
    """A full volume: the old text stands, and the message says what is needed and left."""
    conf = b"# " + b"x" * 1600 + b"\n"
    refused = set()
    for previous in (None, b"p" * 600):
        files = {"loader.conf": conf, **({"loader.conf.prev": previous} if previous else {})}
        for free in range(9):
            disk = fat(str(tmp_path / "disk"), 12, 1, 200, files)
            put(disk, "filler", b"f" * 512 * (free_clusters(disk) - free))
            assert free_clusters(disk) == free
            before = read(disk)
            result = btl("set", "--force", "-g", "-C", disk, "title=" + "y" * 500)
            if result.status == 2:
                assert result.codes() == ["fat-full"] and b" %d; nothing was changed" % free in result.err
                assert read(disk) == before
                refused.add(free)
                continue
            assert model(contents(disk, "loader.conf"))[b"title"] == b"y" * 500
            assert contents(disk, "loader.conf.prev") == conf
            free_clusters(disk)
    assert refused == {0, 1, 2, 3, 4}


def test_full_directories(tmp_path):
    """The root of FAT12 cannot take another name; a directory in clusters grows."""
    names = {"F%03d" % i: b"" for i in range(13)}
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, {"loader.conf": b'title="a"\n', **names}, r=16)
    before = read(disk)
    result = btl("set", "--force", "-g", "-C", disk, "title=b")
    assert result.status == 2 and result.codes() == ["fat-directory-full"]
    assert read(disk) == before
    for count in range(10, 18):
        disk = fat(str(tmp_path / "disk"), 32, 1, 70000, {"F%03d" % i: b"" for i in range(count)})
        for value in "abc":
            assert btl("set", "--force", "-g", "-C", disk, "title=" + value).status == 0
        assert contents(disk, "loader.conf") == b'title="c"\n'
        assert contents(disk, "loader.conf.prev") == b'title="b"\n'
        free_clusters(disk)


def test_a_name_that_fat_cannot_have(tmp_path):
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, {})
    for name in ("a:b.conf", "dot.", 'quote".conf', "n" * 256):
        before = read(disk)
        result = btl("set", "--force", "-g", "-C", disk, "-f", name, "title=a")
        assert result.status == 2 and result.codes() == ["fat-bad-name"], name
        assert read(disk) == before


def test_a_directory_has_the_name_of_the_old_file(tmp_path):
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, {"loader.conf": b'title="a"\n'})
    subprocess.run(["mmd", "-i", disk, "::/loader.conf.prev"], check=True)
    before = read(disk)
    result = btl("set", "--force", "-g", "-C", disk, "title=b")
    assert result.status == 2 and result.codes() == ["fat-name-taken"]
    assert read(disk) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_image_that_cannot_be_written(tmp_path):
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, {"loader.conf": b'title="a"\n'})
    os.chmod(disk, 0o444)
    result = btl("set", "--force", "-g", "-C", disk, "title=b")
    assert result.status == 2 and result.codes() == ["host-write"]


# ----------------------------------------------------------------------------- stops and two writers

def volumes(tmp_path):
    """A directory and an image with loader.conf and loader.conf.prev, and how each is read."""
    files = {"loader.conf": b'title="now"\n', "loader.conf.prev": b'title="before"\n'}
    os.makedirs(tmp_path / "esp")
    write(tmp_path / "esp", files)
    disk = fat(str(tmp_path / "disk"), 12, 1, 400, files)
    return {"tree": (str(tmp_path / "esp"), lambda name: read(str(tmp_path / "esp" / name))),
            "image": (disk, lambda name: contents(disk, name))}


@pytest.mark.parametrize("kind", ["tree", "image"])
def test_two_writers(tmp_path, kind):
    """No change is lost without a word."""
    root, get = volumes(tmp_path)[kind]
    for step in range(30):
        writers = [subprocess.Popen([BTL, "set", "--force", "-C", root, name, "flags=%d" % step],
                                    stderr=subprocess.PIPE) for name in ("one", "two", "three")]
        for writer in writers:
            writer.communicate()
        for name, writer in zip(("one", "two", "three"), writers):
            assert writer.returncode == 0
            assert model(get("loader.conf"))[name.encode() + b"_flags"] == b"%d" % step
    if kind == "tree":
        assert sorted(os.listdir(root)) == ["loader.conf", "loader.conf.prev"]


@pytest.mark.parametrize("kind", ["tree", "image"])
def test_a_change_by_another_program_is_seen(tmp_path, kind):
    """An editor writes the file when btl has read it: before btl opens the volume a last time."""
    root, get = volumes(tmp_path)[kind]
    words = ["set", "--force", "-g", "-C", root]
    numbers = kill_at.calls(TOOL, [*words, "title=one"])
    first_write = numbers.index(kill_at.FSYNC if kind == "tree" else kill_at.PWRITE)
    # The last two before that: the image for writing, the time zone.
    last = numbers[:first_write].count(kill_at.OPENAT) - (0 if kind == "tree" else 3)
    opened = []

    def change(index, number):
        if number == kill_at.OPENAT:
            if len(opened) == last:
                path = root + "/loader.conf" if kind == "tree" else root
                write("/", {path: read(path).replace(b'title="one"', b'title="ONE"')})
            opened.append(index)
    status, err = kill_at.run(TOOL, [*words, "title=two"], change)
    assert status == 2 and b"[host-edit-changed]" in err, (status, err)
    assert get("loader.conf") == b'title="ONE"\n'
    assert get("loader.conf.prev") == b'title="now"\n'


@pytest.mark.parametrize("kind", ["tree", "image"])
def test_a_stop_at_every_system_call(tmp_path, kind):
    """Each file is the old or the new one, and the next change takes away what was left."""
    saved = str(tmp_path / "saved")
    root, get = volumes(tmp_path)[kind]
    subprocess.run(["cp", "-a", root, saved], check=True)
    words = ["set", "--force", "-g", "-C", root, "title=new"]
    count, seen = len(kill_at.calls(TOOL, words)), set()
    assert get("loader.conf") == b'title="new"\n' and get("loader.conf.prev") == b'title="now"\n'
    for index in range(count):
        subprocess.run(["rm", "-rf", root], check=True)
        subprocess.run(["cp", "-a", saved, root], check=True)
        kill_at.kill(TOOL, words, index)
        state = (get("loader.conf"), get("loader.conf.prev"))
        seen.add(state)
        assert state in {(b'title="now"\n', b'title="before"\n'), (b'title="now"\n', b'title="now"\n'),
                         (b'title="new"\n', b'title="now"\n')}, (index, state)
        if index % 7 == 0 or state[1] == b'title="now"\n':
            assert btl("set", "--force", "-g", "-C", root, "title=last").status == 0
            assert get("loader.conf") == b'title="last"\n'
            if kind == "tree":
                assert sorted(os.listdir(root)) == ["loader.conf", "loader.conf.prev"]
    assert len(seen) >= 2


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


def assigns(line, name):
    """Well or badly."""
    return re.match(rb"[ \t]*%s(?![\w.-])" % re.escape(name), line.removeprefix(b"\xef\xbb\xbf")) is not None


def without_bad(text, name):
    """Lines of the key that the loader rejects are taken out."""
    return b"".join(line for line in lines(text) if not assigns(line, name) or assignment(line))


def check_set(root, module, key, value):
    name = full_key(module, key)
    before, after, result = run_edit(root, "set", os.fsdecode(module), os.fsdecode(key + b"=" + value))
    assert result.status == 0
    expected = dict(model(before), **{})
    expected[name] = value
    assert model(after) == expected, (before, after)
    old, new = lines(without_bad(before, name)), lines(after)
    if not any(assigns(line, name) for line in lines(before)) == (name not in model(before)):
        return  # a bad line was replaced
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
    """Return the rest of the line: a comment behind the assignment, in the column of the assignment."""
    if not assigns(line, name):
        return line
    if assignment(line) is None:
        return b""
    found = LINE.match(line.rstrip(b"\r\n"))
    if found["comment"] is None:
        return b""
    return line[:found.start("key")] + line[found.start("comment"):]


def check_unset(root, module, key):
    name = full_key(module, key)
    before, after, result = run_edit(root, "unset", os.fsdecode(module), os.fsdecode(key))
    assert result.status == (0 if any(assigns(line, name) for line in lines(before)) else 2)
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


# ------------------------------------------------------------------------------------------- pins

def test_pin_and_unpin(tmp_path):
    root = tree(tmp_path)
    assert btl("pin", "-C", root, "early", "kernel").status == 0
    digest = hashlib.sha256(read(os.path.join(root, "modules/early.ko"))).hexdigest().encode()
    assert b'early_sha256="%s"' % digest in conf_of(root) and b"kernel_sha256=" in conf_of(root)
    assert btl("check", "-W", "-C", root).status == 0
    with open(os.path.join(root, "modules/early.ko"), "ab") as file:
        file.write(b"more")
    result = btl("check", "-C", root)
    assert result.status == 2 and "boot-pinned" in result.codes()
    assert btl("pin", "-C", root, "early").status == 0  # accepted, so the text is another one
    assert btl("check", "-W", "-C", root).status == 0
    assert btl("unset", "-C", root, "early", "sha256").status == 0
    assert b"early_sha256" not in conf_of(root)


def test_pin_everything(tmp_path):
    root = tree(tmp_path)
    assert btl("pin", "-C", root).status == 0
    text = conf_of(root)
    for name in ("early", "driver", "late", "idle", "lib"):
        assert b"%s_sha256=" % name.encode() in text
    assert btl("check", "-W", "-C", root).status == 0
    assert btl("pin", "-C", root).status == 0 and conf_of(root) == text


def test_pin_what_pinned_files_need(tmp_path):
    """A changed file does not hide the files that it needs, which have no other lines."""
    root = tree(tmp_path)
    assert btl("pin", "-C", root).status == 0
    for path in ("modules/early.ko", "modules/driver.ko", "modules/lib.ko", "kernel/kernel.elf"):
        with open(os.path.join(root, path), "ab") as file:
            file.write(b"more")
    assert btl("pin", "-C", root).status == 0
    assert btl("check", "-W", "-C", root).status == 0


def test_pin_a_module_called_kernel(tmp_path):
    """Its line would be the kernel's, which stays right."""
    root = volume(str(tmp_path / "esp"), GOOD_CONF + 'kernel_load="YES"\n',
                  {"modules/kernel.ko": module("kernel", ALL)})
    result = btl("pin", "-C", root)
    assert result.status == 0 and result.codes() == ["host-pin-kernel"], result.err
    assert btl("check", "-W", "-C", root).status == 0
    digest = hashlib.sha256(read(os.path.join(root, "kernel/kernel.elf"))).hexdigest().encode()
    assert b'kernel_sha256="%s"' % digest in conf_of(root)
    os.unlink(os.path.join(root, "kernel/kernel.elf"))
    assert btl("pin", "-C", root, "kernel").codes() == ["host-pin-no-file"]


def test_a_pin_is_a_setting_of_its_module(tmp_path):
    root = tree(tmp_path)
    assert btl("pin", "-C", root, "early").status == 0
    assert b"early_sha256=" in btl("get", "-C", root, "early").out
    assert btl("unset", "-C", root, "early").status == 0
    assert b"early_" not in conf_of(root)


@pytest.mark.parametrize("module_name, key", [("kernel", "sha256"), ("kernel", "options"), ("module", "path")])
def test_a_key_of_the_whole_boot_in_two_words(tmp_path, module_name, key):
    """The message names a command that works: not the same one, and no tunable."""
    result = btl("set", "-C", tree(tmp_path), module_name, key + "=x")
    assert b"type: btl set -g %s_%s=x;" % (module_name.encode(), key.encode()) in result.err, result.err


def test_pin_without_a_loader_conf(tmp_path):
    root = volume(str(tmp_path / "esp"), None)
    assert btl("pin", "-C", root).status == 0
    assert conf_of(root).startswith(b"kernel_sha256=")


def test_a_refused_pin_says_why(tmp_path):
    """The messages quote the text that was refused."""
    root = tree(tmp_path, GOOD_CONF + 'early.nothing="5"\nearly_sha256="%s"\n' % ("0" * 64))
    result = btl("pin", "-C", root, "early")
    assert result.codes() == ["plan-unknown-tunable", "host-edit-refused"], result.err
    assert b"no tunable nothing" in result.err


def test_memory_for_many_pins(tmp_path):
    """A text of 600 pins has 60 KiB, and each pin makes another text."""
    names = ["m%d" % i for i in range(600)]
    root = volume(str(tmp_path / "esp"), "".join('%s_load="YES"\n' % name for name in names),
                  {"modules/%s.ko" % name: module(name) for name in names})
    assert btl("pin", "-C", root).status == 0
    child = subprocess.Popen([BTL, "pin", "-C", root], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0 and usage.ru_maxrss < 160 << 10  # KiB
    assert conf_of(root).count(b"_sha256=") == 601


def test_pin_of_what_is_not_there(tmp_path):
    root = tree(tmp_path)
    before = conf_of(root)
    assert btl("pin", "-C", root, "early", "nothing").codes() == ["host-pin-no-file"]
    assert btl("pin", "-g", "-C", root, "early").codes() == ["host-usage"]
    assert conf_of(root) == before


# ------------------------------------------------------------------------------- wrong arguments

@pytest.mark.parametrize("words", [
    ["set", "--trial", "5", "early", "phase=BOOT2"], ["set", "--trial", "5"],
    ["set", "-g", "--trial", "5", "quiet=YES"], ["unset", "--trial", "5", "early", "phase"]])
def test_the_number_of_trial_is_no_word_of_its_own(tmp_path, words):
    root = tree(tmp_path)
    result = btl(*words, "-C", root)
    assert result.status == 2 and result.codes() == ["host-usage"] and b"type: --trial=5;" in result.err
    assert conf_of(root) == GOOD_CONF.encode()


def test_a_module_may_be_called_as_a_number(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "-n", "--trial", "--force", "-C", root, "5", "load=YES")
    assert result.status == 0 and b'5_load="YES"' in result.out and b'boot_tries="3"' in result.out


@pytest.mark.parametrize("command", ["get", "unset"])
def test_what_is_no_key_or_module_is_said(tmp_path, command):
    root = tree(tmp_path)
    result = btl(command, "-C", root, "early", "fase")
    assert result.status == 2 and result.codes() == ["host-usage"]
    assert b"fase is no key of the module early; type: btl %s early phase;" % command.encode() in result.err
    for words in (["erly"], ["erly", "phase"]):
        result = btl(command, "-C", root, *words)
        assert result.status == 2 and result.codes() == ["host-not-mentioned"]
        assert b'no module erly (did you mean "early"?);' in result.err
    assert conf_of(root) == GOOD_CONF.encode()


def test_a_file_that_does_not_exist(tmp_path):
    for words in (["get"], ["get", "-g"], ["get", "early", "phase"], ["unset", "early"], ["get", "-f", "none.conf"]):
        result = btl(*words, cwd=tmp_path)
        assert result.status == 2 and result.codes() == ["host-edit-no-file"] and result.out == b""
    result = btl("set", "early", "phase=BOOT2", cwd=tmp_path)
    assert result.status == 2 and result.codes() == ["plan-idle", "host-edit-not-created"]
    assert os.listdir(tmp_path) == []
    result = btl("set", "-g", "quiet=YES", cwd=tmp_path)
    assert result.status == 0 and result.codes() == []
    assert result.out == b'loader.conf: quiet="YES"; the file is new\n'


@pytest.mark.parametrize("errors,count", [("", b"1 error "), ("early_phase=X\n", b"2 errors ")])
def test_the_number_of_old_errors(tmp_path, errors, count):
    root = tree(tmp_path, 'kernel="/none"\n' + errors)
    result = btl("set", "-C", root, "-g", "quiet=YES")
    assert result.status == 0 and b"already had " + count in result.err


@pytest.mark.parametrize("name", ["hel lo", "hello=", "a/b", "", "a\"b", "a#", "\u00e4"])
def test_a_name_that_cannot_stand_before_a_key(tmp_path, name):
    """The message is about the argument, not about a line that the file does not have."""
    root = tree(tmp_path)
    for option in ([], ["--force"]):
        result = btl("set", *option, "-C", root, "--", name, "load=YES")
        assert result.status == 2 and result.codes() == ["host-usage"]
        assert b"is not a module's name" in result.err or "=" in name
    assert conf_of(root) == GOOD_CONF.encode()


def test_force_says_what_it_overrides(tmp_path):
    root = tree(tmp_path)
    result = btl("set", "--force", "-C", root, "early", "phase=BOOT9")
    assert result.status == 0 and result.codes() == ["host-edit-forced"]
    assert b'not "BOOT9" (conf-bad-phase)' in result.err and b'"BOOT9"' in conf_of(root)
    result = btl("set", "--force", "-C", root, "early", "flags=x")
    assert result.status == 0 and result.codes() == [], "it adds nothing that was not wrong before"
