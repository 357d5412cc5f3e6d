# SPDX-License-Identifier: BSD-2-Clause
"""The image that make run boots."""
import os
import re
import shutil
import subprocess

import pexpect
import pytest

from btlboot import GOOD, LIMIT, O, PHASES, PROGRAM, PROMPT, ROOT, Machine, boot, conf, make_image, started


def test_every_module_in_its_phase():
    result = boot()
    assert result.status == GOOD
    assert result.loaded() == set(PHASES)
    assert {name: result.module(name)["phase"] for name in PHASES} == PHASES
    assert result.module("pciids")["phase"] == "AUTO"
    assert result.module("pciids")["state"] != "failed"
    assert result.end == {"result": "ok", "required": "ok", "checks_failed": "0", "modules_failed": "0"}


def test_modules_did_their_work():
    text = boot().text
    assert "hello: hello from the boot volume, flags \"verbose=1\"" in text
    assert "256 pages in" in text and "0 not zeroed, 0 wrong" in text
    assert "entropy: seeded with 64 bytes" in text
    assert "(ACPI timer)" in text
    assert "smbios: QEMU" in text


def test_order_within_phase_1_is_dependencies_then_loader_conf():
    result = boot()
    order = sorted((int(result.module(name)["address"], 16), name)
                   for name in PHASES if PHASES[name] == "BOOT1")
    assert [name for _, name in order] == ["ring", "earlylog", "clock", "entropy", "hello"]


def test_kernels_own_checks():
    result = boot(text=conf(options="autotest"))
    assert result.status == GOOD
    assert len(result.checks) >= 3
    assert {name: r for name, r in result.checks.items() if r != "ok"} == {}


def test_run_without_a_terminal():
    """tools/run.sh, as make run calls it, prints the report and exits 0."""
    done = subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, BTL_TIMEOUT=str(10 * LIMIT)), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "BTL-REPORT end ok" in done.stdout
    assert done.stdout.endswith("run: every required module was loaded\n")


def run_on_a_terminal(directory, *commands):
    terminal = pexpect.spawn(os.path.join(ROOT, "tools/run.sh"), cwd=ROOT, timeout=10 * LIMIT,
                             env=dict(os.environ, O=str(directory)), encoding="utf-8", codec_errors="replace")
    for command in commands:
        terminal.expect(PROMPT)
        terminal.send(command + "\r")
    terminal.expect(pexpect.EOF)
    assert terminal.wait() == 0


def btl(*words):
    return subprocess.run([PROGRAM, *words], check=True, text=True, stdout=subprocess.PIPE).stdout


def test_run_on_a_terminal(tmp_path):
    """The monitor comes up, poweroff ends the machine with a good status, and what it wrote lasts."""
    image, variables = str(tmp_path / "btl.img"), str(tmp_path / "vars.fd")
    shutil.copy(os.path.join(O, "btl.img"), image)
    btl("set", "-g", "-C", image, "manifest_save=YES")
    run_on_a_terminal(tmp_path, "boot-ok", "poweroff")
    assert '"btl-manifest"' in btl("manifest", "--json", image)
    assert re.search(r"^BtlGood .*/loader\.conf", btl("state", "-C", image, variables), re.M)
    btl("set", "--trial", "-C", image, "--efivars", variables, "hangs", "load=NO")
    run_on_a_terminal(tmp_path, "poweroff")
    assert "2 of 3 tries left" in btl("state", "-C", image, variables)


def test_run_says_when_there_is_no_end():
    done = subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, BTL_TIMEOUT="1"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0
    assert "no end after 1 seconds" in done.stdout


@pytest.mark.parametrize("name, value, text", [
    ("BTL_TIMEOUT", "abc", 'BTL_TIMEOUT is a number of seconds, not "abc"'),
    ("BTL_QEMU", "no-such-qemu", "QEMU did not start"),
])
def test_run_says_what_is_wrong_with_a_variable(name, value, text):
    done = subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, **{"O": O, name: value}), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0 and text in done.stdout


def test_image_copied_to_a_larger_disk(tmp_path):
    """As with dd on a USB stick: the backup of the partition table is not at the end of the disk."""
    disk = str(tmp_path / "stick.img")
    subprocess.run(["truncate", "-s", "256M", disk], check=True)
    image = make_image(str(tmp_path), {"loader.conf": conf().encode()})
    subprocess.run(["dd", "if=" + image, "of=" + disk, "bs=1M", "conv=notrunc,sparse", "status=none"],
                   check=True)
    with Machine(disk, disk="usb") as machine:
        assert machine.wait() == GOOD


def screen(machine, path):
    """Return the rows of pixels of QEMU's display."""
    machine.qmp("screendump", filename=str(path))
    magic, size, _, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert magic == b"P6" and len(pixels) == width * height * 3
    return [pixels[y * width * 3:(y + 1) * width * 3] for y in range(height)]


def test_screen_shows_text(tmp_path):
    """The kernel writes to the framebuffer: some rows have more than one colour, and a command of the monitor, long
    after ExitBootServices, changes many of them."""
    with started({}, options=["-vga", "std"]) as machine:
        machine.expect(PROMPT)
        before = screen(machine, tmp_path / "before.ppm")
        machine.command("help")
        after = screen(machine, tmp_path / "after.ppm")
    written = [row for row in after if row != row[:3] * (len(row) // 3)]
    assert len(written) > len(after) // 8
    assert sum(a != b for a, b in zip(before, after)) > 100
