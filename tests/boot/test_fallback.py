# SPDX-License-Identifier: BSD-2-Clause
"""For each defect of the wanted configuration, the machine boots the last good one without help, and the manifest
has the reason. Power cuts at each step of a trial."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from btlboot import (GOOD, LIMIT, PROGRAM, PROMPT, Machine, Program, Result, conf, default_tree, make_image, read,
                     test_module as bad_module, under)
from test_default import PHASES

REBOOTS = ["-action", "reboot=reset"]
WINDOW = 0xffffffff80000000  # where a kernel that is linked at 0 begins, without aslr
TRIES = 2

# The good configuration: its name in the tests is its greeting.
LAST_GOOD = conf('hello.greeting="the last good one"\n')


class Computer:
    """A disk and a variable store that outlive their machines."""

    def __init__(self, files):
        self.work = tempfile.mkdtemp(prefix="btlcomputer-")
        self.image = make_image(self.work, files)
        self.variables = os.path.join(self.work, "variables")

    def on(self, **machine):
        """Close the machine: this cuts the power."""
        return Machine(self.image, variables=self.variables, **machine)

    def boot(self, **machine):
        with self.on(**machine) as it:
            status = it.wait()
            return Result(status, it.text())

    def boot_fields(self, machine):
        """BTL-REPORT boot, of a kernel with the option report."""
        machine.expect("BTL-REPORT boot ")
        line = machine.expect("\n")
        return dict(word.split("=", 1) for word in line.split() if "=" in word)

    def state(self):
        done = subprocess.run([PROGRAM, "state", "--json", self.variables], check=False, text=True,
                              stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


@contextlib.contextmanager
def computer(wanted, prev=LAST_GOOD, files=None):
    """Make a disk with `wanted` as /loader.conf, and another configuration to fall back to; None: without one."""
    tree = dict(files or {})
    tree["loader.conf"] = None if wanted is None else wanted.encode()
    tree["loader.conf.prev"] = None if prev is None else prev.encode()
    it = Computer(tree)
    try:
        yield it
    finally:
        it.close()


def fields(result):
    line = result.says("BTL-REPORT boot ")
    return dict(word.split("=", 1) for word in line.split() if "=" in word)


def runs(result, path, how):
    assert result.status == GOOD, result.text
    assert result.loaded() == set(PHASES)
    boot = fields(result)
    assert (boot["path"], boot["how"]) == (path, how), result.text
    return boot


def fell_back(result, *reason):
    boot = runs(result, "/loader.conf.prev", "fallback")
    result.says("hello: the last good one")
    result.says("/loader.conf.prev: warning: ", "instead of /loader.conf", "[boot-fallback]", *reason)
    return boot


# -------------------------------------------------------------------- what the loader sees by itself

SAVES = 'manifest_save="YES"\n'


def manifest_of(image, *options):
    """Return the manifest in a file of the image; None: btl cannot show it."""
    done = subprocess.run([PROGRAM, "manifest", "--json", *options, image], check=False, stdout=subprocess.PIPE)
    return json.loads(done.stdout) if done.returncode == 0 else None


BAD = {
    "missing": (None, {}, "[boot-no-config]"),
    "an error": (conf('hello_load="MAYBE"\n'), {}, "[conf-bad-yes-no]"),
    "garbage": ("".join(chr(33 + i * 7919 % 94) for i in range(5000)) + "\n", {}, "/loader.conf:1:"),
    "wrong kernel": (conf('kernel="/kernel/new.elf"\n'), {}, "/kernel/new.elf: error:"),
    "half a kernel": (conf('kernel="/kernel/new.elf"\n'),
                      {"kernel/new.elf": read(default_tree()["kernel/kernel.elf"])[:100000]}, "cut short"),
    "required module missing": (conf('gone_load="YES"\ngone_required="YES"\n'), {}, "/modules/gone.ko"),
    "module that does not link": (
        conf('unresolved_load="YES"\nunresolved_phase="BOOT1"\nunresolved_on_error="fallback"\n'),
        {"modules/unresolved.ko": bad_module("unresolved")}, "missing_"),
}


@pytest.mark.parametrize("what", BAD)
def test_loader_falls_back_in_the_same_boot(what):
    wanted, files, reason = BAD[what]
    saves = what not in ("missing", "garbage")
    with computer(wanted + SAVES if saves else wanted, LAST_GOOD + SAVES, files) as it:
        fell_back(it.boot(), reason)
        # The saved manifests have the reason too.
        boot = manifest_of(it.image)["boot"]
        assert boot["path"] == "/loader.conf.prev" and boot["wanted"] == "/loader.conf" and not boot["failed"]
        assert reason.split(":")[0] in boot["reason"]
        assert it.state()["failed"]["path"] == "/loader.conf"
        failed = manifest_of(it.image, "-p", "/btl/failed.bin")
        assert (failed is not None) == saves
        if saves:
            assert failed["boot"]["path"] == "/loader.conf" and failed["boot"]["failed"]
            assert reason.split(":")[0] in failed["boot"]["reason"]
            assert failed["memory"] == []
            subprocess.run([PROGRAM, "plot", "-p", "/btl/failed.bin", it.image], check=True, stdout=subprocess.DEVNULL)


def test_repaired_it_boots_again():
    """The loader tests the configuration again, and removes its own record of the failure."""
    with computer(conf('kernel="/kernel/new.elf"\n')) as it:
        fell_back(it.boot(), "/kernel/new.elf")
        second = it.boot()
        fell_back(second, "/kernel/new.elf")
        second.says("a boot of /loader.conf has failed, in the loader")
        subprocess.run(["mcopy", "-i", it.image + "@@1M", default_tree()["kernel/kernel.elf"],
                        "::/kernel/new.elf"], check=True)
        runs(it.boot(), "/loader.conf", "normal")
        assert it.state()["failed"] is None


def test_last_good_one_is_found_by_its_text():
    """boot-ok in the kernel; then the file gets another name."""
    with computer(LAST_GOOD.replace('"report"', '"report boot-ok"'), None) as it:
        it.boot().says("boot-ok: /loader.conf is the last good configuration")
        # The file is moved, and another one has its name; loader.conf.prev is a different one too.
        for source, to in (("loader.conf", "loader.conf.d/moved.conf"),):
            subprocess.run(["mmd", "-i", it.image + "@@1M", "::/loader.conf.d"], check=True)
            subprocess.run(["mmove", "-i", it.image + "@@1M", "::/" + source, "::/" + to], check=True)
        put(it, "loader.conf", conf("bad line\n"))
        put(it, "loader.conf.prev", conf('hello.greeting="the previous one"\n'))
        result = it.boot()
        boot = runs(result, "/loader.conf.d/moved.conf", "fallback")
        assert boot["good"] == "yes"
        result.says("hello: the last good one")


def put(it, path, text):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        subprocess.run(["mcopy", "-o", "-i", it.image + "@@1M", file.name, "::/" + path], check=True)


# --------------------------------------------------------------------------------------- on trial

def hanging(lines=""):
    """A trial with a module whose load function never returns."""
    text = conf('boot_tries="%d"\nhangs_load="YES"\nhangs_phase="BOOT2"\n%s' % (TRIES, lines))
    return text, {"modules/hangs.ko": bad_module("hangs")}


def test_hanging_module_on_trial():
    """The kernel's watchdog gives the boot up; one machine does everything without help."""
    wanted, files = hanging('boot_timeout="5"\n')
    with computer(wanted, files=files) as it:
        result = it.boot(options=REBOOTS, steady=True)
        fell_back(result, "[boot-trial-failed]")
        result.says("on trial: %d of %d tries are left after this one" % (TRIES - 1, TRIES))
        result.says("hangs: for ever")
        result.says("a boot of /loader.conf has failed, in the kernel: ", "hangs")
        # One failure is sufficient, and the choice stays.
        assert result.text.count("hangs: for ever") == 1
        assert it.state()["failed"]["where"] == "kernel"
        again = it.boot()
        fell_back(again, "[boot-trial-failed]")
        assert "hangs: for ever" not in again.text


def test_power_is_cut_while_it_hangs():
    """Without a watchdog, switching the machine off and on uses up the tries."""
    wanted, files = hanging('boot_timeout="0"\n')
    with computer(wanted, files=files) as it:
        for left in reversed(range(TRIES)):
            with it.on() as machine:
                boot = machine.expect("hangs: for ever")
                assert "on trial: %d of %d tries" % (left, TRIES) in boot
            assert it.state()["trial"]["tries_left"] == left
        fell_back(it.boot(), "each of its %d tries" % TRIES, "[boot-trial-used-up]")


def test_power_is_cut_before_the_try_is_counted():
    """No try is used up, however often the power is cut."""
    with computer(conf('boot_tries="%d"\n' % TRIES), files=under("held")) as it:
        for _ in range(TRIES):
            with it.on() as machine:
                machine.hold("BtlTrial")
            assert it.state()["trial"] is None
        with it.on() as machine:
            for point in ("BtlTrial", "the exit"):
                machine.hold(point)
                machine.send(".")
            boot = runs(Result(machine.wait(), machine.text()), "/loader.conf", "normal")
        assert boot["trial"] == "yes" and boot["tries_left"] == str(TRIES - 1)


# Places of the power cut after the try is counted: text to wait for, and options of the drive. A somewhat later cut
# makes no difference.
CUTS = {
    "after it is counted": ("on trial: ", ""),
    # Writing the manifest is slow on this disk: the boot services are running, and the try is used.
    "between count and hand-off": ("saving the manifest to", ",throttling.iops-write=1"),
    "after the hand-off": ("BTL reference kernel", ""),
    "in boot phase 2": ("VM: ", ""),
}


@pytest.mark.parametrize("cut", CUTS)
def test_power_cut(cut):
    """Cut the power once for each try; then the machine comes up after at most one boot more."""
    pattern, drive = CUTS[cut]
    wanted = conf('boot_tries="%d"\nmanifest_save="%s"\n' % (TRIES, "YES" if drive else "NO"))
    with computer(wanted) as it:
        image = ",format=raw,file=" + it.image + drive
        for left in reversed(range(TRIES)):
            with Machine(image, variables=it.variables) as machine:
                before = machine.expect(pattern)
                assert ("BTL reference kernel" in before) == (cut == "in boot phase 2")
            assert it.state()["trial"]["tries_left"] == left
        fell_back(it.boot(), "[boot-trial-used-up]")


def test_power_cut_when_the_kernel_has_given_it_up():
    """Cut the power between the kernel's record and its reset."""
    wanted = conf('boot_tries="%d"\nfault_load="YES"\nfault_phase="BOOT2"\n' % TRIES)
    with computer(wanted, files={"modules/fault.ko": bad_module("fault")}) as it:
        with it.on() as machine:
            machine.expect("The failure is recorded")
        assert it.state()["failed"]["path"] == "/loader.conf"
        fell_back(it.boot(), "[boot-trial-failed]")


def power_cut_before(machine, gdb, variable, say):
    """Type a command in the monitor; cut the power when the kernel is about to write the variable."""
    symbols = subprocess.run(["nm", default_tree()["kernel/kernel.elf"]], check=True, text=True, stdout=subprocess.PIPE)
    address = WINDOW + int(re.search(r"^([0-9a-f]+) T efi_variable_set$", symbols.stdout, re.M)[1], 16)
    words = ["set pagination off", "set remotetimeout %d" % LIMIT, "target remote " + gdb,
             "hbreak *0x%x if *(char *)($rdi + 3) == '%c'" % (address, variable[3]), "continue", "x/s $rdi",
             "monitor quit"]
    with Program("gdb", ["-nx", "-batch"] + [word for it in words for word in ("-ex", it)]) as debugger:
        debugger.expect("breakpoint 1 at ")  # the machine stands still
        machine.send(say + "\r")
        debugger.expect('"%s"' % variable)
        assert machine.wait() == 0


def test_power_cut_inside_boot_ok():
    """Cut the power between BtlGood and BtlFailed: the good configuration stays good, even if it is in the list."""
    wanted = conf('fault_load="YES"\nfault_phase="BOOT2"\n', options="")
    with computer(wanted, files={"modules/fault.ko": bad_module("fault")}) as it:
        with it.on() as machine:
            machine.expect("The failure is recorded")
        given_up = it.state()["failed"]["given_up"]
        # The same text boots without the module, and there is no other configuration.
        subprocess.run(["mdel", "-i", it.image + "@@1M", "::/modules/fault.ko", "::/loader.conf.prev"], check=True)
        gdb = os.path.join(it.work, "gdb")
        with it.on(options=["-gdb", "unix:%s,server=on,wait=off" % gdb]) as machine:
            machine.expect(PROMPT)
            power_cut_before(machine, gdb, "BtlFailed", "boot-ok")
        state = it.state()
        assert [state["good"]["sha256"]] == given_up == state["failed"]["given_up"]
        put(it, "loader.conf.prev", LAST_GOOD)
        with it.on() as machine:
            assert "boot-fallback" not in machine.expect(PROMPT)
            assert "last good configuration already" in machine.command("boot-ok")
        assert it.state()["failed"] is None


def test_trial_that_is_good_after_all():
    """boot-ok ends the trial: no tries are counted, and other configurations fall back to this one."""
    wanted = conf('boot_tries="1"\nhello.greeting="new"\n', options="report boot-ok")
    with computer(wanted) as it:
        boot = runs(it.boot(), "/loader.conf", "normal")
        assert boot["trial"] == "yes" and boot["tries_left"] == "0"
        for _ in range(2):
            boot = runs(it.boot(), "/loader.conf", "normal")
            assert boot["good"] == "yes" and boot["trial"] == "no"
        assert it.state()["trial"] is None  # the trial is over


def test_one_shot():
    """next-conf is for one boot, even if the power is cut in that boot; the next boot is the usual one."""
    usual = conf('hello.greeting="as usual"\n', options="")
    once = conf('hello.greeting="this once"\n', options="")
    with computer(usual, None, {"loader.conf.d/once.conf": once.encode()}) as it:
        with it.on() as machine:
            machine.expect(PROMPT)
            assert "will be booted next, once" in machine.command("next-conf /loader.conf.d/once.conf")
        with it.on() as machine:
            machine.expect("for this boot only: /loader.conf.d/once.conf")
            machine.expect("hello: this once")
        with it.on() as machine:
            machine.expect("hello: as usual")


def test_full_store():
    """A trial whose tries cannot be counted is not started."""
    with computer(conf('boot_tries="3"\n'), files=under("full")) as it:
        result = it.boot()
        assert int(re.search(r"FULL: variables written: (\d+)", result.text)[1]) > 10
        fell_back(result, "[boot-trial-uncounted]")
        assert "boot-state-full" in result.codes()
        assert it.state()["trial"] is None
