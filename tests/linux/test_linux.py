# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernel, started by BTL: its stock modules are chosen in loader.conf, and loaded before init.

A boot takes fifteen seconds on an idle host, and more than a minute on a busy one, so there are few."""
import os
import re
import subprocess

import pytest

from linuxboot import ARCH, LINUX, linux, linux_conf

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="Debian's kernel for x86-64")

LOOK = """
echo "TEST: modules"; cut -d ' ' -f 1 /proc/modules
echo "TEST: log"; dmesg | grep BTL:
echo "TEST: disk"; cat /mnt/loader.conf
echo "TEST: parameter"; cat /sys/module/loop/parameters/max_loop
echo "TEST: files"; find /btl
echo "TEST: manifest"; btl manifest /btl/manifest.bin
echo "TEST: state"; btl state
echo "TEST: line"; cat /proc/cmdline
"""


def test_the_driver_of_the_disk_comes_from_loader_conf():
    result = linux(LOOK, conf='manifest_save="YES"\n')
    assert result.status == 0 and "TEST: end" in result.text
    # The initrd of the distribution has no module.
    listing = subprocess.run([os.path.join(LINUX, "system/bin/busybox"), "cpio", "-t"], check=True, text=True,
                             stdin=open(os.path.join(LINUX, "base.img"), "rb"), stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
    assert ".ko" not in listing and "bin/busybox" in listing
    loaded = result.between("modules", "log").split()
    assert {"virtio_pci", "virtio_blk", "vfat", "efivarfs", "loop"} <= set(loaded)
    # One line for each module, dependencies first.
    order = re.findall(r"BTL: (\w+): loaded", result.between("log", "disk"))
    assert set(order) == set(loaded) and len(order) == len(loaded)
    for first, second in (("virtio_ring", "virtio"), ("virtio", "virtio_blk"), ("virtio_pci_modern_dev", "virtio_pci"),
                          ("fat", "vfat")):
        assert order.index(first) < order.index(second), order
    # The driver reads the disk; the parameter has its value.
    assert result.between("disk", "parameter").startswith(linux_conf())
    assert result.between("parameter", "files") == "3\n"
    files = result.between("files", "manifest").split()
    assert {"/btl/init", "/btl/order", "/btl/manifest.bin", "/btl/modules/virtio_blk.ko"} <= set(files)
    assert re.search(r"virtio_blk +INIT", result.between("manifest", "state"))
    assert "/loader.conf" in result.between("state", "line")
    assert "rdinit=/btl/init" in result.between("line", "end")


TRIAL = """
echo "TEST: line $(cat /proc/cmdline)"
case " $(cat /proc/cmdline) " in
*" bad "*) echo "TEST: panic"; echo c >/proc/sysrq-trigger; sleep 600 ;;
esac
echo "TEST: refused"; btl state --ok /mnt/loader.conf; echo "status $?"
echo "TEST: state"; btl state
echo "TEST: confirmed"; btl state --ok; echo "status $?"; btl state
"""


def test_a_panic_on_trial_rolls_back():
    """No person and no key: the panic resets the machine, and the loader boots loader.conf.prev."""
    good = linux_conf()
    bad = good + 'kernel_options="console=ttyS0 no_timer_check quiet bad"\nboot_tries="1"\n'
    result = linux(TRIAL, text=bad, files={"loader.conf.prev": good.encode()})
    assert result.status == 0 and "TEST: end" in result.text
    lines = re.findall(r"^TEST: line (.*)", result.text, re.M)
    assert len(lines) == 2 and " bad" in lines[0] and " bad" not in lines[1]
    assert re.search(r"\bpanic=[1-9]", lines[0])  # the loader's own word, in a counted boot
    assert "Rebooting in" in result.text.split("TEST: panic")[1]
    result.says("/loader.conf.prev", "[boot-fallback]")
    # The configuration that has just failed cannot be confirmed; what runs is shown, and can be.
    refused, shown = result.between("refused", "state"), result.between("state", "confirmed")
    assert "[host-running-other]" in refused and "booted from /loader.conf.prev" in refused and "status 2" in refused
    assert re.search(r"^BtlBoot +running: /loader\.conf\.prev, booted as fallback", shown, re.M)
    assert re.search(r"^BtlGood +-$", shown, re.M)
    confirmed = result.between("confirmed", "end")
    assert "status 0" in confirmed and re.search(r"^BtlGood +last good: /loader\.conf\.prev", confirmed, re.M)
