#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare the linker of core/ with GNU ld: the same objects at the same addresses, byte by byte.

    oracle.py LINK_DUMP WORK_DIRECTORY

Each case compiles sources of src/ with one compiler and one set of flags, links them with link_dump
(core/), reads the address of each section from its map, makes ld use the same addresses (without
relaxation), and compares every loaded section. The only exception: ld orders the GOT differently, so for a
field that refers to a GOT entry, the contents of the entries are compared.
"""
import itertools
import os
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

from elf64 import Elf, SHF_ALLOC, SHN_COMMON, SHN_UNDEF, STB_WEAK

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "src")

# name: flags of the compiler, base address, range from which undefined symbols get their addresses
MODELS = {
    "kernel": (["-mcmodel=kernel", "-fno-pic"], 0xFFFFFFFF81000000, (0xFFFFFFFF80000000, 1 << 24)),
    "small": (["-fno-pic"], 0x40000000, (0x1000, 1 << 29)),
    "pic-high": (["-fpic"], 0xFFFFFFFF81000000, (0xFFFFFFFF80000000, 1 << 24)),
    "PIC-low": (["-fPIC"], 0x40000000, (0x1000, 1 << 29)),
    "large": (["-mcmodel=large", "-fno-pic"], 0x123400000000, (0x1000, 1 << 63)),
    "large-PIC": (["-mcmodel=large", "-fPIC"], 0x123400000000, (0x1000, 1 << 63)),
}
OPTIMISE = ["-O0", "-O2", "-Os"]
EXTRA = [
    ["-fno-common"],
    ["-fcommon", "-ffunction-sections", "-fdata-sections"],
    ["-fcommon", "-g", "-fno-plt", "-fasynchronous-unwind-tables"],
]
COMMON_FLAGS = ["-ffreestanding", "-fno-stack-protector", "-w", "-c"]

TYPES = {  # number: (name, width of the field; GOT: what the field says about the entry)
    0: ("NONE", 0, None), 1: ("64", 8, None), 2: ("PC32", 4, None), 3: ("GOT32", 4, "offset"),
    4: ("PLT32", 4, None), 9: ("GOTPCREL", 4, "distance"), 10: ("32", 4, None), 11: ("32S", 4, None),
    24: ("PC64", 8, None), 25: ("GOTOFF64", 8, None), 26: ("GOTPC32", 4, None),
    27: ("GOT64", 8, "offset"), 28: ("GOTPCREL64", 8, "distance"), 29: ("GOTPC64", 8, None),
    30: ("GOTPLT64", 8, "offset"), 31: ("PLTOFF64", 8, None), 32: ("SIZE32", 4, None),
    33: ("SIZE64", 8, None), 41: ("GOTPCRELX", 4, "distance"), 42: ("REX_GOTPCRELX", 4, "distance"),
}


class Mismatch(Exception):
    pass


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Mismatch(f"{' '.join(map(str, command))}\n{done.stdout}")


class Memory:
    """Bytes by address."""

    def __init__(self):
        self.pieces = []

    def add(self, address, data):
        self.pieces.append((address, data))

    def read(self, address, size):
        for start, data in self.pieces:
            if start <= address and address + size <= start + len(data):
                return data[address - start:address - start + size]
        raise Mismatch(f"nothing lies at {address:#x}")


class Case:
    def __init__(self, name, sources, compiler, flags, model, work):
        self.name, self.sources, self.compiler, self.flags = name, sources, compiler, flags
        self.model_flags, self.base, self.extern = MODELS[model]
        self.directory = os.path.join(work, name)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, link_dump, spoil=False):
        os.makedirs(self.directory, exist_ok=True)
        objects = [self.compile(source) for source in self.sources]
        elves = [Elf(open(path, "rb").read()) for path in objects]
        outside = self.outside(elves)
        self.link_core(link_dump, objects, outside)
        addresses, commons, gots = self.read_map()
        ours = bytearray(open(self.path("image"), "rb").read())
        if spoil:
            ours[spoil(elves, addresses) - self.base] ^= 1
        self.link_ld(elves, addresses, commons, gots, outside)
        theirs = self.read_ld()
        mine = Memory()
        mine.add(self.base, bytes(ours))
        return self.compare(elves, addresses, gots, mine, theirs)

    def compile(self, source):
        path = self.path(source.split(".")[0] + ".o")
        run(self.compiler, *COMMON_FLAGS, *self.model_flags, *self.flags,
            os.path.join(SOURCES, source), "-o", path)
        return path

    def outside(self, elves):
        """Return addresses for the undefined names; weak names that begin with absent_ stay undefined."""
        defined = {name for elf in elves for name, _, shndx, _, _ in elf.symbols() if shndx != SHN_UNDEF}
        first, size = self.extern
        found = {}
        for elf in elves:
            for name, bind, shndx, _, _ in elf.symbols():
                if shndx != SHN_UNDEF or not name or name in defined or name == "_GLOBAL_OFFSET_TABLE_":
                    continue
                if bind == STB_WEAK and name.startswith("absent_"):
                    continue
                spread = zlib.crc32(name.encode()) << 32 | zlib.crc32(name.encode()[::-1])
                found[name] = first + spread % size
        return found

    @staticmethod
    def absent_through_got(elves):
        """Return the weak undefined names that are loaded from the GOT. ld changes such a load to `mov $0`, even
        with --no-relax, unless the name is defined as 0. All other names stay undefined for ld too."""
        names = {}
        for elf in elves:
            symbols = list(elf.symbols())
            for _, _, kind, symbol, _ in elf.relocations():
                if TYPES[kind][2] is not None and symbols[symbol][0].startswith("absent_"):
                    names[symbols[symbol][0]] = 0
        return names

    def link_core(self, link_dump, objects, outside):
        with open(self.path("symbols"), "w") as out:
            out.writelines(f"{value:x} {name}\n" for name, value in outside.items())
        run(link_dump, hex(self.base), self.path("symbols"), self.path("image"), self.path("map"), *objects)

    def read_map(self):
        addresses, commons, gots = {}, {}, {}
        for line in open(self.path("map")):
            kind, *words = line.split()
            if kind == "section":
                addresses[int(words[0]), int(words[1])] = int(words[2], 16)
            elif kind == "common":
                commons[words[2]] = int(words[1], 16)
            elif kind == "got":
                gots[int(words[0])] = int(words[1], 16)
        return addresses, commons, gots

    def link_ld(self, elves, addresses, commons, gots, outside):
        inputs = []
        for number, elf in enumerate(elves):
            inputs.append(self.path(f"renamed{number}.o"))
            with open(inputs[-1], "wb") as out:
                out.write(elf.rename(lambda index, _, number=number: f".m{number}.s{index}"
                                     if index else ""))
        given = {**outside, **commons, **self.absent_through_got(elves)}
        lines = [f"{name} = {value:#x};" for name, value in given.items()]
        lines.append("SECTIONS {")
        for (number, index), address in sorted(addresses.items(), key=lambda item: item[1]):
            name = f".m{number}.s{index}"
            lines.append(f"{name} {address:#x} : {{ KEEP(*({name})) }}")
        # The psABI's _GLOBAL_OFFSET_TABLE_ is the beginning of ld's .got.plt, which gets the address of our GOT. The
        # entries themselves are placed behind all sections.
        lines.append(f".got.plt {gots[0]:#x} : {{ *(.got.plt) }}")
        lines.append(f".got {self.base + (8 << 20):#x} : {{ *(.got) *(.igot*) }}")
        lines.append("/DISCARD/ : { *(*) } }")
        with open(self.path("script"), "w") as out:
            out.write("\n".join(lines) + "\n")
        run("ld", "-m", "elf_x86_64", "-static", "--no-relax", "--no-check-sections", "--build-id=none",
            "--entry=0", "-z", "noexecstack", "--no-warn-rwx-segments", "-T", self.path("script"),
            *inputs, "-o", self.path("ld.out"))

    def read_ld(self):
        memory = Memory()
        elf = Elf(open(self.path("ld.out"), "rb").read())
        for section in elf.sections:
            # .got.plt has the address of our GOT: these bytes are not compared.
            if section.flags & SHF_ALLOC and elf.name(section) != ".got.plt":
                memory.add(section.addr, elf.contents(section))
        return memory

    def compare(self, elves, addresses, gots, mine, theirs):
        seen = {}
        masked = {key: [] for key in addresses}
        for number, elf in enumerate(elves):
            for target, offset, kind, _, addend in elf.relocations():
                name, width, got = TYPES[kind]
                seen[name] = seen.get(name, 0) + 1
                if got is None:
                    continue
                address = addresses[number, target] + offset
                origin = address if got == "distance" else gots[number]
                mine_entry = self.entry(mine, address, width, addend, origin)
                theirs_entry = self.entry(theirs, address, width, addend, origin)
                if mine_entry != theirs_entry:
                    raise Mismatch(f"{name} at {address:#x}: entry holds {mine_entry:#x}, ld: {theirs_entry:#x}")
                masked[number, target].append((offset, width))
        for (number, index), address in addresses.items():
            section = elves[number].sections[index]
            self.compare_section(number, index, section.size, masked[number, index],
                                 mine.read(address, section.size) if section.size else b"",
                                 theirs.read(address, section.size) if section.size else b"")
        return seen

    @staticmethod
    def entry(memory, address, width, addend, origin):
        """Return the content of the GOT entry to which the field at `address` refers."""
        field = int.from_bytes(memory.read(address, width), "little", signed=True)
        return int.from_bytes(memory.read((origin + field - addend) % (1 << 64), 8), "little")

    @staticmethod
    def compare_section(number, index, size, masked, mine, theirs):
        mine, theirs = bytearray(mine), bytearray(theirs)
        for offset, width in masked:
            mine[offset:offset + width] = theirs[offset:offset + width] = bytes(width)
        if mine != theirs:
            at = next(i for i in range(size) if mine[i] != theirs[i])
            raise Mismatch(f"object {number}, section {index}, offset {at:#x}: "
                           f"{mine[at:at + 8].hex()}, ld: {theirs[at:at + 8].hex()}")


def make_cases(work):
    cases = []
    extras = itertools.cycle(EXTRA)
    for compiler, model, optimise in itertools.product(["gcc", "clang"], MODELS, OPTIMISE):
        for source in ["data.c", "flow.c", "tables.c"]:
            if source == "tables.c" and model.startswith("large"):
                continue  # its assembler uses 32-bit fields
            extra = next(extras)
            name = "-".join([source[:-2], compiler, model, optimise[1:], str(EXTRA.index(extra))])
            cases.append(Case(name, [source], compiler, [optimise, *extra], model, work))
        if not model.startswith("large-"):
            cases.append(Case("-".join(["set", compiler, model, optimise[1:]]),
                              ["set_a.c", "set_b.c", "set_c.c"], compiler, [optimise], model, work))
    for model in ["pic-high", "PIC-low"]:
        cases.append(Case(f"rare-{model}", ["rare.S"], "gcc", [], model, work))
    return cases


def outcome(case, link_dump):
    try:
        return case, case.run(link_dump), None
    except (Mismatch, KeyError, subprocess.TimeoutExpired) as error:
        return case, {}, repr(error) if isinstance(error, KeyError) else str(error)


def notices_a_changed_byte(link_dump, work):
    """Test the comparison: it must find one changed bit in a relocated field of our image."""
    def first_field(elves, addresses):
        for target, offset, kind, _, _ in elves[0].relocations():
            if TYPES[kind][1] and TYPES[kind][2] is None:
                return addresses[0, target] + offset
        raise Mismatch("no relocation to spoil")
    case = Case("spoiled", ["data.c"], "gcc", ["-O2"], "kernel", work)
    try:
        case.run(link_dump, spoil=first_field)
    except Mismatch as error:
        return str(error).startswith("object 0, section")
    return False


class Tally:
    """Counts and results of the comparisons."""
    def __init__(self):
        self.passed, self.failed, self.seen = 0, 0, {}

    def count(self, good, name, why=""):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print(f"FAILED oracle {name}: {why}")

    def compare(self, cases, outcome_of):
        with ThreadPoolExecutor(2) as pool:
            for case, types, error in pool.map(outcome_of, cases):
                self.count(error is None, case.name, error)
                for name, number in types.items():
                    self.seen[name] = self.seen.get(name, 0) + number

    def close(self, skipped=0):
        """Print the result; return the exit status."""
        print("compared: " + ", ".join(f"{name} {number}" for name, number in sorted(self.seen.items())))
        print(f"{self.passed} passed, {self.failed} failed" + (f", {skipped} skipped" if skipped else ""))
        return self.failed != 0


def main():
    link_dump, work = sys.argv[1:3]
    tally = Tally()
    tally.compare(make_cases(work), lambda case: outcome(case, link_dump))
    tally.count(notices_a_changed_byte(link_dump, work), "notices-a-changed-byte", "a spoiled image passed")
    for name, _, _ in TYPES.values():
        tally.count(name in tally.seen, f"covers-R_X86_64_{name}", "no object has such a relocation")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
