# SPDX-License-Identifier: BSD-2-Clause
"""Exceptions of the kernel on ia64: cause, registers, backtrace. The watchdog."""
import os
import re

import pytest

from btlboot import ARCH, BAD, GOOD, PROMPT, boot, conf, started
from btlboot import test_module as bad_module
from test_boot_ok import trial
from test_broken import add
from test_ia64 import ALL

pytestmark = [
    pytest.mark.skipif(ARCH != "ia64", reason="these are for O=build/ia64"),
    pytest.mark.skipif(not os.environ.get("QEMU_IA64"), reason="skipped: no ia64 machine (set QEMU_IA64)"),
]

FAULTS = {
    "null": ["(data page not mapped)", "cannot read 0x10: nothing is mapped there", "a null pointer"],
    "constant": ["(data access rights)", "cannot write 0xa", "the mapping does not allow it"],
    "data": ["(instruction access rights)", "cannot execute 0xa", "the mapping does not allow it"],
    "jump": ["(instruction page not mapped)", "cannot execute 0x4000: nothing is mapped there"],
    "break": ["(break instruction)"],
}


def crash(flags, phase):
    files, lines = add("crash", phase)
    result = boot(files=files, text=conf(lines + 'crash_flags="%s"\n' % flags))
    assert result.status == BAD
    assert PROMPT not in result.text
    result.says("while the load function of module crash was running")
    result.says("BTL-REPORT end failed", "panic=1")
    return result


def calls(result):
    """Return the functions of the backtrace, innermost first, each once."""
    return [match[1] for match in re.finditer(r"^ +#\d+ +[0-9a-f]{16}(?:  ([a-z_0-9]+)\+)?", result.text, re.M)]


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_fault(fault, phase):
    result = crash(fault, phase)
    for line in FAULTS[fault]:
        result.says(line)
    trace = calls(result)
    assert trace[0 if fault not in ("data", "jump") else 1] == "crash_load"
    assert trace[-4:] == ["dlkm_boot_phase", "kmain", "ia64_start", "_start"]


def test_registers_of_the_interrupted_frame():
    text = crash("null", "BOOT2").text
    assert re.search(r"^ip   a0000000[0-9a-f]{8}  psr  00001[0-9a-f]{11}  ifs  8[0-9a-f]{15}$", text, re.M)
    assert re.search(r"ifa  0000000000000010$", text, re.M)
    size = int(re.search(r"ifs  ([0-9a-f]{16})", text)[1], 16) & 0x7f
    assert len(re.findall(r"\br(?:3[2-9]|[4-9]\d) +[0-9a-f]{16}", text)) == size


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_values_of_the_interrupted_frame(phase):
    """At the exception, these values were in registers only."""
    files, lines = add("frame", phase)
    result = boot(files=files, text=conf(lines))
    assert result.status == BAD
    result.says("break number 0x77")
    have = {int(n): int(value, 16) for n, value in re.findall(r"\br(\d+) +([0-9a-f]{16})", result.text)}
    first = 0x0102030405060708
    assert [have.get(34 + i) for i in range(10)] == [first + i * 0x1010101010101010 for i in range(10)]
    assert calls(result)[:2] == ["frame_fault", "frame_load"]


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_code_has_no_writable_alias(phase):
    """Region 6 is unmapped, except for the I/O port space."""
    files, lines = add("alias", phase)
    result = boot(files=files, text=conf(lines))
    assert result.status == BAD
    result.says("cannot write 0xc0000000", "nothing is mapped there")
    assert calls(result)[0] == "alias_load"


def test_register_stack_overflows():
    result = crash("registers", "BOOT2")
    result.says("for the register stack: nothing is mapped there")
    result.says("the register stack has overflowed into its guard pages")
    assert calls(result)[0] == "crash_deep"
    assert re.search(r"\.\.\. and \d{3,} times more", result.text)
    assert calls(result)[-3:] == ["kmain", "ia64_start", "_start"]  # all the way down


def test_stack_overflows():
    result = crash("stack", "BOOT2")
    result.says("the kernel stack has overflowed into its guard pages")
    assert calls(result)[0] == "crash_wide"
    assert calls(result)[-3:] == ["kmain", "ia64_start", "_start"]


# -------------------------------------------------------------------------------- trials, the watchdog

def fell_back(result, *reason):
    """The machine has come up without help, and its manifest has the reason."""
    assert result.status == GOOD, result.text
    assert result.loaded() == ALL
    line = result.says("BTL-REPORT boot path=/loader.conf.prev", "how=fallback", "reason=")
    for part in reason:
        assert part in line, line


def test_fault_on_trial():
    fell_back(trial("fault", "BOOT1"), "EXCEPTION 0x", "while the load function of module fault was running")


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_hanging_module_on_trial(phase):
    result = trial("hangs", phase, 'boot_timeout="20"\n')
    result.says("WATCHDOG: the kernel is not up after 20 seconds (boot_timeout)")
    result.says("while the load function of module hangs was running")
    assert calls(result)[:3] == ["hangs_inner", "hangs_outer", "hangs_load"]
    assert calls(result)[-3:] == ["kmain", "ia64_start", "_start"]
    fell_back(result, "WATCHDOG", "hangs")


@pytest.mark.parametrize("flags", ["hangs", "hangs twice"])
def test_panic_that_hangs(flags):
    """The watchdog interrupts the panic of an exception, or its own panic, if that hangs."""
    result = trial("badpanic", "BOOT2",
                   'boot_tries="0"\nboot_timeout="20"\nearlylog_load="NO"\nbadpanic_flags="%s"\n' % flags)
    assert "backtrace:" not in result.text and "Stopped." not in result.text
    assert ("EXCEPTION 0x1000" in result.text) == (flags == "hangs")
    line = result.says("BTL-REPORT boot path=/loader.conf.prev", "how=fallback")
    assert "while the load function of module badpanic was running" in line


def test_hang_without_a_fallback_is_a_panic_that_stops():
    files, lines = add("hangs", "BOOT2")
    result = boot(files=files, text=conf(lines + 'boot_timeout="20"\n'))
    assert result.status == BAD
    result.says("WATCHDOG: the kernel is not up after 20 seconds (boot_timeout)")
    result.says("Stopped.")


def timer_state(phase, lines):
    """Stop at the load function of a module: in phase 1, or after the boot for an AUTO module."""
    text = conf('timer_load="YES"\ntimer_phase="%s"\n%s' % (phase, lines), options="")
    files = {"modules/timer.ko": bad_module("timer"), "loader.conf": text.encode()}
    with started(files) as machine:
        before = machine.expect(PROMPT)
        if phase == "AUTO":
            before = machine.command("kmadmin -L timer")
    return re.search(r"timer: interrupts (\d) itm ([0-9a-f]+) itv ([0-9a-f]+) tpr ([0-9a-f]+)", before).groups()


def test_watchdog_leaves_the_timer_as_it_was():
    interrupts, _, vector, masked = timer_state("BOOT1", 'boot_timeout="150"\n')
    assert (interrupts, vector, masked) == ("1", "ff", "e0")
    found = timer_state("BOOT1", "")
    assert found[0] == "0" and found[2] != "ff"
    assert timer_state("AUTO", 'boot_timeout="150"\n') == found
