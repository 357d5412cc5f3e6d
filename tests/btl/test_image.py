# SPDX-License-Identifier: BSD-2-Clause
"""btl image: make a disk image of a directory; btl and mtools read the image."""
import os
import re
import shutil
import subprocess

import pytest
from btltest import BTL, GOOD_CONF, btl, golden, module, read, volume, write


def names_on(disk):
    listing = subprocess.run(["mdir", "-b", "-/", "-i", disk + "@@1M", "::"], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    return {line[3:].lower() for line in listing.splitlines() if not line.endswith("/")}


def test_directory(tmp_path):
    root = volume(str(tmp_path / "esp"))
    disk = str(tmp_path / "disk.img")
    assert btl("image", "-o", disk, "-C", root).status == 0
    assert names_on(disk) == {"efi/boot/bootx64.efi", "loader.conf", "kernel/kernel.elf",
                              *("modules/%s.ko" % name for name in ("lib", "early", "driver", "late", "idle"))}
    assert btl("check", "-W", "-C", disk).status == 0
    assert sorted(os.listdir(tmp_path)) == ["disk.img", "esp"]


def test_same_files_give_the_same_image(tmp_path):
    root = volume(str(tmp_path / "esp"))
    for name in ("a.img", "b.img"):
        assert btl("image", "-o", tmp_path / name, "-C", root).status == 0
    assert read(tmp_path / "a.img") == read(tmp_path / "b.img")


def test_other_config_and_more_files(tmp_path):
    root = volume(str(tmp_path / "esp"))
    write(tmp_path, {"my.conf": GOOD_CONF + 'extra_load="YES"\n', "extra.ko": module("extra")})
    disk = str(tmp_path / "disk.img")
    assert btl("image", "-o", disk, "-C", root, "-c", tmp_path / "my.conf",
               "modules/extra.ko=%s" % (tmp_path / "extra.ko")).status == 0
    assert b"extra" in btl("list", "-C", disk).out


def test_disk_with_large_blocks(tmp_path):
    """fdisk and btl read the table and the volume where a disk with blocks of 4096 bytes has them."""
    disk = str(tmp_path / "disk.img")
    assert btl("image", "--block-size", "4096", "-o", disk, "-C", volume(str(tmp_path / "esp"))).status == 0
    text = subprocess.run(["/sbin/fdisk", "-b", "4096", "-l", disk], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert "Disklabel type: gpt" in text and re.search(r"disk.img1 +256 .* EFI System", text)
    assert btl("check", "-W", "-C", disk).status == 0
    assert btl("set", "-g", "-C", disk, "autoboot_delay=7").status == 0
    assert b"7" in btl("get", "-g", "-C", disk, "autoboot_delay").out


@pytest.mark.parametrize("size", ["1024", "512x", "", "0"])
def test_block_size_that_no_disk_has(tmp_path, size):
    result = btl("image", "--block-size", size, "-o", tmp_path / "disk.img", "-C", volume(str(tmp_path / "esp")))
    assert result.codes() == ["host-usage"] and not (tmp_path / "disk.img").exists()


def test_image_inside_its_own_directory(tmp_path):
    root = volume(str(tmp_path / "esp"))
    for _ in range(2):
        assert btl("image", "-o", "disk.img", "-C", ".", cwd=root).status == 0
    assert "disk.img" not in names_on(root + "/disk.img")


def test_what_could_not_boot_is_not_made(tmp_path):
    volume(str(tmp_path / "esp"), files={"modules/lib.ko": None, "EFI/BOOT/BOOTX64.EFI": None})
    golden("image-refused", btl("image", "-o", "disk.img", "-C", "esp", cwd=tmp_path))
    assert os.listdir(tmp_path) == ["esp"]
    assert btl("image", "--force", "-o", "disk.img", "-C", "esp", cwd=tmp_path).status == 0
    assert os.path.exists(tmp_path / "disk.img")


def test_names_of_other_scripts(tmp_path):
    """Whatever the locale is; the tests run with LC_ALL=C."""
    names = ["große Namen/日本語 und mehr.conf", "große Namen/Ünïcode-name.ko"]
    volume(str(tmp_path / "esp"), files={name: GOOD_CONF for name in names})
    disk = str(tmp_path / "disk.img")
    assert btl("image", "-o", disk, "-C", "esp", cwd=tmp_path).status == 0
    for name in names:
        assert btl("get", "-C", disk, "-f", name, "early", "phase").out == b"BOOT1\n"


def test_bad_command_lines(tmp_path):
    volume(str(tmp_path / "esp"))
    for words in (["-o", "x.img"], ["-C", "esp"], ["-o", "x.img", "-C", "esp", "no-pair"]):
        assert btl("image", *words, cwd=tmp_path).codes() == ["host-usage"]
    assert btl("image", "-o", "x.img", "-C", "nowhere", cwd=tmp_path).codes() == ["host-no-file"]
    write(tmp_path, {"file": b"", "x.img": b"old"})
    for words, file, code in ((["-o", "no/x.img", "-C", "esp"], b"no", "host-no-file"),
                              (["-o", "file/x.img", "-C", "esp"], b"file", "host-not-directory"),
                              (["-o", "x.img", "-C", "file"], b"file", "host-not-directory"),
                              (["-o", "x.img", "-C", "esp", "a=none"], b"none", "host-no-file"),
                              (["-o", "x.img", "-C", "esp", "a=esp"], b"esp", "file-is-directory"),
                              (["-o", "x.img", "-C", "esp", "-c", "none.conf"], b"none.conf", "host-no-file")):
        result = btl("image", *words, cwd=tmp_path)
        assert result.status == 2 and result.codes() == [code] and result.err.startswith(file + b": error: ")
        assert result.err.count(b"\n") == 1, "nothing of mkimage.sh"
    assert sorted(os.listdir(tmp_path)) == ["esp", "file", "x.img"] and read(tmp_path / "x.img") == b"old"
    write(tmp_path, {"esp/a=b": b""})
    assert btl("image", "-o", "x.img", "-C", "esp", cwd=tmp_path).codes() == ["host-image-name"]


def test_without_the_tools(tmp_path):
    volume(str(tmp_path / "esp"))
    result = btl("image", "-o", "x.img", "-C", "esp", cwd=tmp_path, env={"PATH": "/bin-without-tools"})
    assert result.status == 2 and not os.path.exists(tmp_path / "x.img")


def test_program_that_was_copied_alone(tmp_path):
    """If the files are too large, no message may name a package to install."""
    volume(str(tmp_path / "esp"))
    alone = shutil.copy(BTL, tmp_path / "btl")
    done = subprocess.run([alone, "image", "-o", "x.img", "-C", "esp"], cwd=tmp_path, check=False, text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 2 and "[host-tool-missing]" in done.stderr
    assert "make install" in done.stderr and "mtools" not in done.stderr
