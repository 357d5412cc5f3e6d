# SPDX-License-Identifier: BSD-2-Clause
"""Many modules, and large ones."""
import pytest

from btlboot import GOOD, STOP, boot, conf, test_module as own_module
from test_default import PHASES


def many(count):
    """Copies of one module under names of the same length; each needs the one of half its number."""
    files = {"modules/many999.ko": own_module("many999")}
    for i in range(1, count):
        needs = b"many%03d" % (i // 2) if i > 1 else b"many999"
        text = own_module("many000").replace(b"many000", b"many%03d" % i).replace(b"many999", needs)
        files["modules/many%03d.ko" % i] = text
    return files


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_200_modules(phase):
    files = many(200)
    names = ["many%03d" % i for i in range(1, 200)]
    lines = "".join('%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase) for name in names)
    result = boot(files=files, text=conf(lines))
    assert result.status == GOOD
    assert result.loaded() == set(PHASES) | set(names) | {"many999"}
    assert {result.module(name)["phase"] for name in names} == {phase}


@pytest.mark.parametrize("phase", ["BOOT1", "BOOT2"])
def test_64_mib_of_modules(phase):
    files, lines = {}, ""
    for i in range(4):
        name = "big%03d" % i
        files["modules/%s.ko" % name] = own_module("big000").replace(b"big000", name.encode())
        lines += '%s_load="YES"\n%s_phase="%s"\n' % (name, name, phase)
    result = boot(files=files, text=conf(lines), memory="512M")
    assert result.status == GOOD
    for i in range(4):
        result.says("big%03d: 16 MiB are right" % i)
        assert int(result.module("big%03d" % i)["size"], 0) >= 16 << 20


def test_modules_larger_than_memory():
    """64 MiB of modules in a machine of 128 MiB, part of which the firmware uses: a message, and no crash."""
    files, lines = {}, ""
    for i in range(8):
        name = "big%03d" % i
        files["modules/%s.ko" % name] = own_module("big000").replace(b"big000", name.encode())
        lines += '%s_load="YES"\n%s_phase="BOOT1"\n' % (name, name)
    result = boot(files=files, text=conf(lines), memory="128M", until="BTL-REPORT end [^\n]*\n|" + STOP)
    result.says("big00", "no memory") if "no memory" in result.text else result.says("memory", "error")
