# SPDX-License-Identifier: BSD-2-Clause
"""The name of a function, even a static one, is unique within its program, so that a line of a backtrace and
grep lead to one place. The names come from the sources and from the symbols of built programs.

    tests/tree/test_names.py        prints the repeated names of each program
"""
import collections
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
# Program: its sources, and the built files. No program has the files of two architectures.
PROGRAMS = {
    "loader": (["core", "efi"], "x86_64/efi/loader.elf"),
    "loader for ia64": (["core", "efi"], None),
    "kernel": (["core", "kernel"], "x86_64/kernel/kernel.elf"),
    "kernel for ia64": (["core", "kernel"], None),
    "btl": (["core", "tools/btl"], "host/btl"),
}
# By .clang-format, a definition and its brace begin in the first column.
DEFINITION = re.compile(r"^(?!(?:struct|enum|union) \w+\n|typedef|#|//)[A-Za-z_][\w \t*]*?[\s*](\w+)\([^;{}]*?\)\s*\n\{", re.M)
SUFFIX = re.compile(r"\.(?:constprop|part|isra|cold|lto_priv)\b.*")


def definitions(text):
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"__attribute__\(\([^;{}]*?\)\)\s*(?=[\w*])", "", text)
    return DEFINITION.findall(text)


def sources(folders, arch):
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders], cwd=ROOT,
                           stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    other = {"x86_64": "/ia64/", "ia64": "/x86_64/"}[arch]
    # core/ is the library with the relocators of all architectures.
    return [name for name in names if name.endswith((".c", ".h")) and os.path.exists(os.path.join(ROOT, name))
            and (other not in name or name.startswith("core/"))]


def repeated_in_sources(program):
    folders, _ = PROGRAMS[program]
    places = collections.defaultdict(list)
    for name in sources(folders, "ia64" if "ia64" in program else "x86_64"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            for function in definitions(file.read()):
                places[function].append(name)
    return {function: where for function, where in places.items() if len(where) > 1}


def header_functions(folders):
    """Return the static inline functions: an object that does not inline them has its own copy."""
    found = set()
    for name in sources([*folders, "include/btl"], "x86_64"):
        if name.endswith(".h"):
            with open(os.path.join(ROOT, name), encoding="utf-8") as file:
                found |= set(definitions(file.read()))
    return found


def repeated_symbols(lines):
    """Return the functions in `lines` of nm. A part that the compiler split off is no function."""
    count = collections.Counter()
    for line in lines:
        kind, name = line.split()[-2:]
        if kind in "tT":
            count[SUFFIX.sub("", name), SUFFIX.search(name) and SUFFIX.search(name)[0]] += 1
    return {name for (name, _), number in count.items() if number > 1}


def report(repeated):
    return "\n".join("%s: %s" % (name, " ".join(where)) for name, where in sorted(repeated.items()))


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_functions_of_the_sources(program):
    repeated = repeated_in_sources(program)
    assert not repeated, report(repeated)


def test_functions_of_modules_and_core():
    """A module takes what it needs out of libbtl.a: a function of another module would be taken from there as well."""
    def functions(folder):
        found = set()
        for name in sources([folder], "x86_64"):
            with open(os.path.join(ROOT, name), encoding="utf-8") as file:
                found |= set(definitions(file.read()))
        return found
    assert len(functions("modules")) > 100
    assert functions("modules") & functions("core") == set()


@pytest.mark.parametrize("program", sorted(name for name in PROGRAMS if PROGRAMS[name][1]))
def test_symbols(program):
    folders, built = PROGRAMS[program]
    path = os.path.join(BUILD, built)
    assert os.path.exists(path), "make all btl"
    lines = subprocess.run(["nm", path], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert len(lines) > 500
    assert repeated_symbols(lines) - header_functions(folders) == set()


def test_definitions_are_found():
    text = """
struct place {
    int line;
};
static const struct place *find(struct index *index,
                                struct btl_str name) // of the file
{
    if (call(index)) {
        return NULL;
    }
}

struct btl_str *btl_find(void)
{
}
int declared(void);
SPOIL(not_a_function, {})
static const int table[] = {
    sizeof(int),
};
static void (*hook)(void);
"""
    assert definitions(text) == ["find", "btl_find"]


def test_repeated_symbols_are_found():
    lines = ["0001 t find", "0002 t find", "0003 T btl_find", "0004 t btl_find.cold", "0005 t take.part.0",
             "0006 t take.part.0", "0007 d find", "0008 d find", "0009 t put.constprop.0", "000a t put.cold",
             "                 U memcpy"]
    assert repeated_symbols(lines) == {"find", "take"}


if __name__ == "__main__":
    for each in sorted(PROGRAMS):
        found = repeated_in_sources(each)
        print("== %s: %d" % (each, len(found)))
        print(report(found))
