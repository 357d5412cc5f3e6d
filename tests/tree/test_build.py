# SPDX-License-Identifier: BSD-2-Clause
"""make builds an object again if its flags change, and a library if a source is deleted; its place does not matter."""
import json
import os
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = "build/host/libbtl.a"


class Tree:
    def __init__(self, path):
        self.path = path

    def make(self):
        """Return the files that make builds, by its output."""
        environment = {k: v for k, v in os.environ.items()
                       if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD", "ARCH", "O")}
        done = subprocess.run(["make", "--no-print-directory", "-j2", LIBRARY], cwd=self.path, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return {line.strip() for line in done.stdout.splitlines() if line.endswith(".o")}

    def members(self):
        return set(subprocess.run(["ar", "t", LIBRARY], cwd=self.path, stdout=subprocess.PIPE, text=True,
                                  check=True).stdout.split())

    def objects(self):
        return {"build/host/" + os.path.relpath(os.path.join(folder, name), self.path)[:-1] + "o"
                for folder, _, names in os.walk(self.path / "core") for name in names if name.endswith(".c")}

    def edit(self, name, old, new):
        text = (self.path / name).read_text()
        assert old in text
        (self.path / name).write_text(text.replace(old, new, 1))


def part_of_tree(path):
    """Copy the makefiles and a part of core/."""
    files = subprocess.run(["git", "ls-files", "Makefile", "*.mk", "include/btl", "core/base", "core/core.mk"],
                           cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    for name in files:
        if os.path.exists(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(path / name), exist_ok=True)
            shutil.copy(os.path.join(ROOT, name), path / name)
    return Tree(path)


@pytest.fixture
def tree(tmp_path):
    """Build a part of the tree."""
    made = part_of_tree(tmp_path)
    assert made.make() == made.objects()
    assert made.make() == set()
    return made


def test_a_source_that_is_gone_leaves_the_library(tree):
    assert "sort.o" in tree.members()
    os.unlink(tree.path / "core/base/sort.c")
    assert tree.make() == set()
    assert "sort.o" not in tree.members()
    assert tree.members() == {os.path.basename(name) for name in tree.objects()}


def test_a_source_that_is_new_joins_the_library(tree):
    (tree.path / "core/base/new.c").write_text("int btl_new(void);\nint btl_new(void)\n{\n    return 0;\n}\n")
    assert tree.make() == {"build/host/core/base/new.o"}
    assert "new.o" in tree.members()


def test_a_changed_flag_builds_every_object(tree):
    tree.edit("core/core.mk", "-ffreestanding", "-ffreestanding -DCHANGED")
    assert tree.make() == tree.objects()
    tree.edit("Makefile", "-std=gnu11", "-std=gnu17")
    assert tree.make() == tree.objects()


def test_a_comment_in_a_makefile_builds_nothing(tree):
    tree.edit("core/core.mk", "# ", "# Another comment: ")
    assert tree.make() == set()


def test_a_changed_header_builds_what_includes_it(tree):
    os.utime(tree.path / "include/btl/sort.h" if (tree.path / "include/btl/sort.h").exists()
             else tree.path / "core/base/sort.h")
    built = tree.make()
    assert "build/host/core/base/sort.o" in built
    assert built < tree.objects()


def test_the_place_of_the_tree_changes_no_byte(tmp_path, monkeypatch):
    monkeypatch.setenv("CCACHE_DISABLE", "1")
    trees = [part_of_tree(tmp_path / "one"), part_of_tree(tmp_path / "another" / "place")]
    libraries = []
    for tree in trees:
        tree.make()
        libraries.append((tree.path / LIBRARY).read_bytes())
    assert libraries[0] == libraries[1]


def test_compile_commands():
    subprocess.run(["make", "-s", "compile-commands"], cwd=ROOT, check=True)
    with open(os.path.join(ROOT, os.environ.get("BUILD", "build"), "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    assert all(entry["directory"] == ROOT and entry["file"] in entry["command"] for entry in commands)
    sources = subprocess.run(["git", "ls-files", "core/*.c", "efi/*.c", "kernel/*.c", "modules/*.c", "tools/btl/*.c"],
                             cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert {name for name in sources if "/ia64/" not in name and "/template/" not in name} <= {entry["file"] for entry in commands}
