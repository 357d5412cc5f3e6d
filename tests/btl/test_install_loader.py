# SPDX-License-Identifier: BSD-2-Clause
"""btl install and btl uninstall: the loader's file, boot entries in a directory like efivarfs, their order."""
import os
import shutil
import struct
import uuid
import zlib

import pytest

import kill_at
from btltest import GOOD_CONF, ROOT, btl, read, volume, write
from records import FIRMWARE, boot_entries, file_name, load_option, utf16

TOOL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")  # ptrace and sanitizers exclude each other
DISK_GUID = uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")
ESP_TYPE = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
LINUX_TYPE = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
OURS = "\\EFI\\btl\\btlx64.efi"


def loader(machine=0x8664, signed=False, mark=b"#### LoaderInfo: BTL 1.0 ####"):
    """Return a PE32+ file with the headers that btl install looks at."""
    optional = struct.pack("<H", 0x20b) + bytes(110) + bytes(4 * 8) + struct.pack("<II", 0x400, 8 if signed else 0)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", machine, 0, 0, 0, 0, len(optional), 0) + optional
    return b"MZ".ljust(0x3c, b"\0") + struct.pack("<I", 0x80) + bytes(0x40) + header + bytes(64) + mark + bytes(99)


def gpt_disk(block=512, blocks=4096, third=ESP_TYPE):
    """Return a disk with a GPT: partition 1 for Linux, partition 3 of the type `third`."""
    def entry(kind, first, last):
        return kind.bytes_le + DISK_GUID.bytes_le + struct.pack("<QQQ", first, last, 0) + bytes(72)
    table = entry(LINUX_TYPE, 64, 127) + bytes(128) + entry(third, 128, 1023) + bytes(128 * 125)
    table_blocks = len(table) // block

    def header(at, other, table_at):
        def whole(checksum):
            return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, checksum, 0, at, other, 2 + table_blocks,
                               blocks - 2 - table_blocks, bytes(range(16)), table_at, 128, 128, zlib.crc32(table))
        return whole(zlib.crc32(whole(0))).ljust(block, b"\0")
    protective = bytes(446) + struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xee, b"\xff" * 3, 1, blocks - 1) + bytes(48)
    disk = (protective + b"\x55\xaa").ljust(block, b"\0") + header(1, blocks - 1, 2) + table
    end = table + header(blocks - 1, 1, blocks - 1 - table_blocks)
    return disk.ljust(blocks * block - len(end), b"\0") + end


def mbr_disk():
    """Return a disk with an MBR, whose partition 2 is the EFI system partition."""
    rows = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0x83, b"\xff" * 3, 64, 64)
    rows += struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xef, b"\xff" * 3, 128, 896)
    return (bytes(440) + struct.pack("<IH", 0x11223344, 0) + rows + bytes(32) + b"\x55\xaa").ljust(4096 * 512, b"\0")


class Machine:
    def __init__(self, root, disk=None, **entries):
        self.root, self.esp, self.vars = root, str(root / "esp"), str(root / "efi/efivars")
        os.makedirs(self.vars)
        os.makedirs(self.esp)
        write(str(root), {"disk.img": disk or gpt_disk(), "loader.efi": loader()})
        boot_entries(self.vars, **entries)
        self.others = {"EFI/debian/shimx64.efi": b"shim", "EFI/BOOT/BOOTX64.EFI": b"another", "grub.cfg": b"x"}
        write(self.esp, self.others)

    def run(self, *words, command="install", loader_file="loader.efi"):
        more = ["--loader", str(self.root / loader_file)] if command == "install" else []
        return btl(command, "--esp", self.esp, "--disk", str(self.root / "disk.img"), "--efivars", self.vars,
                   *more, *words, cwd=self.root)

    def variable(self, name):
        path = os.path.join(self.vars, file_name(name, FIRMWARE))
        if not os.path.exists(path):
            return None
        if not read(path):
            return b""
        attributes, data = struct.unpack("<I", read(path)[:4])[0], read(path)[4:]
        assert attributes == 7
        return data

    def numbers(self, name):
        data = self.variable(name)
        return None if data is None else list(struct.unpack("<%dH" % (len(data) // 2), data))

    def state(self):
        """Return every byte of the partition and the variables."""
        return {os.path.join(where, name): read(os.path.join(where, name))
                for top in (self.esp, self.vars) for where, _, names in os.walk(top) for name in names}


DEBIAN = load_option("\\EFI\\debian\\shimx64.efi", title="debian")
WINDOWS = load_option("\\EFI\\Microsoft\\Boot\\bootmgfw.efi", b"WINDOWS\0\1\0\0\0", title="Windows Boot Manager")


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    return Machine(tmp_path, Boot0000=DEBIAN, Boot0001=WINDOWS, BootOrder=[0, 1])


def our_option(number=3, guid=DISK_GUID.bytes_le, start=128, blocks=896, kind=(2, 2), path=OURS):
    """Return the bytes of the entry, from UEFI 2.10, 3.1.3 and 10.3."""
    nodes = struct.pack("<BBHIQQ16sBB", 4, 1, 42, number, start, blocks, guid, *kind)
    name = utf16(path)
    nodes += struct.pack("<BBH", 4, 4, 4 + len(name)) + name + struct.pack("<BBH", 0x7f, 0xff, 4)
    return struct.pack("<IH", 1, len(nodes)) + utf16("BTL") + nodes


def test_beside_is_tried_last(machine):
    said = machine.run()
    assert said.status == 0 and said.codes() == ["host-install-no-config"]
    assert read(machine.esp + "/EFI/btl/btlx64.efi") == loader()
    assert machine.variable("Boot0002") == our_option()
    assert machine.numbers("BootOrder") == [0, 1, 2] and machine.numbers("BootNext") is None
    assert said.out.decode().splitlines()[1:] == [
        'Boot0002: "BTL" HD(3,GPT,%s,0x80,0x380)/%s: made' % (DISK_GUID, OURS), "BootOrder: 0000,0001,0002: written"]


def test_nothing_of_others_is_touched(machine):
    before = machine.state()
    machine.run("--default")
    machine.run("--once")
    machine.run(command="uninstall")
    after = machine.state()
    assert after == before
    assert not os.path.exists(machine.esp + "/EFI/btl")


@pytest.mark.parametrize("mode,order,following", [
    ("--beside", [0, 1, 2], None), ("--default", [2, 0, 1], None), ("--once", [0, 1, 2], [2])])
def test_modes(machine, mode, order, following):
    assert machine.run(mode).status == 0
    assert (machine.numbers("BootOrder"), machine.numbers("BootNext")) == (order, following)


def test_again_keeps_entry_and_place(machine):
    machine.run("--default")
    write(str(machine.root), {"loader.efi": loader(mark=b"#### LoaderInfo: BTL 9.9 ####")})
    said = machine.run()
    assert said.status == 0 and b": is there already" in said.out and b"as before" in said.out
    assert machine.numbers("BootOrder") == [2, 0, 1] and machine.variable("Boot0003") is None
    assert b"BTL 9.9" in read(machine.esp + "/EFI/btl/btlx64.efi")
    before = machine.state()
    said = machine.run()
    assert machine.state() == before and said.out.count(b"is there already") == 2


def test_print_changes_nothing(machine):
    before = machine.state()
    for mode in ("--beside", "--default", "--once", "--removable"):
        machine.run("--print", mode)
        assert machine.state() == before
    machine.run("--default")
    before = machine.state()
    said = machine.run("--print", command="uninstall")
    assert machine.state() == before and said.status == 0 and said.out.count(b"would be") == 3


def test_state_shows_the_entry(machine):
    volume(machine.esp, GOOD_CONF)
    assert machine.run("--default").codes() == []
    said = btl("state", "-C", machine.esp, machine.vars)
    assert b'boot entry:  Boot0002 "BTL", without options\n' in said.out


def test_entry_of_another_partition_is_another_entry(machine):
    other = our_option(guid=bytes(16))
    boot_entries(machine.vars, Boot0007=other, BootOrder=[7, 0])
    machine.run()
    assert machine.numbers("BootOrder") == [7, 0, 2]
    machine.run(command="uninstall")
    assert machine.numbers("BootOrder") == [7, 0] and machine.variable("Boot0007") == other


def test_partition_that_grew_is_the_same(machine):
    boot_entries(machine.vars, Boot0007=our_option(blocks=100), BootOrder=[7, 0])
    machine.run()
    assert machine.numbers("BootOrder") == [7, 0] and machine.variable("Boot0007") == our_option()


def test_number_in_the_order_alone_is_not_taken(tmp_path):
    machine = Machine(tmp_path, BootOrder=[0, 2])
    machine.run()
    assert machine.numbers("BootOrder") == [0, 2, 1]


def test_no_order_at_all(tmp_path):
    machine = Machine(tmp_path)
    assert machine.run("--default").status == 0
    assert machine.numbers("BootOrder") == [0]
    machine.run(command="uninstall")
    assert machine.variable("BootOrder") is None


def test_blocks_of_4096_bytes(tmp_path):
    machine = Machine(tmp_path, disk=gpt_disk(4096, 2048))
    assert machine.run().status == 0 and machine.variable("Boot0000") == our_option()


def test_mbr(tmp_path):
    machine = Machine(tmp_path, disk=mbr_disk())
    said = machine.run()
    assert said.status == 0 and b"HD(2,MBR,0x11223344,0x80,0x380)/" in said.out
    assert machine.variable("Boot0000") == our_option(2, struct.pack("<I12x", 0x11223344), kind=(1, 1))


def test_uninstall_takes_all_its_entries_and_boot_next(machine):
    machine.run("--once")
    boot_entries(machine.vars, Boot0009=our_option(path="\\efi\\BTL\\BTLX64.EFI"), BootOrder=[9, 0, 2, 1])
    said = machine.run(command="uninstall")
    assert said.status == 0 and machine.numbers("BootOrder") == [0, 1] and machine.numbers("BootNext") is None
    assert machine.variable("Boot0002") is None and machine.variable("Boot0009") is None
    assert machine.run(command="uninstall").codes() == ["host-uninstall-none"]


def test_boot_next_of_another_stays(machine):
    machine.run()
    boot_entries(machine.vars, BootNext=[1])
    machine.run(command="uninstall")
    assert machine.numbers("BootNext") == [1]


# ---------------------------------------------------------------------------------------- refusals

def refused(machine, *words, code, **more):
    before = machine.state()
    said = machine.run(*words, **more)
    assert said.status == 2 and code in said.codes() and machine.state() == before
    return said


@pytest.mark.parametrize("bytes_,why", [
    (b"", "no PE32+ header"), (b"MZ", "no PE32+ header"), (loader()[:200], "no PE32+ header"),
    (loader(machine=0x14c), "machine is not x86-64, ia64 or aarch64"), (loader(mark=b""), "does not name BTL"),
    (b"MZ".ljust(0x3c, b"\0") + b"\xff\xff\xff\xff", "no PE32+ header")])
def test_file_that_is_no_loader(machine, bytes_, why):
    write(str(machine.root), {"bad.efi": bytes_})
    assert why in refused(machine, code="host-install-not-loader", loader_file="bad.efi").err.decode()


def test_missing_loader(machine):
    refused(machine, code="host-no-file", loader_file="none.efi")


def test_firmware_of_32_bits(machine):
    write(str(machine.root / "efi"), {"fw_platform_size": "32\n"})
    refused(machine, code="host-install-bits")
    write(str(machine.root / "efi"), {"fw_platform_size": "64\n"})
    assert machine.run().status == 0


def test_secure_boot(machine):
    boot_entries(machine.vars, SecureBoot=b"\1", SetupMode=b"\0")
    refused(machine, code="host-install-secure-boot")
    assert "host-install-unsigned" in machine.run("--force").codes()
    write(str(machine.root), {"loader.efi": loader(signed=True)})
    assert machine.run().codes() == ["host-install-no-config"]


@pytest.mark.parametrize("secure,setup", [(b"\0", b"\0"), (b"\1", b"\1"), (b"", b"")])
def test_secure_boot_is_off(machine, secure, setup):
    boot_entries(machine.vars, SecureBoot=secure, SetupMode=setup)
    assert machine.run().status == 0


def test_disk_without_the_partition(machine):
    write(str(machine.root), {"disk.img": gpt_disk(third=LINUX_TYPE)})
    refused(machine, code="host-no-esp")


def test_disk_without_a_table(machine):
    write(str(machine.root), {"disk.img": bytes(1 << 20)})
    assert machine.run().status == 2 and machine.numbers("BootOrder") == [0, 1]


def test_directory_that_is_no_partition(machine):
    said = btl("install", "--esp", machine.esp, "--efivars", machine.vars, "--loader", machine.root / "loader.efi")
    assert said.status in (0, 2)  # a machine may keep its temporary files on a partition
    if said.status == 2:
        assert set(said.codes()) & {"host-no-partition", "host-no-file", "host-access", "file-open-failed"}


def test_no_variables(machine):
    before = machine.state()
    said = btl("install", "--esp", machine.esp, "--efivars", machine.root / "none", "--loader",
               machine.root / "loader.efi")
    assert said.codes() == ["host-no-file"] and machine.state() == before


def test_modes_exclude_each_other(machine):
    refused(machine, "--default", "--once", code="host-usage")
    refused(machine, "word", code="host-usage")


def test_removable(machine):
    refused(machine, "--removable", code="host-install-foreign")
    write(machine.esp, {"EFI/BOOT/BOOTX64.EFI": loader(mark=b"#### LoaderInfo: BTL 0.1 ####")})
    variables = {name: data for name, data in machine.state().items() if name.startswith(machine.vars)}
    assert machine.run("--removable").status == 0
    assert read(machine.esp + "/EFI/BOOT/BOOTX64.EFI") == loader()
    assert {name: data for name, data in machine.state().items() if name.startswith(machine.vars)} == variables


# ------------------------------------------------------------------------------------- power loss

def test_killed_at_any_call(machine):
    """The file is complete before the entry names it, and the entry exists before the order names that."""
    words = ["install", "--esp", machine.esp, "--disk", str(machine.root / "disk.img"), "--efivars", machine.vars,
             "--loader", str(machine.root / "loader.efi"), "--default"]
    numbers = kill_at.calls(TOOL, words)
    first = next(index for index, number in enumerate(numbers) if number == kill_at.FSYNC) - 12
    changing = (1, 3, 74, 77, 82, 91, 93, 257, 258, 263)  # write, close, rename, openat, mkdirat, unlinkat …
    states = set()
    for index in [index for index in range(first, len(numbers)) if numbers[index] in changing]:
        shutil.rmtree(machine.esp + "/EFI/btl", ignore_errors=True)
        boot_entries(machine.vars, Boot0002=b"", BootOrder=[0, 1])
        os.unlink(os.path.join(machine.vars, file_name("Boot0002", FIRMWARE)))
        kill_at.kill(TOOL, words, index)
        listed, entry = machine.numbers("BootOrder"), machine.variable("Boot0002")
        path = machine.esp + "/EFI/btl/btlx64.efi"
        stored = os.path.exists(path) and read(path)
        # A file in place of efivarfs may be found empty; a write to a variable is whole.
        assert listed in ([0, 1], [2, 0, 1], []) and stored in (False, loader()) and entry in (None, b"", our_option())
        assert 2 not in listed or entry == our_option()
        assert not entry or stored
        assert all(read(os.path.join(machine.esp, name)) == data for name, data in machine.others.items())
        states.add((bool(stored), bool(entry), 2 in listed))
    assert states == {(False, False, False), (True, False, False), (True, True, False), (True, True, True)}


def test_file_that_cannot_be_written_makes_no_entry(machine):
    write(machine.esp, {"EFI/btl": b"a file in place of the directory"})
    refused(machine, code="host-write")
