# SPDX-License-Identifier: BSD-2-Clause
"""The kernel of docs/boot-protocol-x86_64.md: build it as the page says; btl check accepts it with a module."""
import os
import re
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BTL = os.path.abspath(os.environ.get("BTL", os.path.join(ROOT, "build/host/btl")))
CONF = 'kernel="/kernel.elf"\nmine_load="YES"\nmine_phase="BOOT1"\nmine.repeat="3"\n'
MINE = """#include <btl/module.h>
static int64_t repeat = 1;
static const struct btl_tunable tunables[] = {BTL_INT(repeat, 1, 10)};
static int mine_load(const struct btl_load_args *args)
{
    for (int64_t i = 0; i < repeat; i++)
        kprintf("%s\\n", args->name);
    return 0;
}
BTL_MODULE("mine", .load = mine_load, BTL_TUNABLES(tunables));
BTL_PHASES("BOOT1");
BTL_NEEDS("kernel:1.0");
BTL_PARM("repeat", "int", "how often");
"""


def blocks():
    with open(os.path.join(ROOT, "docs/boot-protocol-x86_64.md"), encoding="utf-8") as file:
        return dict(re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S))


def run(directory, *command):
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(command, cwd=directory, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=dict(environment, BTL=ROOT))


@pytest.fixture(scope="module", name="volume")
def built(tmp_path_factory):
    """Make the directory that the page describes."""
    work, page = tmp_path_factory.mktemp("kernel"), blocks()
    (work / "kernel.c").write_text(page["c"])
    (work / "kernel.ld").write_text(page["ld"])
    (work / "build.sh").write_text(page["sh"].replace('FLAGS="', 'FLAGS="-Wall -Wextra -Wno-unused-parameter -Werror '))
    done = run(work, "sh", "build.sh")
    assert done.returncode == 0 and done.stdout == "", done.stdout
    volume = tmp_path_factory.mktemp("volume")
    (volume / "modules").mkdir()
    (volume / "loader.conf").write_text(CONF)
    shutil.copy(work / "kernel.elf", volume)
    (work / "mine.c").write_text(MINE)
    (work / "Makefile").write_text("MODULES := mine\ninclude $(BTL)/tools/module.mk\n")
    done = run(work, "make", "BTL=" + ROOT)
    assert done.returncode == 0, done.stdout
    shutil.copy(work / "mine.ko", volume / "modules")
    return volume


def test_kernel_and_module_are_good(volume):
    done = run(volume, BTL, "check", "-W", "-C", ".")
    assert done.returncode == 0 and "good, 1 module: 1 BOOT1" in done.stdout, done.stdout


def test_module_alone(volume):
    done = run(volume, BTL, "check", "--module", "--kernel", "kernel.elf", "modules/mine.ko")
    assert done.returncode == 0, done.stdout


def test_what_it_does_not_export_is_missing(volume):
    """A module is checked against this kernel, not against the reference kernel."""
    module = os.path.join(ROOT, os.environ.get("O", "build/x86_64"), "modules/hello.ko")
    done = run(volume, BTL, "check", "--module", "--kernel", "kernel.elf", module)
    assert done.returncode == 2 and "link-unresolved" in done.stdout, done.stdout
