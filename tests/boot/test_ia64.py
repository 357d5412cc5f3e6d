# SPDX-License-Identifier: BSD-2-Clause
"""The boots on ia64: make test ARCH=ia64. The machine is an emulator that QEMU_IA64 names."""
import json
import os
import re
import shutil
import subprocess

import pexpect
import pytest

from btlboot import ARCH, GOOD, LIMIT, O, PHASES, PROGRAM, PROMPT, ROOT, boot, conf, read, started
from test_broken import add, boot_with
# These tests run here too.
from test_broken import (test_backtrace_of_a_fault_names_module_functions, test_cycle,
                         test_kernel_of_the_other_architecture, test_load_function_that_fails,
                         test_missing_module, test_module_of_the_other_architecture,
                         test_required_module_fails_in_the_kernel, test_truncated_module,
                         test_unresolved_symbols_are_all_named)
from test_default import test_every_module_in_its_phase
from test_many import many

ALL = set(PHASES)
pytestmark = pytest.mark.skipif(ARCH != "ia64", reason="these are for O=build/ia64")


@pytest.fixture(name="machine", autouse=True)
def fixture_machine(request):
    """Skip the tests that need a machine if there is none."""
    if not os.environ.get("QEMU_IA64") and request.node.name != "test_run_without_a_machine":
        pytest.skip("skipped: no ia64 machine (set QEMU_IA64)")


def run_sh(environment):
    return subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


# ------------------------------------------------------------------------------- the default image

def test_modules_did_their_work():
    text = boot().text
    assert "hello: hello from the boot volume, flags \"verbose=1\"" in text
    assert "256 pages in" in text and "0 not zeroed, 0 wrong" in text
    assert "(ACPI timer)" in text
    assert re.search(r"pci: [1-9]\d* functions", text)  # through SAL
    assert "interrupts: none that this kernel can use (on ia64 it knows no interrupt controller); drivers poll" in text


def test_order_and_place_of_phase_1():
    """The order: dependencies, then loader.conf. The addresses: in the window, from the next 2 MiB boundary after the
    kernel."""
    result = boot()
    addresses = sorted((int(result.module(name)["address"], 16), name)
                       for name in PHASES if PHASES[name] == "BOOT1")
    assert [name for _, name in addresses] == ["ring", "earlylog", "clock", "entropy", "hello"]
    assert addresses[0][0] % (2 << 20) == 0 and addresses[0][0] >> 39 == 0xa000000000000000 >> 39


def test_rate_of_the_counter_is_the_firmwares():
    """The rate is SAL's base frequency times PAL's ratio: a measured rate would not be round."""
    with started({"loader.conf": conf(options="").encode()}) as machine:
        machine.expect(PROMPT)
        assert "time stamps      200000000 ticks per second" in machine.command("manifest system")


def test_memory_of_3_gib():
    """Memory of more than 1 GiB, the size of one leaf of the direct map."""
    result = boot(text=conf(options="autotest"), memory="3072M")
    assert result.status == GOOD and result.loaded() == ALL
    size = float(re.search(r"VM: ([0-9.]+) GiB in the memory map", result.text)[1])
    assert 2.9 < size <= 3.1


def test_kernels_own_checks():
    """The selftest includes the page tables: no page is writable and executable."""
    result = boot(text=conf(options="autotest"))
    assert result.status == GOOD
    assert len(result.checks) >= 3
    assert {name: r for name, r in result.checks.items() if r != "ok"} == {}


def test_run_without_a_terminal():
    done = run_sh(dict(os.environ, ARCH=ARCH, O=O))
    assert done.returncode == 0, done.stdout
    assert "BTL-REPORT end ok" in done.stdout and "BTL 1.0 on " in done.stdout
    assert "warning: vibtanium" not in done.stdout
    assert done.stdout.endswith("run: every required module was loaded\n")


def test_run_on_a_terminal():
    """The monitor comes up and answers, and poweroff ends the machine with a good status."""
    terminal = pexpect.spawn(os.path.join(ROOT, "tools/run.sh"), cwd=ROOT, timeout=LIMIT,
                             env=dict(os.environ, ARCH=ARCH, O=O), encoding="utf-8", codec_errors="replace")
    terminal.expect(PROMPT)
    terminal.send("modinfo hello\r")
    terminal.expect("BOOT1")
    terminal.expect(PROMPT)
    terminal.send("modinfo pci\r")
    terminal.expect("BOOT2")
    terminal.expect(PROMPT)
    terminal.send("poweroff\r")
    terminal.expect(pexpect.EOF)
    assert terminal.wait() == 0


def test_run_without_a_machine():
    environment = {name: value for name, value in os.environ.items() if name != "QEMU_IA64"}
    done = run_sh(dict(environment, ARCH=ARCH, O=O))
    assert done.returncode == 1
    assert done.stdout == "no ia64 machine (set QEMU_IA64)\n"


# --------------------------------------------------------------------------------------- loader.conf

@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_module_switched_to_another_phase(phase):
    result = boot(text=conf('hello_phase="%s"\n' % phase))
    assert result.status == GOOD
    assert result.module("hello")["configured"] == phase
    assert result.module("hello")["phase"] == phase
    assert result.module("hello")["state"] == "loaded"


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_100_modules(phase):
    names = ["many%03d" % i for i in range(1, 100)]
    lines = "".join('%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase) for name in names)
    result = boot(files=many(100), text=conf(lines))
    assert result.status == GOOD
    assert result.loaded() == ALL | set(names) | {"many999"}
    assert {result.module(name)["phase"] for name in names} == {phase}


# --------------------------------------------------------------------------- what cannot be loaded

def test_volume_that_cannot_be_written():
    """This firmware can only read files: the manifest is not saved, and the boot continues."""
    result = boot(text=conf('manifest_save="YES"\n'))
    assert result.status == GOOD
    result.says("/btl/manifest.bin: warning", "[save-protected]")
    assert result.loaded() == ALL


# ----------------------------------------------------------------------------- the manifest, on the host

def btl(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


def test_host_reads_the_manifest_of_a_boot(tmp_path):
    """Read the manifest from the machine's memory: this firmware cannot save a file."""
    with started({"loader.conf": conf(options="").encode()}) as machine:
        machine.expect(PROMPT)
        printed = machine.command("manifest")
        size, at = re.search(r"manifest +version 1\.\d+, (\d+) KiB at 0x([0-9a-f]+)", printed).groups()
        machine.qmp("pmemsave", val=int(at, 16), size=(int(size) + 4) << 10, filename=str(tmp_path / "manifest"))
        shutil.copy(os.path.join(machine.work, "btl.img"), tmp_path / "btl.img")
    status, text = btl("manifest", tmp_path / "manifest")
    assert status == 0
    assert [line.rstrip() for line in printed.splitlines()] == [line.rstrip() for line in text.splitlines()]
    status, text = btl("manifest", "--verify", tmp_path / "btl.img", tmp_path / "manifest")
    assert status == 0 and ", 0 are not" in text, text
    said = json.loads(btl("manifest", "--json", tmp_path / "manifest")[1])
    assert said["system"]["machine"] == "ia64"
    assert {m["name"]: m["state"] for m in said["modules"] if m["name"] in ("ring", "pci")} == {
        "ring": "linked", "pci": "staged"}
    hello = next(m for m in said["modules"] if m["name"] == "hello")
    assert hello["image"]["address"].startswith("0xa000000000")
    assert btl("plot", tmp_path / "manifest", "-o", tmp_path / "boot.svg")[0] == 0


# ------------------------------------------------------------------ docs/boot-protocol-ia64.md

def state(last, pattern):
    """Return the output of a kernel of tests/boot/kernels/."""
    kernel = read(os.path.join(O, "testkernels", last + ".elf"))
    files = {"kernel/kernel.elf": kernel, "loader.conf": b'kernel="/kernel/kernel.elf"\n'}
    with started(files) as machine:
        machine.expect(pattern)
        return machine.text()


def test_registers_at_entry():
    text = state("state", "went on")
    have = {name: int(value, 16) for name, value in re.findall(r"^(\w+)=([0-9a-f]{16})$", text, re.M)}
    psr = sum(1 << bit for bit in (13, 17, 19, 27, 36, 44))  # ic, dt, dfh, rt, it, bn
    expected = {"others": 0, "pr": 1, "pfs": 0, "psr": psr, "rsc": 0, "rnat": 0, "fpsr": 0x0009804c0270033f,
                "unat": 0, "lc": 0, "ec": 0, "ccv": 0, "pta": 0x3c, "dcr": 0,
                **{"rr%d" % n: 0x10030 + n * 0x100 for n in range(5)}, "rr5": 0x10530, "rr6": 0x10630, "rr7": 0x10730, **{"b%d" % n: 0 for n in range(8)}}
    assert {name: have[name] for name in expected} == expected
    window, direct = 0xa000000000000000, 0xe000000000000000
    assert have["sp"] >> 39 == window >> 39 and have["sp"] % 0x10000 == 0xfff0
    assert have["bspstore"] == have["sp"] + 16 + 0x10000  # a guard of 64 KiB between them
    assert have["in0"] >> 61 == direct >> 61 and have["in0"] % 4096 == 0
    assert have["iva"] >> 61 == direct >> 61 and have["iva"] % 0x10000 == 0
    assert have["k3"] % 4096 == 0 and have["k3"] >> 50 == 0
    assert have["gp"] >> 39 == window >> 39


def instruction(machine):
    """Return the current instruction address."""
    registers = machine.qmp("human-monitor-command", **{"command-line": "info registers"})
    return int(re.search(r"(?i)\bip\s*=?\s*(?:0x)?([0-9a-f]{16})", registers).group(1), 16)


@pytest.mark.parametrize("last", ["WRITE_AREA", "WRITE_TEXT", "RUN_DATA", "GUARD"])
def test_what_is_not_allowed_stops(last):
    """An exception stops in the loader's vectors, without output. The emulator's monitor shows the address."""
    kernel = read(os.path.join(O, "testkernels", last + ".elf"))
    files = {"kernel/kernel.elf": kernel, "loader.conf": b'kernel="/kernel/kernel.elf"\n'}
    with started(files) as machine:
        machine.expect("state ends")
        area = int(re.search(r"^iva=([0-9a-f]+)", machine.text(), re.M).group(1), 16)
        while not area <= instruction(machine) < area + 0x8000:
            machine.receive()
            assert "went on" not in machine.text()


def test_speculative_load_without_a_translation_is_deferred():
    assert "went on" in state("SPECULATE", "went on")


def test_translation_registers_hold_stacks_and_text():
    """These ranges are mapped without the page tables; no translation was inserted for their pages."""
    assert "went on" in state("PINNED", "went on")


def test_direct_map_is_cached_where_memory_is():
    """Device registers are uncached in the direct map, and so is memory that is not in the memory map."""
    assert "went on" in state("CACHED", "went on")


def test_first_tree_caches_each_range_as_the_memory_map_says():
    result = boot_with(add("cached", "BOOT1"))
    assert result.status == GOOD
    cached, uncached = map(int, re.search(r"cached: (\d+) ranges cached, (\d+) uncached, 0 wrong", result.text).groups())
    assert cached > 5 and uncached > 0
