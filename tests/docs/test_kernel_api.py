# SPDX-License-Identifier: BSD-2-Clause
"""docs/kernel-api.md and the built kernel agree with kernel_exports.def."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def generated():
    tool = os.path.join(BUILD, "host/tools/kernel_api")
    subprocess.run(["make", "-s", "BUILD=" + BUILD, tool], cwd=ROOT, check=True)
    return subprocess.run([os.path.join(ROOT, tool)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def exports():
    """Return (name, minor) of the table, read without a compiler."""
    text = re.sub(r"^//.*$", "", read("include/btl/kernel_exports.def"), flags=re.M)
    return re.findall(r"EXPORT\([^,]*?,\s*(\w+)\s*,.*?\b(?:BOOT1|BOOT2),\s*(\d+),", text, re.S)


def test_page_is_up_to_date():
    assert read("docs/kernel-api.md") == generated(), "run make kernel-api"


def test_every_export_has_a_row():
    rows = re.findall(r"^\| `.*?\b(\w+)\(.*` \| BOOT[12] \| 1\.(\d+) \|", read("docs/kernel-api.md"), re.M)
    assert len(exports()) > 30
    assert rows == exports()


def test_the_newest_export_is_as_new_as_the_interface():
    """The minor version is that of the column, or a later one in the text, for an extended function."""
    minor = int(re.search(r'BTL_KERNEL_INTERFACE "kernel:1\.(\d+)"', read("include/btl/kernel.h")).group(1))
    learned = re.findall(r"since 1\.(\d+)", read("include/btl/kernel_exports.def"))
    assert max(int(m) for m in [m for _, m in exports()] + learned) == minor
