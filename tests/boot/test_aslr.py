# SPDX-License-Identifier: BSD-2-Clause
"""Random addresses: of kernel, phase-1 modules and later modules; everything that knows addresses follows."""
import json
import os
import re
import subprocess

import pytest

from btlboot import BAD, GOOD, O, PHASES, PROGRAM, PROMPT, boot, conf, started

KERNEL = os.path.join(O, "kernel/kernel.elf")
STATIC = os.path.join(O, "testkernels/static/kernel.elf")
WINDOW, WINDOW_END = 0xffffffff80000000, 0xffffffffffe00000
ASLR = 'aslr="YES"\n'


def btl(*words):
    return subprocess.run([PROGRAM, *map(str, words)], check=False, capture_output=True, text=True)


def keep(directory, text):
    """Boot to the prompt; save the machine's memory as directory/ram. Return what was printed and the manifest."""
    ram = ["-object", "memory-backend-file,id=ram,size=256M,share=on,mem-path=%s" % (directory / "ram"),
           "-machine", "memory-backend=ram"]
    with started({"loader.conf": text.encode()}, options=ram) as machine:
        printed = machine.expect(PROMPT)
        checks = machine.command("selftest")
        machine.qmp("stop")
    (directory / "conf").write_text(text)
    done = btl("manifest", "-o", directory / "manifest", directory / "ram")
    assert done.returncode == 0, done.stderr
    (directory / "ram").unlink()
    return printed, checks, json.loads(btl("manifest", "--json", directory / "manifest").stdout)


@pytest.fixture(scope="module", name="boots")
def three_boots(tmp_path_factory):
    found = []
    for number in range(3):
        directory = tmp_path_factory.mktemp("boot%d" % number)
        found.append((directory, *keep(directory, conf(ASLR, options=""))))
    return found


def later(printed, name):
    """Return the address of a module that the kernel has linked."""
    return int(re.search(r"^  %s +(?:BOOT2|INIT) +(0x[0-9a-f]+) " % name, printed, re.M)[1], 16)


def test_three_boots_have_three_bases(boots):
    kernels, gaps, laters = [], [], []
    for _, printed, checks, boot_ in boots:
        kernel = int(boot_["kernel"]["image"]["virtual"], 16)
        ring = next(m for m in boot_["modules"] if m["name"] == "ring")
        modules = int(ring["image"]["address"], 16)
        assert WINDOW <= kernel < modules < later(printed, "pagetest") < WINDOW_END
        assert kernel % 4096 == modules % 4096 == 0
        assert boot_["boot"]["aslr"] and "[aslr-" not in printed
        assert " bad " not in checks, checks
        kernels.append(kernel)
        gaps.append(modules - kernel)
        laters.append(later(printed, "pagetest") - modules)
        states = {m["name"]: m["state"] for m in boot_["modules"]}
        assert "failed" not in states.values()
    assert len(set(kernels)) == len(set(gaps)) == len(set(laters)) == 3, (kernels, gaps, laters)


def test_diff_of_two_boots_has_no_addresses(boots):
    done = btl("manifest", "--diff", boots[0][0] / "manifest", boots[1][0] / "manifest")
    assert "address" not in done.stdout and "0xffffffff" not in done.stdout, done.stdout


def test_gdb_finds_functions(boots):
    for directory, _, _, boot_ in boots[:2]:
        lines = btl("gdb", "--kernel", KERNEL, "--modules", os.path.join(O, "modules"), directory / "manifest").stdout
        (directory / "symbols.gdb").write_text("set confirm off\n" + lines)
        symbols = {(f["owner"], f["name"]): f["address"] for f in boot_["functions"]}
        kmain = next(address for (_, name), address in symbols.items() if name == "kmain")
        words = ["gdb", "-nx", "-batch", "-x", str(directory / "symbols.gdb"), "-ex",
                 "info symbol " + symbols["hello", "hello_load"], "-ex", "info line *" + kmain]
        said = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True).stdout
        assert "hello_load in section .text" in said, said
        assert re.search(r'Line \d+ of "kernel/main.c" starts at address %s <kmain>' % kmain, said), said


def test_every_module_is_loaded_and_its_checks_pass():
    result = boot(text=conf(ASLR, options="autotest"))
    assert result.status == GOOD
    assert result.loaded() >= set(PHASES)
    assert {name: r for name, r in result.checks.items() if r != "ok"} == {}


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_a_backtrace_names_functions(phase):
    files = {"modules/fault.ko": os.path.join(O, "testmodules/fault.ko")}
    result = boot(files=files, text=conf(ASLR + 'fault_load="YES"\nfault_phase="%s"\n' % phase))
    assert result.status == BAD
    result.says("fault_inner+", "[fault]")
    result.says("fault_outer+", "[fault]")
    result.says("kmain+")


def test_without_random_numbers_nothing_moves():
    result = boot(text=conf(ASLR), random=False)
    assert result.status == GOOD and result.loaded() >= set(PHASES)
    assert "loader.conf:" in result.says("[aslr-no-seed]")
    assert int(result.module("ring")["address"], 16) == WINDOW + (2 << 20)


def test_a_fixed_kernel_stays_and_its_modules_move():
    names = ["ring", "clock", "hello", "pci", "ich9", "null", "upper", "pciids"]
    files = {"kernel/kernel.elf": STATIC, **{"modules/%s.ko" % name: None for name in names}}
    result = boot(files=files, text=conf(ASLR + 'earlylog_load="YES"\nearlylog_phase="BOOT1"\n'))
    assert result.status == GOOD
    result.says("[aslr-fixed-kernel]")
    assert int(result.module("earlylog")["address"], 16) != 0xffffffff80400000


def test_without_aslr_addresses_are_those_of_every_boot():
    result = boot()
    assert int(result.module("ring")["address"], 16) == WINDOW + (2 << 20)
    assert not {code for code in result.codes() if code.startswith("aslr-")}
