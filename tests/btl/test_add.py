# SPDX-License-Identifier: BSD-2-Clause
"""btl add and btl remove: files and lines go together, and no stop leaves a line without its file."""
import hashlib
import os
import subprocess

import pytest

import elf
import kill_at
from btltest import ALL, GOOD_CONF, ROOT, btl, good_modules, image, module, read, volume, write

TOOL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")  # ptrace and sanitizers exclude each other
KINDS = ["tree", "image"]


def extra(*info):
    return module("extra", ALL, "parm=size:bytes", "parmtype=size:int", *info, needs=["kprintf"], bss=64)


def stored(name, data):
    return "modules/%s-%s.ko" % (name, hashlib.sha256(data).hexdigest()[:8])


class Esp:
    """A boot volume of either kind."""

    def __init__(self, tmp_path, kind, conf=GOOD_CONF, files=None):
        self.kind, self.path = kind, volume(str(tmp_path / "esp"), conf, files)
        self.tree = self.path
        if kind == "image":
            self.path = image(str(tmp_path / "disk.img"), self.path)

    def btl(self, command, *words):
        return btl(command, "-C", self.path, *words)

    def good(self, command, *words):
        result = self.btl(command, *words)
        assert result.status == 0, result.err.decode()
        return result.out.decode()

    def refused(self, command, *words):
        """Return the codes; the volume is as it was."""
        before = self.all()
        result = self.btl(command, *words)
        assert result.status == 2 and self.all() == before
        return result

    def read(self, name):
        if self.kind == "tree":
            path = os.path.join(self.path, name)
            return read(path) if os.path.exists(path) else None
        done = subprocess.run(["mtype", "-i", self.path + "@@1M", "::/" + name], check=False, capture_output=True)
        return done.stdout if done.returncode == 0 else None

    def conf(self, name="loader.conf"):
        return self.read(name).decode()

    def modules(self):
        return sorted(self.names("modules"))

    def names(self, directory):
        if self.kind == "tree":
            return os.listdir(os.path.join(self.path, directory))
        done = subprocess.run(["mdir", "-b", "-i", self.path + "@@1M", "::/" + directory], check=True,
                              capture_output=True)
        return [line.rsplit("/", 1)[1] for line in done.stdout.decode().split("\n") if line and line[-1] != "/"]

    def all(self):
        if self.kind == "image":
            return read(self.path)
        return {os.path.join(d, n): read(os.path.join(d, n)) for d, _, names in os.walk(self.path) for n in names}

    def fsck(self):
        if self.kind == "image":
            with open(self.path, "rb") as file:
                file.seek(1 << 20)
                data = file.read()
            with open(self.path + ".fat", "wb") as file:
                file.write(data)
            done = subprocess.run(["fsck.fat", "-n", self.path + ".fat"], check=False, capture_output=True)
            assert done.returncode == 0, done.stdout.decode()


@pytest.fixture(params=KINDS)
def esp(request, tmp_path):
    return Esp(tmp_path, request.param)


def file_of(tmp_path, data, name="given.ko"):
    path = str(tmp_path / name)
    with open(path, "wb") as file:
        file.write(data)
    return path


# ----------------------------------------------------------------------------------------- add

def test_adds_a_file_and_its_lines(esp, tmp_path):
    data = extra()
    path = stored("extra", data)
    out = esp.good("add", file_of(tmp_path, data), "phase=BOOT1", "tunable.size=5")
    assert esp.read(path) == data
    assert esp.conf() == (GOOD_CONF + 'extra_load="YES"\nextra_name="/%s"\nextra_phase="BOOT1"\nextra.size="5"\n' % path)
    assert esp.conf("loader.conf.prev") == GOOD_CONF
    assert path + ": stored, " in out and "loader.conf.prev" in out and 'extra_phase="BOOT1"' in out
    esp.good("check", "-W")
    assert " extra " in esp.good("list")
    esp.fsck()
    before = esp.all()
    out = esp.good("add", file_of(tmp_path, data))
    assert "already on the volume" in out and "nothing to change" in out and esp.all() == before


def test_an_update_keeps_settings_and_the_old_file(esp, tmp_path):
    old, new = extra(), extra("author=another")
    esp.good("add", file_of(tmp_path, old), "phase=BOOT1", "flags=a b")
    esp.good("set", "extra", "load=NO")
    before = esp.conf()
    esp.good("add", file_of(tmp_path, new))
    assert esp.conf() == before.replace(stored("extra", old), stored("extra", new))
    assert esp.conf("loader.conf.prev") == before
    assert esp.read(stored("extra", old)) == old and esp.read(stored("extra", new)) == new
    esp.good("check", "-W", "loader.conf.prev")


def test_a_pin_follows_the_file(esp, tmp_path):
    old, new = extra(), extra("author=another")
    esp.good("add", file_of(tmp_path, old))
    esp.good("pin", "extra")
    esp.good("add", file_of(tmp_path, new))
    assert 'extra_sha256="%s"' % hashlib.sha256(new).hexdigest() in esp.conf()
    esp.good("check", "-W")


def test_a_module_called_kernel_keeps_the_pin_of_the_kernel(tmp_path):
    root = volume(str(tmp_path / "esp"))
    assert btl("pin", "-C", root, "kernel").status == 0
    pinned = read(root + "/loader.conf")
    assert btl("add", "-C", root, file_of(tmp_path, module("kernel", ALL))).status == 0
    assert read(root + "/loader.conf").startswith(pinned)
    assert btl("check", "-W", "-C", root).status == 0


def test_a_new_file_is_on_trial(esp, tmp_path):
    esp.good("add", "--trial=2", file_of(tmp_path, extra()))
    assert 'boot_tries="2"\n' in esp.conf() and esp.conf("loader.conf.prev") == GOOD_CONF


def test_an_update_that_breaks_dependents_is_refused(esp, tmp_path):
    """They are named; with --force the file is stored."""
    less = module("lib", ALL, exports=["lib_other"])
    result = esp.refused("add", file_of(tmp_path, less))
    assert result.problems() == ["link-unresolved", "link-unresolved", "plan-dependency-failed", "host-edit-refused"]
    for name in ("early", "driver"):
        assert b"error: %s: symbol lib_new" % name.encode() in result.err
    out = esp.good("add", "--force", file_of(tmp_path, less))
    assert esp.read(stored("lib", less)) == less
    assert "\nlib: needed by early (cannot be loaded), driver (cannot be loaded)\n" in out


def test_it_says_what_becomes_of_dependents(esp, tmp_path):
    more = module("lib", ALL, exports=["lib_new", "lib_more"])
    out = esp.good("add", file_of(tmp_path, more))
    assert out.endswith("\nlib: needed by early, driver\n")
    assert "needed by" not in esp.good("add", file_of(tmp_path, extra()))
    assert "needed by" not in esp.good("add", "-n", file_of(tmp_path, more))


def test_several_modules_that_need_each_other(esp, tmp_path):
    base = module("base", ALL, exports=["base_new"])
    upper = module("upper", ALL, "depends=base", needs=["base_new"])
    assert esp.refused("add", file_of(tmp_path, upper)).problems()[-1] == "host-edit-refused"
    esp.good("add", file_of(tmp_path, upper, "u.ko"), file_of(tmp_path, base, "b.ko"))
    esp.good("check", "-W")
    assert esp.read(stored("base", base)) == base and esp.read(stored("upper", upper)) == upper
    esp.fsck()


def test_a_dry_run_writes_nothing(esp, tmp_path):
    before, data = esp.all(), extra()
    out = esp.good("add", "-n", file_of(tmp_path, data))
    assert out == GOOD_CONF + 'extra_load="YES"\nextra_name="/%s"\n' % stored("extra", data)
    assert esp.all() == before


def test_a_damaged_copy_on_the_volume_is_replaced(esp, tmp_path):
    data = extra()
    esp.good("add", file_of(tmp_path, data))
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    if esp.kind == "tree":
        write(esp.path, {stored("extra", data): damaged})
    else:
        subprocess.run(["mcopy", "-o", "-i", esp.path + "@@1M", "-", "::/" + stored("extra", data)], input=damaged,
                       check=True)
    assert ": stored, " in esp.good("add", file_of(tmp_path, data))
    assert esp.read(stored("extra", data)) == data
    esp.fsck()


def test_another_file_with_the_same_first_digits(esp, tmp_path):
    """A configuration may use it: two modules are searched whose hashes begin alike."""
    begin, end = extra("author=########").split(b"########")
    known, number, other = {}, 0, None
    while other is None:
        data = begin + b"%08d" % number + end
        other = known.setdefault(hashlib.sha256(data).digest()[:4], number)
        other, number = (None if other == number else begin + b"%08d" % other + end), number + 1
    assert stored("extra", data) == stored("extra", other)
    esp.good("add", file_of(tmp_path, other))
    result = esp.refused("add", file_of(tmp_path, data))
    assert result.codes() == ["host-add-same-hash"] and b"/" + stored("extra", data).encode() in result.err


@pytest.mark.parametrize("data,code", [
    (b"text\n", "elf-not-elf"), (b"", "elf-empty"), (elf.kernel(), "elf-not-relocatable"),
    (extra()[:-100], "elf-")])
def test_what_is_no_module_is_refused(tmp_path, data, code):
    esp = Esp(tmp_path, "tree")
    result = esp.refused("add", file_of(tmp_path, data))
    assert result.problems()[0].startswith(code), result.err


def test_missing_and_equal_files_are_refused(tmp_path):
    esp = Esp(tmp_path, "tree")
    given = file_of(tmp_path, extra())
    assert esp.refused("add", str(tmp_path / "none.ko")).problems() == ["host-no-file"]
    assert esp.refused("add", given, given).problems() == ["host-same-name"]


@pytest.mark.parametrize("words,text", [
    ([], "the file of a module is missing"), (["phase=BOOT1"], "the file of a module is missing"),
    (["F", "phase=BOOT1", "F"], "name the files first"), (["F", "F", "phase=BOOT1"], "with one file alone"),
    (["F", "size=4"], "F tunable.size=4"), (["F", "phse=BOOT1"], "F phase=BOOT1"),
    (["F", "early_phase=BOOT1"], "btl set early phase=BOOT1"), (["F", "quiet=YES"], "btl set -g quiet=YES"),
    (["-g", "F"], "without -g"), (["--trial", "3", "F"], "type: --trial=3"), (["F", "=x"], "is not of the form KEY=VALUE")])
def test_bad_command_lines(tmp_path, words, text):
    esp, given = Esp(tmp_path, "tree"), file_of(tmp_path, extra())
    result = esp.refused("add", *[given if word == "F" else word for word in words])
    assert result.codes() == ["host-usage"] and text.replace("F ", "btl add %s " % given) in result.err.decode()


def test_a_value_that_check_rejects(esp, tmp_path):
    result = esp.refused("add", file_of(tmp_path, extra()), "phase=BOOT9")
    assert result.problems()[-1] in ("host-edit-refused", "host-edit-no-effect")


def test_a_path_with_an_equals_sign_is_a_file(tmp_path):
    esp = Esp(tmp_path, "tree")
    given = file_of(tmp_path, extra(), "a=b.ko")
    esp.good("add", given)


def test_makes_loader_conf_where_there_is_none(esp, tmp_path):
    esp.good("add", "-f", "new.conf", file_of(tmp_path, extra()))


# ----------------------------------------------------------------------------------- directories

def test_the_first_directory_that_exists(esp, tmp_path):
    esp.good("set", "-g", "module_path=/none;/modules;/kernel")
    esp.good("add", file_of(tmp_path, extra()))
    assert os.path.basename(stored("extra", extra())) in esp.modules()


@pytest.mark.parametrize("kind", KINDS)
def test_a_directory_is_made(tmp_path, kind):
    esp = Esp(tmp_path, kind, 'kernel="/kernel/kernel.elf"\nmodule_path="/a/Longer than 8/b"\n')
    esp.good("add", file_of(tmp_path, extra()))
    esp.good("check", "-W")
    assert esp.names("a/Longer than 8/b") == [os.path.basename(stored("extra", extra()))]
    esp.fsck()


def test_a_file_is_where_the_directory_should_be(tmp_path):
    root = volume(str(tmp_path / "esp"), 'kernel="/kernel/kernel.elf"\nmodule_path="/loader.conf"\n')
    result = btl("add", "-C", root, file_of(tmp_path, extra()))
    assert result.status == 2 and result.problems()[-1] == "host-write"


# ---------------------------------------------------------------------------- what cannot be written

def fill(disk, free):
    """Leave less than `free` bytes."""
    info = subprocess.run(["mdir", "-i", disk, "::/"], check=True, capture_output=True).stdout.decode()
    left = int("".join(c for c in info.splitlines()[-2] if c.isdigit()))
    subprocess.run(["mcopy", "-i", disk, "-", "::/filler"], input=b"f" * (left - free), check=True)


def test_a_full_image(tmp_path):
    esp = Esp(tmp_path, "image")
    fill(esp.path + "@@1M", 2048)
    assert esp.refused("add", file_of(tmp_path, extra() + b"x" * 9000)).problems() == ["fat-full"]


def test_every_amount_of_space(tmp_path):
    """Where the file fits and the text does not, loader.conf stands."""
    seen = set()
    for free in range(0, 6000, 512):
        esp = Esp(tmp_path, "image")
        fill(esp.path + "@@1M", free)
        result = esp.btl("add", file_of(tmp_path, extra()))
        there, changed = esp.read(stored("extra", extra())) == extra(), esp.conf() != GOOD_CONF
        seen.add((there, changed))
        assert (result.status, result.problems()) == ((0, []) if changed else (2, ["fat-full"]))
        esp.good("check", "-W")
        esp.fsck()
    assert seen == {(False, False), (True, False), (True, True)}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("kind", KINDS)
def test_a_volume_that_cannot_be_written(tmp_path, kind):
    esp = Esp(tmp_path, kind)
    locked = esp.path if kind == "image" else esp.path + "/modules"
    os.chmod(locked, 0o444 if kind == "image" else 0o555)
    result = esp.refused("add", file_of(tmp_path, extra()))
    os.chmod(locked, 0o755)
    assert result.problems() == ["host-write"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_at_every_system_call(tmp_path, kind):
    """The text is the old or the new one, and names files that are there."""
    data = extra()
    files = {"loader.conf": GOOD_CONF, "kernel/kernel.elf": elf.kernel(),
             **{"modules/%s.ko" % name: content for name, content in good_modules().items()}}
    saved, root = str(tmp_path / "saved"), str(tmp_path / "esp")
    os.makedirs(saved)
    write(saved, files)
    if kind == "image":
        disk = str(tmp_path / "small")
        with open(disk, "wb") as file:
            file.truncate(200 * 512)
        subprocess.run(["mkfs.fat", "-F", "12", "-s", "1", disk], check=True, stdout=subprocess.DEVNULL)
        for directory in ("kernel", "modules"):
            subprocess.run(["mcopy", "-s", "-i", disk, saved + "/" + directory, "::/"], check=True)
        subprocess.run(["mcopy", "-i", disk, saved + "/loader.conf", "::/"], check=True)
        saved = disk
    words = ["add", "-C", root, file_of(tmp_path, data), "phase=BOOT1"]

    def restore():
        subprocess.run(["rm", "-rf", root], check=True)
        subprocess.run(["cp", "-a", saved, root], check=True)
    restore()
    numbers = kill_at.calls(TOOL, words)
    writes = [index for index, number in enumerate(numbers) if number not in (0, 9, 11, 12)]
    first = next(index for index in writes if numbers[index] in (kill_at.FSYNC, kill_at.PWRITE, 91, 93))
    seen = set()
    for index in [index for index in writes if index >= first - 3]:
        restore()
        kill_at.kill(TOOL, words, index)
        result = btl("check", "-W", "-C", root)
        assert result.status == 0, (index, result.err)
        seen.add("extra" in btl("get", "-C", root).out.decode())
    assert seen == {False, True}
    assert btl(*words).status == 0


# -------------------------------------------------------------------------------------- remove

def test_removes_lines_and_keeps_the_file_for_the_way_back(esp, tmp_path):
    data = extra()
    esp.good("add", file_of(tmp_path, data))
    before = esp.conf()
    result = esp.btl("remove", "extra")
    assert result.status == 0 and result.codes() == ["host-file-stays"]
    assert b"loader.conf.prev uses it; 'btl gc'" in result.err
    assert esp.conf() == GOOD_CONF and esp.conf("loader.conf.prev") == before
    assert esp.read(stored("extra", data)) == data


def test_deletes_a_file_that_no_configuration_uses(esp):
    """idle is not loaded by .prev either, once that has no line of it."""
    esp.good("unset", "idle")
    esp.good("set", "-g", "quiet=YES")
    out = esp.good("remove", "idle")
    assert "modules/idle.ko: deleted\n" in out
    assert esp.modules() == ["driver.ko", "early.ko", "late.ko", "lib.ko"]
    esp.good("check", "-W")
    esp.fsck()


@pytest.mark.parametrize("name", ["loader.conf.d/other.conf", "loader.conf.d/other.conf.prev"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_configuration_stays(tmp_path, kind, name):
    """Found by name, or named in another way to write its path."""
    for line in ('idle_load="YES"\n', 'idle_load="NO"\nidle_name="//MODULES/./idle.KO"\n'):
        esp = Esp(tmp_path, kind, GOOD_CONF.replace("idle", "#idle"),
                  {name: 'kernel="/kernel/kernel.elf"\n' + line, "loader.conf.d/other.conf": ""} if name.endswith("prev")
                  else {name: 'kernel="/kernel/kernel.elf"\n' + line})
        result = esp.btl("remove", "idle", *(["-f", name[:-5]] if name.endswith("prev") else []))
        assert result.status == 0 and result.codes() == ["host-file-stays"], result.err
        assert name.encode() in result.err and b"delete the file yourself" in result.err
        assert "idle.ko" in esp.modules()


def test_what_others_need_is_not_removed(esp, tmp_path):
    result = esp.refused("remove", "lib")
    assert result.problems()[-1] == "host-edit-refused"
    assert b"early: " in result.err and b"driver: " in result.err
    lib = module("lib", ALL, "author=another", exports=["lib_new"])
    esp.good("add", file_of(tmp_path, lib))
    result = esp.refused("remove", "lib")  # although an old lib.ko is there
    assert result.problems()[-1] == "host-edit-refused" and b"early: " in result.err
    result = esp.btl("remove", "early", "driver", "late", "lib")
    assert result.status == 0 and set(result.codes()) == {"host-file-stays"}
    assert esp.conf() == "".join(line for line in GOOD_CONF.splitlines(True)
                                 if line.startswith(("kernel", "idle", "#", "\n"))).replace(
        "\n\n", "\n\n# first of all\n")


def test_force_leaves_the_file_to_those_that_find_it(esp):
    result = esp.btl("remove", "--force", "lib")
    assert result.status == 0 and set(result.codes()) == {"host-edit-forced", "host-file-stays"}
    assert "lib.ko" in esp.modules()


def test_a_dry_run_removes_nothing(esp):
    before = esp.all()
    assert esp.good("remove", "-n", "idle") == GOOD_CONF.replace('idle_load="YES"\nidle_phase="AUTO"\n', "")
    assert esp.all() == before


def test_a_removal_on_trial(esp):
    esp.good("remove", "--trial", "idle")
    assert 'boot_tries="3"\n' in esp.conf() and "idle.ko" in esp.modules()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_another_ending_stays(tmp_path, kind):
    """The old text was on trial, so that it does not become loader.conf.prev, which would use the file."""
    lines = 'boot_tries="3"\nghost_load="NO"\nghost_name="/EFI/BOOT/BOOTX64.EFI"\n'
    esp = Esp(tmp_path, kind, GOOD_CONF + lines)
    result = esp.btl("remove", "ghost")
    assert result.status == 0 and result.codes() == ["host-trial-no-prev", "host-file-foreign"], result.err
    assert esp.read("EFI/BOOT/BOOTX64.EFI") == b"MZ a loader"


@pytest.mark.parametrize("words,code", [([], "host-usage"), (["-g", "x"], "host-usage"), (["none"], "host-not-mentioned"),
                                        (["idle", "none"], "host-not-mentioned"), (["idle_load"], "host-usage"),
                                        (["--trial", "3"], "host-usage"), (["-f", "no.conf", "x"], "host-edit-no-file")])
def test_bad_removals(tmp_path, words, code):
    assert Esp(tmp_path, "tree").refused("remove", *words).codes() == [code]


def test_a_configuration_that_cannot_be_read_keeps_every_file(tmp_path):
    esp = Esp(tmp_path, "tree", GOOD_CONF.replace("idle", "#idle"))
    os.makedirs(esp.path + "/loader.conf.d/other.conf")
    result = esp.btl("remove", "idle")
    assert result.status == 2 and result.problems() == ["file-is-directory", "host-uses-unknown"]
    assert "idle.ko" in esp.modules()


def test_variables_that_cannot_be_read(tmp_path):
    esp = Esp(tmp_path, "tree")
    assert esp.refused("remove", "--efivars", str(tmp_path / "none"), "idle").codes() == ["host-no-file"]
