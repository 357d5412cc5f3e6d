# SPDX-License-Identifier: BSD-2-Clause
"""`btl check` on the host and a real boot of the same disk: the same codes about the same modules.

Each disk has many independent defects. The boot prints the diagnostics of the loader, and of the kernel about
modules of later phases.
"""
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from btlboot import ROOT, STOP, Machine, conf, make_image, module, read, default_tree
from btlboot import test_module as bad_module

BTL = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")

# "FILE:LINE:COL: error: MODULE: sentence [code]"
DIAGNOSTIC = re.compile(r"(?:^|: )(error|warning): (?:([\w-]+): )?[^\n]*? \[([a-z0-9]+(?:-[a-z0-9]+)+)\]$", re.M)


def diagnostics(text):
    """Return (module or None, code) of each diagnostic; the kernel repeats some of the loader's. Diagnostics about
    running a module (run-...) are excluded, except those about the wrapper structure: the host runs no module."""
    return {(found[1] or None, found[2]) for found in DIAGNOSTIC.findall(text)
            if not found[2].startswith("run-") or "-wrapper" in found[2]}


def boot_and_check(files, until=None):
    """Compare the diagnostics about one disk."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        image = make_image(work, files)
        checked = subprocess.run([BTL, "check", "-C", image], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 check=False)
        with Machine(image, work=work) as machine:
            if until is None:
                machine.wait()
            else:
                machine.expect(until)
            return diagnostics(machine.text()), diagnostics(checked.stderr.decode()), checked.returncode
    finally:
        shutil.rmtree(work, ignore_errors=True)


def add(*names, phase):
    files = {"modules/%s.ko" % name: bad_module(name) for name in names}
    return files, "".join('%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase) for name in names)


pytestmark = pytest.mark.skipif(not os.path.exists(BTL), reason="needs make btl")


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_bad_modules(phase):
    files, lines = add("unresolved", "undeclared", "writablecode", "cycle_a", "cycle_b", "cycle_c", "runonly",
                       "needs9", "needsrunonly", "wildunload", "tooearly", phase=phase)
    files["modules/smbios.ko"] = module("smbios")[:900]
    files["modules/pciids.ko"] = None
    files["loader.conf"] = conf(lines).encode()
    booted, checked, status = boot_and_check(files)
    assert status == 2 and len(booted) >= 8
    assert ("wildunload", "run-wrapper-pointer") in booted
    assert (("tooearly", "plan-call-too-early") in booted) == (phase == "BOOT1")
    assert checked == booted


def test_two_drivers_with_one_major():
    """latedriver and samemajor are both char 5: the second one fails, and the first one keeps its device."""
    files, lines = add("latedriver", "samemajor", phase="INIT")
    files["loader.conf"] = conf(lines).encode()
    booted, checked, status = boot_and_check(files)
    assert status == 2 and booted == {("samemajor", "plan-major-taken")}
    assert checked == booted


def test_bad_configuration():
    lines = 'clock_load="NO"\nhello_phase="BOOT7"\nearlylog_lod="YES"\nearlylog.sise="1"\nno assignment\n' \
        'smbios_phase="BOOT1"\nautoboot_delay="soon"\nnobody_load="YES"\nrtc_flags="open\n'
    booted, checked, status = boot_and_check({"loader.conf": conf(lines).encode()})
    assert status == 2 and len(booted) >= 8
    assert checked == booted


def test_required_module_that_is_missing():
    files = {"modules/hello.ko": None, "loader.conf": conf('hello_required="YES"\n').encode()}
    booted, checked, status = boot_and_check(files, STOP)
    assert status == 2 and ("hello", "boot-required") in booted
    assert checked == booted


@pytest.mark.parametrize("kernel", [None, b"no kernel\n" * 99, "truncated"])
def test_bad_kernel(kernel):
    if kernel == "truncated":
        whole = read(default_tree()["kernel/kernel.elf"])
        kernel = whole[:len(whole) // 2]
    booted, checked, status = boot_and_check({"kernel/kernel.elf": kernel}, STOP)
    assert status == 2 and booted
    assert checked == booted


def test_good_disk():
    booted, checked, status = boot_and_check({"loader.conf": conf().encode()})
    assert (booted, checked, status) == (set(), set(), 0)
