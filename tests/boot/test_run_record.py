# SPDX-License-Identifier: BSD-2-Clause
"""BtlRun: what the kernel did reaches the saved manifest, and the pictures that are drawn of it."""
import subprocess

from btlboot import GOOD, PROGRAM, PROMPT, Machine, conf, make_image
from btlboot import test_module as a_module


def btl(*words, status=0):
    done = subprocess.run([PROGRAM, *words], check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == status, done.stdout
    return done.stdout


class Boots:
    """A disk and the variables of a machine, which outlive its boots."""

    def __init__(self, tmp_path, files):
        self.image = make_image(str(tmp_path), files)
        self.variables = str(tmp_path / "vars.fd")

    def machine(self):
        return Machine(self.image, variables=self.variables)

    def events(self):
        return btl("manifest", "--efivars", self.variables, self.image, "timeline")


def saving(extra="", options=""):
    return conf('manifest_save="YES"\n' + extra, options).encode()


def test_boot_ok_keeps_the_events_of_the_kernel(tmp_path):
    boots = Boots(tmp_path, {"loader.conf": saving(), "modules/fails.ko": a_module("fails")})
    with boots.machine() as machine:
        machine.expect(PROMPT)
        machine.command("boot-ok")
        machine.send("poweroff\r")
        assert machine.wait() == 0
    assert "phase 2" not in btl("manifest", boots.image, "timeline")
    events = boots.events()
    assert "phase 1" in events and "phase 2" in events and "init" in events
    assert any("hello" in line and "loaded" in line for line in events.splitlines()), events
    plot = btl("plot", boots.image, "--efivars", boots.variables)
    assert plot.count('class="load"') > 5 * btl("plot", boots.image).count('class="load"')
    state = btl("state", boots.variables)
    assert "boot-ok" in state and "BtlRun" in state


def test_reason_of_a_failed_module_outlives_the_boot(tmp_path):
    """The record counts the load of a module without its device, as hostfs here, among the failed ones."""
    boots = Boots(tmp_path, {"loader.conf": saving('fails_load="YES"\nfails_phase="BOOT2"\nhostfs_load="NO"\n'),
                             "modules/fails.ko": a_module("fails")})
    with boots.machine() as machine:
        machine.expect(PROMPT)
        machine.send("poweroff\r")
        assert machine.wait() == 0
    log = btl("manifest", "--efivars", boots.variables, boots.image, "log")
    reason = "fails: its load function returned error -5"
    assert reason in log and reason not in btl("manifest", boots.image, "log")
    assert "1 failed" in btl("state", boots.variables)


def test_panic_keeps_the_whole_log(tmp_path):
    boots = Boots(tmp_path, {"loader.conf": saving('fault_load="YES"\nfault_phase="BOOT1"\n', "report"),
                             "modules/fault.ko": a_module("fault")})
    with boots.machine() as machine:
        machine.wait()
    log = btl("manifest", "--efivars", boots.variables, boots.image, "log")
    assert "page fault" in log and "backtrace" in log
    assert "panic" in btl("state", boots.variables)


def test_nothing_is_written_when_the_manifest_is_not_saved(tmp_path):
    boots = Boots(tmp_path, {"loader.conf": conf(options="boot-ok report").encode()})
    with boots.machine() as machine:
        assert machine.wait() == GOOD
    assert "BtlGood" in btl("state", boots.variables) and "BtlRun" not in btl("state", boots.variables)


def test_record_of_another_boot_is_told_from_this_one(tmp_path):
    boots = Boots(tmp_path, {"loader.conf": saving()})
    for text in ("boot-ok", "dmesg"):  # the second boot is cut off before a record
        with boots.machine() as machine:
            machine.expect(PROMPT)
            machine.command(text)
    out = btl("manifest", "--efivars", boots.variables, boots.image, "timeline")
    assert "[host-run-other]" in out and "phase 2" not in out
