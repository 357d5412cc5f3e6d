# SPDX-License-Identifier: BSD-2-Clause
"""INIT and AUTO modules come from the disk, through drivers that are modules."""
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from btlboot import (BAD, GOOD, PART, PROMPT, Machine, Result, boot, conf, crowd, lay_out, make_image, module, read, started,
                     under)
from btlboot import test_module as extra_module
from test_default import PHASES

SMBIOS = "/modules/smbios.ko"
INIT = {name for name, phase in PHASES.items() if phase == "INIT"}


def loader_line(text, name):
    """Return the loader's line about a module."""
    for line in text.splitlines():
        if line.startswith(name + " "):
            return line
    raise AssertionError("the loader does not name %s:\n%s" % (name, text))


def mtool(program, image, *words):
    subprocess.run([program, "-i", "%s@@%d" % (image, PART), *words], check=True)


class Waiting:
    """Hold a machine when the loader has read all files, change its image, and continue to the end of the boot."""

    def __init__(self, drive=None):
        self.work = tempfile.mkdtemp(prefix="btlboot-")
        self.image = make_image(self.work, {**under("held"), "loader.conf": conf().encode()})
        self.machine = Machine(drive(self) if drive else self.image, work=self.work)

    def __enter__(self):
        self.machine.hold("the exit")
        return self

    def __exit__(self, *_):
        self.machine.close()

    def go_on(self):
        self.machine.send(".")
        return Result(self.machine.wait(), self.machine.text())


def failed(result, *parts, modules=("smbios",), other=()):
    """Check that only these modules have failed, and that the reason of smbios has these parts."""
    for name in modules:
        assert result.module(name)["state"] == "failed", result.text
    for part in parts:
        assert part in result.module("smbios")["reason"], result.module("smbios")["reason"]
    assert result.loaded() == set(PHASES) - set(modules) - set(other)
    assert result.status == GOOD


# ------------------------------------------------------------------------------------- from the disk

def test_init_module_comes_from_the_disk():
    """The loader leaves the module on the disk, and the kernel loads it through the drivers."""
    result = boot()
    assert "on the disk" in loader_line(result.text, "smbios")
    assert "on the disk" in loader_line(result.text, "pciids")
    assert "staged" in loader_line(result.text, "virtio_blk")
    assert result.loaded() == set(PHASES)
    # The drivers of the boot volume can come back from memory.
    kept = sum((len(module(name)) + 4095) // 4096 for name in ("pci", "block", "virtio_blk", "gpt", "fatfs"))
    assert result.memory["staged"] == str(kept)
    result.says("fatfs: virtio0p1: FAT32")
    result.says("smbios: QEMU")


def test_the_chain_to_the_boot_volume_is_held_and_can_come_back():
    with started({}) as machine:
        machine.expect(PROMPT)
        answer = machine.command("kmadmin -U virtio_blk")
        assert re.search(r"error: virtio_blk: it cannot be unloaded, because gpt \(virtio0\) uses it \(count \d+\).*"
                         r"kmadmin -U -f.*\[run-busy-chain\]", answer), answer
        assert "note: gpt: it is used by fatfs (virtio0p1) itself" in answer, answer
        assert "note: fatfs: it is used by the kernel (files of modules) itself" in answer, answer
        assert "Module virtio_blk was not unloaded" in answer
        assert "the kernel (files of modules) uses it" in machine.command("kmadmin -U fatfs")
        assert "  held by                gpt (virtio0) (" in machine.command("kmadmin -Q virtio_blk")
        for _ in range(2):
            answer = machine.command("kmadmin -U -f virtio_blk")
            assert re.search(r"virtio_blk serves the boot volume; without it these modules cannot be loaded: "
                             r".*\bpciids\b", answer), answer
            assert "Module virtio_blk (ID =" in answer and "unloaded" in answer
            assert "virtio0" not in machine.command("lsblk")
            assert "run-no-volume" in machine.command("kmadmin -L pciids")
            assert "fatfs: virtio0p1: FAT32" in machine.command("kmadmin -L virtio_blk")
            assert "Module pciids loaded" in machine.command("kmadmin -L pciids")
            assert "was not unloaded" in machine.command("kmadmin -U virtio_blk")
            assert "unloaded" in machine.command("kmadmin -U pciids")
        # The whole chain, from its end.
        answer = machine.command("kmadmin -U -f fatfs gpt virtio_blk")
        assert answer.count(") unloaded") == 3, answer
        assert "run-no-volume" in machine.command("kmadmin -L pciids")
        assert machine.command("kmadmin -L gpt fatfs virtio_blk").count(" loaded, ID") == 3
        assert "Module pciids loaded" in machine.command("kmadmin -L pciids")


def test_manifest_says_that_no_file_is_staged():
    with started({}) as machine:
        machine.expect(PROMPT)
        text = machine.command("manifest modules")
        assert any("smbios" in line and "registered" in line for line in text.splitlines()), text
        assert any("virtio_blk" in line and "staged" in line for line in text.splitlines()), text
        volume = machine.command("manifest volume")
        assert "b7100001-0000-4000-8000-000000000002" in volume
        assert "pci:v00001AF4d00001001sv" in volume
        listing = machine.command("lsblk")
        assert "virtio0p1" in listing and "partition 1 of virtio0" in listing


def test_devices_that_are_opened_before_the_disk_can_be_read():
    """The kernel knows the majors of drivers on the disk. An early open does not spoil the later ones."""
    names = ("earlyopen", "latedriver")
    files = {"modules/%s.ko" % name: extra_module(name) for name in names}
    files["loader.conf"] = ('earlyopen_load="YES"\nearlyopen_phase="BOOT2"\nlatedriver_load="YES"\n'
                            'latedriver_phase="AUTO"\n' + conf(options="")).encode()
    with started(files) as machine:
        machine.expect(PROMPT)
        assert "earlyopen: char 3: -19, char 5: -16" in machine.text(), machine.text()
        assert machine.text().count("run-no-volume-yet") == 1 and "modinfo-" not in machine.text()
        listing = machine.command("device")
        for name, major in (("null", 3), ("latedriver", 5)):
            assert re.search(r"char +%d +%s +0 \(not loaded\)" % (major, name), listing), listing
        assert "error" not in listing
        assert "0 bytes" in machine.command("device read char:3")
        assert "error -38" in machine.command("device read char:5")
        assert re.search(r"char +5 +latedriver +0\r*\n", machine.command("device"))


def test_order_of_the_drivers_in_loader_conf_does_not_matter():
    """The readers of partitions and file systems are told of each new disk."""
    lines = conf().replace('virtio_blk_load="YES"', '').replace('gpt_load="YES"', '').replace(
        'fatfs_load="YES"', 'fatfs_load="YES"\ngpt_load="YES"\nvirtio_blk_load="YES"')
    lines = lines.replace('virtio_blk_phase="BOOT2"', '').replace('gpt_phase="BOOT2"', '')
    result = boot(text=lines + 'gpt_phase="BOOT2"\nvirtio_blk_phase="BOOT2"\n')
    assert result.loaded() == set(PHASES)
    order = [line.split()[0] for line in result.text.splitlines() if " BOOT2  0x" in line]
    assert order.index("fatfs") < order.index("gpt") < order.index("virtio_blk")


def test_large_module_from_the_disk():
    """A module with 4 MiB appended: many clusters and many requests; the hash is right."""
    result = boot(files={"modules/smbios.ko": module("smbios") + bytes(4 << 20)})
    assert "on the disk" in loader_line(result.text, "smbios")
    assert result.module("smbios")["state"] == "loaded"


def test_boot_volume_is_told_from_a_second_disk():
    """A second disk has partitions of the same kind, and other modules under the same names."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        other = make_image(work, {"modules/smbios.ko": module("hello")})
        subprocess.run(["sgdisk", "--partition-guid=1:11111111-2222-4333-8444-555555555555", other],
                       check=True, stdout=subprocess.DEVNULL)
        result = boot(disk="virtio behind", options=[
            "-drive", "if=none,id=other,format=raw,file=" + other, "-device", "virtio-blk-pci,drive=other"])
    finally:
        shutil.rmtree(work)
    result.says("fatfs: virtio0p1") # before the boot volume on the bus
    result.says("fatfs: virtio1p1")
    assert result.loaded() == set(PHASES)


@pytest.mark.parametrize("disk", ["virtio", "virtio behind"])
def test_disk_with_thousands_of_partitions(disk):
    """8,192 entries of a GPT are one volume, before or after the boot disk. The boot volume is served in little
    memory."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        other = make_image(work, {"modules/smbios.ko": module("hello")})
        crowd(other, 8192)
        result = boot(disk=disk, memory="192M", options=[
            "-drive", "if=none,id=other,format=raw,file=" + other, "-device", "virtio-blk-pci,drive=other" +
            (",addr=0x1e" if disk == "virtio" else "")])
    finally:
        shutil.rmtree(work)
    result.says("fatfs: more volumes are served but not listed (FATFS_LISTED_MAX: 32)")
    assert result.text.count(": FAT32, ") <= 32
    assert result.loaded() == set(PHASES)
    assert result.status == GOOD and result.memory["balance"] == "ok"
    assert int(result.memory["kmem"]) < 4096, result.memory  # pages


@pytest.mark.parametrize("layout, name", [("mbr", "virtio0p2"), ("logical", "virtio0p5"), ("disk", "virtio0")])
def test_disks_without_a_gpt(layout, name):
    """What UEFI boots from, the kernel reads: partitions of an MBR, and a file system without a table."""
    result = boot(layout=layout)
    assert result.loaded() == set(PHASES)
    assert result.status == GOOD
    assert "on the disk" in loader_line(result.text, "smbios")
    result.says("fatfs: %s: FAT32" % name)


def test_disk_with_blocks_of_4096_bytes():
    """A GPT, a FAT and a disk that count other blocks than 512 bytes."""
    result = boot(disk="virtio 4096")
    assert result.loaded() == set(PHASES)
    assert result.status == GOOD
    assert "on the disk" in loader_line(result.text, "smbios")
    result.says("fatfs: virtio0p1: FAT32")
    result.says("blocks of 4096")


def test_manifest_of_a_disk_with_an_mbr():
    with started({}, layout="mbr") as machine:
        machine.expect(PROMPT)
        assert "2, of an MBR, signature b7100001" in machine.command("manifest volume")


@pytest.mark.parametrize("layout", ["mbr", "disk"])
def test_boot_volume_without_a_gpt_is_told_from_a_second_disk(layout):
    """The other disk has the same layout and signature, but another kernel and other modules."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        other = make_image(work, {"modules/smbios.ko": module("hello"), "kernel/kernel.elf": b"another"})
        lay_out(other, layout)
        result = boot(disk="virtio behind", layout=layout, options=[
            "-drive", "if=none,id=other,format=raw,file=" + other, "-device", "virtio-blk-pci,drive=other"])
    finally:
        shutil.rmtree(work)
    assert result.loaded() == set(PHASES)


# ----------------------------------------------------------- between the loader's reading and the kernel's

def test_file_that_changed_on_the_disk():
    """One byte of the file has changed; the error names the path."""
    with Waiting() as it:
        bad = bytearray(module("smbios"))
        bad[len(bad) // 2] ^= 1
        replacement = os.path.join(it.work, "bad.ko")
        with open(replacement, "wb") as file:
            file.write(bad)
        mtool("mcopy", it.image, "-o", replacement, "::" + SMBIOS)
        failed(it.go_on(), SMBIOS, "virtio0p1", "[run-file-changed]")


def test_file_that_vanished_from_the_disk():
    with Waiting() as it:
        mtool("mdel", it.image, "::" + SMBIOS)
        failed(it.go_on(), SMBIOS, "virtio0p1", "[run-file-not-found]")


def test_file_system_that_was_overwritten():
    """The FAT is gone: a message says so, and INIT fails without a volume."""
    with Waiting() as it:
        with open(it.image, "r+b") as file:
            file.seek(PART)
            file.write(bytes(512))
        result = it.go_on()
        failed(result, SMBIOS, "[run-no-volume]", modules=INIT)
        result.says("fatfs: virtio0p1", "[fat-bad]")


def test_damaged_partition_table():
    """The primary header is gone: the kernel uses the backup at the end of the disk."""
    with Waiting() as it:
        with open(it.image, "r+b") as file:
            file.seek(512)
            file.write(bytes(512))
        result = it.go_on()
        result.says("gpt: virtio0", "[gpt-primary-damaged]")
        assert result.loaded() == set(PHASES)


def sector_of(image, content):
    """Return the offset in the image of the second half of a file."""
    at = read(image).find(content[len(content) // 1024 * 512:])
    assert at > 0 and at % 512 == 0
    return at // 512


def test_sector_that_cannot_be_read():
    """A read error inside the file, after the loader has read it."""
    def drive(it):
        sector = sector_of(it.image, module("smbios"))
        return (",format=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=%s,"
                "file.inject-error.0.event=read_aio,file.inject-error.0.state=2,"
                "file.inject-error.0.sector=%d,file.inject-error.0.errno=5,"
                "file.set-state.0.event=write_aio,file.set-state.0.state=1,"
                "file.set-state.0.new_state=2" % (it.image, sector))
    with Waiting(drive=drive) as it:
        # A write from outside the machine, into the gap before the volume, changes blkdebug's state.
        it.machine.qmp("human-monitor-command", **{"command-line": "qemu-io disk \"write 64k 512\""})
        result = it.go_on()
        failed(result, SMBIOS, "virtio0p1", "[run-file-unreadable]")
        result.says("virtio_blk: virtio0: error reading")
        result.says("fatfs: virtio0p1", "[fat-device]")


# ----------------------------------------------------------------------- the drivers, switched off and failing

def test_disk_driver_switched_off():
    """INIT fails with the reason, and the monitor comes up."""
    text = conf('virtio_blk_load="NO"\nstage="boot"\n', options="")
    with started({"loader.conf": text.encode()}) as machine:
        machine.expect(PROMPT)
        assert "no module of BOOT2 drives the disk's controller" in machine.text()
        assert "run-no-volume" in machine.text()
        listing = machine.command("modinfo smbios")
        assert SMBIOS in listing and "run-no-volume" in listing


@pytest.mark.parametrize("name", ["virtio_blk", "gpt", "fatfs"])
def test_any_link_of_the_chain_switched_off(name):
    result = boot(text=conf('%s_load="NO"\nstage="boot"\n' % name))
    failed(result, SMBIOS, "[run-no-volume]", modules=INIT, other=[name])


@pytest.mark.parametrize("name", ["virtio_blk", "gpt", "fatfs"])
def test_link_of_the_chain_switched_off_and_staging_left_to_the_loader(name):
    """No chain of drivers reads this disk, so the loader keeps the INIT modules in memory."""
    result = boot(text=conf('%s_load="NO"\n' % name))
    assert "staged" in loader_line(result.text, "smbios")
    assert result.loaded() == set(PHASES) - {name}


def test_everything_staged():
    result = boot(text=conf('stage="all"\n'))
    assert "staged" in loader_line(result.text, "smbios")
    assert result.loaded() == set(PHASES)


def test_required_disk_driver_without_its_disk_stops_the_boot():
    result = boot(disk="ahci", text=conf('virtio_blk_required="YES"\n'))
    assert result.status == BAD
    result.says("virtio_blk: no virtio disk found")
    result.says("BOOT STOPPED: required module virtio_blk was not loaded")
    assert result.module("smbios")["state"] == "registered"


def test_required_disk_driver_without_its_disk_resets():
    text = conf('virtio_blk_required="YES"\nrequired_failure="reset"\n', options="")
    result = boot(disk="ahci", text=text)
    assert result.status == 0  # -no-reboot: the reset ends QEMU
    result.says("BOOT STOPPED: required module virtio_blk was not loaded")
    assert "btl> " not in result.text


def test_required_init_module_that_cannot_be_read_stops_the_boot():
    result = boot(text=conf('virtio_blk_load="NO"\nstage="boot"\nsmbios_required="YES"\n'))
    assert result.status == BAD
    result.says("BOOT STOPPED: required module smbios was not loaded")


def test_value_of_stage():
    result = boot(text=conf('stage="some"\n'))
    result.says("/loader.conf:", "some", "[conf-bad-stage]")
    assert result.loaded() == set(PHASES)
