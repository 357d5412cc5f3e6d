# SPDX-License-Identifier: BSD-2-Clause
"""The tree is formatted by .clang-format; make format does it."""
import os
import re
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAJOR = "14"  # other versions break lines differently
PROGRAM = shutil.which("clang-format-" + MAJOR) or shutil.which("clang-format")


def version():
    if PROGRAM is None:
        return None
    text = subprocess.run([PROGRAM, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.search(r"version (\d+)", text)[1]


needs_program = pytest.mark.skipif(version() != MAJOR, reason="clang-format %s is not installed" % MAJOR)


def differs(*names):
    """Return whether clang-format would change one of the files, and its output."""
    batches = [names[i::2] for i in range(2) if names[i::2]]
    running = [subprocess.Popen([PROGRAM, "--dry-run", "-Werror", "--style=file", *batch], cwd=ROOT,
                                stderr=subprocess.PIPE, text=True) for batch in batches]
    said = "".join(process.communicate()[1] for process in running)
    return any(process.returncode != 0 for process in running), said


@needs_program
def test_tree():
    names = subprocess.run(["git", "ls-files", "*.c", "*.h"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                           check=True).stdout.split()
    found, said = differs(*(name for name in names if os.path.exists(os.path.join(ROOT, name))))
    lines = [line for line in said.splitlines() if "error:" in line]
    assert not found, "make format changes:\n" + "\n".join(lines[:20])


@needs_program
def test_a_wrong_line_is_found(tmp_path):
    shutil.copy(os.path.join(ROOT, ".clang-format"), tmp_path)
    (tmp_path / "x.c").write_text("int f(void) {\n    return 0;\n}\n")
    found, said = differs(str(tmp_path / "x.c"))
    assert found and "x.c:1" in said
