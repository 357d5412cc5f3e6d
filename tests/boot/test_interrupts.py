# SPDX-License-Identifier: BSD-2-Clause
"""Interrupts, timeouts, locks and DMA, by QEMU's device edu (tests/boot/modules/x86_64/edutest.c)."""
import re

import pytest

from btlboot import PROMPT, conf, started
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
