# SPDX-License-Identifier: BSD-2-Clause
"""btl link: compare every byte with check_link.py, which uses the psABI only; test the order in which symbols
are resolved, and that an error leaves no file behind.

    BTL_CORPUS=DIR make link-test      also link all .ko files below DIR, in one call
"""
import glob
import json
import os
import re
import resource
import signal
import struct
import subprocess
import sys

import pytest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../oracle"))
import oracle
from btltest import ALL, BTL, HERE, O, ROOT, btl, module, read, write

BASE = 0xffffffffa0000000
KERNEL = 0xffffffff81000000
CORPUS = os.environ.get("BTL_CORPUS")
CORPUS_BTL = os.environ.get("BTL_FAST", BTL)  # without sanitizers


def link(tmp_path, *files, symbols=None, base=BASE, more=()):
    words = ["--base", hex(base), "--image", "out.bin", "--map", "out.json", *more]
    if symbols is not None:
        write(tmp_path, {"symbols": symbols if isinstance(symbols, str) else system_map(symbols)})
        words += ["--symbols", "symbols"]
    return btl("link", *words, *files, cwd=tmp_path)


def system_map(symbols, kind="T"):
    return "".join("%016x %s %s\n" % (value, kind, name) for name, value in symbols.items())


def spread(names, first=KERNEL, step=0x1234):
    return {name: first + i * step for i, name in enumerate(sorted(names))}


def checked(tmp_path, image="out.bin"):
    """Return the lines of check_link.py, and whether it found no error."""
    words = [sys.executable, os.path.join(HERE, "check_link.py"), image, "out.json"]
    if os.path.exists(tmp_path / "symbols"):
        words.append("symbols")
    done = subprocess.run(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout, done.returncode == 0


def good(tmp_path, result):
    assert (result.status, result.err) == (0, b"")
    lines, content = checked(tmp_path)
    assert content, lines
    assert not leftovers(tmp_path)


def leftovers(tmp_path):
    return [name for name in os.listdir(tmp_path) if name.startswith("out.") and name not in ("out.bin", "out.json")]


def refused(tmp_path, result, *codes):
    assert (result.status, result.codes()) == (2, list(codes)), result.err.decode()
    assert not [name for name in os.listdir(tmp_path) if name.startswith("out.")]


def the_map(tmp_path):
    return json.loads(read(tmp_path / "out.json"))


def word(tmp_path, address, size=8):
    at = address - int(the_map(tmp_path)["base"], 16)
    return int.from_bytes(read(tmp_path / "out.bin")[at:at + size], "little")


def address_of(entry, name):
    return next(int(section["addr"], 16) for section in entry["sections"] if section["name"] == name)


def compile_c(tmp_path, source, name, *flags, compiler="gcc"):
    subprocess.run([compiler, "-ffreestanding", "-fno-stack-protector", "-w", "-c", *flags, source, "-o",
                    tmp_path / name], check=True)
    return name


def assemble(tmp_path, name, text):
    """Assemble with a symbol: without one the assembler writes no symbol table."""
    write(tmp_path, {name + ".S": text + "\n.set anchor, 0\n"})
    return compile_c(tmp_path, str(tmp_path / (name + ".S")), name + ".o")


OUTSIDE = spread(["outside_data", "outside_small", "outside_function", "present_weak"])
PIECES = os.path.join(HERE, "link/pieces.c")
KERNEL_MODEL = ["-mcmodel=kernel", "-fno-pic"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("model", ["kernel", "pic", "PIC"])
@pytest.mark.parametrize("kind", ["plain", "sections", "common"])
def test_compiled_objects(tmp_path, compiler, level, model, kind):
    flags = [level, *(KERNEL_MODEL if model == "kernel" else ["-f" + model])]
    flags += {"plain": [], "sections": ["-ffunction-sections", "-fdata-sections", "-g"], "common": ["-fcommon"]}[kind]
    name = compile_c(tmp_path, PIECES, "pieces.o", *flags, compiler=compiler)
    good(tmp_path, link(tmp_path, name, symbols=OUTSIDE))
    entry = the_map(tmp_path)["modules"][0]
    assert (entry["got"] is not None) == (model != "kernel")
    assert entry["plt"] is None
    assert ("common" in entry) == (kind == "common")


def test_all_models_in_one_call_without_mixing_their_globals(tmp_path):
    names = [compile_c(tmp_path, PIECES, "k.o", "-O2", *KERNEL_MODEL),
             compile_c(tmp_path, PIECES, "p.o", "-O2", "-fpic", "-fcommon"),
             compile_c(tmp_path, PIECES, "c.o", "-O2", "-fPIC", compiler="clang")]
    good(tmp_path, link(tmp_path, *names, symbols=OUTSIDE))
    entries = the_map(tmp_path)["modules"]
    assert [(entry["file"], entry["name"]) for entry in entries] == [(name, name[0]) for name in names]


def test_our_own_modules(tmp_path):
    files = sorted(glob.glob(O + "/modules/*.ko"))
    assert len(files) >= 6
    defined = {name for path in files for name in exports_of(path)}
    good(tmp_path, link(tmp_path, *files, symbols=spread(undefined_names(files) - defined)))


def exports_of(path):
    return {name.decode() for name in re.findall(rb"\0export=([^\0]+)", read(path))}


def undefined_names(files):
    found = set()
    for path in files:
        done = subprocess.run(["nm", "-u", path], stdout=subprocess.PIPE, text=True, check=True)
        found |= {line.split()[-1] for line in done.stdout.splitlines()}
    return found


def test_seventy_thousand_sections(tmp_path):
    """More sections than e_shnum and st_shndx can count, with all alignments."""
    text = "".join('.section .s%d,"%s"\n.balign %d\nl%d: .quad l%d + 1, outside_small - .\n' % (
        i, ("a", "aw", "ax")[i % 3], 1 << i % 9, i, i * 7919 % 70000) for i in range(70000))
    good(tmp_path, link(tmp_path, assemble(tmp_path, "many", text), symbols={"outside_small": KERNEL}))
    assert len(the_map(tmp_path)["modules"][0]["sections"]) >= 70000


def test_empty_and_odd_sections(tmp_path):
    text = """
        .section .empty,"a"
        .section .huge_align,"aw"
        .balign 65536
        .byte 1
        .section .zeros,"aw",@nobits
        .balign 8192
        .skip 100000
        .section .note.x,"a",@note
        .long 1
        .section .dropped,""
        .quad .zeros
        .data
        .quad .zeros + 99999, .huge_align, .empty
    """
    good(tmp_path, link(tmp_path, assemble(tmp_path, "odd", text)))


def test_an_object_with_nothing_to_load(tmp_path):
    good(tmp_path, link(tmp_path, assemble(tmp_path, "nothing", ".set a, 1\n"),
                        assemble(tmp_path, "some", ".data\n.long 1\n")))


def test_got_of_the_map(tmp_path):
    text = "movq a@GOTPCREL(%rip), %rax\nmovq b@GOTPCREL(%rip), %rax\nmovq a@GOTPCREL(%rip), %rbx\n"
    good(tmp_path, link(tmp_path, assemble(tmp_path, "got", text), symbols={"a": KERNEL, "b": KERNEL + 8}))
    got = the_map(tmp_path)["modules"][0]["got"]
    assert got["size"] == 16
    assert sorted(word(tmp_path, int(got["addr"], 16) + i) for i in (0, 8)) == [KERNEL, KERNEL + 8]


USER = ".data\n.quad shared\n"
DECLARED = '.data\n.globl shared\nshared: .quad 1\n.section .modinfo,"a"\n.asciz "export=shared"\n'
LINUX = """
    .data
    .globl shared
shared: .quad 1
    .globl hidden
hidden: .quad 2
    .section __ksymtab_gpl,"a"
__ksymtab_shared: .long shared - ., 0, 0
    .section .modinfo,"a"
    .asciz "name=%s"
"""


def resolved(tmp_path, symbols, *texts):
    """Return the definition of `shared` that an object gets: "symbols", or the index of a module."""
    files = [assemble(tmp_path, "user", USER)]
    files += [assemble(tmp_path, "m%d" % i, text) for i, text in enumerate(texts)]
    result = link(tmp_path, *files, symbols=symbols)
    assert result.status == 0, result.err.decode()
    lines, content = checked(tmp_path)
    assert content, lines
    entries = the_map(tmp_path)["modules"]
    value = word(tmp_path, address_of(entries[0], ".data"))
    places = {address_of(entry, ".data"): i for i, entry in enumerate(entries)}
    return places.get(value, "symbols" if value == KERNEL else hex(value)), result.codes()


def test_declared_exports_come_before_the_symbols_file(tmp_path):
    assert resolved(tmp_path, {"shared": KERNEL}, DECLARED) == (1, [])


def test_global_symbols_come_before_exports_of_linux_modules(tmp_path):
    assert resolved(tmp_path, {"shared": KERNEL}, LINUX % "one") == ("symbols", [])


def test_exports_of_linux_modules_come_before_local_symbols(tmp_path):
    assert resolved(tmp_path, system_map({"shared": KERNEL}, "t"), LINUX % "one") == (1, [])


def test_local_symbols_are_better_than_none(tmp_path):
    assert resolved(tmp_path, system_map({"shared": KERNEL}, "d")) == ("symbols", [])


def test_of_two_linux_modules_the_first_wins_with_a_warning(tmp_path):
    assert resolved(tmp_path, None, LINUX % "one", LINUX % "two") == (1, ["host-link-export"])


def test_first_line_of_a_name_counts_and_weak_ones_are_global(tmp_path):
    text = "%016x W shared\n\n%016x T shared\r\n" % (KERNEL, KERNEL + 1)
    assert resolved(tmp_path, text, LINUX % "one") == ("symbols", [])


def test_names_come_from_the_metadata_or_the_file(tmp_path):
    files = [assemble(tmp_path, "one-file", LINUX % "its_name"), assemble(tmp_path, "two.x", ".data\n.long 1\n")]
    good(tmp_path, link(tmp_path, *files))
    assert [entry["name"] for entry in the_map(tmp_path)["modules"]] == ["its_name", "two.x"]


def test_what_is_not_exported_does_not_exist_for_others(tmp_path):
    text = '.data\n.quad hidden\n'
    result = link(tmp_path, assemble(tmp_path, "user", text), assemble(tmp_path, "m", LINUX % "m"))
    refused(tmp_path, result, "link-unresolved", "host-link-no-symbols")


LIB = "int lib_new(void) { return 1; }\nBTL_EXPORT(lib_new);\n"
WITH_LIB = "int lib_new(void);\nint call(void) { return lib_new(); }\n"
WEAK_LIB = "__attribute__((weak)) int lib_new(void);\nvoid *const found = lib_new;\n"


def btl_module(tmp_path, name, text):
    """A module that includes btl/module.h: only such a module has the wrapper structure."""
    write(tmp_path, {name + ".c": "#include <btl/module.h>\nstatic int load(const struct btl_load_args *args) "
                                  '{ return 0; }\nBTL_MODULE("%s", .load = load);\n%s' % (name, text)})
    return compile_c(tmp_path, str(tmp_path / (name + ".c")), name + ".ko", "-O2", "-I" + ROOT + "/include", *KERNEL_MODEL)


def test_btl_modules_use_what_their_declared_dependencies_export(tmp_path):
    user = btl_module(tmp_path, "user", WITH_LIB + 'BTL_DEPENDS("other,lib");')
    good(tmp_path, link(tmp_path, user, btl_module(tmp_path, "lib", LIB)))


def test_btl_modules_are_refused_what_others_export(tmp_path):
    user = btl_module(tmp_path, "user", WITH_LIB + 'BTL_DEPENDS("other");')
    lib = btl_module(tmp_path, "lib", LIB)
    refused(tmp_path, link(tmp_path, user, lib), "link-undeclared-dependency")


def test_a_weak_symbol_of_an_undeclared_dependency_is_0(tmp_path):
    user, lib = btl_module(tmp_path, "user", WEAK_LIB), btl_module(tmp_path, "lib", LIB)
    good(tmp_path, link(tmp_path, user, lib))


def test_metadata_of_btl_modules_is_read_as_strictly_as_by_the_loader(tmp_path):
    result = link(tmp_path, btl_module(tmp_path, "m", 'BTL_PHASES("BOOT9");\nBTL_MODINFO("export", "nothing");'))
    refused(tmp_path, result, "modinfo-phase", "modinfo-export-missing")


def test_two_btl_modules_with_one_export_are_refused_as_at_boot(tmp_path):
    write(tmp_path, {name + ".ko": module(name, ALL, exports=["both"]) for name in ("one", "two")})
    refused(tmp_path, link(tmp_path, "one.ko", "two.ko"), "link-duplicate-export")


@pytest.mark.parametrize("jobs", [2, 3, 16])
def test_any_number_of_threads_writes_the_same(tmp_path, jobs):
    files = [compile_c(tmp_path, PIECES, "m%d.o" % i, "-O2", *(["-fpic"] if i % 2 else KERNEL_MODEL)) for i in range(6)]
    link(tmp_path, *files * 5, symbols=OUTSIDE, more=["--jobs", "1"])
    one = read(tmp_path / "out.bin"), read(tmp_path / "out.json")
    link(tmp_path, *files * 5, symbols=OUTSIDE, more=["--jobs", jobs])
    assert (read(tmp_path / "out.bin"), read(tmp_path / "out.json")) == one


def test_errors_come_in_the_order_of_the_files_whatever_the_threads_do(tmp_path):
    files = [assemble(tmp_path, "m%d" % i, ".data\n.quad u%d, v%d\n" % (i, i)) for i in range(40)]
    result = link(tmp_path, *files, more=["--jobs", 8])
    refused(tmp_path, result, *["link-unresolved"] * 80, "host-link-no-symbols")
    wanted = [("m%d.o" % i, "%s%d" % (name, i)) for i in range(40) for name in "uv"]
    lines = result.err.decode().splitlines()
    assert [(line.split(":")[0], re.search(r": symbol (\S+) \(first", line)[1]) for line in lines[:-1]] == wanted


def test_every_file_that_cannot_be_read_is_named(tmp_path):
    write(tmp_path, {"text.o": "no ELF file", "empty.o": "", "short.o": b"\177ELF"})
    os.mkdir(tmp_path / "dir.o")
    result = link(tmp_path, "absent.o", "text.o", "dir.o", "empty.o", "short.o")
    refused(tmp_path, result, "host-no-file", "elf-not-elf", "file-is-directory", "elf-empty", "elf-truncated")


def test_another_machine_in_the_same_call_is_refused(tmp_path):
    name = assemble(tmp_path, "m", ".data\n.long 1\n")
    other = bytearray(read(tmp_path / name))
    struct.pack_into("<H", other, 18, 50)
    write(tmp_path, {"ia64.o": bytes(other)})
    result = link(tmp_path, name, "ia64.o")
    assert result.status == 2
    assert result.codes() in (["elf-machine"], ["link-machine"])


def test_overflow_names_the_place(tmp_path):
    name = assemble(tmp_path, "far", "call away\n.data\n.long away\n")
    refused(tmp_path, link(tmp_path, name, symbols={"away": 0x40000000}), "link-reloc-overflow")
    refused(tmp_path, link(tmp_path, name, symbols={"away": KERNEL}, base=0x40000000),
            "link-reloc-overflow", "link-reloc-overflow")


def test_writable_code_is_refused(tmp_path):
    name = assemble(tmp_path, "wx", '.section .both,"awx"\nnop\n')
    refused(tmp_path, link(tmp_path, name), "link-write-exec")


def test_the_first_bad_line_of_the_symbols_file_is_named(tmp_path):
    text = "ffffffff81000000 T good\n\nffffffff81000000 Tbad\nxyz T bad\n  U bad\n" \
           "12345678123456781 T bad\nffffffff81000000 T bad more\n0 A zero"
    name = assemble(tmp_path, "m", ".data\n.long 1\n")
    result = link(tmp_path, name, symbols=text)
    refused(tmp_path, result, "host-symbols-line", "host-symbols-more")
    assert result.err.startswith(b"symbols:3: error: ") and b"4 more lines of the file" in result.err
    result = link(tmp_path, name, symbols="\n\nbad\n0 T good\n")
    refused(tmp_path, result, "host-symbols-line")
    assert result.err.startswith(b"symbols:3: error: ")


def test_without_a_symbols_file_the_option_is_named(tmp_path):
    name = assemble(tmp_path, "m", ".data\n.quad absent\n")
    result = link(tmp_path, name)
    refused(tmp_path, result, "link-unresolved", "host-link-no-symbols")
    assert b"--symbols FILE" in result.err
    refused(tmp_path, link(tmp_path, name, symbols="0 T another\n"), "link-unresolved")
    bad = assemble(tmp_path, "wx", '.section .both,"awx"\nnop\n')
    refused(tmp_path, link(tmp_path, bad), "link-write-exec")


def test_a_symbols_file_that_is_not_there(tmp_path):
    result = link(tmp_path, assemble(tmp_path, "m", ".data\n.long 1\n"), more=["--symbols", "absent"])
    refused(tmp_path, result, "host-no-file")


def test_end_of_the_address_space(tmp_path):
    name = assemble(tmp_path, "m", ".data\n.quad 1\n")
    refused(tmp_path, link(tmp_path, name, name, name, base=0xffffffffffffe000), "host-link-address")


def test_base_is_aligned_up_for_a_module_that_needs_it(tmp_path):
    name = assemble(tmp_path, "m", ".data\n.balign 65536\n.quad .data\n")
    good(tmp_path, link(tmp_path, name, name, base=0xffffffffa0001000))
    first = the_map(tmp_path)["modules"][0]["sections"]
    assert int(next(s["addr"] for s in first if s["name"] == ".data"), 16) % 65536 == 0


@pytest.mark.parametrize("words", [
    ["--image", "out.bin", "m.o"], ["--map", "out.json", "m.o"], ["--image", "out.bin", "--map", "out.json"],
    ["--image", "out.bin", "--map", "out.bin", "m.o"], ["--base", "12g", "--image", "a", "--map", "b", "m.o"],
    ["--base", "0x123", "--image", "a", "--map", "b", "m.o"], ["--jobs", "0", "--image", "a", "--map", "b", "m.o"],
    ["--jobs", "2x", "--image", "a", "--map", "b", "m.o"], ["--unknown", "m.o"],
])
def test_usage(tmp_path, words):
    assemble(tmp_path, "m", ".data\n.long 1\n")
    refused(tmp_path, btl("link", *words, cwd=tmp_path), "host-usage")


def test_old_files_stay_when_linking_fails(tmp_path):
    write(tmp_path, {"out.bin": "old image", "out.json": "old map"})
    result = link(tmp_path, assemble(tmp_path, "m", ".data\n.quad nobody\n"))
    assert (result.status, result.codes()) == (2, ["link-unresolved", "host-link-no-symbols"])
    assert (read(tmp_path / "out.bin"), read(tmp_path / "out.json")) == (b"old image", b"old map")
    assert not leftovers(tmp_path)


def test_outputs_that_cannot_be_written(tmp_path):
    name = assemble(tmp_path, "m", ".data\n.long 1\n")
    os.mkdir(tmp_path / "dir")
    for path in ["absent/out", "dir", "/dev/null"]:
        result = btl("link", "--image", path, "--map", "out.json", name, cwd=tmp_path)
        refused(tmp_path, result, "host-write")
        result = btl("link", "--image", "out.bin", "--map", path, name, cwd=tmp_path)
        refused(tmp_path, result, "host-write")


@pytest.mark.parametrize("room", [4096, 3 << 20])
def test_a_full_disk_leaves_nothing_behind(tmp_path, room):
    """A limit on the size of files replaces a full disk: for the whole image, and in the middle of the map."""
    text = "".join('.section .a_section_with_a_long_name_%d,"a"\n.byte 1\n' % i for i in range(30000))
    name = assemble(tmp_path, "m", text)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    done = subprocess.run([BTL, "link", "--image", "out.bin", "--map", "out.json", name], cwd=tmp_path,
                          preexec_fn=limit, restore_signals=False, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2 and b"[host-write]" in done.stderr
    assert not [path for path in os.listdir(tmp_path) if path.startswith("out.")]


def test_stats_have_each_pass(tmp_path):
    result = link(tmp_path, assemble(tmp_path, "m", ".data\n.quad .data\n"), more=["--stats"])
    rows = [line.split()[0] for line in result.out.decode().splitlines() if line.strip()]
    for name in ["read", "open", "layout", "copy", "memcpy", "resolve", "relocate", "all"]:
        assert name in rows
    assert b"relocations" in result.out and b"bytes" in result.out


def test_the_checker_notices_each_kind_of_change(tmp_path):
    name = compile_c(tmp_path, PIECES, "m.o", "-O2", "-fpic", "-fcommon")
    good(tmp_path, link(tmp_path, name, symbols=OUTSIDE))
    image, entry = read(tmp_path / "out.bin"), the_map(tmp_path)["modules"][0]
    places = [int(section["addr"], 16) for section in entry["sections"] if section["size"]]
    places += [int(entry["got"]["addr"], 16), int(entry["common"][0]["addr"], 16) - 1]
    for address in places:
        spoilt = bytearray(image)
        spoilt[address - BASE] ^= 1
        write(tmp_path, {"spoilt": bytes(spoilt)})
        assert not checked(tmp_path, "spoilt")[1], hex(address)


# --- the corpus: all modules of a Debian kernel package

def corpus_files():
    return sorted(path for path in glob.glob(CORPUS + "/**/*.ko", recursive=True))


def all_undefined(files):
    """Return the undefined names of many files, with one process."""
    found = set()
    for path in files:
        data = read(path)
        shoff, = struct.unpack_from("<Q", data, 40)
        count, = struct.unpack_from("<H", data, 60)
        sections = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + 64 * i) for i in range(count)]
        symtab = next(section for section in sections if section[1] == 2)
        strings = sections[symtab[6]][4]
        for at in range(symtab[4] + 24, symtab[4] + symtab[5], 24):
            if data[at + 6:at + 8] == b"\0\0":
                start = strings + int.from_bytes(data[at:at + 4], "little")
                found.add(data[start:data.index(0, start)].decode())
    return found


@pytest.fixture(scope="module", name="corpus")
def corpus_of(tmp_path_factory):
    if not CORPUS:
        pytest.skip("BTL_CORPUS is not set")
    path, files = tmp_path_factory.mktemp("corpus"), corpus_files()
    assert len(files) > 1000
    write(path, {"symbols": system_map(spread(all_undefined(files), 0xffffffff80000000, 0x4210))})
    return path, files


def link_corpus(path, files, *more):
    return subprocess.run([CORPUS_BTL, "link", "--base", hex(BASE), "--stats", "--image", "out.bin", "--map", "out.json",
                           *more, *files], cwd=path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)


def test_corpus(corpus):
    path, files = corpus
    done = link_corpus(path, files, "--symbols", "symbols")
    assert (done.returncode, done.stderr) == (0, "")
    lines, content = checked(path)
    print(done.stdout + lines)
    assert content, lines


def test_corpus_resolves_itself(corpus):
    """Make a symbols file with the kernel's exports only: the modules export the other symbols."""
    path, files = corpus
    done = link_corpus(path, files)
    missing = set(re.findall(r": symbol (\S+) \(first", done.stderr))
    assert done.returncode == 2 and 0 < len(missing) < 10000
    write(path, {"symbols": system_map(spread(missing, 0xffffffff80000000, 0x4210))})
    done = link_corpus(path, files, "--symbols", "symbols")
    assert done.returncode == 0 and "error" not in done.stderr
    lines, content = checked(path)
    assert content, lines


class Given(oracle.Case):
    """A case of the oracle with a file instead of a source, and btl link instead of link_dump."""

    def __init__(self, path, symbols, work):
        super().__init__(os.path.basename(path), [path], None, [], "kernel", str(work))
        self.base, self.symbols = BASE, symbols

    def compile(self, source):
        return source

    def outside(self, elves):
        names = {name for elf in elves for name, _, shndx, _, _ in elf.symbols() if shndx == 0 and name}
        return {name: self.symbols[name] for name in names}

    def link_core(self, _, objects, outside):
        write(self.directory, {"symbols": system_map(outside)})
        oracle.run(CORPUS_BTL, "link", "--base", hex(BASE), "--symbols", self.path("symbols"), "--image",
                   self.path("image"), "--map", self.path("map"), *objects)

    def read_map(self):
        addresses, commons, gots = {}, {}, {}
        for number, entry in enumerate(json.loads(read(self.path("map")))["modules"]):
            addresses.update({(number, section["index"]): int(section["addr"], 16) for section in entry["sections"]})
            commons.update({common["name"]: int(common["addr"], 16) for common in entry.get("common", [])})
            gots[number] = int(entry["got"]["addr"], 16) if entry["got"] else BASE + (64 << 20)
        return addresses, commons, gots


def test_largest_modules_of_the_corpus_against_ld(corpus, tmp_path):
    _, files = corpus
    largest = sorted(files, key=os.path.getsize)[-4:]
    symbols = spread(all_undefined(largest), 0xffffffff80000000, 0x4210)
    for path in largest:
        seen = Given(path, symbols, tmp_path).run(None)
        print(os.path.basename(path), seen)
        assert sum(seen.values()) > 1000
