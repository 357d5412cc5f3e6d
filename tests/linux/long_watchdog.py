# SPDX-License-Identifier: BSD-2-Clause
"""A hang on trial in Linux is ended by the machine's watchdog, and the next boot is that of the last good
configuration. The drivers of the two watchdogs are in Debian's kernel for all machines, not in the one for clouds."""
import re

import pytest

from linuxboot import ARCH, kernel, linux, linux_conf

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="Debian's kernel for x86-64")

MODULES = ("virtio_pci", "virtio_blk", "vfat", "nls_cp437", "nls_ascii", "efivarfs", "loop", "i6300esb", "lpc_ich",
           "iTCO_wdt")
ESB, TCO = 'i6300esb_load="YES"\n', 'lpc_ich_load="YES"\niTCO_wdt_load="YES"\n'
BAD = 'kernel_options="console=ttyS0 no_timer_check quiet bad %s"\nboot_tries="1"\n'

# The bad configuration hangs. The good one looks at the watchdog, and confirms the boot.
SCRIPT = """
echo "TEST: line $(cat /proc/cmdline)"
show() { echo "TEST: $1 $(cat /sys/class/watchdog/watchdog0/identity /sys/class/watchdog/watchdog0/state | tr '\\n' ' ')"; }
case " $(cat /proc/cmdline) " in
*" bad panic=0 "*) echo "TEST: panic"; echo c >/proc/sysrq-trigger ;;
*" bad "*) echo "TEST: hang"; while :; do sleep 1000; done ;;
esac
dmesg | grep 'BTL: the watchdog'
show before
btl state | grep running:
btl state --ok
show after
"""


def rolls_back(bad, good, options):
    """Boot a configuration that hangs; return the results of both boots."""
    result = linux(SCRIPT, text=linux_conf() + BAD % bad[0] + bad[1], options=options,
                   files={"loader.conf.prev": (linux_conf() + good).encode()}, folder=kernel("amd64", *MODULES))
    assert result.status == 0 and "TEST: end" in result.text
    lines = re.findall(r"^TEST: line (.*)", result.text, re.M)
    assert len(lines) == 2 and " bad" in lines[0] and " bad" not in lines[1]
    assert "Rebooting in" not in result.text  # the watchdog has reset the machine, not the kernel
    result.says("/loader.conf.prev", "[boot-fallback]")
    return result


def is_taken_over(result, name, seconds):
    """The driver has the watchdog that the loader has armed; it runs until the boot is confirmed."""
    result.says("BTL: the watchdog resets the machine unless it is served; seconds: %d" % seconds)
    result.says("TEST: before %s active" % name)
    result.says("running: /loader.conf.prev", "hardware watchdog %d s" % seconds)
    result.says("TEST: after %s inactive" % name)


def test_a_module_of_loader_conf():
    """/btl/init starts the watchdog with boot_timeout, and user space hangs."""
    result = rolls_back(("", ESB + 'boot_timeout="60"\n'), ESB + 'watchdog="600"\n', ["-device", "i6300esb"])
    assert "TEST: hang" in result.text
    result.says("watchdog: the i6300esb resets the machine in 600 s")
    is_taken_over(result, "i6300ESB timer", 600)


def test_the_hardware_of_the_machine():
    """The loader has armed the watchdog, and the kernel hangs before a driver knows the device."""
    result = rolls_back(("panic=0", 'watchdog="160"\n'), TCO + 'watchdog="600"\n', ["-global", "ICH9-LPC.noreboot=off"])
    assert "TEST: panic" in result.text
    result.says("watchdog: the TCO resets the machine in 160 s")
    is_taken_over(result, "iTCO_wdt", 600)
