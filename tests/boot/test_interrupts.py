# SPDX-License-Identifier: BSD-2-Clause
"""Interrupts, timeouts, locks and DMA, by QEMU's device edu (tests/boot/modules/x86_64/edutest.c)."""
import os
import re
import time

import pytest

from btlboot import BAD, PROMPT, boot, conf, started
from btlboot import test_module as extra_module

EDU = ["-device", "edu"]


def edu(flags="", text="", options=EDU, **machine):
    lines = 'edutest_load="YES"\nedutest_flags="%s"\n%s' % (flags, text)
    return started({"modules/edutest.ko": extra_module("edutest"),
                    "loader.conf": conf(lines, options="").encode()}, options=options, **machine)


def interrupts(machine, name):
    """The number of interrupts of a source, by the command intr."""
    return int(re.search(r"^%s.* (\d+)( |$)" % re.escape(name), machine.command("intr"), re.M)[1])


@pytest.mark.parametrize("kind,name", [("msi", r"MSI of 00:[0-9a-f.]+"), ("line", r"line 1[01] of 00:[0-9a-f.]+")])
def test_a_device_interrupts(kind, name):
    with edu() as machine:
        machine.expect(PROMPT)
        source = re.search("attached by (%s), error 0" % name, machine.command("edutest " + kind))[1]
        for _ in range(3):
            assert "edutest: it came" in machine.command("edutest raise")
        assert interrupts(machine, source) == 3
        assert "error 16" in machine.command("edutest msi")  # it has a handler
        machine.command("edutest detach")
        assert "edutest: it did not come" in machine.command("edutest raise")
        assert "attached by MSI" in machine.command("edutest msi")
        assert "edutest: it came" in machine.command("edutest raise")
        assert "edutest: DMA good" in machine.command("edutest dma")


def test_interrupts_while_modules_come_and_go():
    """10,000 interrupts of a device, each raised by a timeout, while a module is unloaded and loaded 300 times, and
    others by hand from the disk, which interrupts too."""
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest msi")
        machine.command("edutest flood")
        before = interrupts(machine, "MSI-X of ")
        assert "check load-cycles ok" in machine.command("selftest")
        for _ in range(5):
            assert "Module pciids loaded" in machine.command("kmadmin -L pciids")
            assert "Module pciids (ID =" in machine.command("kmadmin -U pciids")
        while "edutest: 10000 of 10000" not in machine.command("edutest count"):
            pass
        assert interrupts(machine, "MSI of ") == 10000
        assert interrupts(machine, "MSI-X of ") > before
        answer = machine.command("selftest")
        assert "failed" not in answer and "check heap-balance ok" in answer


@pytest.mark.parametrize("options,name", [
    ([], "MSI-X of "), (["-global", "virtio-blk-pci.vectors=0"], "line 1")])
def test_a_disk_interrupts(options, name):
    """Each request ends with an interrupt, by a message or by the line."""
    with started({"loader.conf": conf(options="").encode()}, options=options) as machine:
        machine.expect(PROMPT)
        assert "blocks of 512, %s" % name in machine.text()
        before = interrupts(machine, name)
        assert before > 10  # the boot has read modules from it
        assert "Module pciids loaded" in machine.command("kmadmin -L pciids")
        assert interrupts(machine, name) > before


def test_a_key_interrupts():
    with started({"loader.conf": conf(options="").encode()}) as machine:
        machine.expect(PROMPT)
        before = interrupts(machine, "keyboard")
        machine.qmp("human-monitor-command", **{"command-line": "sendkey ret"})
        machine.expect(PROMPT)
        while interrupts(machine, "keyboard") < before + 2:  # pressed and released
            pass


def test_the_monitor_waits_without_spinning():
    """The processor is stopped nearly always, and QEMU uses nearly no time."""
    with started({"loader.conf": conf(options="").encode()}) as machine:
        machine.expect(PROMPT)
        time.sleep(1)
        halted, before = 0, cpu_time(machine)
        for _ in range(30):
            halted += "HLT=1" in machine.qmp("human-monitor-command", **{"command-line": "info registers"})
            time.sleep(0.1)
        used = cpu_time(machine) - before
        print("HLT=1 %d times of 30; %.2f s of host time in 3 s" % (halted, used))
        assert halted >= 25 and used < 1.0


def cpu_time(machine):
    """Seconds that QEMU has used of the host's processors."""
    with open("/proc/%d/stat" % machine.child.pid, encoding="utf-8") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


# ---------------------------------------------------------------------------------------------- mistakes

def test_a_line_that_no_driver_claims_is_switched_off():
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest line")
        answer = machine.command("edutest deaf")
        assert re.search(r"interrupts: line 1\d has interrupted 1000 times in a row, and no driver claims it; it is off "
                         r"now, and its drivers may be slow: edutest\n", answer), answer
        assert "edutest: deaf: it did not come" in answer
        assert "switched off" in machine.command("intr")
        machine.command("edutest detach")
        machine.command("edutest line")  # on again
        assert "edutest: it came" in machine.command("edutest raise")


def test_what_a_handler_prints_comes_after_the_line():
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest msi")
        assert "edutest: says: it came\nedutest: said in a handler\n" in machine.command("edutest says").replace("\r", "")
        assert "edutest: said in a handler" in machine.command("dmesg")
        assert "edutest: ends: it came" in machine.command("edutest ends")  # it detaches itself
        assert "edutest: it did not come" in machine.command("edutest raise")


@pytest.mark.parametrize("command,parts", [
    ("fault", ["EXCEPTION 14 (page fault)", "in an interrupt handler of module edutest (MSI of 00:", "edutest_interrupt+"]),
    ("alloc", ["PANIC: kmem_alloc() called by edutest in an interrupt handler, where it must not be called",
               "in an interrupt handler of module edutest (MSI of 00:"]),
    ("keeps", ['PANIC: an interrupt handler of edutest has returned with the lock "edutest" held']),
    ("twice", ['PANIC: edutest acquires the lock "edutest", which edutest holds (0x']),
    ("free", ['PANIC: edutest releases the lock "edutest", which is not held']),
    ("both", ['PANIC: edutest waits with the lock "edutest": it must hold this one, and no other']),
    ("late", ["PANIC: kmem_alloc() called by edutest in an interrupt handler", "in a timeout of module edutest\n"]),
])
def test_misuse_is_a_panic_that_names_it(command, parts):
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest msi")
        machine.send("edutest %s\r" % command)
        machine.expect("Stopped.")
        for part in parts:
            assert part in machine.text(), machine.text()


def test_what_a_module_leaves_when_it_is_unloaded():
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest msi")
        machine.command("edutest leave")
        answer = machine.command("kmadmin -U edutest")
        assert re.search(r"edutest: did not detach its interrupt handler \(MSI of 00:[0-9a-f.]+\); detached now", answer)
        assert "edutest: did not cancel 1 of its timeouts; cancelled now" in answer
        assert "edutest: did not free 4 KiB of memory for DMA; it stays allocated" in answer
        assert "Module edutest (ID =" in answer
        assert "edutest" not in machine.command("intr")
        assert "0 timeouts are pending" in machine.command("intr")
        machine.command("kmadmin -L edutest")
        assert "error 0" in machine.command("edutest msi")  # the function has no handler any more
        assert "edutest: it came" in machine.command("edutest raise")


def test_what_a_load_function_leaves():
    with edu(flags="fails") as machine:
        machine.expect(PROMPT)
        text = machine.text()
        assert 'edutest: its load function has returned with the lock "edutest" held; released now' in text
        assert "edutest: did not detach its interrupt handler (MSI of 00:" in text
        assert "edutest: did not cancel 1 of its timeouts; cancelled now" in text
        assert "error: edutest: its load function returned error -5" in text
        assert "edutest" not in machine.command("intr")


def test_a_load_function_that_leaves_interrupts_off():
    with edu(flags="cli") as machine:
        machine.expect(PROMPT)
        assert "edutest: its load function has returned with interrupts off; on again now" in machine.text()
        machine.command("edutest msi")
        assert "edutest: it came" in machine.command("edutest raise")


def test_a_stub_in_a_handler_loads_nothing():
    with edu() as machine:
        machine.expect(PROMPT)
        machine.command("edutest msi")
        assert "edutest: the name is busy" in machine.command("edutest loads")
        assert re.search(r"pciids +AUTO.* UNLOADED|pciids.*registered", machine.command("lsmod")), machine.command("lsmod")


def test_the_watchdog_ends_a_handler_that_hangs():
    """A handler runs with interrupts off: the watchdog's is not maskable."""
    lines = 'edutest_load="YES"\nedutest_phase="BOOT2"\nedutest_flags="hangs"\nboot_timeout="4"\n'
    result = boot(files={"modules/edutest.ko": extra_module("edutest")}, text=conf(lines), options=EDU, steady=True)
    assert result.status == BAD
    result.says("WATCHDOG: the kernel is not up after 4 seconds (boot_timeout)")
    result.says("in an interrupt handler of module edutest (MSI of 00:")
    result.says("while the load function of module edutest was running")
    result.says("edutest_interrupt+")
