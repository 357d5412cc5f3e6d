# SPDX-License-Identifier: BSD-2-Clause
"""make run SHARE=DIR: a directory of the host as a file system of the kernel, by the module hostfs."""
import hashlib
import os
import shutil
import subprocess

import pexpect
import pytest

from developer import Developer

from btlboot import (ARCH, GOOD, LIMIT, O, PROGRAM, PROMPT, ROOT, boot, conf, default_conf, read, started,
                     test_module as example)

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the machine has no device for a directory of the host")


def share(directory, tag="host"):
    """Options of QEMU, as in tools/qemu-x86_64.sh."""
    return ["-virtfs", "local,path=%s,mount_tag=%s,security_model=none,readonly=on" % (directory, tag)]


def test_a_directory_is_found(tmp_path):
    result = boot(options=share(tmp_path) + share(tmp_path, "other-1"))
    assert result.status == GOOD
    assert result.module("hostfs")["state"] == "loaded"
    result.says("hostfs: host: a directory of the host; its files are host:/NAME")
    result.says("hostfs: other-1: a directory of the host")


def test_no_directory_is_no_failure():
    result = boot()
    assert result.status == GOOD
    assert result.module("hostfs")["state"] == "no-device"
    result.says("BOOT2: 9 modules loaded, 0 failed, 1 without a device")
    assert "hostfs:" not in result.text.split("BTL-REPORT")[0]


def test_devices_that_are_not_used(tmp_path):
    devices = []
    for number, tag in enumerate(["host", "a:b", "host"]):
        devices += ["-fsdev", "local,id=f%d,path=%s,security_model=none,readonly=on" % (number, tmp_path),
                    "-device", "virtio-9p-pci,fsdev=f%d,mount_tag=%s" % (number, tag)]
    result = boot(options=devices)
    assert result.status == GOOD
    result.says("hostfs: ", "not used: it has no mount tag of 1 to 31 letters")
    result.says("hostfs: ", "not used: another file system has its mount tag as name")
    assert result.module("hostfs")["state"] == "loaded"


def test_a_boot_that_needs_the_directory():
    result = boot(text=conf('hostfs_required="YES"\n'))
    assert result.status != GOOD
    assert result.module("hostfs")["state"] == "failed"


@pytest.mark.parametrize("script", ["run.sh", "debug.sh"])
def test_share_that_is_no_directory(tmp_path, script):
    done = subprocess.run([os.path.join(ROOT, "tools", script)], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, SHARE=str(tmp_path / "nowhere")), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 2
    assert done.stdout == 'SHARE names a directory of this host; there is no directory "%s/nowhere"\n' % tmp_path


def test_run_gives_the_directory(tmp_path):
    """tools/run.sh, as make run calls it; the name has what QEMU's options and a shell give a meaning."""
    directory = tmp_path / "a, b=c"
    directory.mkdir()
    done = subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, SHARE=str(directory)), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "its files are host:/NAME" in done.stdout
    assert 'loader.conf: module_register="any"' in done.stdout


# ------------------------------------------------------------------------------------------- files


@pytest.fixture(scope="module", name="directory")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shared")
    (directory / "sub").mkdir()
    (directory / "dir.ko").mkdir()
    shutil.copy(os.path.join(O, "modules/rot13.ko"), directory / "sub/rot13.ko")
    # Longer than three messages: an ELF file may have anything behind its tables.
    (directory / "pciids.ko").write_bytes(read(os.path.join(O, "modules/pciids.ko")) + os.urandom(200001))
    (directory / "sub/guestbook.ko").write_bytes(example("guestbook"))
    (directory / "link.ko").symlink_to("sub/rot13.ko")
    with open(directory / "big.ko", "wb") as file:
        file.truncate((256 << 20) + 1)
    return directory


@pytest.fixture(scope="module", name="machine")
def running(directory):
    text = default_conf() + 'module_register="any"\n'
    with started({"loader.conf": text.encode()}, options=share(directory)) as it:
        it.expect(PROMPT)
        yield it


@pytest.mark.parametrize("name, path", [("pciids", "pciids.ko"), ("rot13", "sub/rot13.ko")])
def test_the_kernel_has_the_hosts_bytes(machine, directory, name, path):
    assert "updated" in machine.command("kmadmin -M %s host:/%s" % (name, path))
    detail = machine.command("kmadmin -Q " + name)
    assert hashlib.sha256((directory / path).read_bytes()).hexdigest() in detail
    assert "host:/" + path in detail


@pytest.mark.parametrize("path, text", [
    ("/nosuch.ko", "run-file-not-found"),
    ("/sub/nosuch.ko", "run-file-not-found"),
    ("/pciids.ko/below.ko", "run-file-not-found"),
    ("/dir.ko", "run-register-no-path"),
    ("/../pciids.ko", "run-register-no-path"),
    ("/sub/../pciids.ko", "run-register-no-path"),
    ("/link.ko", "hostfs: host:/link.ko: it is no file: a symbolic link"),
    ("/big.ko", "hostfs: host:/big.ko has 256 MiB; the maximum is 256 MiB (HOSTFS_FILE_MAX)"),
])
def test_what_cannot_be_read(machine, path, text):
    answer = machine.command("kmadmin -r host:" + path)
    assert text in answer, answer
    assert "error: " in answer


def test_the_search_path_may_begin_there(machine):
    machine.command("kmadmin -d host:/sub;/modules")
    assert "Module guestbook loaded" in machine.command("kmadmin -L guestbook")
    assert "host:/sub/guestbook.ko" in machine.command("kmadmin -Q guestbook")
    machine.command("kmadmin -D")


def test_the_module_goes_and_comes_back(machine, directory):
    assert "unloaded" in machine.command("kmadmin -U hostfs")
    assert "run-register-no-volume" in machine.command("kmadmin -M rot13 host:/sub/rot13.ko")
    assert "hostfs: host: a directory of the host" in machine.command("kmadmin -L hostfs")
    (directory / "new.ko").write_bytes(b"no module")
    assert "elf-" in machine.command("kmadmin -r host:/new.ko")
    (directory / "new.ko").unlink()
    assert "run-file-not-found" in machine.command("kmadmin -r host:/new.ko")


# -------------------------------------------------------------------------------------- the loop


def test_edit_build_replace(tmp_path):
    """make run SHARE=DIR: the module is loaded, edited and replaced at one prompt."""
    work, directory = tmp_path / "out", tmp_path / "mine"
    work.mkdir()
    directory.mkdir()
    shutil.copy(os.path.join(O, "btl.img"), work / "btl.img")
    developer = Developer(directory)
    developer.build()
    terminal = pexpect.spawn(os.path.join(ROOT, "tools/run.sh"), cwd=ROOT, timeout=10 * LIMIT,
                             env=dict(os.environ, O=str(work), SHARE=str(directory), BTL_PROGRAM=PROGRAM),
                             encoding="utf-8", codec_errors="replace")

    def command(line):
        terminal.send(line + "\r")
        terminal.expect(PROMPT)
        return terminal.before

    try:
        terminal.expect(PROMPT)
        answer = command("kmadmin -L host:/mine.ko")
        assert "mine: here" in answer and "Module mine loaded" in answer
        for text in ("there", "everywhere"):
            developer.edit("mine: ", "mine: %s, " % text)
            developer.build()
            answer = command("kmadmin -M mine")
            assert "mine: %s, " % text in answer and "Module mine updated" in answer, answer
            assert "mine: %s, " % text in command("mine")
        developer.edit("    mine_run(0, NULL);\n", "    return BTL_EIO;\n")
        developer.build()
        assert "it is loaded" in command("kmadmin -M mine host:/mine.ko")
        assert "mine: everywhere, there, here" in command("mine")
        terminal.send("poweroff\r")
        terminal.expect(pexpect.EOF)
        assert terminal.wait() == 0
    finally:
        terminal.close(force=True)
