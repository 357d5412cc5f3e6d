# SPDX-License-Identifier: BSD-2-Clause
"""btl linux-sync: kernels of a Linux system go to the boot volume, on trial; old ones leave it."""
import hashlib
import os
import shutil
import subprocess

import pytest

import kill_at
from btltest import ROOT, btl, image, read, write
from linux_system import NEW, OLD, kernel, module, system, tree
from records import efivars, record, sha256

TOOL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")  # ptrace and sanitizers exclude each other
LINES = 'disk_load="YES"\n'


def digits(data):
    return hashlib.sha256(data).hexdigest()[:8]


class Esp:
    def __init__(self, tmp_path, *releases, **more):
        self.path, self.root = str(tmp_path / "esp"), system(tmp_path / "system", *releases, **more)
        self.vars = efivars(tmp_path / "vars")
        os.makedirs(self.path + "/EFI/btl")
        write(self.path, {"EFI/btl/btlx64.efi": b"a loader"})

    def run(self, *words):
        return btl("linux-sync", "--esp", self.path, "--root", self.root, "--efivars", self.vars, *words)

    def good(self, *words):
        said = self.run(*words)
        assert said.status == 0, said.err
        return said

    def conf(self, name="loader.conf"):
        path = os.path.join(self.path, name)
        return read(path).decode() if os.path.exists(path) else None

    def settings(self, name="loader.conf"):
        return dict(line.replace('"', "").split("=", 1) for line in self.conf(name).splitlines())

    def bless(self):
        """Confirm the text, as btl state --ok does."""
        efivars(self.vars, BtlGood=record("BtlGood", digest=sha256(self.conf())))

    def releases(self):
        path = self.path + "/linux"
        return sorted(os.listdir(path)) if os.path.exists(path) else []


@pytest.fixture(name="esp")
def fixture_esp(tmp_path):
    return Esp(tmp_path, OLD, NEW)


def test_first_kernel(esp):
    said = esp.good(OLD)
    files = tree(esp.path + "/linux/" + OLD)
    vmlinuz, initrd = "vmlinuz-" + digits(kernel(OLD)), "initrd-%s.img" % digits(b"initrd " + OLD.encode())
    assert files == {vmlinuz: kernel(OLD), initrd: b"initrd " + OLD.encode(), "modules.builtin": b"kernel/fs/ext9.ko\n"}
    assert esp.conf() == ('kernel="/linux/{0}/{1}"\ninitrd="/linux/{0}/{2}"\nkernel_options="root=/dev/vda2 ro"\n'
                          'boot_tries="3"\n').format(OLD, vmlinuz, initrd)
    assert b"stored" in said.out and "host-trial-no-prev" in said.codes()


def test_command_line_of_the_running_system(esp):
    """Without /etc/kernel/cmdline. Files of /proc cannot be mapped."""
    os.remove(esp.root + "/etc/kernel/cmdline")
    os.symlink("/proc", esp.root + "/proc")
    with open("/proc/cmdline", encoding="utf-8") as file:
        words = [word for word in file.read().split() if not word.startswith(("BOOT_IMAGE=", "initrd="))]
    esp.good(OLD)
    assert words and 'kernel_options="%s"\n' % " ".join(words) in esp.conf()


def test_a_file_of_proc_says_that_it_is_empty(esp):
    """So does /proc/cmdline of Linux 6.1."""
    os.remove(esp.root + "/etc/kernel/cmdline")
    os.symlink("/proc/sys/kernel/ostype", esp.root + "/etc/kernel/cmdline")
    assert os.path.getsize(esp.root + "/etc/kernel/cmdline") == 0
    esp.good(OLD)
    assert 'kernel_options="Linux"\n' in esp.conf()


def modules_of(esp, release):
    return {path.split("/")[1]: data for path, data in tree(esp.path + "/linux/" + release).items() if "/" in path}


@pytest.mark.parametrize("suffix", ["", ".xz", ".gz"])
def test_modules_with_their_dependencies(tmp_path, suffix):
    esp = Esp(tmp_path, OLD, suffix=suffix)
    write(esp.path, {"loader.conf": LINES + 'ext9_load="YES"\nfs_load="NO"\n'})
    esp.good(OLD)
    assert modules_of(esp, OLD) == {"disk.ko": module("disk", OLD, "bus-core"), "bus-core.ko": module("bus_core", OLD)}
    directory = esp.settings()["module_path"]
    assert os.path.isdir(esp.path + directory) and esp.conf().startswith(LINES)


def test_modules_of_the_command_line_are_switched_on(esp):
    esp.good(OLD, "disk")
    assert esp.settings()["disk_load"] == "YES" and sorted(modules_of(esp, OLD)) == ["bus-core.ko", "disk.ko"]
    said = esp.run("-n", OLD, "disk", "no/name")
    assert said.status == 2 and b'"no/name" is not a module\'s name' in said.err


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the package zstd")
def test_zstd(tmp_path):
    esp = Esp(tmp_path, OLD)
    directory = esp.root + "/lib/modules/" + OLD
    subprocess.run(["zstd", "-q", "--rm", directory + "/kernel/bus-core.ko"], check=True)
    write(directory, {"modules.dep": "kernel/disk.ko: kernel/bus-core.ko.zst\nkernel/bus-core.ko.zst:\n"})
    write(esp.path, {"loader.conf": LINES})
    esp.good(OLD)
    assert modules_of(esp, OLD)["bus-core.ko"] == module("bus_core", OLD)


def test_names_with_either_letter(esp):
    write(esp.path, {"loader.conf": 'bus_core_load="YES"\n'})
    esp.good(OLD)
    assert list(modules_of(esp, OLD)) == ["bus-core.ko"]


def test_again_changes_nothing(esp):
    write(esp.path, {"loader.conf": LINES})
    esp.good(OLD)
    before = tree(esp.path)
    said = esp.good(OLD)
    assert tree(esp.path) == before and b"nothing to change" in said.out


def test_new_kernel_is_on_trial_and_the_old_one_stays(esp):
    write(esp.path, {"loader.conf": LINES})
    esp.good(OLD)
    esp.bless()
    old = esp.conf()
    esp.good(NEW)
    assert esp.conf("loader.conf.prev") == old and esp.settings()["boot_tries"] == "3"
    assert esp.releases() == sorted([OLD, NEW]) and NEW in esp.settings()["module_path"]
    shown = btl("state", "-C", esp.path, esp.vars).out.decode()
    assert "on trial, with 3 of 3 tries left" in shown and "if it fails: /loader.conf.prev" in shown


def test_new_initrd_of_the_same_release_is_another_text(esp):
    esp.good(OLD)
    esp.bless()
    write(esp.root, {"boot/initrd.img-" + OLD: b"another"})
    old = esp.settings()
    esp.good(OLD)
    assert esp.settings()["initrd"] != old["initrd"] and esp.settings()["kernel"] == old["kernel"]
    assert read(esp.path + esp.settings("loader.conf.prev")["initrd"]) == b"initrd " + OLD.encode()


def test_what_no_configuration_names_is_deleted(esp):
    write(esp.path, {"loader.conf": LINES})
    esp.good(OLD)
    esp.bless()
    esp.good(NEW)
    write(esp.path + "/linux", {OLD + "/mine": b"a file of the user", "notes": b""})
    esp.bless()
    write(esp.root, {"boot/initrd.img-" + NEW: b"another"})
    esp.good(NEW)  # .prev names NEW now, too
    assert list(tree(esp.path + "/linux/" + OLD)) == ["mine"]
    assert len([name for name in tree(esp.path + "/linux/" + NEW) if name.startswith("initrd")]) == 2


def test_gc_deletes_releases_too(esp):
    esp.good(OLD)
    shutil.copytree(esp.path + "/linux/" + OLD, esp.path + "/linux/5.0")
    write(esp.path + "/linux/5.0", {"modules-01234567/x.ko": b"x", "initrd-0123456789.img": b"another name"})
    said = btl("gc", "-n", "-C", esp.path, "--efivars", esp.vars)
    assert b"4 files of btl linux-sync would be deleted" in said.out
    assert os.path.exists(esp.path + "/linux/5.0/modules-01234567/x.ko")
    btl("gc", "-C", esp.path, "--efivars", esp.vars)
    assert sorted(tree(esp.path + "/linux/5.0")) == ["initrd-0123456789.img"]
    os.unlink(esp.path + "/linux/5.0/initrd-0123456789.img")
    btl("gc", "-C", esp.path, "--efivars", esp.vars)
    assert esp.releases() == [OLD]


def test_other_directories_of_module_path_stay(esp):
    write(esp.path, {"loader.conf": LINES + 'module_path="/mine;/linux/gone/modules-00000000"\n', "mine/x.ko": b"x"})
    esp.good(OLD)
    parts = esp.settings()["module_path"].split(";")
    assert len(parts) == 2 and parts[0].startswith("/linux/" + OLD) and parts[1] == "/mine"


def test_pins_follow_the_files(esp):
    write(esp.path, {"loader.conf": LINES + 'kernel_sha256="%s"\ndisk_sha256="%s"\n' % ("0" * 64, "0" * 64)})
    esp.good(OLD)
    assert esp.settings()["kernel_sha256"] == hashlib.sha256(kernel(OLD)).hexdigest()
    assert esp.settings()["disk_sha256"] == hashlib.sha256(module("disk", OLD, "bus-core")).hexdigest()


def test_options(esp):
    esp.good("--options", "quiet", "--no-initrd", "--no-trial", OLD)
    assert sorted(esp.settings()) == ["kernel", "kernel_options"] and esp.settings()["kernel_options"] == "quiet"
    esp.good("--trial=7", OLD)
    assert esp.settings()["boot_tries"] == "7" and esp.settings()["kernel_options"] == "quiet"


def test_words_of_the_old_loader_are_left_out(tmp_path):
    esp = Esp(tmp_path, OLD, options="BOOT_IMAGE=/vmlinuz root=/dev/vda2 initrd=\\initrd.img ro")
    esp.good(OLD)
    assert esp.settings()["kernel_options"] == "root=/dev/vda2 ro"


def test_dry_run(esp):
    write(esp.path, {"loader.conf": LINES})
    before = tree(esp.path)
    said = esp.good("-n", OLD)
    assert tree(esp.path) == before and b'kernel="/linux/%s/vmlinuz-' % OLD.encode() in said.out


def test_image(esp, tmp_path):
    """The boot volume may be an image."""
    esp.path = image(str(tmp_path / "disk.img"), esp.path)
    esp.good(OLD)
    assert b'kernel="/linux/%s/vmlinuz-' % OLD.encode() in btl("get", "-C", esp.path).out


# ------------------------------------------------------------------------------------------ hooks

def test_hook_keeps_a_newer_kernel(esp):
    esp.good("--hook", NEW)
    before = tree(esp.path)
    assert esp.good("--hook", OLD).out == b"" and tree(esp.path) == before
    esp.good(OLD)  # a person decides otherwise
    assert OLD in esp.settings()["kernel"]


def test_hook_without_install(esp):
    os.unlink(esp.path + "/EFI/btl/btlx64.efi")
    assert esp.good("--hook", OLD).out == b"" and esp.conf() is None


def test_removed_kernel(esp):
    esp.good(OLD)
    esp.bless()
    esp.good(NEW)
    for name in ("vmlinuz-", "initrd.img-"):
        os.unlink(esp.root + "/boot/" + name + NEW)
    esp.good("--hook", "--removed", NEW)
    assert OLD in esp.settings()["kernel"] and esp.releases() == [OLD]
    before = tree(esp.path)
    esp.good("--hook", "--removed", "4.19.0-1-amd64")
    assert tree(esp.path) == before


def test_last_kernel_is_removed(tmp_path):
    esp = Esp(tmp_path, OLD)
    esp.good(OLD)
    os.unlink(esp.root + "/boot/vmlinuz-" + OLD)
    before = tree(esp.path)
    assert "host-linux-last" in esp.good("--removed", OLD).codes() and tree(esp.path) == before


# --------------------------------------------------------------------------------------- refusals

@pytest.mark.parametrize("words,code", [
    (["5.5"], "host-no-file"), (["../x"], "host-usage"), ([""], "host-usage"), ([], "host-usage"),
    ([OLD, NEW], "host-usage"), (["--trial=0", OLD], "host-usage"), (["--initrd", "none", OLD], "host-no-file"),
    (["--kernel", "none", OLD], "host-no-file")])
def test_refusals(esp, words, code):
    before = tree(esp.path)
    said = esp.run(*words)
    assert said.status == 2 and code in said.codes() and tree(esp.path) == before


def test_module_that_the_release_lacks(esp):
    write(esp.path, {"loader.conf": LINES + 'gone_load="YES"\n'})
    assert "host-linux-no-module" in esp.run(OLD).codes()


def test_no_list_of_modules(esp):
    os.unlink(esp.root + "/lib/modules/%s/modules.dep" % OLD)
    assert esp.run(OLD).codes() == ["host-linux-no-dep"] and esp.conf() is None


def test_damaged_module(tmp_path):
    esp = Esp(tmp_path, OLD, suffix=".xz")
    write(esp.path, {"loader.conf": LINES})
    write(esp.root, {"lib/modules/%s/kernel/disk.ko.xz" % OLD: b"no xz"})
    before = tree(esp.path)
    assert "host-tool-failed" in esp.run(OLD).codes() and tree(esp.path) == before


def test_killed_at_any_call(esp):
    """A configuration names complete files alone, whenever the power fails."""
    write(esp.path, {"loader.conf": LINES})
    esp.good(OLD)
    esp.bless()
    saved = esp.path + ".saved"
    shutil.copytree(esp.path, saved)
    words = ["linux-sync", "--esp", esp.path, "--root", esp.root, "--efivars", esp.vars, NEW]
    numbers = kill_at.calls(TOOL, words)
    changing = (1, 74, 77, 82, 91, 93, 263)  # write, fsync, ftruncate, rename, fchmod, fchown, unlinkat
    first = numbers.index(kill_at.FSYNC) - 12
    seen = set()
    for index in [index for index in range(first, len(numbers)) if numbers[index] in changing]:
        shutil.rmtree(esp.path)
        shutil.copytree(saved, esp.path)
        kill_at.kill(TOOL, words, index)
        for name in ("loader.conf", "loader.conf.prev"):
            if esp.conf(name) is not None and "kernel" in esp.settings(name):
                said = esp.settings(name)
                release = said["kernel"].split("/")[2]
                assert read(esp.path + said["kernel"]) == kernel(release)
                assert read(esp.path + said["initrd"]) == b"initrd " + release.encode()
                assert read(esp.path + said["module_path"] + "/disk.ko") == module("disk", release, "bus-core")
                seen.add((name, release))
    assert seen >= {("loader.conf", OLD), ("loader.conf", NEW), ("loader.conf.prev", OLD)}
