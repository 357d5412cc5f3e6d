# SPDX-License-Identifier: BSD-2-Clause
"""The build's check of modules accepts all our modules, and rejects each defect by name."""
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
O = os.path.join(ROOT, os.environ.get("O", "build/x86_64"))
CHECK = [os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl"), "check", "--module"]


def check(*words):
    done = subprocess.run([*CHECK, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def bad(name):
    return os.path.join(O, "testmodules", name + ".ko")


def test_all_modules_of_the_tree():
    files = [os.path.join(O, "modules", f) for f in sorted(os.listdir(os.path.join(O, "modules")))
             if f.endswith(".ko")]
    status, output, errors = check(*files)
    assert (status, errors) == (0, "")
    assert output.startswith("%d modules checked" % len(files))


@pytest.mark.parametrize("name, parts", [
    ("unresolved", ["missing_one", "missing_two", "missing_three"]),
    ("undeclared", ["ring_new", "ring_free", "ring"]),
    ("writablecode", [".patchable"]),
    ("needs9", ["kernel:9.0", "kernel:1."]),
    ("earlydriver", ["wsio_class"]),
    ("needsrunonly", ["runonly", "needsrunonly", "BOOT1"]),
    ("cycle_a", ["cycle_a", "cycle_b", "cycle_c"]),
])
def test_defect_is_refused(name, parts):
    directories = os.path.join(O, "testmodules") + ":" + os.path.join(O, "modules")
    also = [os.path.join(O, "modules/ring.ko")] if name == "undeclared" else []
    status, _, errors = check("-L", directories, *also, bad(name))
    assert status == 2
    for part in parts:
        assert part in errors


def test_missing_dependency_is_named():
    status, _, errors = check(bad("needsfails"))
    assert status == 2 and "host-no-module" in errors and "fails.ko" in errors


def test_dependency_is_found_in_a_directory():
    status, _, errors = check("-L", os.path.join(O, "testmodules"), bad("needsfails"))
    assert (status, errors) == (0, "")


def test_truncated_file(tmp_path):
    path = tmp_path / "hello.ko"
    with open(os.path.join(O, "modules/hello.ko"), "rb") as file:
        path.write_bytes(file.read()[:900])
    status, _, errors = check(str(path))
    assert status == 2 and str(path) in errors
