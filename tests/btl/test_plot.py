# SPDX-License-Identifier: BSD-2-Clause
"""btl plot: well-formed XML that agrees with the manifest; other programs draw it."""
import os
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import pytest

from btltest import btl, write
from manifest_maker import Maker, Module, many
from test_manifest import hostile

SVG = "{http://www.w3.org/2000/svg}"


def plot(tmp_path, maker):
    write(tmp_path, {"boot.manifest": maker.bytes()})
    result = btl("plot", "boot.manifest", "-o", "boot.svg", cwd=tmp_path)
    assert (result.status, result.out, result.err) == (0, b"", b"")
    return ET.parse(tmp_path / "boot.svg").getroot()


def texts(root):
    return ["".join(it.itertext()) for it in root.iter(SVG + "text")]


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


def test_memory_map(tmp_path):
    root = plot(tmp_path, Maker())
    said = texts(root)
    for word in ("usable 125 MiB", "kernel 320 KiB", "manifest 128 KiB", "16 MiB", "e00000", "1000000",
                 "nothing reported, 384 KiB", "disk, spare", "guard page, not mapped, 4 KiB"):
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


@pytest.mark.parametrize("maker", [hostile(), EMPTY, HUGE, RESERVED], ids=["hostile", "empty", "huge", "reserved"])
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
