# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernel under Secure Boot: the firmware verifies it, and the seal pins it, its initrds and its modules."""
import os
import shutil
import sys

import pytest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), folder) for folder in (".", "../linux")]
from linuxboot import LINUX, SCRIPT, initrd, linux_conf, make  # noqa: E402
from trustboot import CODE, ENFORCED, Disk, btlboot, plain, shows  # noqa: E402

pytestmark = pytest.mark.skipif(not os.path.exists(CODE), reason="no OVMF with Secure Boot")
FOLDER = "/loader.conf.d/"
WHOLE = linux_conf() + "# whole\n"
MODULES = "/linux/modules"
# name: (lines, what is changed behind the seal, the messages)
CASES = {
    "initrd": ('initrd="/linux/base.img;/linux/changed.img"\n', "/linux/changed.img",
               ["/linux/changed.img: error: the file is not the one", "[seal-mismatch]"]),
    "kernel": ('kernel="/linux/changed"\n', "/linux/changed",
               ["/linux/changed: error: the file is not the one", "[seal-mismatch]"]),
    "module": ('loop_name="/linux/loop.ko"\nloop_on_error="halt"\n', "/linux/loop.ko",
               ["/linux/loop.ko: error: loop: the file is not the one", "[seal-mismatch]"]),
    # Debian has signed this one, and the firmware knows the snakeoil key alone.
    "signer": ('kernel="/linux/debian"\n', None, ["Secure Boot does not permit the program", "[image-access-denied]"]),
}


@pytest.fixture
def disk(tmp_path):
    make("linux-files")
    cloud = os.path.join(LINUX, "cloud")
    script = "cat /proc/cmdline; grep -o '^loop ' /proc/modules; mount -t securityfs none /sys/kernel/security; cat /sys/kernel/security/lockdown"
    test = btlboot.read(initrd(str(tmp_path), "test", {"test": SCRIPT % script}))
    with Disk({"linux/base.img": os.path.join(LINUX, "base.img"), "linux/test.img": test, "linux/changed.img": test,
               "linux/debian": os.path.join(cloud, "vmlinuz"), "linux/vmlinuz": os.path.join(cloud, "vmlinuz"),
               "linux/modules.builtin": os.path.join(cloud, "modules.builtin"), "loader.conf": WHOLE,
               "linux/loop.ko": os.path.join(cloud, "modules/loop.ko")}, default=False) as it:
        shutil.copytree(os.path.join(cloud, "modules"), it.path(MODULES))
        it.keys.sign(it.path("/linux/vmlinuz"))
        shutil.copy(it.path("/linux/vmlinuz"), it.path("/linux/changed"))
        for name, (lines, _, _) in CASES.items():
            it.put(FOLDER + name + ".conf", linux_conf() + lines)
        it.put(FOLDER + "whole.conf", WHOLE)
        yield it


def test_sealed_linux(disk):
    """Configurations of one disk, chosen in the menu one after another."""
    for name in [*CASES, "whole"]:
        disk.seal(FOLDER + name + ".conf")
    for _, changed, _ in CASES.values():
        if changed is not None:
            disk.change(changed)
    with disk.start(memory="512M") as machine:
        text = machine.refuse_and_open_menu()
        shows(text, ENFORCED, "/loader.conf: error: the configuration has no seal")
        for name in CASES:
            text = machine.choose(FOLDER + name + ".conf") + machine.type("b") + machine.type("d")
            shows(text, *CASES[name][2], "annot be booted so")
        assert "Linux version" not in machine.text() and "EFI stub" not in machine.text()
        machine.choose(FOLDER + "whole.conf")
        machine.send("b\r")
        text, status = machine.rest()
    assert status == 0, text
    assert "\nloop " in text and "[integrity]" in plain(text), text
    assert "TEST: end" in text, text
