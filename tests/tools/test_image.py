# SPDX-License-Identifier: BSD-2-Clause
"""tools/mkimage.sh: the contents of the disk; the same files give the same disk."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def make(path, *pairs):
    subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), str(path), *pairs], check=True)
    return path


def pairs(tmp_path, count=20, size=1000):
    result = []
    for i in range(count):
        file = tmp_path / ("source%d" % i)
        file.write_bytes(bytes([i]) * size)
        result.append("modules/a module with a long name %d.ko=%s" % (i, file))
    return result


def test_same_files_same_image(tmp_path):
    files = pairs(tmp_path)
    one = make(tmp_path / "one.img", *files)
    two = make(tmp_path / "two.img", *reversed(files))
    assert one.read_bytes() == two.read_bytes()


def test_files_come_back(tmp_path):
    image = make(tmp_path / "i.img", *pairs(tmp_path))
    for i in range(20):
        path = "::/modules/a module with a long name %d.ko" % i
        data = subprocess.run(["mtype", "-i", "%s@@1M" % image, path], check=True,
                              stdout=subprocess.PIPE).stdout
        assert data == bytes([i]) * 1000


def test_partition_table_is_sound(tmp_path):
    image = make(tmp_path / "i.img", *pairs(tmp_path))
    text = subprocess.run(["/sbin/sgdisk", "-v", "-p", str(image)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert "No problems found" in text and "EF00" in text


def test_volume_is_fat32_at_any_size(tmp_path):
    """FAT32 has at least 65525 clusters, by definition."""
    for megabytes in (1, 100, 300):
        files = pairs(tmp_path, count=1, size=megabytes << 20)
        image = make(tmp_path / "i.img", *files)
        text = subprocess.run(["minfo", "-i", "%s@@1M" % image, "::"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        sectors = int(re.search(r"^big size: (\d+)", text, re.M).group(1))
        fat = int(re.search(r"^Big fatlen=(\d+)", text, re.M).group(1))
        cluster = int(re.search(r"^cluster size: (\d+)", text, re.M).group(1))
        assert (sectors - 32 - 2 * fat) // cluster >= 65525


@pytest.mark.parametrize("block", [512, 4096])
def test_clusters_of_a_large_volume(tmp_path, block):
    """At most 32 KiB, by the specification of FAT. What mformat is told: nothing writes so many bytes."""
    for name, line in (("mformat", 'echo "$@" > "%s/told"' % tmp_path), ("mcopy", "true")):
        (tmp_path / name).write_text("#!/bin/sh\n%s\n" % line)
        (tmp_path / name).chmod(0o755)
    with open(tmp_path / "large", "wb") as file:
        file.truncate(6 << 30)
    subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), "-b", str(block), str(tmp_path / "i.img"),
                    "large=%s" % (tmp_path / "large")], check=True,
                   env={**os.environ, "PATH": "%s:%s" % (tmp_path, os.environ["PATH"])})
    sectors = int(re.search(r" -c (\d+) ", (tmp_path / "told").read_text()).group(1))
    assert sectors * block == 32768


def test_short_of_a_file_leaves_no_image(tmp_path):
    done = subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), str(tmp_path / "i.img"),
                           "x=%s/none" % tmp_path], check=False, stderr=subprocess.DEVNULL)
    assert done.returncode != 0
    assert not (tmp_path / "i.img").exists()


def test_the_date_of_the_files_is_SOURCE_DATE_EPOCH(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    image = make(tmp_path / "i.img", *pairs(tmp_path, count=1))
    text = subprocess.run(["mdir", "-i", "%s@@1M" % image, "::/modules"], check=True, text=True,
                          stdout=subprocess.PIPE, env=dict(os.environ, TZ="UTC")).stdout
    assert text.count("2001-09-09") == 3, text
