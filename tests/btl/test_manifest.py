# SPDX-License-Identifier: BSD-2-Clause
"""btl manifest: text, JSON, diff and verify; of saved manifests, dumps and volumes, good and bad."""
import hashlib
import json
import os
import re
import struct

import pytest

import elf
from btltest import ROOT, btl, golden, image, module, volume, write
from manifest_maker import BASE, KERNEL, MS, NOT_HASHED, Maker, Module, many, seal
from records import efivars, run_record

# ------------------------------------------------------------------------------------------- text


def test_text(tmp_path):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    golden("manifest-text", btl("manifest", "boot.manifest", cwd=tmp_path))


def test_named_sections(tmp_path):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    golden("manifest-sections", btl("manifest", "boot.manifest", "memory", "timeline", cwd=tmp_path))


def test_unknown_section(tmp_path):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    golden("manifest-unknown-section", btl("manifest", "boot.manifest", "memroy", cwd=tmp_path))


@pytest.mark.parametrize("words", [[], ["--json", "--diff", "a"], ["--diff", "a"], ["--at", "x", "a"],
                                   ["--at", "-1", "a"], ["--json", "boot.manifest", "memory"], ["-z"]])
def test_wrong_usage(tmp_path, words):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    result = btl("manifest", *words, cwd=tmp_path)
    assert (result.status, result.out, result.codes()) == (2, b"", ["host-usage"])

# ------------------------------------------------------------------------------------ where it is


def damaged():
    """(name, bytes, codes): files that are no valid manifest."""
    good = Maker().bytes()
    for cut in (9, 47, 48, len(good) // 2, len(good) - 1):
        code = "manifest-too-small" if cut < 48 else "manifest-truncated"
        yield "cut-%d" % cut, good[:cut], [code]
    for at in (48, len(good) // 2, len(good) - 1):
        yield "flipped-%d" % at, good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1:], ["manifest-bad-checksum"]
    yield "future", Maker(major=2).bytes(), ["manifest-bad-version"]
    yield "bad-phases", Maker(modules=[Module("x", supported=255)], diagnostics=[]).bytes(), ["manifest-bad-value"]
    yield "bad-index", Maker(modules=[Module("x", depends=[9])], diagnostics=[]).bytes(), ["manifest-bad-index"]
    at = good.index(b"kprintf")
    yield "resealed", seal(good[:at] + b"KPRINTF" + good[at + 7:])[:-1], ["manifest-truncated"]


@pytest.mark.parametrize("name,data,codes", list(damaged()), ids=[it[0] for it in damaged()])
def test_damaged_file(tmp_path, name, data, codes):
    write(tmp_path, {"boot.manifest": data})
    result = btl("manifest", "boot.manifest", cwd=tmp_path)
    assert (result.status, result.out) == (2, b"")
    assert result.codes() == codes


def test_every_flipped_byte_is_noticed(tmp_path):
    good = Maker().bytes()
    for at in range(0, len(good), 97):
        write(tmp_path, {"boot.manifest": good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]})
        result = btl("manifest", tmp_path / "boot.manifest")
        assert result.status == 2 and result.codes(), at


def dump(*parts, size=0x40000):
    """Return memory with (offset, bytes) in it, and the magic without a manifest at other places."""
    memory = bytearray(size)
    memory[0x1008:0x1010] = memory[0x2003:0x200b] = b"BTLMANIF"
    for offset, data in parts:
        memory[offset:offset + len(data)] = data
    return bytes(memory)


@pytest.mark.parametrize("offset", [0x8000, 0x8008, 0x8003])
def test_in_a_dump(tmp_path, offset):
    good = Maker().bytes()
    write(tmp_path, {"ram": dump((offset, good)), "boot.manifest": good})
    found = btl("manifest", "ram", cwd=tmp_path)
    assert (found.status, found.err) == (0, b"")
    assert found.out == btl("manifest", "boot.manifest", cwd=tmp_path).out


def test_out_of_a_dump(tmp_path):
    good = Maker().bytes()
    write(tmp_path, {"ram": dump((0x8000, good))})
    assert btl("manifest", "ram", "-o", "boot.manifest", cwd=tmp_path).status == 0
    assert (tmp_path / "boot.manifest").read_bytes() == good


def test_no_manifest_in_a_dump(tmp_path):
    write(tmp_path, {"ram": dump()})
    golden("manifest-none-in-dump", btl("manifest", "ram", cwd=tmp_path))


def test_truncated_and_flipped_in_a_dump(tmp_path):
    good = Maker().bytes()
    flipped = good[:100] + b"\xff" + good[101:]
    write(tmp_path, {"ram": dump((0x8000, flipped), (0x3ff00, good[:0x100]))})
    golden("manifest-damaged-in-dump", btl("manifest", "ram", cwd=tmp_path))


def test_two_in_a_dump(tmp_path):
    write(tmp_path, {"ram": dump((0x8000, Maker(loader="old").bytes()), (0x10000, Maker().bytes()))})
    golden("manifest-two-in-dump", btl("manifest", "ram", cwd=tmp_path))
    chosen = btl("manifest", "--at", "0x8000", "ram", "system", cwd=tmp_path)
    assert chosen.status == 0 and b"old" in chosen.out
    behind = btl("manifest", "--at", "0x99999", "ram", cwd=tmp_path)
    assert behind.status == 2 and behind.codes() == ["host-usage"]


def test_two_in_a_dump_one_in_its_place(tmp_path):
    parts = (0x8000, Maker(loader="old").bytes()), (0x10000, Maker(physical=0x10000).bytes())
    write(tmp_path, {"ram": dump(*parts)})
    result = btl("manifest", "ram", "system", cwd=tmp_path)
    assert result.status == 0 and result.codes() == ["host-manifest-chosen"] and b"old" not in result.out


def test_copies_in_a_dump_are_one(tmp_path):
    good = Maker().bytes()
    write(tmp_path, {"ram": dump((0x8000, good), (0x10000, good))})
    result = btl("manifest", "ram", cwd=tmp_path)
    assert (result.status, result.err) == (0, b"")


def test_dump_full_of_headers_ends(tmp_path):
    header = struct.pack("<8sHHIQIIQQ", b"BTLMANIF", 1, 0, 48, 1 << 20, 0, 17, 48, 0)
    write(tmp_path, {"ram": bytes(8) + header * 60000})
    result = btl("manifest", "ram", cwd=tmp_path)
    assert result.status == 2 and "host-manifest-skipped" in result.codes()
    assert len(result.codes()) == 66


@pytest.mark.parametrize("kind", ["directory", "image"])
def test_saved_on_a_volume(tmp_path, kind):
    good = Maker().bytes()
    root = volume(str(tmp_path / "esp"), files={"btl/manifest.bin": good, "other.bin": Maker(loader="9.9").bytes()})
    path = root if kind == "directory" else image(str(tmp_path / "disk.img"), root)
    write(tmp_path, {"boot.manifest": good})
    found = btl("manifest", path)
    assert (found.status, found.err) == (0, b"")
    assert found.out == btl("manifest", tmp_path / "boot.manifest").out
    assert b"9.9" in btl("manifest", "-p", "/other.bin", path, "system").out


def test_not_saved_on_a_volume(tmp_path):
    image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    golden("manifest-not-saved", btl("manifest", "disk.img", cwd=tmp_path))
    assert btl("manifest", "esp", cwd=tmp_path).codes() == ["host-not-saved"]


def test_no_such_file(tmp_path):
    assert btl("manifest", "nothing", cwd=tmp_path).codes() == ["host-no-file"]

# ------------------------------------------------------------------------------------------- JSON


def check(value, schema, root, where="$"):
    """Check the keywords of JSON Schema that docs/manifest.schema.json uses."""
    known = {"$schema", "$comment", "$defs", "$ref", "type", "const", "enum", "pattern", "items", "properties",
             "required"}
    assert set(schema) <= known, where  # nothing that forbids a member which a later program adds
    if "$ref" in schema:
        return check(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, where)
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", type(None): "null"}
    if "type" in schema:
        wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert names[type(value)] in wanted, where
    assert "const" not in schema or value == schema["const"], where
    assert "enum" not in schema or value in schema["enum"], (where, value)
    if "pattern" in schema and isinstance(value, str):
        assert re.search(schema["pattern"], value), (where, value)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            check(item, schema["items"], root, "%s[%d]" % (where, number))
    if isinstance(value, dict):
        assert set(schema["required"]) == set(value) == set(schema["properties"]), where
        for name, member in value.items():
            check(member, schema["properties"][name], root, where + "." + name)
    return None


def schema():
    with open(os.path.join(ROOT, "docs/manifest.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def test_the_schema_permits_additions():
    """btl-manifest(5): a version may get new members."""
    assert "additionalProperties" not in json.dumps(schema())


def as_json(tmp_path, maker):
    write(tmp_path, {"boot.manifest": maker if isinstance(maker, bytes) else maker.bytes()})
    result = btl("manifest", "--json", tmp_path / "boot.manifest")
    assert (result.status, result.err) == (0, b"")
    return json.loads(result.out)


@pytest.mark.parametrize("maker", [Maker(), many(200), Maker(framebuffer=0, modules=[], diagnostics=[], memory=[],
                                                               events=[], symbols=[], segments=[])],
                         ids=["small", "many", "empty"])
def test_json_follows_the_schema(tmp_path, maker):
    check(as_json(tmp_path, maker), schema(), schema())


def test_json_says_what_was_written(tmp_path):
    maker = Maker()
    got = as_json(tmp_path, maker)
    assert [m["name"] for m in got["modules"]] == [m.name for m in maker.modules]
    assert got["order"] == ["ring", "early", "disk", "spare"]
    ring, early, disk, spare, lost, quiet = got["modules"]
    assert ring["pulled_by"] == "early" and not ring["in_config"] and ring["exports"][0]["name"] == "ring_new"
    assert ring["needs"] == [{"name": "kernel", "major": 1, "minor": 0}]
    assert ring["provides"] == [{"name": "ring", "major": 1, "minor": 1}]
    assert early["depends"] == ["ring"] and early["arguments"] == "buffer=64k"
    assert early["tunables"] == [{"name": "size", "value": "65536", "line": 8, "column": 12}]
    assert [s["permission"] for s in early["sections"]] == ["r-x", "r--", "rw-"]
    assert disk["required"] and disk["type"] == "wsio_class" and disk["supports"] == ["BOOT2", "RUN"]
    assert disk["majors"] == {"char": 3, "block": "any"}
    assert disk["image"] is None and disk["staged"] == {"physical": "0xf70000", "size": 4096}
    assert spare["phase"] == "AUTO" and spare["file_size"] == len("the file of spare")
    assert lost["sha256"] is None and got["diagnostics"][lost["reason"]]["code"] == "file-not-found"
    assert not lost["metadata"] and lost["type"] is None and quiet["state"] == "off"
    assert got["config"] == maker.config and got["log"] == maker.log
    assert [(int(m["start"], 16), m["size"], m["type"]) for m in got["memory"]] == maker.memory
    assert {"event": "module read", "module": "early", "start_ns": 52 * MS, "end_ns": 57 * MS,
            "bytes": len("the file of early")} in got["timeline"]


def test_manifest_of_another_machine(tmp_path):
    """Kernel and modules in region 5 of ia64. The value of a function is the address of its descriptor."""
    window = 0xa000000000000000
    maker = Maker(machine=50, modules=[Module("hello", address=window + (2 << 20))], diagnostics=[],
                  segments=[(window + (1 << 20), 0x18000, 5)], symbols=[(window + (1 << 20), 32, "kmain", KERNEL)])
    got = as_json(tmp_path, maker)
    check(got, schema(), schema())
    assert got["system"]["machine"] == "ia64"
    assert got["modules"][0]["image"]["address"] == "0xa000000000200000"
    text = btl("manifest", tmp_path / "boot.manifest").out.decode()
    assert re.search(r"^ *machine +ia64$", text, re.M) and "a000000000200000" in text


def test_json_does_not_give_the_seed_away(tmp_path):
    write(tmp_path, {"boot.manifest": Maker(seed=b"\xde\xad\xbe\xef" * 16).bytes()})
    for words in (["--json"], []):
        result = btl("manifest", *words, tmp_path / "boot.manifest")
        assert result.status == 0 and b"deadbeef" not in result.out.lower()


HOSTILE = b'x"\\</title>&\x1b[1m\xff\xef\xbf\xbe'.decode("utf-8", "surrogateescape")


def hostile():
    return Maker(modules=[Module(HOSTILE, read=(1, 2), arguments=HOSTILE, version=HOSTILE,
                                 sections=[(HOSTILE, 0, 100, 5, 1)])],
                 order=[HOSTILE], kernel_path=HOSTILE, vendor=HOSTILE, diagnostics=[(HOSTILE, HOSTILE, 2, 0)])


def test_hostile_names_cannot_break_json(tmp_path):
    got = as_json(tmp_path, hostile())
    check(got, schema(), schema())
    assert got["modules"][0]["name"].startswith('x"\\</title>&\x1b')


def test_hostile_names_cannot_drive_the_terminal(tmp_path):
    write(tmp_path, {"a": hostile().bytes(), "b": Maker().bytes()})
    for words in (["a"], ["--diff", "a", "b"], ["--diff", "b", "a"], ["--verify", ".", "a"], ["--json", "a"]):
        result = btl("manifest", *words, cwd=tmp_path)
        assert b"\x1b" not in result.out + result.err

# ------------------------------------------------------------------------------------------- diff


def diff(tmp_path, a, b, *words):
    write(tmp_path, {"a": a.bytes(), "b": b.bytes()})
    return btl("manifest", "--diff", *words, "a", "b", cwd=tmp_path)


def test_diff_of_the_same(tmp_path):
    result = diff(tmp_path, Maker(), Maker(seed=b"\x11" * 32, ticks_at_zero=5, log="other\n"))
    golden("manifest-diff-same", result)
    assert result.status == 0


ASLR = {"flags": 512}  # random addresses


def test_diff_of_random_addresses(tmp_path):
    """The bases of two boots are no difference; the place of a module among the others is."""
    other = Maker(base=BASE + 0x12345000, boot=ASLR)
    assert diff(tmp_path, Maker(boot=ASLR), other).status == 0
    other.modules[1].address = other.base + (4 << 20) + 0x9000
    text = diff(tmp_path, Maker(boot=ASLR), other).out.decode()
    assert "address          base + 0x3000 -> base + 0x9000" in text and text.count(" -> ") == 1, text
    text = diff(tmp_path, Maker(boot={}), Maker(base=BASE + 0x1000, boot=ASLR)).out.decode()
    assert "random addresses no -> yes" in text and text.count(" -> ") == 1, text
    text = diff(tmp_path, Maker(boot={}), Maker(base=BASE + 0x1000, boot={})).out.decode()
    assert "address          0xffffffff80000000 -> 0xffffffff80001000" in text, text


def changed():
    maker = Maker(loader="1.1", kernel_data=b"another kernel", kernel_version="1.1",
                  config='early_load="YES"\nkernel_options=""\nhello_load="YES"\n', options="")
    ring, early, disk, spare, lost, quiet = maker.modules
    early.phase, early.state, early.configured, early.size, early.link = "BOOT2", "staged", "BOOT2", 0, None
    early.exports, early.tunables = [], []
    disk.data, disk.version = b"a new driver", "2.0"
    spare.state, spare.reason = "failed", 1
    maker.modules = [ring, early, disk, spare, lost, Module("hello")]
    maker.diagnostics = maker.diagnostics + [("elf-truncated", "spare.ko: error: truncated [elf-truncated]", 2, 3)]
    maker.memory = [*maker.memory[:-3], (0x1050000, 0x6faf000, "usable"), *maker.memory[-2:]]
    maker.events[1] = ("kernel read", 6 * MS, 20 * MS, 700000)
    return maker


def test_diff(tmp_path):
    result = diff(tmp_path, Maker(), changed())
    golden("manifest-diff", result)
    assert result.status == 1


def test_diff_with_times_and_ranges(tmp_path):
    result = diff(tmp_path, Maker(), changed(), "-v")
    golden("manifest-diff-verbose", result)
    plain = diff(tmp_path, Maker(), changed())
    assert result.out.startswith(plain.out) and len(result.out) > len(plain.out)


def test_diff_of_times_alone_is_no_difference(tmp_path):
    other = Maker()
    other.events[1] = ("kernel read", 6 * MS, 20 * MS, 700000)
    assert diff(tmp_path, Maker(), other).status == 0
    result = diff(tmp_path, Maker(), other, "-v")
    assert result.status == 0 and b"kernel read" in result.out
    other.events[1] = ("kernel read", 6 * MS, 49 * MS, 700000)
    assert b"kernel read" not in diff(tmp_path, Maker(), other, "-v").out


def test_diff_of_order_alone(tmp_path):
    result = diff(tmp_path, Maker(), Maker(order=["ring", "early", "spare", "disk"]))
    assert result.status == 1 and b"another order, from number 3 on: disk -> spare" in result.out


def test_diff_needs_both(tmp_path):
    write(tmp_path, {"a": Maker().bytes(), "b": b"BTLMANIF"})
    assert btl("manifest", "--diff", "a", "b", cwd=tmp_path).status == 2
    assert btl("manifest", "--diff", "nothing", "a", cwd=tmp_path).status == 2

# ----------------------------------------------------------------------------------------- verify


def booted(tmp_path):
    """Make a volume, and the manifest of a boot from it."""
    conf = 'early_load="YES"\n'
    files = {"modules/%s.ko" % name: module(name) for name in ("ring", "early", "disk", "spare")}
    maker = Maker(kernel_data=elf.kernel(), config=conf)
    for it in maker.modules[:4]:
        it.data = files["modules/%s.ko" % it.name]
    root = volume(str(tmp_path / "esp"), conf, {**files, "btl/manifest.bin": maker.bytes()})
    write(tmp_path, {"boot.manifest": maker.bytes()})
    return root


@pytest.mark.parametrize("kind", ["esp", "disk.img"])
def test_verify_good(tmp_path, kind):
    image(str(tmp_path / "disk.img"), booted(tmp_path))
    result = btl("manifest", "--verify", kind, "boot.manifest", cwd=tmp_path)
    assert (result.status, result.err) == (0, b"")
    assert result.out == b"6 files are as they were booted, 0 are not; 2 were not read at that boot\n"
    assert btl("manifest", "--verify", kind, cwd=tmp_path).out == result.out


def test_verify_names_every_file(tmp_path):
    booted(tmp_path)
    result = btl("manifest", "--verify", "esp", "-v", "boot.manifest", cwd=tmp_path)
    assert result.status == 0
    assert [line.split(":")[0] for line in result.out.decode().splitlines()[:-1]] == [
        "esp/loader.conf", "esp/kernel/kernel.elf", "esp/modules/ring.ko", "esp/modules/early.ko",
        "esp/modules/disk.ko", "esp/modules/spare.ko"]


@pytest.mark.parametrize("now, words", [
    (b"OTHER", b"1 was not hashed at that boot: only the size was compared"), (b"longer", b"staged.ko: differs")])
def test_a_module_that_was_not_hashed(tmp_path, now, words):
    maker = Maker(modules=[Module("staged", state="staged", phase="BOOT2", data=b"bytes", flags=6 | NOT_HASHED)],
                  diagnostics=[])
    write(tmp_path, {"boot.manifest": maker.bytes(), "esp/modules/staged.ko": now})
    assert b"not hashed" in btl("manifest", "boot.manifest", cwd=tmp_path).out
    [got] = json.loads(btl("manifest", "--json", "boot.manifest", cwd=tmp_path).out)["modules"]
    assert got["sha256"] is None and got["file_size"] == 5
    assert words in btl("manifest", "--verify", "esp", "boot.manifest", cwd=tmp_path).out


def test_verify_bad(tmp_path):
    root = booted(tmp_path)
    write(root, {"modules/early.ko": b"something else", "modules/disk.ko": None,
                 "loader.conf": 'early_load="YES"\nspare_load="NO"\n'})
    result = btl("manifest", "--verify", "esp", "boot.manifest", cwd=tmp_path)
    assert result.status == 1
    text = result.out.decode()
    assert "esp/modules/early.ko: differs" in text and "esp/modules/disk.ko: missing" in text
    assert "esp/loader.conf: differs, first in line 2" in text
    assert text.endswith("3 files are as they were booted, 3 are not; 2 were not read at that boot\n")
    assert "ring" not in text


def test_verify_what_cannot_be_read(tmp_path):
    root = booted(tmp_path)
    write(root, {"modules/early.ko": None})
    os.mkdir(os.path.join(root, "modules/early.ko"))
    result = btl("manifest", "--verify", "esp", "boot.manifest", cwd=tmp_path)
    assert result.status == 2 and result.codes() == ["file-is-directory"]


def test_verify_on_no_volume(tmp_path):
    booted(tmp_path)
    assert btl("manifest", "--verify", "nowhere", "boot.manifest", cwd=tmp_path).status == 2


@pytest.mark.parametrize("text", ["", "the last line\n"])
def test_log_of_the_kernel_has_a_heading_when_there_is_one(tmp_path, text):
    good = Maker().bytes()
    write(tmp_path, {"boot.manifest": good})
    directory = efivars(tmp_path / "vars", BtlRun=run_record(struct.unpack_from("<I", good, 24)[0], text=text))
    alone = btl("manifest", tmp_path / "boot.manifest", "log").out.decode()
    result = btl("manifest", "--efivars", directory, tmp_path / "boot.manifest", "log")
    assert result.status == 0 and result.codes() == []
    added = result.out.decode().removeprefix(alone)
    assert added.split("\n")[0] == ("" if text == "" else "the kernel, recorded at its end (left):")
    assert text in added and (added == "") == (text == "")


@pytest.mark.parametrize("what, code", [("none", "host-no-run"), ("damaged", "host-run-bad"), ("other", "host-run-other")])
def test_record_that_does_not_fit(tmp_path, what, code):
    """One warning that says what is wrong, and the manifest as it was saved."""
    good = Maker().bytes()
    write(tmp_path, {"boot.manifest": good})
    records = {"none": {}, "damaged": {"BtlRun": b"BTLk and more"}, "other": {"BtlRun": run_record(1, text="x")}}
    directory = efivars(tmp_path / "vars", **records[what])
    result = btl("manifest", "--efivars", directory, tmp_path / "boot.manifest", "log")
    assert (result.status, result.codes()) == (0, [code])
    assert result.out == btl("manifest", tmp_path / "boot.manifest", "log").out


# ------------------------------------------------------------------------------------ of 1.0

FROZEN = os.path.join(ROOT, "tests/boot/frozen/manifest-1.0.bin")


def test_manifest_of_protocol_1_0():
    """A manifest that the loader of protocol 1.0 wrote: what later versions added is absent, the rest is read."""
    result = btl("manifest", "--json", FROZEN)
    assert result.status == 0 and result.err == b""
    manifest = json.loads(result.out)
    assert (manifest["format"]["major"], manifest["format"]["minor"]) == (1, 0)
    assert manifest["boot"] is None and manifest["volume"] is None
    states = {module["name"]: (module["state"], module["phase"]) for module in manifest["modules"]}
    assert states == {
        "ring": ("linked", "BOOT1"), "earlylog": ("linked", "BOOT1"), "clock": ("linked", "BOOT1"),
        "entropy": ("linked", "BOOT1"), "hello": ("linked", "BOOT1"), "pci": ("staged", "BOOT2"),
        "rtc": ("staged", "INIT"), "pciids": ("staged", "AUTO"), "missing": ("failed", "INIT")}
    assert {module["majors"] for module in manifest["modules"]} == {None}
    levels = {module["name"]: module["on_error"] for module in manifest["modules"]}
    assert levels.pop("pci") == "required" and set(levels.values()) == {"warn"}
    hello = next(module for module in manifest["modules"] if module["name"] == "hello")
    assert [(tunable["name"], tunable["value"]) for tunable in hello["tunables"]] == [("greeting", "hello from 1.0")]
    assert manifest["order"] == ["ring", "earlylog", "clock", "entropy", "hello", "pci", "rtc", "pciids"]
    assert manifest["config"].startswith('kernel="/kernel/kernel.elf"\n') and "missing" in manifest["log"]


@pytest.mark.parametrize("words", [["manifest", FROZEN], ["manifest", "--diff", FROZEN, FROZEN], ["plot", FROZEN]])
def test_commands_read_protocol_1_0(words):
    result = btl(*words)
    assert result.status == 0 and result.err == b""
    if words == ["manifest", FROZEN]:
        assert b"version 1.0, " in result.out and b"Loading order:\n  BOOT1  ring earlylog" in result.out


# --- kinds of kernel, and files for the kernel

def test_kind_and_files(tmp_path):
    kind, files = "linux", [("ramdisk", "/ramdisk.img", b"a disk", 0xf70000)]
    write(tmp_path, {"old": Maker().bytes(), "linux": Maker(kind=kind).bytes(),
                     "files": Maker(kind="limine", files=files).bytes()})
    old, linux, limine = (json.loads(btl("manifest", "--json", name, cwd=tmp_path).out) for name in ("old", "linux", "files"))
    assert [it["kernel"]["kind"] for it in (old, linux, limine)] == ["btl", "linux", "limine"]
    assert old["files"] == linux["files"] == []
    assert limine["files"] == [{"name": "ramdisk", "path": "/ramdisk.img", "size": 6, "physical": "0xf70000",
                                "sha256": hashlib.sha256(b"a disk").hexdigest()}]
    assert re.search(rb"^ +kind +linux$", btl("manifest", "linux", cwd=tmp_path).out, re.M)
    assert re.search(rb"^  ramdisk +6 B +0000000000f70000  /ramdisk.img$", btl("manifest", "files", cwd=tmp_path).out, re.M)


def test_diff_of_kind_and_files(tmp_path):
    def files(*contents):
        return [("f%d" % number, "/f%d" % number, data, 0xf70000) for number, data in enumerate(contents)]
    write(tmp_path, {"a": Maker(kind="limine", files=files(b"one", b"two")).bytes(),
                     "b": Maker(kind="btl", files=files(b"one", b"three", b"new")).bytes()})
    said = btl("manifest", "--diff", "a", "b", cwd=tmp_path).out.decode()
    assert re.search(r"^ +kind +limine -> btl$", said, re.M)
    files = re.findall(r"^  ([-+]) (f\d: /f\d, \d bytes), SHA-256 [0-9a-f]{12}", said, re.M)
    assert files == [("-", "f1: /f1, 3 bytes"), ("+", "f1: /f1, 5 bytes"), ("+", "f2: /f2, 3 bytes")]
