# SPDX-License-Identifier: BSD-2-Clause
"""The settings of loader.conf, and a bad loader.conf."""
import pytest

from btlboot import GOOD, PROMPT, STOP, boot, conf, default_conf, default_tree
from test_default import PHASES


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2", "INIT"])
def test_module_switched_to_another_phase(phase):
    result = boot(text=conf('hello_phase="%s"\n' % phase))
    assert result.status == GOOD
    assert result.module("hello")["configured"] == phase
    assert result.module("hello")["phase"] == phase
    assert result.module("hello")["state"] == "loaded"


def test_dependency_is_pulled_into_the_phase_of_its_dependent():
    """ring is not mentioned; clock is configured late, but rtc needs it in BOOT2."""
    result = boot(text=conf('clock_phase="INIT"\n'))
    assert result.status == GOOD
    assert result.module("ring")["phase"] == "BOOT1"
    assert result.module("clock")["configured"] == "INIT"
    assert result.module("clock")["phase"] == "BOOT2"


def test_tunables_and_flags():
    result = boot(text=conf('hello.greeting="good evening"\nhello_flags="a b"\npagetest.pages="7"\n'))
    assert result.status == GOOD
    result.says('hello: good evening, flags "a b"')
    result.says("pagetest: 7 pages in")


def test_tunable_out_of_range():
    result = boot(text=conf('pagetest.pages="0"\n'))
    line = result.says("pagetest", "pages", "65536")
    assert result.module("pagetest")["state"] == "failed", line
    assert result.loaded() == set(PHASES) - {"pagetest"}


def test_module_switched_off():
    result = boot(text=conf('hello_load="NO"\nsmbios_load="NO"\n'))
    assert result.status == GOOD
    assert result.loaded() == set(PHASES) - {"hello", "smbios"}


def test_switched_off_dependency_fails_its_dependents():
    result = boot(text=conf('clock_load="NO"\n'))
    assert "plan-dependency-off" in result.codes()
    for name in ("rtc", "pagetest"):
        assert result.module(name)["state"] == "failed"
        result.says("error: %s: it needs clock" % name)
    assert result.loaded() == set(PHASES) - {"clock", "rtc", "pagetest"}


def test_blacklisted_dependency():
    result = boot(text=conf('module_blacklist="clock"\n'))
    assert "plan-dependency-blacklisted" in result.codes()
    assert result.loaded() == set(PHASES) - {"clock", "rtc", "pagetest"}


def test_empty():
    """Defaults: the kernel at its usual place, no modules."""
    result = boot(text="", until=PROMPT)
    assert "error:" not in result.text
    result.says("BOOT1: 0 modules loaded, 0 failed")


def test_missing():
    result = boot(files={"loader.conf": None}, until=STOP + r"|btl> ")
    result.says("/loader.conf")
    assert "boot-no-config" in result.codes()


def test_garbage():
    """A file with every byte value, with line ends: each error has its line, and the machine comes up."""
    garbage = bytes((i * 7919 + i // 251) % 256 for i in range(20000)) + b"\n"
    result = boot(files={"loader.conf": garbage}, until=STOP + r"|btl> ")
    assert {code for code in result.codes() if code.startswith("conf-")}


def test_errors_are_all_named_and_the_rest_takes_effect():
    bad = conf('hello_load="MAYBE"\nhello_fase="BOOT1"\nno equals sign\nrtc_phase="BOOT3"\n'
               'unterminated="…\nhello.greeting="the last line"\n')
    first = bad.count("\n", 0, bad.index("hello_load=\"MAYBE\"")) + 1
    result = boot(text=bad)
    for offset in range(5):
        result.says("/loader.conf:%d:" % (first + offset))
    result.says("hello: the last line")
    assert {"hello", "pci"} <= result.loaded()


def test_ten_thousand_lines():
    lines = []
    for i in range(9000):
        lines.append('hello.greeting="greeting %d" # line %d' % (i, i))
    lines += ["# a comment"] * 950 + [""] * 50
    result = boot(text=default_conf() + "\n".join(lines) + '\nkernel_options="report"\n')
    assert result.status == GOOD
    result.says("hello: greeting 8999,")
    assert result.loaded() == set(PHASES)


@pytest.mark.parametrize("option", ["-c \\btl\\other.conf", "\\btl\\other.conf", "-c fs0:/btl/other.conf"])
def test_path_as_load_option_from_the_shell(option):
    other = conf('hello.greeting="the other configuration"\n')
    result = boot(files={
        "EFI/BOOT/BOOTX64.EFI": None,
        "EFI/BTL/BTL.EFI": default_tree()["EFI/BOOT/BOOTX64.EFI"],
        "btl/other.conf": other.encode(),
        "startup.nsh": ("fs0:\\EFI\\BTL\\BTL.EFI %s\r\n" % option).encode(),
    })
    assert result.status == GOOD
    result.says("hello: the other configuration")
