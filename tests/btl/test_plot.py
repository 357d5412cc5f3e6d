# SPDX-License-Identifier: BSD-2-Clause
"""btl plot: well-formed XML that agrees with the manifest; other programs draw it."""
import os
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import pytest

from btltest import btl, write
from manifest_maker import BASE, MS, Maker, Module, many, seal
from test_manifest import hostile

SVG = "{http://www.w3.org/2000/svg}"


def plot(tmp_path, maker):
    write(tmp_path, {"boot.manifest": maker.bytes()})
    result = btl("plot", "boot.manifest", "-o", "boot.svg", cwd=tmp_path)
    assert (result.status, result.out, result.err) == (0, b"", b"")
    return ET.parse(tmp_path / "boot.svg").getroot()


def texts(root):
    return ["".join(it.itertext()) for it in root.iter(SVG + "text")]


def places(root):
    """Return all texts as (text, x, y)."""
    return [("".join(it.itertext()), float(it.get("x")), float(it.get("y"))) for it in root.iter(SVG + "text")]


def boxes(root, name):
    """Return the rectangles of a class: (x, y, width, height, tooltip)."""
    found = [it for it in root.iter(SVG + "rect") if it.get("class") == name]
    return [tuple(float(it.get(key)) for key in ("x", "y", "width", "height"))
            + (it.findtext(SVG + "title"),) for it in found]


def tooltips(root, name):
    return [box[4] for box in boxes(root, name) if box[4]]


def test_every_module_has_its_bars(tmp_path):
    maker = Maker()
    root = plot(tmp_path, maker)
    for module in maker.modules:
        assert module.name in texts(root)
    reads, links = tooltips(root, "read"), tooltips(root, "link")
    assert [tip.split(":")[0] for tip in reads] == ["kernel", "ring", "early", "disk", "spare"]
    assert [tip.split(":")[0] for tip in links] == ["kernel", "ring", "early"]
    assert "early: read in 5.00 ms, 17 B, from 52.0 ms to 57.0 ms" in reads
    assert not tooltips(root, "load")


def test_bars_are_where_the_times_are(tmp_path):
    """All rows have the same scale: x is linear in time."""
    root = plot(tmp_path, Maker())
    bars = {box[4].split(":")[0]: box for box in boxes(root, "read") if box[4]}
    early, ring, kernel = bars["early"], bars["ring"], bars["kernel"]
    scale = kernel[2] / 44
    assert abs(early[2] - 5 * scale) < 0.1 and abs(ring[2] - 4 * scale) < 0.1
    assert abs(early[0] - kernel[0] - 46 * scale) < 0.1


def test_phases_failures_and_axis(tmp_path):
    said = texts(plot(tmp_path, Maker()))
    for word in ("BOOT1", "BOOT2", "AUTO", "not loaded", "0 ms", "20 ms", "80 ms", "off",
                 "hand-off after 96.0 ms"):
        assert word in said, word
    assert any("failed: file-not-found" in text and "no such file" in text for text in said)


@pytest.mark.parametrize("states, note", [
    (["staged", "staged"], "2 modules, staged, loaded when init starts"),
    (["registered", "registered"], "2 modules, on the disk, loaded when init starts"),
    (["registered", "staged"], "2 modules, loaded when init starts")])
def test_a_group_says_where_its_files_are(tmp_path, states, note):
    """The kernel has them in memory, or reads them from the disk."""
    modules = [Module("m%d" % number, "INIT", state) for number, state in enumerate(states)]
    assert note in texts(plot(tmp_path, Maker(modules=modules, diagnostics=[], events=[], symbols=[])))


def test_every_step_has_its_row_and_column(tmp_path):
    """Times of a step are in the column of steps; the manifest of a loader has no column of loads."""
    root = plot(tmp_path, Maker())
    columns = {text: x for text, x, _ in places(root) if text in ("step", "read", "link", "load")}
    assert set(columns) == {"step", "read", "link"} and "load function" not in texts(root)
    rows = {text: y for text, _, y in reversed(places(root))}  # the first of each
    times = {(x, y): text for text, x, y in places(root)}
    assert times[columns["step"], rows["plan"]] == "1.00 ms"
    assert times[columns["step"], rows["manifest"]] == "4.00 ms"
    assert times[columns["read"], rows["kernel"]] == "44.0 ms"
    assert (columns["read"], rows["plan"]) not in times


def test_manifest_with_loads_has_their_column(tmp_path):
    said = texts(plot(tmp_path, many(10)))
    assert "load" in said and "load function" in said


def test_time_between_the_records_has_a_row(tmp_path):
    """A saved manifest ends before the exit, and the kernel's events begin after it."""
    maker = many(10)
    loader, = (event for event in maker.events if event[0] == "loader")
    first, = (event for event in maker.events if event[0] == "phase 1")
    root = plot(tmp_path, maker)
    tip = next(tip for tip in tooltips(root, "m-gap") if "records" in tip)
    assert tip.startswith("between the records: the kernel was reached in %.2f ms" % ((first[1] - loader[2]) / MS))
    assert "to the kernel" not in texts(plot(tmp_path, Maker()))


def waiting(*waits):
    """Return a boot like Maker's, with waits inserted at 67 ms."""
    maker, at = Maker(), 67 * MS
    maker.events = [event for event in maker.events if event[1] <= at and event[0] != "loader"]
    for kind, took in waits:
        maker.events.append((kind, at, at + took, 0))
        at += took + MS
    maker.events += [("manifest", at, at + 4 * MS, 0), ("exit firmware", at + 4 * MS, at + 5 * MS, 0),
                     ("loader", 0, at + 5 * MS, 0)]
    for module in maker.modules:
        module.link = None
    return maker


def test_waits_are_cut_out_of_the_axis(tmp_path):
    """All other bars keep their scale, however long a person takes; labels go on with the true time."""
    root = plot(tmp_path, waiting(("countdown", 3000 * MS), ("menu", 3600000 * MS)))
    scale = next(box[2] for box in boxes(root, "read") if box[4] and box[4].startswith("kernel")) / 44
    written, = (box for box in boxes(root, "other") if box[4] and box[4].startswith("manifest:"))
    assert abs(written[2] - 4 * scale) < 0.1 and scale > 5
    waits, cuts = [box for box in boxes(root, "wait") if box[4]], boxes(root, "cut")
    assert [tip.split(",")[0] for *_, tip in waits] == ["countdown: waited in 3.00 s", "menu: waited in 3600 s"]
    assert {round(box[2]) for box in waits} == {round(box[2]) for box in cuts} and len(boxes(root, "cut")) % 2 == 0
    said = texts(root)
    assert "3.00 s" in said and "60 ms" in said and "3603080 ms" not in said
    assert all(float(it.get("x")) < float(root.get("width")) - 24 for it in root.iter(SVG + "text"))
    assert any(text.endswith("3603 s of it waiting") for text in said)


def test_short_wait_is_not_cut_out(tmp_path):
    root = plot(tmp_path, waiting(("countdown", 1 * MS)))
    assert boxes(root, "wait") and not boxes(root, "cut")


def test_steps_of_several_attempts_share_a_row(tmp_path):
    maker = waiting(("menu", 2 * MS))
    maker.events.append(("plan", 68 * MS, 70 * MS, 0))
    root = plot(tmp_path, maker)
    assert texts(root).count("plan") == 1 and "3.00 ms" in texts(root)
    assert len({box[1] for box in boxes(root, "other") if box[4] and box[4].startswith("plan:")}) == 1
    assert len([tip for tip in tooltips(root, "other") if tip.startswith("plan:")]) == 2


def test_list_of_ranges_has_those_that_the_map_shows(tmp_path):
    """Ranges whose bars are too narrow to be seen are counted in one row."""
    small = [(0x10000000 + i * 0x4000, 0x2000, "usable" if i % 2 else "boot services") for i in range(400)]
    root = plot(tmp_path, Maker(memory=[(0x100000, 0xd00000, "usable"), (0xe00000, 0x20000, "manifest"),
                                        (0x1000000, 0x50000, "kernel"), (0x2000000, 0x8000000, "usable"), *small,
                                        (0x20000000, 0x8000000, "usable")]))
    said = texts(root)
    assert "400 smaller ranges" in said and float(root.get("height")) < 1500
    assert "e00000" in said and "10000000" not in said


def test_memory_map(tmp_path):
    root = plot(tmp_path, Maker())
    said = texts(root)
    for word in ("usable 125 MiB", "kernel 320 KiB", "manifest 128 KiB", "16 MiB", "e00000", "1000000",
                 "nothing reported, 2.6 GiB", "disk, spare", "guard page, not mapped, 4 KiB"):
        assert word in said, word
    assert len(boxes(root, "p-rx")) == 3 + 1  # kernel, two modules, the key


def test_kernel_times(tmp_path):
    root = plot(tmp_path, many(200))
    assert "virtual memory" in texts(root) and len(tooltips(root, "load")) > 100


def overlaps(root):
    """Return labels that overlap: same x, and nearer than the height of a letter."""
    rows = {}
    for it in root.iter(SVG + "text"):
        rows.setdefault((it.get("x"), "end" in it.get("class")), []).append(float(it.get("y")))
    return [(x, y) for x, ys in rows.items() for y, other in zip(sorted(ys), sorted(ys)[1:]) if other - y < 9]


@pytest.mark.parametrize("maker", [Maker(), many(10), many(200)], ids=["6", "10", "200"])
def test_rows_do_not_lie_on_each_other(tmp_path, maker):
    root = plot(tmp_path, maker)
    assert not overlaps(root)
    for box in root.iter(SVG + "rect"):
        if box.get("class"):
            assert float(box.get("x")) >= 0
            assert float(box.get("x")) + float(box.get("width")) <= float(root.get("width")) + 1
            assert float(box.get("y")) + float(box.get("height")) <= float(root.get("height"))


EMPTY = Maker(modules=[], memory=[], events=[], segments=[], symbols=[], diagnostics=[])
HUGE = Maker(memory=[(0, 2 ** 64 - 4096, "usable")], events=[("loader", 0, 2 ** 64 - 1, 2 ** 64 - 1)])
RESERVED = Maker(memory=[(8192 * i, 4096, "MMIO") for i in range(5000)])

WAITS = Maker(events=[("menu", 2 ** 50 * i, 2 ** 50 * i + 2 ** 49, 0) for i in range(3000)])
ALWAYS = Maker(events=[("menu", 0, 2 ** 64 - 1, 0), ("countdown", 5, 7, 0)], modules=[], diagnostics=[])


@pytest.mark.parametrize("maker", [hostile(), EMPTY, HUGE, RESERVED, WAITS, ALWAYS],
                         ids=["hostile", "empty", "huge", "reserved", "waits", "always"])
def test_is_xml_whatever_it_says(tmp_path, maker):
    root = plot(tmp_path, maker)
    assert root.tag == SVG + "svg" and root.findtext(SVG + "title")
    assert not list(root.iter(SVG + "script"))


def test_to_standard_output(tmp_path):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    assert ET.fromstring(btl("plot", "boot.manifest", cwd=tmp_path).out).tag == SVG + "svg"


@pytest.mark.parametrize("words,code", [([], "host-usage"), (["a", "b"], "host-usage"), (["nothing"], "host-no-file"),
                                        (["boot.manifest", "-o", "no/where.svg"], "host-write")])
def test_what_cannot_be(tmp_path, words, code):
    write(tmp_path, {"boot.manifest": Maker().bytes()})
    result = btl("plot", *words, cwd=tmp_path)
    assert result.status == 2 and result.codes() == [code]


def png_size(path):
    with open(path, "rb") as file:
        header = file.read(24)
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:])


@pytest.mark.parametrize("count", [10, 200])
@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert (librsvg2-bin) is not installed")
def test_librsvg_draws_it(tmp_path, count):
    root = plot(tmp_path, many(count))
    subprocess.run(["rsvg-convert", "-o", "boot.png", "boot.svg"], cwd=tmp_path, check=True)
    assert png_size(tmp_path / "boot.png") == (int(root.get("width")), int(root.get("height")))
    assert os.path.getsize(tmp_path / "boot.png") > 20000  # not an empty page


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_chromium_draws_it(tmp_path):
    plot(tmp_path, many(10))
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--screenshot=boot.png",
                    "--window-size=1120,1200", "--user-data-dir=%s" % (tmp_path / "profile"), "boot.svg"], cwd=tmp_path,
                   check=True, timeout=600, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert png_size(tmp_path / "boot.png") == (1120, 1200)
    assert os.path.getsize(tmp_path / "boot.png") > 20000


def linux_boot():
    """Return a boot of Linux: modules of Linux are staged, and the firmware loads the kernel."""
    modules = [Module("virtio", "INIT", read=(52 * MS, 57 * MS)), Module("virtio_blk", "INIT", depends=[0])]
    return Maker(kind="linux", modules=modules, kernel_path="/linux/vmlinuz", symbols=[], diagnostics=[])


@pytest.mark.parametrize("kind", ["linux", "efi"])
def test_kernel_that_the_firmware_loads(tmp_path, kind):
    """It has no place in the kernel's window."""
    maker = linux_boot()
    maker.kind = kind
    root = plot(tmp_path, maker)
    assert any("/linux/vmlinuz" in text for text in texts(root))
    items = [tip for name in ("m-text", "m-gap") for tip in tooltips(root, name)]
    assert not [tip for tip in items if tip.startswith("kernel")], items


def test_window_without_anything(tmp_path):
    """As the loader leaves it for such a kernel."""
    data = bytearray(linux_boot().bytes())
    at = data.index(struct.pack("<QQQ", BASE + (6 << 20), 0xe60000, 1 << 20))
    data[at + 16:at + 24] = bytes(8)  # the size of the early arena
    data[at + 40:at + 48] = bytes(8)  # of the stack
    write(tmp_path, {"boot.manifest": seal(bytes(data))})
    assert btl("plot", "boot.manifest", "-o", "boot.svg", cwd=tmp_path).status == 0
    assert "nothing: the firmware loads the kernel" in texts(ET.parse(tmp_path / "boot.svg").getroot())
