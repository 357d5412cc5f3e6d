# SPDX-License-Identifier: BSD-2-Clause
"""btl gc: what no configuration uses goes, and nothing else."""
import hashlib
import os
import subprocess

import pytest

from btltest import ALL, GOOD_CONF, btl, module
from records import efivars, record, sha256
from test_add import KINDS, Esp, extra, file_of, stored
from test_set import FAT_KINDS, contents, fat, free_clusters


def named(data, name="extra"):
    return os.path.basename(stored(name, data))


OLD, MIDDLE, NEW = extra("author=1"), extra("author=2"), extra("author=3")
DAMAGED = "extra-%s.ko" % hashlib.sha256(b"other").hexdigest()[:8]
FOREIGN = {"modules/mine-12345678.ko": b"mine", "modules/" + DAMAGED: OLD, "modules/extra-ABCDEF01.ko": b"x",
           "modules/-%s.ko" % hashlib.sha256(b"x").hexdigest()[:8]: b"x",
           "modules/extra-%s.txt" % hashlib.sha256(b"x").hexdigest()[:8]: b"x"}


@pytest.fixture(params=KINDS)
def esp(request, tmp_path):
    """A volume with three versions of a module, of which loader.conf and .prev name the last two."""
    made = Esp(tmp_path, request.param, files=FOREIGN)
    for data in (OLD, MIDDLE, NEW):
        made.good("add", file_of(tmp_path, data))
    return made


def test_old_versions_go(esp):
    before = esp.modules()
    out = esp.good("gc", "-n")
    assert esp.modules() == before and stored("extra", OLD) + ": would be deleted, " in out
    assert "1 file of btl add would be deleted" in out
    out = esp.good("gc")
    assert stored("extra", OLD) + ": deleted, " in out and out.count("\n") == 2 and "; 2 in use" in out
    assert esp.modules() == sorted(set(before) - {named(OLD)})
    esp.fsck()
    assert esp.good("gc").startswith("0 files")


def test_what_a_stopped_add_has_left_goes(tmp_path):
    left = {"modules/%s.btl-new" % named(OLD): b"half", "modules/mine.ko.btl-new": b"", "loader.conf.btl-new": b""}
    esp = Esp(tmp_path, "tree", files=left)
    assert "1 file of btl add deleted, 4 B" in esp.good("gc")
    assert "mine.ko.btl-new" in esp.modules() and named(OLD) + ".btl-new" not in esp.modules()
    assert "loader.conf.btl-new" in os.listdir(esp.path)


@pytest.mark.parametrize("bits,cluster,sectors,more", FAT_KINDS)
def test_fat_of_every_kind(tmp_path, bits, cluster, sectors, more):
    """Names, tables and the count of free clusters are as other programs expect them."""
    tree = {"loader.conf": b'title="a"\n', "keep": b"k" * 5000}
    disk = fat(str(tmp_path / "disk"), bits, cluster, sectors, tree, **more)
    subprocess.run(["mmd", "-i", disk, "::/modules"], check=True)
    free, put_aside = free_clusters(disk), []
    for step in range(20):
        data = extra("author=%d" % step, "filler=" + "x" * (step * 37))
        assert btl("add", "--force", "-C", disk, file_of(tmp_path, data)).status == 0
        put_aside.append(named(data))
        free_clusters(disk)
    result = btl("gc", "-C", disk)
    assert b"18 files of btl add deleted" in result.out, result.err
    names = subprocess.run(["mdir", "-b", "-i", disk, "::/modules"], check=True, stdout=subprocess.PIPE).stdout.decode()
    assert names.split() == ["::/modules/" + name for name in put_aside[-2:]]
    assert contents(disk, "keep") == b"k" * 5000
    assert free - free_clusters(disk) <= 2 + 1 + 2 * (1 + 2048 // (512 * cluster))  # files, .prev, the directory's end


@pytest.mark.parametrize("name", ["loader.conf.d/a.conf", "loader.conf.d/a.conf.prev"])
@pytest.mark.parametrize("kind", KINDS)
def test_other_configurations_count(tmp_path, kind, name):
    """Also by a line that another line replaces, and of a module that is switched off."""
    line = 'extra_name="/modules/%s"\nextra_name="/modules/none.ko"\nextra_load="NO"\n' % named(OLD)
    files = {"modules/" + named(OLD): OLD, name: line, "loader.conf.d/a.conf": "", **{name: line}}
    esp = Esp(tmp_path, kind, files=files)
    assert "; 1 in use" in esp.good("gc")
    assert named(OLD) in esp.modules()


@pytest.mark.parametrize("kind", KINDS)
def test_directories_of_every_configuration(tmp_path, kind):
    files = {"%s/%s" % (place, named(OLD)): OLD for place in ("modules", "a", "b", "c")}
    esp = Esp(tmp_path, kind, GOOD_CONF + 'module_path="/modules;/a"\n',
              {**files, "loader.conf.d/x.conf": 'module_path="/A/;/b"\n'})
    assert "3 files of btl add deleted" in esp.good("gc")
    assert [named(OLD) in esp.names(place) for place in ("modules", "a", "b", "c")] == [False, False, False, True]


def test_the_last_good_configuration_counts(tmp_path):
    """BtlGood may name a file that is in no list, because a load option named it."""
    text = 'extra_load="YES"\nextra_name="/modules/%s"\n' % named(OLD)
    esp = Esp(tmp_path, "tree", files={"modules/" + named(OLD): OLD, "safe.conf": text})
    variables = efivars(tmp_path / "vars", BtlGood=record("BtlGood", "/safe.conf", sha256(text)))
    assert "; 1 in use" in esp.good("gc", "--efivars", variables)
    assert named(OLD) in esp.modules()
    assert "1 file of btl add deleted" in esp.good("gc")


def test_a_configuration_that_cannot_be_read_stops_it(tmp_path):
    esp = Esp(tmp_path, "tree", files={"modules/" + named(OLD): OLD})
    os.makedirs(esp.path + "/loader.conf.d/x.conf")
    assert esp.refused("gc").problems() == ["file-is-directory", "host-uses-unknown"]


def test_bad_command_lines(tmp_path):
    esp = Esp(tmp_path, "tree")
    assert esp.refused("gc", "x").codes() == ["host-usage"]
    assert esp.refused("gc", "--efivars", str(tmp_path / "none")).codes() == ["host-no-file"]
    assert btl("gc", "-C", str(tmp_path / "none")).codes() == ["host-no-file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("kind", KINDS)
def test_a_volume_that_cannot_be_written(tmp_path, kind):
    esp = Esp(tmp_path, kind, files={"modules/" + named(OLD): OLD})
    locked = esp.path if kind == "image" else esp.path + "/modules"
    os.chmod(locked, 0o444 if kind == "image" else 0o555)
    result = esp.refused("gc")
    os.chmod(locked, 0o755)
    assert result.problems() == ["host-write"]


def test_dependencies_that_are_found_by_name(tmp_path):
    """A module may be called like a file of btl add."""
    data = module("lib-0", ALL, exports=["x"])
    name = "lib-%s" % hashlib.sha256(data).hexdigest()[:8]
    esp = Esp(tmp_path, "tree", files={"modules/%s.ko" % name: data})
    esp.good("set", "--force", name, "load=YES")
    assert "; 1 in use" in esp.good("gc")
