# SPDX-License-Identifier: BSD-2-Clause
"""modules/README.md: its commands, as they stand there, bring a module of one's own into the kernel."""
import os
import re
import shutil
import subprocess

from btlboot import O, ROOT


def commands():
    with open(os.path.join(ROOT, "modules/README.md"), encoding="utf-8") as file:
        section = file.read().split("## Your own in five minutes")[1].split("\n## ")[0]
    return re.findall(r"^       (\S.*)$", section, re.M)


def test_your_own_module_in_five_minutes(tmp_path):
    tree = tmp_path / "btl"  # stands for the checkout: image and tools are its own, the rest is shared
    tree.mkdir()
    for name in ("modules", "tools", "include"):
        (tree / name).symlink_to(os.path.join(ROOT, name))
    (tree / "build/x86_64").mkdir(parents=True)
    (tree / "build/host").symlink_to(os.path.join(ROOT, "build/host"))
    (tree / "build/x86_64/modules").symlink_to(os.path.join(O, "modules"))
    shutil.copy(os.path.join(O, "btl.img"), tree / "build/x86_64/btl.img")
    lines = commands()
    assert len(lines) == 8
    script = "\n".join(["set -e", *lines, "O=build/x86_64 tools/run.sh"])
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O")}
    done = subprocess.run(["/bin/sh", "-c", script], cwd=tree, check=False,
                          env=dict(environment, HOME=str(tmp_path)), text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "1 module checked: all can be loaded" in done.stdout
    assert "mine: here" in done.stdout
    assert re.search(r"BTL-REPORT module .* name=mine .* phase=BOOT1 .* state=loaded", done.stdout)
