# SPDX-License-Identifier: BSD-2-Clause
"""btl list: table and JSON, of good and bad volumes."""
import json

import pytest

import elf
from btltest import GOOD_CONF, btl, golden, image, module, volume

BAD = GOOD_CONF + 'lib_load="NO"\nnowhere_load="YES"\nidle_phase="BOOT2"\n'


def test_table(tmp_path):
    volume(str(tmp_path / "esp"))
    golden("list-good", btl("list", "-C", "esp", cwd=tmp_path))


def test_what_a_failure_means(tmp_path):
    volume(str(tmp_path / "esp"), GOOD_CONF + 'early_on_error="fallback"\nlate_required="YES"\nidle_on_error="halt"\n')
    plan = json.loads(btl("list", "--json", "-C", tmp_path / "esp").out)
    assert {m["name"]: (m["on_error"], m["required"]) for m in plan["modules"]} == {
        "lib": ("warn", False), "early": ("fallback", False), "driver": ("warn", False), "late": ("required", True),
        "idle": ("halt", True)}
    rows = [line.split() for line in btl("list", "-C", tmp_path / "esp").out.decode().splitlines()]
    assert rows[0][4] == "ON-ERROR" and {row[2]: row[4] for row in rows[1:]}["early"] == "fallback"


def test_json(tmp_path):
    volume(str(tmp_path / "esp"))
    golden("list-good-json", btl("list", "--json", "-C", "esp", cwd=tmp_path))


def test_table_of_a_bad_volume(tmp_path):
    volume(str(tmp_path / "esp"), BAD)
    golden("list-bad", btl("list", "-C", "esp", cwd=tmp_path))


def test_json_of_a_bad_volume(tmp_path):
    volume(str(tmp_path / "esp"), BAD)
    result = btl("list", "--json", "-C", "esp", cwd=tmp_path)
    golden("list-bad-json", result)
    plan = json.loads(result.out)
    verdicts = {module["name"]: module["verdict"] for module in plan["modules"]}
    assert verdicts == {"early": "failed", "driver": "failed", "late": "failed", "idle": "failed",
                        "nowhere": "failed", "lib": "off"}
    assert plan["errors"] == len(result.problems())


def test_json_is_the_plan(tmp_path):
    root = volume(str(tmp_path / "esp"))
    image(str(tmp_path / "disk.img"), root)
    plan = json.loads(btl("list", "--json", "-C", tmp_path / "disk.img").out)
    assert plan["version"] == 1 and plan["machine"] == "x86-64"
    assert [m["name"] for m in plan["modules"]] == ["lib", "early", "driver", "late", "idle"]
    assert [m["phase"] for m in plan["modules"]] == ["BOOT1", "BOOT1", "BOOT2", "INIT", "AUTO"]
    lib, early, driver, late, idle = plan["modules"]
    assert lib["pulled_by"] == "early" and lib["line"] is None and lib["configured"] == "AUTO"
    assert early["line"] == 4 and early["depends"] == ["lib"]
    assert early["size"] == 4096 * 4 and early["file"] == "/modules/early.ko"
    first, second = (int(m["address"], 16) for m in (lib, early))
    assert first == elf.KERNEL_BASE + (2 << 20) and second == first + lib["size"]
    assert driver["address"] is None and idle["verdict"] == "ready"
    assert late["reason"] is None and plan["errors"] == 0


def test_hostile_names_cannot_break_json(tmp_path):
    files = {"modules/idle.ko": elf.module('id"\\\x1b\udcff', [])}
    volume(str(tmp_path / "esp"), GOOD_CONF, files)
    result = btl("list", "--json", "-C", "esp", cwd=tmp_path)
    idle = [m for m in json.loads(result.out)["modules"] if m["name"] == "idle"][0]
    assert idle["verdict"] == "failed" and b"\x1b" not in result.out + result.err


def test_empty_plan(tmp_path):
    volume(str(tmp_path / "esp"), "")
    assert json.loads(btl("list", "--json", "-C", tmp_path / "esp").out)["modules"] == []
    assert btl("list", "-C", tmp_path / "esp").out.count(b"\n") == 1


READER = module("reader", "phases=BOOT2,RUN", "provides=fs:1.0", "provides=gpt:1.0", "alias=pci:v00001AF4*")


@pytest.mark.parametrize("stage, text, staged", [
    ("", "on the disk*", None), ('stage="boot"\n', "on the disk", False), ('stage="all"\n', "staged", True)])
def test_where_the_kernel_finds_a_file(tmp_path, stage, text, staged):
    """By the loader's own rule. What depends on the machine's disk is said so."""
    conf = GOOD_CONF + 'reader_load="YES"\nreader_phase="BOOT2"\n' + stage
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp"), conf, {"modules/reader.ko": READER}))
    rows = btl("list", "-C", disk).out.decode()
    late = next(line for line in rows.splitlines() if " late " in line)
    assert "  %s  " % text in late
    assert ("* if modules of BOOT2" in rows) == (staged is None)
    plan = json.loads(btl("list", "--json", "-C", disk).out)
    assert {m["name"]: m["staged"] for m in plan["modules"]} == {
        "lib": False, "early": False, "driver": True, "reader": True, "late": staged, "idle": staged}


def test_files_that_nothing_reads_are_staged(tmp_path):
    rows = btl("list", "-C", volume(str(tmp_path / "esp"))).out.decode().splitlines()
    assert all("  staged  " in line for line in rows if " INIT " in line or " AUTO " in line)


# ---------------------------------------------------------------------------------------- --all

FILES_CONF = GOOD_CONF + """module_blacklist="black"
module_path="/modules;/MODULES/;/more"
off_load="NO"
mention_phase="INIT"
other_name="/modules/early.ko"
found_load="YES"
"""
FILES = {**{"modules/%s.ko" % name: module(name) for name in ("black", "off", "mention", "none", "other")},
         "modules/lib-old.ko": module("lib"), "modules/lost.ko": module("found"), "modules/bad.ko": b"x",
         "modules/readme.txt": b"", "more/none.ko": module("none"),
         "more/empty.ko": b"", "elsewhere/x.ko": module("x")}
WHY = {
    "/modules/bad.ko": (False, "damaged: the file is not an ELF file"),
    "/modules/black.ko": (False, "black is in module_blacklist"),
    "/modules/driver.ko": (True, "configured in line 6"),
    "/modules/early.ko": (True, "configured in line 4"),
    "/modules/idle.ko": (True, "configured in line 9"),
    "/modules/late.ko": (True, "configured in line 8"),
    "/modules/lib-old.ko": (False, "another file of lib is used: /modules/lib.ko"),
    "/modules/lib.ko": (True, "dependency of early"),
    "/modules/lost.ko": (False, "the name found does not find the file"),
    "/modules/mention.ko": (False, "no line switches mention on"),
    "/modules/none.ko": (False, "loader.conf does not mention none"),
    "/modules/off.ko": (False, 'off_load="NO" in line 13'),
    "/modules/other.ko": (False, "other_name in line 15 names another file"),
    "/more/empty.ko": (False, "damaged: the file is empty"),
    "/more/none.ko": (False, "loader.conf does not mention none"),
}


@pytest.mark.parametrize("kind", ["tree", "image"])
def test_every_file(tmp_path, kind):
    """Each once, although two parts of module_path name one directory."""
    root = volume(str(tmp_path / "esp"), FILES_CONF, FILES)
    root = root if kind == "tree" else image(str(tmp_path / "disk.img"), root)
    listed = json.loads(btl("list", "--all", "--json", "-C", root).out)
    assert listed["version"] == 1 and listed["machine"] == "x86-64"
    files = {file["file"]: file for file in listed["files"]}
    assert len(files) == len(listed["files"]) and list(files) == sorted(
        files, key=lambda path: (path.startswith("/more"), path))
    assert set(files) == set(WHY)
    for path, (used, why) in WHY.items():
        assert files[path]["used"] == used and files[path]["why"].startswith(why), files[path]
    driver, bad = files["/modules/driver.ko"], files["/modules/bad.ko"]
    assert (driver["name"], driver["version"], driver["phases"]) == ("driver", "1.0", ["BOOT2", "RUN"])
    assert (bad["name"], bad["version"], bad["phases"], bad["file_size"]) == (None, None, None, 1)


def test_table_of_files(tmp_path):
    volume(str(tmp_path / "esp"), FILES_CONF, {**FILES, "more/a\033b.ko": b""})  # a path that no line can have
    golden("list-all", btl("list", "--all", "-C", "esp", cwd=tmp_path))


def test_files_of_no_directory(tmp_path):
    root = volume(str(tmp_path / "esp"), 'kernel="/kernel/kernel.elf"\nmodule_path="/none"\n')
    assert btl("list", "--all", "-C", root).out.count(b"\n") == 1


def test_a_directory_with_the_name_of_a_file(tmp_path):
    root = volume(str(tmp_path / "esp"), files={"modules/d.ko/x": b""})
    result = btl("list", "--all", "-C", root)
    assert result.status == 2 and result.problems() == ["file-is-directory"] and b"/modules/late.ko" in result.out
