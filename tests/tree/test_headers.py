# SPDX-License-Identifier: BSD-2-Clause
"""Each header of include/btl/ compiles alone, as C11 and as C++17, without a warning. In C++ all functions have the
names of C, and a program in C++ links with libbtl.a."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/libbtl.a")
FOLDER = os.path.join(ROOT, "include/btl")
HEADERS = sorted(name for name in os.listdir(FOLDER) if name.endswith(".h"))
WARN = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I" + os.path.join(ROOT, "include")]
LANGUAGES = {"c": ["-xc", "-std=c11", "-Wshadow", "-Wstrict-prototypes"], "gnu": ["-xc", "-std=gnu11"],
             "c++": ["-xc++", "-std=c++17"]}
# C++ has no flexible array members but as an extension of the compilers.
NOT_PEDANTIC = {("stream.h", "c++")}
ALL = "".join("#include <btl/%s>\n" % name for name in HEADERS)


def compiler(name, language):
    return {"gcc": "g++", "clang": "clang++"}[name] if language == "c++" else name


def compiled(text, name, language, *words):
    """Return the messages of the compiler; "" is good."""
    done = subprocess.run([compiler(name, language), *WARN, *LANGUAGES[language], *words, "-fsyntax-only", "-"],
                          input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def functions():
    """Return the functions that the headers declare, without static ones."""
    text = subprocess.run(["gcc", *WARN, "-xc", "-ffreestanding", "-E", "-P", "-"], input=ALL, text=True, stdout=subprocess.PIPE,
                          check=True).stdout
    text = text[text.index("struct btl_str {"):]  # after the system's headers
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", text)
    while re.search(r"\{[^{}]*\}", text):  # bodies, structures, enums
        text = re.sub(r"\{[^{}]*\}", ";", text)
    found = set()
    for declaration in text.split(";"):
        match = re.match(r"\s*(?!static|typedef|return)[a-z_][\w\s*]*?\b(\w+)\s*\([^*]", declaration)
        if match:
            found.add(match[1])
    return found


@pytest.mark.parametrize("header", HEADERS)
def test_header_alone(header):
    text = "#include <btl/%s>\ntypedef int not_empty;\n" % header
    for language in LANGUAGES:
        relaxed = ["-Wno-pedantic", "-Wno-c99-extensions"] if (header, language) in NOT_PEDANTIC else []
        for name, *words in (["gcc"], ["gcc", "-ffreestanding", "-DBTL_ASSERTIONS"], ["clang"]):
            messages = compiled(text, name, language, *words, *(relaxed[:1] if name == "gcc" else relaxed))
            assert messages == "", (name, language)


@pytest.mark.parametrize("name", ["gcc", "clang"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_headers_with_those_of_the_system(name, language):
    """In both orders: btl declares some functions of libc too."""
    system = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    for text in (ALL + system, system + ALL):
        assert compiled(text, name, language, "-Wno-pedantic") == ""


def test_functions_are_found():
    found = functions()
    assert {"btl_manifest_open", "btl_diag_print", "btl_image_relocate", "kprintf", "kpanic", "memcpy"} <= found
    assert len(found) > 200 and not {"if", "sizeof", "struct btl_str"} & found


def test_functions_have_the_names_of_c(tmp_path):
    """A header without BTL_BEGIN_DECLS would give its functions names of C++."""
    calls = "void *all[] = {%s};\n" % ", ".join("(void *)&" + name for name in sorted(functions()))
    (tmp_path / "all.cc").write_text(ALL + calls)
    subprocess.run(["g++", "-std=c++17", "-I" + os.path.join(ROOT, "include"), "-c", "all.cc"], cwd=tmp_path, check=True)
    symbols = subprocess.run(["nm", "-u", "all.o"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True).stdout
    undefined = symbols.replace("U ", "").split()
    assert set(undefined) == functions()


PROGRAM = ALL + r"""
#include <cstdio>
#include <vector>

static void put(struct btl_out *, const char *text, size_t len)
{
    fwrite(text, 1, len, stdout);
}

int main()
{
    std::vector<uint64_t> memory(8192), bytes(32);
    btl_arena arena = {};
    arena.at = reinterpret_cast<uint8_t *>(memory.data());
    arena.end = arena.at + memory.size() * sizeof(uint64_t);
    btl_diags diags = {};
    diags.arena = &arena;
    btl_out out = {};
    out.put = put;
    btl_place place = {};
    place.file = BTL_STR("manifest");
    btl_manifest manifest;
    if (btl_manifest_open({reinterpret_cast<uint8_t *>(bytes.data()), 256}, place, &manifest, &diags))
        return 1;
    for (const btl_diag *diag = diags.first; diag != nullptr; diag = diag->next)
        btl_diag_print(&out, diag);
    uint32_t *numbers = BTL_NEW_ARRAY(&arena, uint32_t, 4);
    btl_phase phase;
    btl_str first = btl_str_first(BTL_STR("BOOT2,RUN"), 5);
    if (numbers == nullptr || !btl_phase_of(first, &phase) || phase != BTL_PHASE_BOOT2)
        return 2;
    btl_format(&out, "\n%pS %s %d\n", &first, btl_phase_name(phase), numbers[3]);
    return 0;
}
"""


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_program_in_cxx(tmp_path, name):
    subprocess.run(["make", "-s", "-j2", "libbtl"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (tmp_path / "program.cc").write_text(PROGRAM)
    subprocess.run([compiler(name, "c++"), "-std=c++17", "-Wall", "-Wextra", "-Werror",
                    "-fsanitize=address,undefined", "-I" + os.path.join(ROOT, "include"), "program.cc", LIBRARY, "-o",
                    "program"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "program"], stdout=subprocess.PIPE, text=True, check=True)
    assert re.fullmatch(r"manifest: error: .* \[manifest-[a-z-]+\]\nBOOT2 BOOT2 0\n", done.stdout), done.stdout
