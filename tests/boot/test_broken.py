# SPDX-License-Identifier: BSD-2-Clause
"""Files that cannot be loaded: the message says what, where and why, and the other modules are loaded."""
import os
import re
import struct
import subprocess

import pytest

from btlboot import (ARCH, BAD, GOOD, LIMIT, PROMPT, ROOT, STOP, boot, conf, default_tree, make_image, module, read,
                     started, test_module as bad_module)
from test_default import PHASES

ALL = set(PHASES)
# The machine of the built files, and e_machine of the other one. test_ia64.py runs the tests of this file that apply
# to ia64.
THIS, OTHER, OTHER_NUMBER = {"x86_64": ("x86-64", "ia64", 50), "ia64": ("ia64", "x86-64", 62)}[ARCH]


def add(name, phase="BOOT1", **more):
    """Return a defective module and its lines of loader.conf."""
    lines = '%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase)
    lines += "".join('%s_%s="%s"\n' % (name, key, value) for key, value in more.items())
    return {"modules/%s.ko" % name: bad_module(name)}, lines


def boot_with(*modules, extra=""):
    files, text = {}, ""
    for those, lines in modules:
        files.update(those)
        text += lines
    return boot(files=files, text=conf(text + extra))


def failed(result, name, code):
    assert result.module(name)["state"] == "failed", result.text
    assert result.module(name)["reason"].endswith("[%s]" % code)
    assert code in result.codes()


def wrong_machine(file, machine=183):
    """183: AArch64."""
    return file[:18] + struct.pack("<H", machine) + file[20:]


def stopped(result, *parts):
    result.says(*parts)
    result.says("cannot boot")
    assert "BTL-REPORT" not in result.text


# ---------------------------------------------------------------------------------------- the kernel

def test_missing_kernel():
    stopped(boot(files={"kernel/kernel.elf": None}, until=STOP),
            "/kernel/kernel.elf", "[file-not-found]")


def test_wrong_kernel_path_in_loader_conf():
    result = boot(text=conf('kernel="/kernel/nothing.elf"\n'), until=STOP)
    stopped(result, "/kernel/nothing.elf", "[file-not-found]")


def test_truncated_kernel():
    kernel = read(default_tree()["kernel/kernel.elf"])
    stopped(boot(files={"kernel/kernel.elf": kernel[:len(kernel) // 2]}, until=STOP),
            "/kernel/kernel.elf", "cut short")


def test_kernel_of_the_other_architecture():
    kernel = wrong_machine(read(default_tree()["kernel/kernel.elf"]), OTHER_NUMBER)
    stopped(boot(files={"kernel/kernel.elf": kernel}, until=STOP),
            "/kernel/kernel.elf", "built for " + OTHER, "[elf-machine]")


def test_kernel_that_is_no_elf_file():
    stopped(boot(files={"kernel/kernel.elf": b"#!/bin/sh\n" * 100}, until=STOP),
            "/kernel/kernel.elf", "[elf-not-elf]")


def test_key_press_opens_the_menu_which_returns_to_the_firmware():
    """The firmware continues with its shell."""
    with started({"kernel/kernel.elf": None}) as machine:
        machine.expect(r"Press a key for the menu, or the machine returns to the firmware in 60 s")
        machine.send(" ")
        machine.expect("menu> |boot menu")
        machine.send("q\r")
        machine.expect("UEFI Interactive Shell|Boot Manager|Select Entry")


# --------------------------------------------------------------------------------------- the modules

@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_missing_module(phase):
    result = boot(files={"modules/hello.ko": None}, text=conf('hello_phase="%s"\n' % phase))
    assert result.module("hello")["state"] == "failed"
    result.says("/modules/hello.ko", "[file-not-found]")
    assert result.loaded() == ALL - {"hello"}


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_truncated_module(phase):
    result = boot(files={"modules/hello.ko": module("hello")[:900]},
                  text=conf('hello_phase="%s"\n' % phase))
    assert result.module("hello")["state"] == "failed"
    result.says("/modules/hello.ko", "cut short")
    assert result.loaded() == ALL - {"hello"}


def test_module_of_another_machine():
    result = boot(files={"modules/hello.ko": wrong_machine(module("hello"))})
    assert result.module("hello")["state"] == "failed"
    result.says("/modules/hello.ko", "built for aarch64", "[elf-machine]")
    assert result.loaded() == ALL - {"hello"}


def test_module_of_the_other_architecture():
    result = boot(files={"modules/hello.ko": wrong_machine(module("hello"), OTHER_NUMBER)})
    assert result.module("hello")["state"] == "failed"
    result.says("/modules/hello.ko", "built for %s, but %s is needed" % (OTHER, THIS), "[elf-machine]")
    assert result.loaded() == ALL - {"hello"}


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_unresolved_symbols_are_all_named(phase):
    result = boot_with(add("unresolved", phase))
    failed(result, "unresolved", "link-unresolved")
    for name in ("missing_one", "missing_two", "missing_three"):
        result.says("unresolved", name, "[link-unresolved]")
    assert result.loaded() == ALL


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_undeclared_dependency(phase):
    result = boot_with(add("undeclared", phase))
    failed(result, "undeclared", "link-undeclared-dependency")
    result.says("ring_new", "exported by ring", "[link-undeclared-dependency]")
    assert result.loaded() == ALL


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_writable_code(phase):
    result = boot_with(add("writablecode", phase))
    failed(result, "writablecode", "link-write-exec")
    assert result.loaded() == ALL


def test_cycle():
    result = boot_with(add("cycle_a"), add("cycle_b"), add("cycle_c"))
    result.says("cycle_a -> cycle_b -> cycle_c -> cycle_a", "[plan-cycle]")
    for name in ("cycle_a", "cycle_b", "cycle_c"):
        assert result.module(name)["state"] == "failed"
    assert result.loaded() == ALL


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_phase_violation(phase):
    result = boot_with(add("runonly", phase))
    failed(result, "runonly", "plan-phase-unsupported")
    line = conf('runonly_load="YES"\n').count("\n") + 1
    result.says("/loader.conf:%d:" % line, "runonly", "configured for " + phase, "supports only RUN")
    assert result.loaded() == ALL


def test_dependency_that_cannot_be_loaded_so_early():
    files, lines = add("needsrunonly")
    files["modules/runonly.ko"] = bad_module("runonly")
    result = boot_with((files, lines))
    failed(result, "needsrunonly", "plan-dependency-phase")
    result.says("needsrunonly", "needs runonly in phase BOOT1")
    assert result.loaded() == ALL


def test_driver_type_in_phase_1():
    result = boot_with(add("earlydriver"))
    failed(result, "earlydriver", "plan-type-in-phase1")
    assert result.loaded() == ALL


def test_interface_version():
    result = boot_with(add("needs9"))
    failed(result, "needs9", "plan-interface-version")
    result.says("needs9", "kernel:9.0", "kernel:1.")
    assert result.loaded() == ALL


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_load_function_that_fails(phase):
    result = boot_with(add("fails", phase), add("needsfails", phase))
    assert result.module("fails")["state"] == "failed"
    assert result.module("needsfails")["state"] == "failed"
    result.says("needsfails: it needs fails")
    assert "needsfails: must not be loaded" not in result.text
    assert result.loaded() == ALL
    assert result.end["modules_failed"] == "2" and result.end["required"] == "ok"
    assert result.status == GOOD


# ---------------------------------------------------------------------------------- required modules

def test_required_module_missing_stops_the_boot():
    result = boot(files={"modules/hello.ko": None}, text=conf('hello_required="YES"\n'),
                  until=STOP)
    stopped(result, "hello", "required")
    result.says("/modules/hello.ko", "[file-not-found]")


def test_required_module_missing_resets():
    """QEMU runs with -no-reboot: a reset ends QEMU with status 0."""
    text = conf('hello_required="YES"\nrequired_failure="reset"\n')
    with started({"modules/hello.ko": None, "loader.conf": text.encode()}) as machine:
        machine.expect("Press a key for the menu, or the machine resets in 60 s")
        assert machine.wait() == 0


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_required_module_fails_in_the_kernel(phase):
    result = boot_with(add("fails", phase, required="YES"))
    assert result.status == BAD
    assert result.end["required"] == "failed"
    result.says("BOOT STOPPED: required module fails was not loaded")
    assert result.module("fails")["required"] == "yes"


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_required_module_fails_in_the_kernel_at_a_terminal(phase):
    """required_failure="stop": a rescue monitor, which shows the reason."""
    files, lines = add("fails", phase, required="YES")
    files["loader.conf"] = conf(lines, options="").encode()
    with started(files) as machine:
        machine.expect("BOOT STOPPED: required module fails was not loaded")
        machine.expect("rescue> ")
        machine.send("modinfo fails\r")
        assert "run-load-function" in machine.expect("rescue> ")


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_required_module_fails_in_the_kernel_and_resets(phase):
    files, lines = add("fails", phase, required="YES")
    result = boot(files=files, text=conf(lines + 'required_failure="reset"\n', options=""))
    assert result.status == 0  # -no-reboot: the reset ends QEMU
    result.says("BOOT STOPPED: required module fails was not loaded")
    assert "btl> " not in result.text


def test_run_without_a_terminal_fails_when_a_required_module_does(tmp_path):
    """tools/run.sh exits 0 only if every required module was loaded."""
    files, lines = add("fails", "BOOT2", required="YES")
    files["loader.conf"] = conf(lines, options="").encode()
    make_image(str(tmp_path), files)
    done = subprocess.run(["tools/run.sh"], cwd=ROOT, check=False, text=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, O=str(tmp_path), BTL_TIMEOUT=str(10 * LIMIT)),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 1, done.stdout
    assert "BTL-REPORT end failed required=failed" in done.stdout
    assert "run: the boot failed: a required module was not loaded" in done.stdout


# ------------------------------------------------------------------------------------------- panics

def test_page_service_in_phase_1_is_a_panic_that_says_so():
    result = boot_with(add("earlypage", "BOOT1"))
    assert result.status == BAD
    result.says("PANIC", "page_alloc", "phase 1")
    result.says("while the load function of module earlypage was running")


def test_page_service_in_phase_2_works():
    result = boot_with(add("tooearly", "BOOT2"))
    assert result.status == GOOD
    result.says("tooearly: got a page")


def test_module_that_uses_a_page_service_is_refused_for_phase_1():
    result = boot_with(add("tooearly", "BOOT1"))
    failed(result, "tooearly", "plan-call-too-early")
    result.says("tooearly: it is to be loaded in BOOT1 and uses page_alloc")
    result.says("tooearly: it is to be loaded in BOOT1 and uses page_free")
    assert "got a page" not in result.text


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_backtrace_of_a_fault_names_module_functions(phase):
    result = boot_with(add("fault", phase))
    assert result.status == BAD
    result.says("fault_inner+", "[fault]")
    result.says("fault_outer+", "[fault]")
    result.says("kmain+")
    result.says("ffffffffffe00000")
    assert PROMPT not in result.text


def test_module_that_uses_up_the_memory_of_phase_1():
    """Modules that find no memory fail with their names and reasons; the boot goes on."""
    files, lines = add("eatsarena")
    result = boot(files=files, text=lines + conf())
    assert result.module("eatsarena")["state"] == "loaded"
    faulty = {name for name in result.modules if result.module(name)["state"] == "failed"}
    assert faulty == {"ring", "earlylog", "clock", "entropy", "hello"} | (faulty & {"pagetest", "rtc"})
    for name in faulty:
        reason = result.module(name)["reason"]
        assert re.match(r"error: %s: .*\[(no-memory|run-dependency)\]$" % name, reason), reason
        result.says("error: %s: " % name)
    assert "lost" not in result.text
    assert result.loaded() == set(PHASES) - faulty | {"eatsarena"}
    assert result.end is not None and result.status == GOOD


def test_module_that_fails_gives_its_memory_of_phase_1_back():
    """The other modules find memory; commands show the size and the use."""
    files, lines = add("eatsarena")
    text = lines + 'early_size="3M"\neatsarena.fail="YES"\n' + conf(options="")
    with started({**files, "loader.conf": text.encode()}) as machine:
        machine.expect(PROMPT)
        full, used = machine.command("kmadmin -S"), machine.command("memmap")
        shown = machine.text()
    eaten = int(re.search(r"eatsarena: (\d+) bytes eaten", shown)[1])
    assert 5 << 19 < eaten < (3 << 20) + (64 << 10)  # 1 KiB for each module, too
    left = int(re.search(r"eatsarena: did not free (\d+) bytes of the memory of phase 1; freed now", shown)[1])
    assert eaten < left < (3 << 20) + (128 << 10)
    assert "error -5 (input/output error)" in shown
    sizes = re.search(r"memory of phase 1: ([\d.]+) MiB, in use (\d+) KiB, at most ([\d.]+) MiB \(early_size\)", used)
    assert 3 <= float(sizes[1]) < 3.1 and 64 <= int(sizes[2]) < 256 and float(sizes[3]) > 2.9
    own = {name: int(size) for name, size in re.findall(
        r"Module Name +(\w+)\n(?:(?!Module Name).*\n)*?Module Phase 1 Memory +(\d+)", full.replace("\r", ""))}
    assert own["ring"] > 64 << 10 and "eatsarena" not in own  # the log is in the ring of earlylog
    assert {"earlylog", "clock", "entropy", "hello"} < set(own) and own["pci"] == 0


def test_log_without_memory():
    files, lines = add("eatsarena")
    result = boot(files=files, text=lines + conf('eatsarena.leave="32768"\n'))
    result.says("earlylog: no memory for 65536 bytes")
    assert "error -12 (out of memory)" in result.module("earlylog")["reason"]
    failed(result, "earlylog", "run-load-function")
    assert result.module("ring")["state"] == "loaded"


def test_log_whose_size_is_no_power_of_two():
    result = boot(text=conf('earlylog.size="5000"\n'))
    result.says("earlylog: earlylog.size=5000 is not a power of two")
    assert "error -22 (invalid value)" in result.module("earlylog")["reason"]
