# SPDX-License-Identifier: BSD-2-Clause
"""A module outside the tree: a copy of modules/template/, built as modules/README.md says."""
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build(directory, *words):
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", "-C", str(directory), "BTL=" + ROOT, *words], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def test_template_builds_and_is_checked(tmp_path):
    copy = shutil.copytree(os.path.join(ROOT, "modules/template"), tmp_path / "mine")
    done = build(copy)
    assert done.returncode == 0, done.stdout
    assert "1 module checked: all can be loaded" in done.stdout
    assert (copy / "template.ko").exists()
    assert build(copy, "clean").returncode == 0
    assert sorted(p.name for p in copy.iterdir()) == ["Makefile", "template.c"]


def test_module_that_cannot_be_loaded_does_not_stay(tmp_path):
    copy = shutil.copytree(os.path.join(ROOT, "modules/template"), tmp_path / "mine")
    source = (copy / "template.c").read_text()
    (copy / "template.c").write_text(
        source.replace("static void say", "void nobody_has_this(void);\nstatic void say")
              .replace('kprintf("template: here\\n");', "nobody_has_this();"))
    done = build(copy)
    assert done.returncode != 0
    assert "nobody_has_this" in done.stdout
    assert not (copy / "template.ko").exists()


def test_module_with_a_constructor_does_not_stay(tmp_path):
    copy = shutil.copytree(os.path.join(ROOT, "modules/template"), tmp_path / "mine")
    with open(copy / "template.c", "a") as source:
        source.write("static volatile int made;\n__attribute__((constructor)) static void make(void) { made = 42; }\n")
    result = build(copy)
    assert result.returncode != 0
    assert "[link-constructor]" in result.stdout
    assert not (copy / "template.ko").exists()


def test_module_of_two_files(tmp_path):
    copy = shutil.copytree(os.path.join(ROOT, "modules/template"), tmp_path / "mine")
    makefile = (copy / "Makefile").read_text()
    (copy / "Makefile").write_text(makefile.replace(
        "MODULES := template\n", "MODULES := template\ntemplate_OBJS := template.o more.o\n"))
    source = (copy / "template.c").read_text()
    (copy / "template.c").write_text(source.replace("static void say", "void more(void);\nstatic void say")
                                     .replace('kprintf("template: here\\n");', "more();"))
    (copy / "more.c").write_text("#include <btl/module.h>\nvoid more(void);\nvoid more(void)\n"
                                 "{\n    kprintf(\"more\\n\");\n}\n")
    done = build(copy)
    assert done.returncode == 0, done.stdout
