# SPDX-License-Identifier: BSD-2-Clause
"""Kernels that are EFI programs on a real firmware: what a program gets, and what follows when it returns."""
import glob
import os

import pytest

import pe
from btlboot import O, STOP, boot, read, started
from test_fallback import computer, fields


def program():
    return read(os.path.join(O, "testefi/program.efi"))


def checksum(data):
    return sum(byte * (i % 1000 + 1) for i, byte in enumerate(data)) % 2**32


def text(kernel, options, more=""):
    return 'kernel="%s"\nkernel_options="%s"\n%s' % (kernel, options, more)


def test_program_gets_its_path_and_options():
    result = boot({"EFI/other/program.efi": program()}, text("/EFI/other/program.efi", "off one \u00e4"))
    result.says("kernel", " efi ")
    result.says("starting /EFI/other/program.efi after")
    result.says("PROGRAM: file ", "EFI\\other\\program.efi")
    result.says("PROGRAM: options off one")
    result.says("PROGRAM: no initrd")


def test_program_starts_another_one_from_its_volume():
    files = {"program.efi": program(), "next.efi": program()}
    result = boot(files, text("/program.efi", "chain"), until=STOP)
    result.says("PROGRAM: chain Success")
    result.says("PROGRAM: file ", "next.efi")
    result.says("/program.efi: ", "the program has returned to the loader: Aborted", "[image-returned]")


def test_linux_reads_its_initrds():
    first, second = b"first", bytes(range(256)) * 300
    files = {"vmlinuz": pe.linux(program()), "a.img": first, "b.img": second}
    result = boot(files, text("/vmlinuz", "off", 'initrd="/a.img;/b.img"\n'))
    result.says("kernel", " linux ")
    whole = first + bytes(3) + second
    result.says("PROGRAM: initrd Success %d bytes %d" % (len(whole), checksum(whole)))


def test_uki_is_started_or_opened():
    kernel = pe.linux(program())
    uki = pe.uki(program(), linux=kernel, initrd=b"inside", cmdline=b"off inside\n")
    result = boot({"uki.efi": uki}, text("/uki.efi", "off"))
    result.says("kernel", " uki ")
    result.says("PROGRAM: options off")
    result.says("PROGRAM: no initrd")
    result = boot({"uki.efi": uki, "b.img": b"outside!"}, 'kernel="/uki.efi"\ninitrd="/b.img"\n')
    whole = b"inside\0\0outside!"
    result.says("PROGRAM: options off inside")
    result.says("PROGRAM: initrd Success %d bytes %d" % (len(whole), checksum(whole)))


def test_program_that_returns_is_followed_by_the_last_good_configuration():
    bad = text("/program.efi", "exit", 'boot_tries="3"\n')
    with computer(bad, files={"program.efi": program()}) as it:
        result = it.boot()
        result.says("the program has returned to the loader: Device Error: no disk for me")
        found = fields(result)
        assert found["path"] == "/loader.conf.prev" and found["how"] == "fallback"
        state = it.state()
        assert "returned to the loader" in str(state)


def test_firmware_refuses_a_program():
    """A program with relocations that point outside is no program for the firmware, but sound for the gate."""
    bad = bytearray(program())
    at, count, table = pe.headers(bad)
    for i in range(count):
        bad[table + 40 * i + 12:table + 40 * i + 16] = b"\xff\xff\xff\x7f"  # VirtualAddress
    result = boot({"bad.efi": bytes(bad)}, text("/bad.efi", "off"), until=STOP)
    result.says("the firmware does not load the program", "[image-unsupported]")


# Where Debian's packages put the programs.
FOREIGN = [("grub", "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", r"GNU GRUB|grub>"),
           ("systemd-boot", "/usr/lib/systemd/boot/efi/systemd-bootx64.efi", r"Reboot Into Firmware Interface|No loader|"
                                                                             r"Boot Manager|image-returned")]


@pytest.mark.parametrize("name, file, shows", FOREIGN, ids=[row[0] for row in FOREIGN])
def test_another_loader_is_started(name, file, shows):
    if not glob.glob(file):
        pytest.skip("no %s: its package is not installed" % file)
    result = boot({"EFI/%s/loader.efi" % name: read(file)}, text("/EFI/%s/loader.efi" % name, ""), until=shows)
    result.says("starting /EFI/%s/loader.efi" % name)
