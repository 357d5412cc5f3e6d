# SPDX-License-Identifier: BSD-2-Clause
"""btl check: good and bad volumes. The messages are those of the loader's steps."""
import os
import shutil
import subprocess

import pytest

import elf
from btltest import ALL, GOOD_CONF, O, ROOT, btl, golden, image, module, read, volume, write
from layouts import lay_out


def check(tmp_path, conf=GOOD_CONF, files=None, *words):
    root = volume(str(tmp_path / "esp"), conf, files)
    return btl("check", *words, "-C", "esp", cwd=tmp_path), root


def test_good_tree(tmp_path):
    result, _ = check(tmp_path)
    golden("check-good", result)


@pytest.mark.parametrize("command", ["check", "list"])
def test_an_image_without_an_option(tmp_path, command):
    """A user who leaves out -C means the image, and not a loader.conf of 36 MiB."""
    image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp"), GOOD_CONF))
    given, named = (btl(command, *words, "disk.img", cwd=tmp_path) for words in ([], ["-C"]))
    assert given.status == named.status == 0 and (given.out, given.err) == (named.out, named.err)


def test_good_image(tmp_path):
    root = volume(str(tmp_path / "esp"))
    image(str(tmp_path / "disk.img"), root)
    golden("check-good-image", btl("check", "-C", "disk.img", cwd=tmp_path))


def test_good_fat_image_without_partitions(tmp_path):
    root = volume(str(tmp_path / "esp"))
    disk = read(image(str(tmp_path / "disk.img"), root))
    write(tmp_path, {"fat.img": disk[1 << 20:-(1 << 20)]})
    assert btl("check", "-C", tmp_path / "fat.img").status == 0


def test_volume_is_where_loader_conf_lies(tmp_path):
    volume(str(tmp_path / "esp"))
    assert btl("check", "esp/loader.conf", cwd=tmp_path).status == 0
    assert btl("check", "loader.conf", cwd=tmp_path / "esp").status == 0
    assert btl("check", cwd=tmp_path / "esp").status == 0


def test_names_compare_without_case_as_on_fat(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF + 'kernel="/Kernel/KERNEL.ELF"\nidle_name="/MODULES/Idle.ko"\n')
    assert (result.status, result.codes()) == (0, ["conf-assigned-again"])


def test_a_misspelled_module(tmp_path):
    """The line and the nearest name are named, whatever else the file says about either module."""
    for conf, near in (('erly_load="YES"\n', "early"), (GOOD_CONF + 'drive_load="YES"\n', "driver"),
                       ('x_load="YES"\nx_name="/modules/drver.ko"\n', "/modules/driver.ko")):
        result, _ = check(tmp_path, conf)
        assert result.status == 2 and result.codes() == ["file-not-found", "boot-module-line"]
        line = conf.count("\n")
        assert ('esp/loader.conf:%d:1: note: ' % line).encode() in result.err
        assert ('did you mean "%s"?' % near).encode() in result.err


@pytest.mark.parametrize("where", ["tree", "image"])
def test_directories_of_module_path(tmp_path, where):
    """Those that exist are found as the firmware finds them: without case, on FAT also by their short name."""
    names = ["/None", "/MORE"] + (["/LONGNA~1"] if where == "image" else ["/long name"])
    conf = GOOD_CONF + 'module_path="%s"\nother_load="YES"\nthird_load="YES"\n' % ";".join(names + ["/modules"])
    root = volume(str(tmp_path / "esp"), conf, {"more/other.ko": module("other"), "Long name/third.ko": module("third")})
    place = image(str(tmp_path / "disk.img"), root) if where == "image" else root
    result = btl("check", "-C", place)
    assert "boot-no-directory" in result.codes() and result.status == 0, result.err
    assert b'not on the boot volume: 1 of 4, the first is "/None"' in result.err


@pytest.mark.parametrize("count", [16, 17])
def test_sixteen_directories_are_searched(tmp_path, count):
    directories = ["d%d" % number for number in range(count - 1)]
    conf = GOOD_CONF + 'module_path="%s;/modules"\n' % ";".join("/" + name for name in directories)
    result, _ = check(tmp_path, conf, {name + "/readme": b"" for name in directories})
    assert ("boot-directories" in result.codes()) == (count > 16)
    assert (result.status == 0) == (count <= 16), result.err


def test_no_directory_exists(tmp_path):
    """The message about a module names the first directory, as without a choice."""
    result, _ = check(tmp_path, GOOD_CONF + 'module_path="/one;/two"\n')
    assert b"esp/one/early.ko: error: early: the file does not exist" in result.err
    assert b"not on the boot volume: 2 of 2" in result.err


@pytest.mark.parametrize("line", ["erly_phase=BOOT1", "erly_flags=x", "erly.size=3", "early.ko_load=YES"])
def test_a_line_without_effect_is_a_warning(tmp_path, line):
    result, root = check(tmp_path, GOOD_CONF + line + "\n", None, "-W")
    assert result.status == 1 and len(result.codes()) == 1
    assert b"for example to early" in result.err or b'did you mean "early_load"?' in result.err
    write(root, {"loader.conf": GOOD_CONF})
    assert btl("set", "-C", root, "erly", "phase=BOOT1").codes() == ["plan-idle", "host-edit-refused"]


def test_a_key_that_is_set_twice(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF + 'title="a"\ntitle="b"\ntitle="c"\n', None, "-W")
    assert result.status == 0 and result.codes() == ["conf-assigned-again"] * 2
    first = GOOD_CONF.count("\n") + 1
    assert ("esp/loader.conf:%d:1: note: line %d sets title again" % (first, first + 2)).encode() in result.err


def test_a_path_that_ends_with_a_blank(tmp_path):
    result, _ = check(tmp_path, 'kernel="/kernel/kernel.elf "\n')
    assert b'"esp/kernel/kernel.elf ": error' in result.err
    assert b'names the kernel "/kernel/kernel.elf "' in result.err


def test_config_of_the_host_in_the_place_of_the_volumes(tmp_path):
    volume(str(tmp_path / "esp"))
    write(tmp_path, {"other.conf": 'early_load="YES"\nearly_phase="BOOT9"\n'})
    golden("check-other-config", btl("check", "-C", "esp", "-c", "other.conf", cwd=tmp_path))


def test_all_configurations(tmp_path):
    """Each configuration is checked as if it were booted; loader.conf.d in the order of the names."""
    files = {"loader.conf.prev": GOOD_CONF, "loader.conf.d/b.conf": GOOD_CONF.replace("BOOT1", "BOOT9"),
             "loader.conf.d/a.CONF": 'nowhere_load="YES"\n', "loader.conf.d/notes.txt": "=",
             "loader.conf.d/.conf": "="}
    root = volume(str(tmp_path / "esp"), files=files)
    result = btl("check", "--all", "-C", "esp", cwd=tmp_path)
    golden("check-all", result)
    assert result.status == 2
    disk = image(str(tmp_path / "disk.img"), root)
    on_image = btl("check", "--all", "-C", disk)
    assert on_image.codes() == result.codes() and on_image.out.count(b": good, ") == 2


def test_all_configurations_are_good(tmp_path):
    volume(str(tmp_path / "esp"))
    result = btl("check", "--all", "-W", cwd=tmp_path / "esp")
    assert result.status == 0 and result.out.count(b"\n") == 1
    for words in (["--all", "loader.conf"], ["--all", "-c", "loader.conf"]):
        assert btl("check", *words, cwd=tmp_path / "esp").codes() == ["host-usage"]


@pytest.mark.parametrize("level,prev,code", [
    ('required="YES"', False, "boot-required"), ('required="YES"', True, "boot-given-up"),
    ('on_error="halt"', True, "boot-required"), ('on_error="fallback"', True, "boot-given-up"),
    ('on_error="fallback"', False, None), ('on_error="warn"', True, None), ('on_error="ignore"', True, None)])
def test_what_a_failed_module_means(tmp_path, level, prev, code):
    files = {"modules/late.ko": None, **({"loader.conf.prev": GOOD_CONF} if prev else {})}
    result, _ = check(tmp_path, GOOD_CONF + "late_%s\n" % level, files)
    assert result.status == 2
    assert [it for it in result.problems() if it.startswith("boot-")] == ([code] if code else [])


def test_everything_wrong_is_found_in_one_run(tmp_path):
    """One run reports syntax, unknown key, phase, cycle, missing file, version, unresolved symbol and W+X."""
    conf = GOOD_CONF + """\
late_phase="BOOT1"
idle_lod="YES"
this is no assignment
a_load="YES"
b_load="YES"
nowhere_load="YES"
future_load="YES"
lonely_load="YES"
writable_load="YES"
early.sise="5"
"""
    files = {
        "modules/a.ko": module("a", "depends=b"),
        "modules/b.ko": module("b", "depends=a"),
        "modules/future.ko": elf.module("future", ["interface=kernel:2.0"]),
        "modules/lonely.ko": module("lonely", needs=["nobody_has_one", "nobody_has_two", "lib_new"]),
        "modules/writable.ko": module("writable", text_flags=7),
    }
    result, root = check(tmp_path, conf, files)
    golden("check-everything", result)
    image(str(tmp_path / "disk.img"), root)
    on_image = btl("check", "-C", "disk.img", cwd=tmp_path)
    assert on_image.codes() == result.codes()


@pytest.mark.parametrize("name,files,codes", [
    ("missing-kernel", {"kernel/kernel.elf": None}, ["file-not-found", "boot-kernel-line"]),
    ("kernel-is-text", {"kernel/kernel.elf": b"#!/bin/sh\n" * 30}, ["elf-not-elf", "boot-kernel-line"]),
    ("kernel-of-another-machine", {"kernel/kernel.elf": elf.kernel(machine=50)},
     ["elf-machine", "boot-kernel-line"]),
    ("kernel-outside-window", {"kernel/kernel.elf": elf.kernel(base=0x200000)}, ["boot-kernel-window"]),
    ("kernel-writable-code", {"kernel/kernel.elf": elf.kernel(flags=7)}, None),
    ("kernel-is-directory", {"kernel/kernel.elf": None, "kernel/kernel.elf/x": b""},
     ["file-is-directory", "boot-kernel-line"]),
    ("missing-module", {"modules/idle.ko": None}, ["file-not-found"]),
    ("truncated-module", {"modules/idle.ko": module("idle")[:200]}, None),
    ("empty-module", {"modules/idle.ko": b""}, ["elf-empty"]),
    ("module-of-another-machine", {"modules/idle.ko": module("idle", machine=50)}, ["elf-machine"]),
    ("module-of-another-name", {"modules/idle.ko": module("idol")}, ["plan-name-mismatch"]),
    ("missing-dependency", {"modules/lib.ko": None}, None),
])
def test_bad_files(tmp_path, name, files, codes):
    result, _ = check(tmp_path, GOOD_CONF, files)
    golden("check-" + name, result)
    assert result.status == 2
    if codes is not None:
        assert result.problems() == codes


@pytest.mark.parametrize("lines,codes", [
    ('aslr="YES"\n', ["aslr-fixed-kernel"]), ('aslr="NO"\n', []), ("", [])])
def test_random_addresses(tmp_path, lines, codes):
    """The host has no seed: it says what is true of the files."""
    result, _ = check(tmp_path, GOOD_CONF + lines)
    assert result.status == 0 and [code for code in result.codes() if code.startswith("aslr-")] == codes


def test_missing_loader_conf(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF, {"loader.conf": None})
    golden("check-missing-config", result)


@pytest.mark.parametrize("name,lines", [
    ("required", 'idle_required="YES"\nidle_name="/modules/none.ko"\n'),
    ("switched-off-dependency", 'lib_load="NO"\n'),
    ("blacklisted-dependency", 'module_blacklist="lib"\n'),
    ("late-dependency", 'driver_phase="BOOT1"\n'),
])
def test_bad_settings(tmp_path, name, lines):
    result, _ = check(tmp_path, GOOD_CONF + lines)
    golden("check-" + name, result)
    assert result.status == 2


def test_driver_type_in_phase_1(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF, {"modules/idle.ko": module("idle", ALL, "type=wsio_class", "majors=char:3")})
    assert result.codes() == ["plan-type-in-phase1"]


def test_use_of_what_is_no_declared_dependency(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF, {"modules/idle.ko": module("idle", needs=["lib_new"])})
    assert result.codes() == ["link-undeclared-dependency"]


def test_two_modules_export_one_name(tmp_path):
    result, _ = check(tmp_path, GOOD_CONF, {"modules/idle.ko": module("idle", exports=["lib_new"])})
    assert result.status == 2 and len(result.codes()) == 1


def test_warnings_count_with_strict_alone(tmp_path):
    conf = GOOD_CONF + 'early.sise="5"\n'
    assert check(tmp_path, conf)[0].status == 0
    result, _ = check(tmp_path, conf, None, "-W")
    golden("check-warning", result)
    assert result.status == 1


def test_memory(tmp_path):
    assert check(tmp_path, GOOD_CONF, None, "--memory", "128M")[0].status == 0
    result, _ = check(tmp_path, GOOD_CONF, None, "--memory", "1M")
    assert (result.status, result.codes()) == (2, ["host-memory"])
    for bad in ("", "x", "-1", "1Q", "1MM", "99999999999T"):
        assert check(tmp_path, GOOD_CONF, None, "--memory", bad)[0].codes() == ["host-usage"]


def test_window_too_small_for_phase_1(tmp_path):
    """The kernel ends just below the end of the window, so the modules do not fit."""
    kernel = elf.kernel(base=0xffffffffffa00000)
    result, _ = check(tmp_path, GOOD_CONF, {"kernel/kernel.elf": kernel})
    assert "boot-window-full" in result.codes()


IA64_KERNEL = elf.kernel(exports=(), machine=50, base=0xa000000000100000)


def test_machine(tmp_path):
    files = {"kernel/kernel.elf": IA64_KERNEL}
    assert check(tmp_path, 'kernel_options=""\n', files, "--machine", "ia64")[0].status == 0
    assert check(tmp_path, 'kernel_options=""\n', files)[0].codes() == ["elf-machine"]
    assert check(tmp_path, "", None, "--machine", "vax")[0].codes() == ["host-usage"]


def test_each_machine_has_its_window(tmp_path):
    files = {"kernel/kernel.elf": elf.kernel(exports=(), machine=50)}
    result, _ = check(tmp_path, 'kernel_options=""\n', files, "--machine", "ia64")
    assert result.status == 2 and result.codes() == ["boot-kernel-window"]


def test_machine_of_the_loader_on_the_volume(tmp_path):
    files = {"kernel/kernel.elf": IA64_KERNEL, "EFI/BOOT/BOOTX64.EFI": None,
             "EFI/BOOT/BOOTIA64.EFI": b"MZ"}
    assert check(tmp_path, 'kernel_options=""\n', files)[0].status == 0


@pytest.mark.parametrize("content,codes", [
    (b"", ["host-not-volume"]),
    (b"x" * 511, ["host-not-volume"]),
    (b"not an image\n" * 1000, ["host-not-volume"]),
    (bytes(510) + b"\x55\xaa" + bytes(100000), ["gpt-missing", "fat-bad"]), # it may have been a disk
], ids=["empty", "short", "text", "disk"])
def test_not_a_volume(tmp_path, content, codes):
    write(tmp_path, {"thing": content})
    result = btl("check", "-C", "thing", cwd=tmp_path)
    assert result.status == 2 and result.codes() == codes


def test_no_volume(tmp_path):
    assert btl("check", "-C", "nowhere", cwd=tmp_path).codes() == ["host-no-file"]


def test_disk_without_efi_system_partition(tmp_path):
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    subprocess.run(["sgdisk", "--typecode=1:8300", disk], check=True, stdout=subprocess.DEVNULL)
    golden("check-no-esp", btl("check", "-C", "disk.img", cwd=tmp_path))


@pytest.mark.parametrize("layout", ["mbr", "logical", "disk"])
def test_disks_without_a_gpt(tmp_path, layout):
    """A partition of an MBR, and a file system without a table: what UEFI boots from is a volume."""
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    lay_out(disk, layout)
    result = btl("check", "-W", "-C", disk)
    assert (result.status, result.codes()) == (0, [])


def test_mbr_without_an_efi_system_partition(tmp_path):
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    lay_out(disk, "mbr", 0x0c)
    result = btl("check", "-C", disk)
    assert (result.status, result.codes()) == (2, ["host-no-esp"])


def test_files_that_would_stay_on_a_disk_that_no_module_reads(tmp_path):
    """stage="boot" is a demand; the loader would leave files where nothing reads them."""
    root = volume(str(tmp_path / "esp"), conf=GOOD_CONF + 'stage="boot"\n')
    result = btl("check", "-W", "-C", root)
    assert (result.status, result.codes()) == (1, ["boot-stage"])


def test_damaged_primary_gpt_warns(tmp_path):
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    with open(disk, "r+b") as file:
        file.seek(512 + 16)
        file.write(b"\xff\xff")
    result = btl("check", "-W", "-C", disk)
    assert (result.status, result.codes()) == (1, ["gpt-primary-damaged"])


def test_truncated_image(tmp_path):
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    os.truncate(disk, 1 << 21)
    result = btl("check", "-C", disk)
    assert result.status == 2 and result.codes()


def test_thousands_of_modules_take_no_more_than_seconds(tmp_path):
    names = ["m%04d" % number for number in range(3000)]
    files = {"modules/%s.ko" % name: module(name, ALL) for name in names}
    conf = "".join('%s_load="YES"\n%s_phase="BOOT1"\nnone%s_load="YES"\n' % (name, name, name)
                   for name in names)
    result, _ = check(tmp_path, conf, files)
    assert result.problems() == ["file-not-found"] * 3000


# ------------------------------------------------------------------------------- single modules

def test_single_modules(tmp_path):
    write(tmp_path, {"%s.ko" % name: data for name, data in {
        "lib": module("lib", ALL, exports=["lib_new"]),
        "user": module("user", ALL, "depends=lib", needs=["lib_new", "kprintf"]),
        "bad": module("bad", ALL, needs=["no_such_thing"]),
        "wrong": module("other", ALL)}.items()})
    os.mkdir(tmp_path / "modules")
    golden("check-module-good", btl("check", "--module", "lib.ko", "user.ko", cwd=tmp_path))
    golden("check-module-bad", btl("check", "--module", "bad.ko", "wrong.ko", "user.ko", cwd=tmp_path))
    assert btl("check", "--module", "-L", "modules::.", "user.ko", cwd=tmp_path).status == 0
    result = btl("check", "--module", "-L", ".:nowhere:lib.ko:", "user.ko", cwd=tmp_path)
    assert result.status == 2 and result.codes() == ["host-no-file", "host-not-directory"]
    assert result.err.startswith(b"nowhere: error: ") and b"\nlib.ko: error: " in result.err
    assert btl("check", "--module", "none.ko", cwd=tmp_path).status == 2


@pytest.mark.parametrize("wrapper,code", [
    (None, "run-no-wrapper"), ((3, 48, 1), "run-wrapper-abi"), ((2, 40, 1), "run-wrapper-abi"),
    ((2, 48, 0), "run-wrapper-pointer"), ((1, 48, 1), None)])
def test_what_the_kernel_would_refuse(tmp_path, wrapper, code):
    """The kernel and btl check test the wrapper structure with the same code."""
    late = module("late", wrapper=wrapper)
    result, _ = check(tmp_path, 'late_load="YES"\n', {"modules/late.ko": late})
    assert (result.status, result.codes()) == ((2, [code]) if code else (0, []))
    alone = btl("check", "--module", "esp/modules/late.ko", cwd=tmp_path)
    assert (alone.status, alone.codes()) == (result.status, result.codes())


def test_two_files_of_one_name(tmp_path):
    write(tmp_path, {"a/m.ko": module("m"), "b/m.ko": module("m")})
    assert btl("check", "--module", "a/m.ko", "b/m.ko", cwd=tmp_path).codes() == ["host-same-name"]


def test_single_module_against_a_kernel(tmp_path):
    write(tmp_path, {"k.elf": elf.kernel(exports=["kprintf", "special"]),
                     "m.ko": module("m", ALL, needs=["special"])})
    assert btl("check", "--module", "--kernel", "k.elf", "m.ko", cwd=tmp_path).status == 0
    assert btl("check", "--module", "m.ko", cwd=tmp_path).codes() == ["link-unresolved"]


def test_tunables_that_are_described_and_not_declared(tmp_path):
    write(tmp_path, {"m.ko": module("m", ALL, "parm=depth:of the queue", "parmtype=depth:int")})
    assert btl("check", "--module", "m.ko", cwd=tmp_path).codes() == ["tunable-parm"]


CALLS = {"m.ko": module("m", ALL, needs=["page_alloc"]),
         "later.ko": module("later", ALL, "later=page_alloc", needs=["page_alloc"]),
         "boot2.ko": module("boot2", "phases=BOOT2,RUN", needs=["page_alloc"])}


def test_a_module_that_uses_an_export_too_early(tmp_path):
    """The file is judged by the earliest phase that it supports, and a foreign kernel by its own statement."""
    write(tmp_path, {**CALLS, "silent.elf": elf.kernel(exports=["page_alloc"]),
                     "run.elf": elf.kernel(exports=["page_alloc"], info=["export_phase=page_alloc:RUN"])})

    def codes(*words):
        return btl("check", "--module", *words, cwd=tmp_path).codes()

    assert codes("m.ko") == ["plan-call-too-early"]
    assert codes("later.ko", "boot2.ko") == []
    assert codes("--kernel", "silent.elf", "m.ko") == []
    assert codes("--kernel", "run.elf", "boot2.ko", "later.ko") == ["plan-call-too-early"]


@pytest.mark.parametrize("phase, found", [("BOOT1", ["plan-call-too-early"]), ("BOOT2", []), ("INIT", [])])
def test_what_a_module_uses_too_early_depends_on_its_configured_phase(tmp_path, phase, found):
    files = {"modules/m.ko": CALLS["m.ko"],
             "kernel/kernel.elf": elf.kernel(exports=["page_alloc"], info=["export_phase=page_alloc:BOOT2"])}
    result, _ = check(tmp_path, 'm_load="YES"\nm_phase="%s"\n' % phase, files)
    assert (result.codes(), result.status) == (found, 2 if found else 0)


@pytest.mark.parametrize("name", sorted(os.listdir(os.path.join(O, "modules")))
                         if os.path.isdir(os.path.join(O, "modules")) else [])
def test_own_modules_are_good(name):
    if name.endswith(".ko"):
        directory = os.path.join(O, "modules")
        assert btl("check", "--module", "-L", directory, os.path.join(directory, name)).status == 0


# ------------------------------------------------- the broken configurations of tests/boot, on the host

BOOT_CASES = [
    ("unresolved", "link-unresolved"), ("undeclared", "link-undeclared-dependency"),
    ("writablecode", "link-write-exec"), ("runonly", "plan-phase-unsupported"),
    ("earlydriver", "plan-type-in-phase1"), ("needs9", "plan-interface-version"),
]


@pytest.fixture(scope="module", name="own_tree")
def own_tree_fixture(tmp_path_factory):
    """The tree that `make run` boots."""
    built = ["btl.img"] + ["testmodules/%s.ko" % name for name, _ in BOOT_CASES]
    if not all(os.path.exists(os.path.join(O, file)) for file in built):
        pytest.skip("needs make image test-boot-files")
    root = tmp_path_factory.mktemp("own")
    files = {"kernel/kernel.elf": read(os.path.join(O, "kernel/kernel.elf")),
             "EFI/BOOT/BOOTX64.EFI": read(os.path.join(O, "efi/BOOTX64.EFI"))}
    for name in os.listdir(os.path.join(O, "modules")):
        if name.endswith(".ko"):
            files["modules/" + name] = read(os.path.join(O, "modules", name))
    write(root, files)
    return root


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
@pytest.mark.parametrize("name,code", BOOT_CASES)
def test_same_code_as_the_boot(own_tree, tmp_path, name, code, phase):
    if name in ("earlydriver", "needs9") and phase == "BOOT2":
        pytest.skip("booted in BOOT1")
    root = tmp_path / "esp"
    shutil.copytree(own_tree, root)
    conf = read(os.path.join(ROOT, "loader.conf")).decode()
    conf += '%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase)
    write(root, {"loader.conf": conf,
                 "modules/%s.ko" % name: read(os.path.join(O, "testmodules", name + ".ko"))})
    result = btl("check", "-C", root)
    assert result.status == 2 and set(result.codes()) == {code}


@pytest.mark.parametrize("line,code", [
    ('earlylog.size="64k"', "run-tunable-number"), ('pagetest.pages="0"', "run-tunable-range"),
    ("ramdisk.kib=99999", "run-tunable-range"), ('ramdisk.readonly="maybe"', "run-tunable-bool"),
    ('hello.greeting="%s"' % ("x" * 500), "run-tunable-long")])
def test_values_of_tunables_are_known_before_the_boot(own_tree, tmp_path, line, code):
    root = tmp_path / "esp"
    shutil.copytree(own_tree, root)
    write(root, {"loader.conf": read(os.path.join(ROOT, "loader.conf"))})
    name, value = line.replace('"', "").split("=")
    module, tunable = name.split(".")
    refused = btl("set", "-C", root, module, "tunable.%s=%s" % (tunable, value))
    assert refused.status == 2 and code in refused.codes()
    write(root, {"loader.conf": read(os.path.join(ROOT, "loader.conf")) + line.encode() + b"\n"})
    result = btl("check", "-C", root)
    assert result.status == 2 and set(result.codes()) - {"conf-assigned-again"} == {code}
    assert b": error: " + module.encode() + b": " in result.err


def test_own_image_is_good():
    disk = os.path.join(O, "btl.img")
    if not os.path.exists(disk):
        pytest.skip("needs make image")
    assert btl("check", "-W", "-C", disk).status == 0
