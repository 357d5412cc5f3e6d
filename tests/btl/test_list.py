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
