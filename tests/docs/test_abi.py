# SPDX-License-Identifier: BSD-2-Clause
"""docs/abi.md: its versions are those of the sources, and what 1.0 had is still there, where it was. The past are the
headers of tests/boot/frozen."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOW, THEN = "include", "tests/boot/frozen/include"


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def find(pattern, *path):
    return ".".join(re.search(pattern, read(*path), re.M).groups())


@pytest.mark.parametrize("interface, version", [
    ("BTL", find(r"([\d.]+)", "VERSION")),
    ("boot manifest and boot protocol", find(r"BTLM_MAJOR +(\d+)[\s\S]*?BTLM_MINOR +(\d+)", NOW, "btl/manifest.h")),
    ("module ABI", find(r"BTL_MODULE_ABI (\d+)", NOW, "btl/module.h")),
    ("kernel interface of the reference kernel", find(r'BTL_KERNEL_INTERFACE "(.*)"', NOW, "btl/kernel.h")),
    ("C API of the library", find(r"([\d.]+)", "VERSION")),
    ("records in UEFI variables", find(r"#define VERSION (\d+)", "core/boot/boot_state.c")),
    ("records in UEFI variables", find(r"#define VERSION (\d+)", "core/boot/run_record.c")),
    ("records in UEFI variables", find(r"#define VERSION (\d+)", "core/boot/running_record.c")),
    ("JSON of btl", find(r'"schema_version": \{"const": (\d+)\}', "docs/manifest.schema.json")),
])
def test_versions_of_the_page(interface, version):
    rows = dict(re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]*) \| [^|]+ \|$", read("docs/abi.md"), re.M))
    assert rows[interface] == version


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def structures(headers):
    """Return {structure: [member]} of headers of the past, for those that a manifest or a module contains."""
    found = {}
    for header in headers:
        for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\}", without_comments(read(THEN, header)), re.M | re.S):
            found[name] = [re.sub(r"\[.*?\]", "", part).split()[-1].strip("*()").split(")")[0]
                           for statement in re.sub(r"\([^()]*\)\s*;", ";", body).split(";") if statement.strip()
                           for part in statement.replace("(*", " ").replace("*", " ").replace(")", " ").split(",")]
    return {name: members for name, members in found.items()
            if name.startswith("btlm_") or name in ("btl_wrapper", "btl_tunable", "btl_load_args", "btl_str")}


def numbers(headers):
    """Return the names of all enumerators in headers of the past."""
    names = []
    for body in re.findall(r"^enum(?: \w+)? \{(.*?)\}", without_comments("".join(read(THEN, h) for h in headers)), re.M | re.S):
        names += re.findall(r"^\s*(BTLM?_\w+)\b", re.sub(r"#define.*|#undef.*|#include.*", "", body.replace(",", "\n")), re.M)
    return names


def printed(include, headers, expressions, tmp_path):
    """Return the values of integer expressions, compiled with these headers; "" for one that they do not have."""
    values = {}
    source = "".join("#include <%s>\n" % header for header in headers) + "#include <stdio.h>\nint main(void)\n{\n"
    source += "".join('    printf("%%s=%%ld\\n", "%s", (long)(%s));\n' % (text, text) for text in expressions) + "}\n"
    (tmp_path / "x.c").write_text(source)
    done = subprocess.run(["gcc", "-w", "-I" + os.path.join(ROOT, include), "x.c", "-o", "x"], cwd=tmp_path, check=False,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, "the headers no longer have what 1.0 had:\n" + done.stderr
    for line in subprocess.run([tmp_path / "x"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        name, value = line.rsplit("=", 1)
        values[name] = value
    return values


def layout(of):
    return [text for name, members in of.items() for member in members
            for text in ("__builtin_offsetof(struct %s, %s)" % (name, member), "sizeof(((struct %s *)0)->%s)" % (name, member))]


@pytest.mark.parametrize("headers, count", [(["btl/manifest.h"], 100), (["btl/module.h"], 12)])
def test_fields_of_1_0_are_where_they_were(tmp_path, headers, count):
    wanted = layout(structures(headers))
    assert len(wanted) > count
    assert printed(NOW, headers, wanted, tmp_path) == printed(THEN, headers, wanted, tmp_path)


# Numbers of enumerators after the last one: how many there are.
COUNTS = re.compile(r"_KINDS$|_TYPES$|^BTLM_STATES$|_PHASES$|_CODES$|^BTL_TYPES$")


def test_values_of_1_0_are_what_they_were(tmp_path):
    headers = ["btl/manifest.h", "btl/module.h", "btl/phases.h"]
    names = [name for name in numbers(headers) if not COUNTS.search(name)]
    names += ["BTL_PHASE_" + name for name in ("BOOT1", "BOOT2", "INIT", "AUTO")]  # of phases.def
    assert len(names) > 60 and {"BTLM_STRINGS", "BTLM_MEM_BAD", "BTLM_LINKED", "BTL_TUNABLE_STRING"} <= set(names)
    assert printed(NOW, headers, names, tmp_path) == printed(THEN, headers, names, tmp_path)


def exports(include):
    """Return {function: (type, parameters, phase)}."""
    text = without_comments(read(include, "btl/kernel_exports.def"))
    found = re.findall(r"EXPORT\(([^,]*?),\s*(\w+),\s*(\(.*?\)),\s*(BOOT[12])\b", text, re.S)
    return {name: (kind.replace("_Noreturn ", ""), re.sub(r"\s+", " ", words), phase) for kind, name, words, phase in found}


def test_functions_of_kernel_1_0_are_there():
    then, now = exports(THEN), exports(NOW)
    assert len(then) > 20 and set(then) <= set(now)
    for name, (kind, parameters, phase) in then.items():
        assert now[name][:2] == (kind, parameters), name
        assert now[name][2] <= phase, "%s came in %s, and now comes later" % (name, phase)


def test_no_key_is_gone():
    page = read("docs/abi.md").split("(no key of this list is gone):")[1].split("\n\n")[0]
    whole, of_modules = (set(re.findall(r"`(\w+)`", part)) for part in page.split("of a module"))
    text = read("core/config/config_keys.def")
    assert whole == set(re.findall(r'^KEY\(\w+, "(\w+)"', text, re.M))
    assert of_modules == set(re.findall(r'^MODULE_KEY\(\w+, "(\w+)"', text, re.M))


def test_codes_of_the_page_exist():
    codes = set(re.findall(r'^DIAG\(\s*\w+,\s*"([^"]+)"', read("include/btl/diag.def"), re.M))
    named = set(re.findall(r"`((?:conf|run|plan|manifest)-[a-z-]+)`", read("docs/abi.md")))
    assert len(named) >= 5 and named <= codes
