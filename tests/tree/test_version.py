# SPDX-License-Identifier: BSD-2-Clause
"""The version stands in the file VERSION. btl/version.h, the library, btl, loader and kernel have the same one."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
PROGRAM = """
#include <btl/version.h>
#include <stdio.h>
int main(void)
{
    printf("%d.%d %s %d %s\\n", BTL_VERSION_MAJOR, BTL_VERSION_MINOR, BTL_VERSION_TEXT, BTL_VERSION_NUMBER,
           btl_version());
    return 0;
}
"""


def version():
    with open(os.path.join(ROOT, "VERSION"), encoding="utf-8") as file:
        return file.read().strip()


def test_header_and_library(tmp_path):
    subprocess.run(["make", "-s", "-j2", "libbtl"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (tmp_path / "program.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-Wall", "-Werror", "-I" + os.path.join(ROOT, "include"), "program.c",
                    os.path.join(BUILD, "host/libbtl.a"), "-o", "program"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "program"], stdout=subprocess.PIPE, text=True, check=True)
    major, minor = re.fullmatch(r"(\d+)\.(\d+)", version()).groups()
    number = int(major) * 1000 + int(minor)
    assert done.stdout == "%s %s %d %s\n" % (version(), version(), number, version())


@pytest.mark.parametrize("name, text", [
    ("host/btl", "btl %s\n"), ("x86_64/efi/loader.elf", "BTL %s loads a kernel"),
    ("x86_64/kernel/kernel.elf", "version=%s\0"),
])
def test_programs(name, text):
    with open(os.path.join(BUILD, name), "rb") as file:
        assert (text % version()).rstrip("\n").encode() in file.read()
