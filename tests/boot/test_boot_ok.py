# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's part of a trial: boot-ok, next-conf, boot-state, the watchdog, panics, and one log for loader
and kernel."""
import re

import pytest

from btlboot import BAD, GOOD, PROMPT, boot, conf, started, test_module as bad_module
from test_default import PHASES
from test_shell import BTL, shell

ALL = set(PHASES)
REBOOT = ["-action", "reboot=reset"]


def running(files=None, lines="", options="", **machine):
    """Start a machine, up to the monitor's prompt."""
    files = dict(files or {})
    files.setdefault("loader.conf", conf(lines, options=options).encode())
    it = started(files, options=REBOOT + list(machine.pop("options", ())), **machine)
    it.before = it.expect(PROMPT)
    return it


def reset(machine):
    """Return the output up to the next prompt."""
    machine.send("reset\r")
    return machine.expect(PROMPT)


# ---------------------------------------------------------------------- boot-ok, next-conf, boot-state

def test_boot_ok_makes_it_the_last_good_configuration():
    with running() as machine:
        assert re.search(r"BtlGood +-", machine.command("boot-state"))
        assert "last good configuration from now on" in machine.command("boot-ok")
        assert "last good configuration already" in machine.command("boot-ok")
        state = machine.command("boot-state")
        assert re.search(r"BtlGood +/loader.conf\r?\n", state)
        digest = re.search(r"SHA-256 +([0-9a-f]{64})", state).group(1)
        assert state.count(digest) == 2  # what was booted, and the record
        reset(machine)
        assert "last good" in machine.command("boot-state").split("BtlTrial")[0]


def test_next_conf_boots_another_one_once():
    with running({"loader.conf.d/other.conf": conf('hello_load="NO"\n', options="").encode()}) as machine:
        assert "run-next-no-file" in machine.command("next-conf /loader.conf.d/othr.conf")
        assert "run-state-path" in machine.command("next-conf other.conf")
        assert "usage: next-conf PATH" in machine.command("next-conf")
        assert "once" in machine.command("next-conf /loader.conf.d/other.conf")
        assert re.search(r"BtlNext +/loader.conf.d/other.conf", machine.command("boot-state"))
        assert "hello: hello" not in reset(machine)
        state = machine.command("boot-state")
        assert "/loader.conf.d/other.conf" in state.split("BtlTrial")[0] and "one-shot" in state
        assert re.search(r"BtlNext +-", state)
        assert "hello: hello" in reset(machine)


def test_boot_ok_is_refused_in_a_safe_boot():
    files = shell(BTL + "-s", loader__conf=conf(options="boot-ok").encode())
    with started(files) as machine:
        before = machine.expect(PROMPT)
        assert "run-ok-safe" in before
        assert "run-ok-safe" in machine.command("boot-ok")
        assert re.search(r"BtlGood +-", machine.command("boot-state"))


def test_boot_ok_by_itself_is_left_out_when_something_that_matters_failed():
    """With the level fallback and no configuration to fall back to, the boot continues, but it is not a good one."""
    lines = 'fails_load="YES"\nfails_phase="INIT"\nfails_on_error="fallback"\n'
    with running({"modules/fails.ko": bad_module("fails")}, lines, options="boot-ok") as machine:
        assert "module fails was not loaded and its on_error is fallback" in machine.before
        assert "[run-ok-failed]" in machine.before
        assert re.search(r"BtlGood +-", machine.command("boot-state"))
        assert "from now on" in machine.command("boot-ok")  # an administrator who types boot-ok has seen the failure


def test_boot_ok_by_itself_with_the_kernels_checks():
    result = boot(text=conf(options="autotest boot-ok"))
    assert result.status == GOOD
    assert set(result.checks.values()) == {"ok"}
    result.says("boot-ok: /loader.conf is the last good configuration from now on")


# ----------------------------------------------------------------------------------------- trials

def trial(name, phase, lines="", files=None, tries=2):
    """Boot /loader.conf, on trial with this module; the previous text is in /loader.conf.prev. Wait until the machine
    has come up without help."""
    tree = {"modules/%s.ko" % name: bad_module(name), "loader.conf.prev": conf().encode()}
    tree.update(files or {})
    text = conf('boot_tries="%d"\n%s_load="YES"\n%s_phase="%s"\n' % (tries, name, name, phase) + lines,
                options="")
    return boot(files=tree, text=text, options=REBOOT, steady=True)


def fell_back(result, *reason):
    """The machine has come up without help, and its manifest has the reason."""
    assert result.status == GOOD, result.text
    assert result.loaded() == ALL
    line = result.says("BTL-REPORT boot path=/loader.conf.prev", "how=fallback", "reason=")
    for part in reason:
        assert part in line, line


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_hanging_module(phase):
    result = trial("hangs", phase, 'boot_timeout="3"\n')
    result.says("WATCHDOG: the kernel is not up after 3 seconds (boot_timeout)")
    result.says("while the load function of module hangs was running")
    result.says("hangs_inner+", "[hangs]")
    result.says("hangs_outer+", "[hangs]")
    result.says("The failure is recorded; resetting")
    fell_back(result, "WATCHDOG", "hangs")


@pytest.mark.parametrize("how", ["spinning", "halted"])
def test_hanging_module_with_interrupts_off(how):
    result = trial("hangscli", "BOOT2", 'boot_timeout="3"\nhangscli_flags="%s"\n' % how)
    result.says("hangscli: for ever, " + how)
    result.says("while the load function of module hangscli was running")
    fell_back(result, "WATCHDOG", "hangscli")


@pytest.mark.parametrize("name, phase, what", [
    ("earlypage", "BOOT1", "page_alloc"),  # before the kernel can call the firmware in virtual memory
    ("fault", "BOOT1", "EXCEPTION 14"),
    ("fault", "BOOT2", "EXCEPTION 14")])
def test_panic_on_trial(name, phase, what):
    result = trial(name, phase)
    result.says("The failure is recorded; resetting")
    fell_back(result, what, "while the load function of module %s was running" % name)


def test_panic_without_a_trial_falls_back_too():
    result = trial("fault", "BOOT2", 'boot_tries="0"\n')
    fell_back(result, "EXCEPTION 14")


@pytest.mark.parametrize("how, lines", [
    ("faults", 'boot_tries="0"\n'), ("faults", ""),
    ("hangs", 'boot_tries="0"\nboot_timeout="4"\n'), ("hangs", 'boot_timeout="4"\n')])
def test_panic_that_fails_in_its_turn(how, lines):
    """The kernel records a failure before it prints it. So a panic that fails is recorded, and the machine is reset."""
    result = trial("badpanic", "BOOT2", lines + 'earlylog_load="NO"\nbadpanic_flags="%s"\n' % how)
    result.says("EXCEPTION 14")
    assert "backtrace:" not in result.text and "Stopped." not in result.text
    assert ("A second failure while the first one was printed." in result.text) == (how == "faults")
    fell_back(result, "EXCEPTION 14", "while the load function of module badpanic was running")


def test_watchdogs_own_panic_that_hangs():
    """The watchdog's non-maskable interrupt also ends its own panic, if that hangs."""
    result = trial("badpanic", "BOOT2",
                   'boot_tries="0"\nboot_timeout="4"\nearlylog_load="NO"\nbadpanic_flags="hangs twice"\n')
    assert "backtrace:" not in result.text and "EXCEPTION" not in result.text
    fell_back(result, "WATCHDOG", "while the load function of module badpanic was running")


def test_second_failure_without_a_fallback_stops():
    files = {"modules/badpanic.ko": bad_module("badpanic")}
    result = boot(files=files, text=conf('badpanic_load="YES"\nbadpanic_phase="BOOT2"\nearlylog_load="NO"\nbadpanic_flags="faults"\n'))
    assert result.status == BAD
    result.says("A second failure while the first one was printed.")
    result.says("Stopped.")


def test_tries_are_used_up_when_nobody_says_boot_ok():
    """A boot that works but is never confirmed: two tries, then the previous configuration."""
    files = {"loader.conf.prev": conf(options="").encode()}
    with running(files, 'boot_tries="2"\n') as machine:
        for left in (1, 0):
            assert "%d of 2 left" % left in machine.command("boot-state")
            last = reset(machine)
        assert "booted with /loader.conf.prev in place of /loader.conf" in last
        assert "fallback" in machine.command("boot-state").split("BtlTrial")[0]


def test_boot_ok_ends_the_trial():
    with running({"loader.conf.prev": conf(options="").encode()}, 'boot_tries="2"\n') as machine:
        assert "1 of 2 left" in machine.command("boot-state")
        machine.command("boot-ok")
        for _ in range(3):
            reset(machine)
        state = machine.command("boot-state")
        assert "last good" in state.split("BtlTrial")[0] and re.search(r"file +/loader.conf\r?\n", state)


# --------------------------------------------------------------------------------------- the watchdog

def test_hang_without_a_fallback_is_a_panic_that_stops():
    files = {"modules/hangs.ko": bad_module("hangs")}
    result = boot(files=files, text=conf('hangs_load="YES"\nhangs_phase="BOOT2"\nboot_timeout="3"\n'), steady=True)
    assert result.status == BAD
    result.says("WATCHDOG: the kernel is not up after 3 seconds (boot_timeout)")
    result.says("Stopped.")
    assert "resetting" not in result.text


def io_apic(machine):
    """Return the redirection entry of the timer."""
    text = machine.qmp("human-monitor-command", **{"command-line": "info pic"})
    return [line.strip() for line in text.splitlines() if re.match(r"\s*pin 2 ", line)]


def test_watchdog_ends_with_the_boot_and_leaves_no_trace():
    with running() as machine:
        before = io_apic(machine)
    with running(lines='boot_timeout="4"\n', steady=True) as machine:
        assert "watchdog: the kernel must be up in 4 seconds" in machine.before
        assert len(before) == 1 and io_apic(machine) == before
        while float(re.search(r"([0-9.]+) s since the clock was loaded", machine.command("clock")).group(1)) < 6:
            pass  # seconds of the machine, which has the clock in phase 1
        assert "NMI" not in machine.text() and "hello from" in machine.command("hello")


def test_no_watchdog_where_acpi_does_not_name_the_timer():
    result = boot(text=conf('boot_timeout="30"\n'), options=["-no-acpi"], steady=True)
    result.says("[run-no-watchdog]")
    assert result.status == GOOD


# --------------------------------------------------------------------------------------------- dmesg

STAMP = re.compile(r"\[ *(\d+)\.(\d{6})\] (error|warn |note |info |debug) ")


def test_dmesg_is_one_log():
    """The log has the loader's lines, then the kernel's, each with a time of one clock; the console shows no times."""
    with running() as machine:
        assert not STAMP.search(machine.before)
        machine.send("dmesg\r")
        text = machine.expect(r"Type help for the monitor's commands\.")
        machine.sync()
        again = machine.command("hello")
        assert "hello from the boot volume" in again and not STAMP.search(again)
    lines = text.split("\n", 1)[1].splitlines()
    stamps = [STAMP.match(line) for line in lines]
    assert all(stamps), [line for line, stamp in zip(lines, stamps) if not stamp]
    times = [int(stamp.group(1)) * 1000000 + int(stamp.group(2)) for stamp in stamps]
    assert times == sorted(times) and times[-1] > times[0]
    where = [i for i, line in enumerate(lines) if "BTL reference kernel" in line]
    assert any("starting /kernel/kernel.elf" in line for line in lines[:where[0]])
    assert any("INIT: 4 modules loaded, 0 failed" in line for line in lines[where[0]:])
