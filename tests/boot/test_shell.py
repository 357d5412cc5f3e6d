# SPDX-License-Identifier: BSD-2-Clause
"""The loader's options, typed in the firmware's shell; the saved manifest."""
import os
import re
import struct
import subprocess
import tempfile

import pytest

from btlboot import (GOOD, PART, PROMPT, Machine, Result, boot, conf, default_tree, make_image, read,
                     started)

SAVED = "btl/manifest.bin"


def shell(*lines, **files):
    """Make the default tree without a loader that the firmware starts, and with lines for the shell. `files` have
    names with __ instead of a dot."""
    tree = {
        "EFI/BOOT/BOOTX64.EFI": None,
        "EFI/BTL/BTL.EFI": default_tree()["EFI/BOOT/BOOTX64.EFI"],
        "loader.conf": conf().encode(),
        "startup.nsh": "\r\n".join(["@echo -off", "fs0:", *lines, ""]).encode(),
    }
    tree.update({name.replace("__", "."): data for name, data in files.items()})
    return tree


OFF = "reset -s"
BTL = "\\EFI\\BTL\\BTL.EFI "


def saved(image, path):
    """Return the bytes of a file of the volume."""
    with tempfile.TemporaryDirectory() as work:
        target = os.path.join(work, "file")
        subprocess.run(["mcopy", "-n", "-i", "%s@@%d" % (image, PART), "::/" + path, target], check=True)
        return read(target)


def header(manifest):
    """Return size and physical address from the header of a manifest (include/btl/manifest.h)."""
    magic, _, _, _, size, _, _, _, physical = struct.unpack_from("<8sHHIQIIQQ", manifest)
    assert magic == b"BTLMANIF"
    return size, physical


def kernels(machine, manifest):
    """Return the bytes in the machine's memory at the address of the manifest."""
    size, physical = header(manifest)
    path = os.path.join(machine.work, "memory")
    machine.qmp("pmemsave", val=physical, size=size, filename=path)
    return read(path)


@pytest.fixture(scope="module")
def session():
    """Run commands in the shell; return the output and the status of each."""
    commands = {
        "memory before": "memmap",
        "help": BTL + "-h",
        "dry run": BTL + "-n",
        "files": "dir fs0:\\",
        "bad": BTL + "-n -c \\bad.conf",
        "unknown": BTL + "-x -n",
        "again": "\r\n".join([BTL + "-n -m \\btl\\dry.bin"] * 5),
        "memory after": "memmap",
    }
    lines = ["%s\r\necho END OF %s WITH %%lasterror%%" % (line, name) for name, line in commands.items()]
    text = boot(files=shell(*lines, OFF, bad__conf=b'kernel="/gone"\n')).text
    printed = {}
    for name in commands:
        match = re.search(r"^END OF %s WITH 0x(\w+)$" % name, text, re.M)
        assert match, "no end of %s in:\n%s" % (name, text)
        printed[name] = Result(int(match.group(1), 16), text[:match.start()])
        text = text[match.end():]
    return printed


def test_help(session):
    result = session["help"]
    assert result.status == 0
    assert "usage: BOOTX64.EFI" in result.text
    for option in "-b", "-c FILE", "-h", "-i", "-m FILE", "-n", "-s", "-v":
        result.says("  " + option + " ")
    assert "kernel.elf" not in result.text


def test_dry_run_prints_the_plan_and_returns(session):
    result = session["dry run"]
    assert result.status == 0
    result.says("BOOT1  ring earlylog clock entropy hello")
    result.says("pci", "BOOT2", "staged")
    result.says("hello", "BOOT1", "linked", "ffffffff8")
    result.says("manifest", "at 0x")
    result.says("dry run: this would boot (errors: 0, warnings: 0)")
    assert "BTL-REPORT" not in result.text


def test_dry_run_makes_no_file(session):
    names = re.findall(r"(\S+)\s*$", session["files"].text, re.M)
    assert "kernel" in names and "btl" not in names


def test_dry_run_of_what_cannot_boot(session):
    result = session["bad"]
    assert result.status == 1  # Load Error, as the shell has it
    result.says("/gone: error:", "[file-not-found]")
    result.says("dry run: this would not boot (errors: 1)")


def test_unknown_option_is_named(session):
    result = session["unknown"]
    assert result.status == 0
    result.says("the option '-x' is unknown", "[option-unknown]")
    result.says("dry run: this would boot")


def free_pages(result):
    """EfiConventionalMemory, as the shell's memmap counts it."""
    return int(result.says("Available", "Pages").split(":")[1].split("Pages")[0].replace(",", ""))


def test_dry_runs_give_all_memory_back(session):
    """A run takes about 700 pages; the firmware's own buffers may grow a little."""
    assert session["again"].text.count("dry run: this would boot") == 5
    lost = free_pages(session["memory before"]) - free_pages(session["memory after"])
    assert lost < 300, "pages lost by 7 runs: %d" % lost


def test_dry_run_then_boot():
    """A dry run, and then the boot, from the same shell."""
    result = boot(files=shell(BTL + "-n", BTL))
    assert "dry run: this would boot" in result.text
    assert result.status == GOOD
    result.says("BTL-REPORT end ok")


def test_leaving_the_menu_is_aborted():
    """btl-loader(8): EFI_ABORTED, 21."""
    with started(shell(BTL + "-i", "echo END WITH %lasterror%", OFF)) as machine:
        machine.expect("boot menu|Boot page")
        machine.send("q")
        machine.expect("END WITH 0x15")


def test_pages():
    """A key continues after each screen; q ends the text, but not the run."""
    with started(shell(BTL + "-n -b", "echo status is %lasterror%", OFF)) as machine:
        page = machine.expect("-- a key: the next page, q: no more --")
        assert "BTL 1.0 on" in page and "Kernel segments:" not in page
        machine.send(" ")
        machine.expect("-- a key: the next page, q: no more --")
        machine.send("q")
        rest = machine.expect("status is 0x0")
    assert "Configuration:" not in rest
    assert "dry run: this would boot" in rest


def expect_same(machine, path):
    """The file has the same bytes as the kernel's manifest, except for the seed (its size, and 64 bytes)."""
    file = saved(os.path.join(machine.work, "btl.img"), path)
    assert header(file)[0] == len(file)
    memory = kernels(machine, file)
    seed = next(i for i, (a, b) in enumerate(zip(memory, file)) if a != b)
    assert memory[seed] == 64 and not any(file[seed:seed + 4 + 64])
    assert memory[seed + 4:seed + 4 + 64] not in (b"", bytes(64))
    assert memory[:seed] == file[:seed] and memory[seed + 4 + 64:] == file[seed + 4 + 64:]
    return file


def test_saved_at_each_boot():
    with started({"loader.conf": conf('manifest_save="YES"\n', options="").encode()}) as machine:
        machine.expect(PROMPT)
        expect_same(machine, SAVED)
        text = machine.command("manifest log")
        assert "saving the manifest to /btl/manifest.bin" in text
        assert "warning:" not in machine.text()


def test_saved_by_option():
    files = shell(BTL + "-m fs0:\\a\\b\\boot.bin", loader__conf=conf(options="").encode())
    with started(files) as machine:
        machine.expect(PROMPT)
        expect_same(machine, "a/b/boot.bin")


def test_saved_in_place_of_the_last_one():
    """The manifest of a longer dry run is overwritten completely."""
    files = shell(BTL + "-n -m \\btl\\manifest.bin", BTL, loader__conf=conf('manifest_save="YES"\n', options="").encode())
    with started(files) as machine:
        machine.expect(PROMPT)
        file = expect_same(machine, SAVED)
        assert b"dry run" not in file
        image = "%s@@%d" % (os.path.join(machine.work, "btl.img"), PART)
        listing = subprocess.run(["mdir", "-b", "-i", image, "::/btl"], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout.split()
        assert listing == ["::/btl/manifest.bin"]


def test_other_file_is_not_overwritten():
    files = {"loader.conf": conf('manifest_save="YES"\n').encode(), SAVED: b"somebody's notes"}
    result = boot(files=files)
    assert "save-not-manifest" in result.codes()
    assert result.status == GOOD


SAVING = {"loader.conf": conf('manifest_save="YES"\n').encode()}


def test_write_protected_volume():
    """A warning, and the boot continues."""
    with tempfile.TemporaryDirectory(prefix="btlboot-") as work:
        with Machine(make_image(work, SAVING) + ",readonly=on", work=work) as machine:
            assert machine.wait() == GOOD
            assert "save-protected" in Result(GOOD, machine.text()).codes()


def fill(volume):
    """A file that leaves 16 KiB free."""
    listing = subprocess.run(["mdir", "-i", volume, "::/"], check=True, text=True, stdout=subprocess.PIPE).stdout
    free = int(re.search(r"([\d ]+) bytes free", listing).group(1).replace(" ", ""))
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(free - 16384)
        subprocess.run(["mcopy", "-i", volume, file.name, "::/fill.bin"], check=True)


def test_full_volume():
    """A warning, the boot continues, and no partial manifest is left."""
    with tempfile.TemporaryDirectory(prefix="btlboot-") as work:
        image = make_image(work, SAVING)
        fill("%s@@%d" % (image, PART))
        with Machine(image, work=work) as machine:
            assert machine.wait() == GOOD
            result = Result(GOOD, machine.text())
            listing = subprocess.run(["mdir", "-b", "-i", "%s@@%d" % (image, PART), "::/btl"], check=False,
                                     text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    assert "save-full" in result.codes()
    assert "manifest.bin" not in listing
