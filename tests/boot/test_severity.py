# SPDX-License-Identifier: BSD-2-Clause
"""The effect of a module that fails in the kernel: the table of docs/phases.md, each level with each kind of failure,
with and without a configuration to fall back to. All cells whose boot continues share one boot; the cells that reset
the machine are boots of one machine, with one configuration each."""
import os
import re
import tempfile

import pytest

from btlboot import (BAD, GOOD, PROMPT, Machine, Result, boot, conf, make_image, module, started,
                     test_module as bad_module, under)
from test_default import PHASES
from test_disk import mtool

ALL = set(PHASES)
GIVEN_UP = r"BOOT GIVEN UP: module (\w+) was not loaded, and its on_error is (\w+)\."

# How a module fails in the kernel: the module, the phase, the code.
KINDS = {
    "load function, BOOT1": ("fails", "BOOT1", "run-load-function"),
    "load function, BOOT2": ("fails", "BOOT2", "run-load-function"),
    "load function, INIT": ("fails", "INIT", "run-load-function"),
    "cannot be linked": ("unresolved", "BOOT2", "link-unresolved"),
}


def level_lines(name, level):
    return '%s_required="YES"\n' % name if level == "required" else '%s_on_error="%s"\n' % (name, level)


def add(kind, level, name=None):
    """Return files and lines of loader.conf for a module that fails in this way. `name`: of the copy, with the same
    length."""
    made_of, phase, code = KINDS[kind]
    name = name or made_of
    assert len(name) == len(made_of)
    file = bad_module(made_of).replace(made_of.encode(), name.encode())
    lines = '%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase) + level_lines(name, level)
    return {"modules/%s.ko" % name: file}, lines, code


def cells(levels):
    """Make one module for each kind of failure and each level; return {(kind, level): name}, files, lines."""
    names, files, lines = {}, {}, ""
    for i, kind in enumerate(KINDS):
        for j, level in enumerate(levels):
            name = KINDS[kind][0][:-2] + "%d%d" % (i, j)
            more, text, _ = add(kind, level, name)
            names[kind, level] = name
            files.update(more)
            lines += text
    return names, files, lines


# ------------------------------------------------------------------------------ the boot goes on

def gone_on(result, names):
    """All other modules are loaded, and each failure has its code. An ignored failure is in the report only."""
    assert result.status == GOOD, result.text
    assert result.loaded() == ALL
    printed = [line for line in result.text.split("BTL reference kernel", 1)[1].splitlines()
               if not line.startswith("BTL-REPORT")]
    for (kind, level), name in names.items():
        report = result.module(name)
        assert report["state"] == "failed" and report["on_error"] == level
        assert report["reason"].endswith("[%s]" % KINDS[kind][2])
        said = [line for line in printed if name in line]
        assert bool(said) == (level != "ignore"), said
    ignored = sum(level == "ignore" for _, level in names)
    counted = sum(map(int, re.findall(r" loaded, (\d+) failed", "\n".join(printed))))
    assert counted == len(names) - ignored
    assert result.end["modules_failed"] == str(len(names))
    assert result.end["required"] == "ok"


def test_levels_that_go_on_without_a_fallback():
    names, files, lines = cells(("ignore", "warn", "fallback"))
    result = boot(files=files, text=conf(lines))
    gone_on(result, names)
    assert "fallback=no" in result.says("BTL-REPORT boot")


def test_levels_that_go_on_with_a_fallback():
    names, files, lines = cells(("ignore", "warn"))
    files["loader.conf.prev"] = conf().encode()
    result = boot(files=files, text=conf(lines))
    gone_on(result, names)
    assert "fallback=yes" in result.says("BTL-REPORT boot")


def test_what_is_ignored_is_in_dmesg():
    files, lines, code = add("load function, BOOT2", "ignore")
    files["loader.conf"] = conf(lines, options="").encode()
    with started(files) as machine:
        before = machine.expect(PROMPT)
        assert code not in before
        machine.send("dmesg\r")
        machine.expect(r"\[ *\d+\.\d{6}\] error error: fails: its load function returned[^\n]*%s" % code)
        machine.sync()
        # After the boot, the person who loads the module gets the message.
        assert code in machine.command("kmadmin -L fails")


# ---------------------------------------------------------------------------------- the boot stops

@pytest.mark.parametrize("fallback", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("kind", KINDS)
def test_halt_stops(kind, fallback):
    """The boot stops even if it could fall back: the administrator wants to see the failure."""
    files, lines, code = add(kind, "halt")
    if fallback:
        files["loader.conf.prev"] = conf().encode()
    result = boot(files=files, text=conf(lines))
    assert result.status == BAD
    name = KINDS[kind][0]
    result.says("BOOT STOPPED: required module %s was not loaded" % name)
    assert result.module(name)["reason"].endswith("[%s]" % code)
    assert ("fallback=yes" if fallback else "fallback=no") in result.says("BTL-REPORT boot")
    assert "GIVEN UP" not in result.text


@pytest.mark.parametrize("kind", KINDS)
def test_required_without_a_fallback_stops(kind):
    files, lines, code = add(kind, "required")
    result = boot(files=files, text=conf(lines))
    assert result.status == BAD
    result.says("BOOT STOPPED: required module %s was not loaded" % KINDS[kind][0])
    assert result.module(KINDS[kind][0])["on_error"] == "required"
    assert code in result.codes()


# -------------------------------------------------------------------------------- the boot is given up

@pytest.mark.parametrize("level", ["fallback", "required"])
def test_with_a_fallback_it_is_given_up(level):
    """Boot a configuration for each kind of failure once; the last good one comes up next, and the record has the
    failure."""
    files = {"loader.conf": conf('kernel_options="boot-ok"\n').encode()}
    alternatives = []
    for number, kind in enumerate(KINDS):
        more, lines, code = add(kind, level)
        path = "loader.conf.d/bad%d.conf" % number
        files.update(more)
        files[path] = conf(lines, options="").encode()
        alternatives.append(("/" + path, KINDS[kind][0], code))
    with started(files, options=["-action", "reboot=reset"]) as machine:
        machine.expect("boot-ok: /loader.conf is the last good configuration from now on")
        machine.expect(PROMPT)
        for path, name, code in alternatives:
            assert "will be booted next, once" in machine.command("next-conf " + path)
            machine.send("reset\r")
            machine.expect(GIVEN_UP)
            assert machine.match.groups() == (name, level)
            machine.expect("The failure is recorded; resetting")
            machine.expect("boot-ok: /loader.conf is the last good configuration already")
            machine.expect(PROMPT)
            state = machine.command("boot-state")
            assert "BtlFailed   %s, in the kernel:" % path in state
            assert "error: %s: " % name in state and code in state
            assert "BtlNext     -" in state


def test_in_the_plain_boot_it_falls_back_by_itself():
    """Without help, the previous configuration comes up, and its manifest has the reason."""
    files, lines, code = add("load function, BOOT2", "fallback")
    files["loader.conf.prev"] = conf().encode()
    result = boot(files=files, text=conf(lines), options=["-action", "reboot=reset"])
    assert result.status == GOOD
    result.says("BOOT GIVEN UP: module fails")
    line = result.says("BTL-REPORT boot path=/loader.conf.prev", "how=fallback", "reason=")
    assert "fails" in line and code in line
    result.says("booted with /loader.conf.prev in place of /loader.conf")
    assert result.loaded() == ALL


def boot_after(change, lines):
    """Change the image with `change` after the loader has read all files."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    image = make_image(work, {**under("held"), "loader.conf": conf(lines).encode(),
                              "loader.conf.prev": conf().encode()})
    with Machine(image, work=work) as machine:
        machine.hold("the exit")
        change(work, image)
        machine.send(".")
        status = machine.wait()
        return Result(status, machine.text())


def delete(_, image):
    mtool("mdel", image, "::modules/smbios.ko")


def replace(work, image):
    other = os.path.join(work, "other.ko")
    with open(other, "wb") as file:
        file.write(module("smbios") + b"\0")
    mtool("mcopy", image, "-o", other, "::modules/smbios.ko")


@pytest.mark.parametrize("change, code", [(delete, "run-file-not-found"), (replace, "run-file-changed")])
def test_file_on_the_disk(change, code):
    """The file is gone, or is not the one that the loader has read."""
    result = boot_after(change, 'smbios_on_error="fallback"\n')
    assert result.status == 0  # -no-reboot: the reset ends QEMU
    result.says("BOOT GIVEN UP: module smbios was not loaded, and its on_error is fallback")
    result.says("smbios", "[%s]" % code)
    result.says("The failure is recorded; resetting")
    result = boot_after(change, 'smbios_on_error="halt"\n')
    assert result.status == BAD
    result.says("BOOT STOPPED: required module smbios was not loaded")
    assert result.module("smbios")["reason"].endswith("[%s]" % code)
