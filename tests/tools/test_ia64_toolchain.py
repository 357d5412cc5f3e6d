# SPDX-License-Identifier: BSD-2-Clause
"""tools/ia64-toolchain.sh: the place of the tool chain, and the check of its version. Building it takes too
long for a test; `make oracle-ia64` and every build with ARCH=ia64 use the result."""
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAMP = "recipe %s\ngcc-12-source 12.2.0-14\nbinutils-ia64-linux-gnu 2.40-2\n"


@pytest.fixture(name="recipe")
def find_recipe():
    with open(os.path.join(ROOT, "tools/ia64-toolchain.sh"), encoding="utf-8") as script:
        return next(line.split("=")[1].split()[0] for line in script if line.startswith("recipe="))


def toolchain(tmp_path, *words, **environment):
    (tmp_path / "dpkg-query").write_text(
        '#!/bin/sh\nfor last; do :; done\n'
        'case $last in gcc-12-source) printf 12.2.0-14 ;; binutils-ia64-linux-gnu) printf 2.40-2 ;; esac\n')
    (tmp_path / "dpkg-query").chmod(0o755)
    done = subprocess.run([os.path.join(ROOT, "tools/ia64-toolchain.sh"), *words], check=False, text=True,
                          env={"PATH": "%s:/usr/bin:/bin" % tmp_path, "HOME": "/home/of", **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def make_stamps(tmp_path, text, names=("gcc", "gnu-efi")):
    root = tmp_path / "cache" / "ia64-gcc-12"
    root.mkdir(parents=True)
    for name in names:
        (root / ("stamp." + name)).write_text(text)


@pytest.mark.parametrize("environment, where", [
    ({}, "/home/of/.cache/btl"),
    ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/btl"),
    ({"XDG_CACHE_HOME": "/xdg", "BTL_CACHE": "/own"}, "/own"),
])
def test_where_it_is(tmp_path, environment, where):
    assert toolchain(tmp_path, "--where", **environment) == (0, where + "/ia64-gcc-12\n")


@pytest.mark.parametrize("environment", [{}, {"XDG_CACHE_HOME": "/xdg"}, {"BTL_CACHE": "/own"}])
def test_make_looks_where_the_script_puts_it(tmp_path, environment):
    _, where = toolchain(tmp_path, "--where", **environment)
    (tmp_path / "Makefile").write_text("include %s/tools/ia64.mk\nwhere:; @echo $(IA64_TOOLCHAIN)\n" % ROOT)
    done = subprocess.run(["make", "-s", "-C", tmp_path, "where"], check=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/home/of", **environment},
                          stdout=subprocess.PIPE)
    assert done.stdout == where


def test_says_how_to_get_it(tmp_path):
    status, output = toolchain(tmp_path, "--check", BTL_CACHE=str(tmp_path / "cache"))
    assert (status, output) == (1, "ia64-toolchain: not there; get it with: make ia64-toolchain\n")


def test_finds_what_was_made(tmp_path, recipe):
    make_stamps(tmp_path, STAMP % recipe)
    assert toolchain(tmp_path, "--check", BTL_CACHE=str(tmp_path / "cache")) == (0, "")


@pytest.mark.parametrize("spoil", [
    lambda path, text: make_stamps(path, text.replace("recipe ", "recipe 0")),
    lambda path, text: make_stamps(path, text.replace("12.2.0-14", "12.2.0-13")),
    lambda path, text: make_stamps(path, text.replace("2.40-2", "none")),
    lambda path, text: make_stamps(path, text, ["gcc"]),
    lambda path, text: make_stamps(path, text, ["gnu-efi"]),
])
def test_what_is_older_or_not_whole_does_not_count(tmp_path, recipe, spoil):
    spoil(tmp_path, STAMP % recipe)
    assert toolchain(tmp_path, "--check", BTL_CACHE=str(tmp_path / "cache"))[0] == 1


def test_make_for_ia64_says_how_to_get_it():
    done = subprocess.run(["make", "-C", ROOT, "-n", "ARCH=ia64", "kernel"], check=False, text=True,
                          env={"PATH": "/usr/bin:/bin", "BTL_CACHE": "/nonexistent"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0
    assert "ARCH=ia64 needs the ia64 tool chain, which is not there: make ia64-toolchain" in done.stdout
