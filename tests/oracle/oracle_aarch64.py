#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare the aarch64 linker of core/ with GNU ld for aarch64: the same objects at the same addresses, byte by byte.

    oracle_aarch64.py LINK_DUMP WORK_DIRECTORY

As oracle.py does for x86-64. Four kinds of fields differ, and are compared by what they mean:

 - a field that refers to a GOT entry: the contents of the entries, because ld orders the GOT differently;
 - adrp of _GLOBAL_OFFSET_TABLE_: must give the page of the image's own GOT;
 - a branch that needs a veneer: must reach one, whose bytes must be those of the assembler for the target;
 - a branch to an absent weak function: to the next instruction here, a nop by ld.
"""
import itertools
import os
import shutil
import subprocess
import sys
import zlib

from elf64 import Elf, SHF_ALLOC, SHN_UNDEF, STB_WEAK
from oracle import Case, COMMON_FLAGS, Memory, Mismatch, SOURCES, Tally, run

PREFIX = "aarch64-linux-gnu-"
MASK = (1 << 64) - 1
NOP = 0xD503201F
GOT_NAME = "_GLOBAL_OFFSET_TABLE_"
LD_GOT = 0x60000  # from the base of the image: behind all sections, in reach of ldr

NEAR, FAR = 0xFFFFFFFF81000000, 0xFFFFFFFFA0000000
KERNEL = (0xFFFFFFFF80000000, 1 << 24)
# name: flags of the compiler, base address, range from which undefined symbols get their addresses
MODELS = {
    "small": (["-fno-pic"], NEAR, KERNEL),
    "small-far": (["-fno-pic"], FAR, KERNEL),
    "pic": (["-fpic"], NEAR, KERNEL),
    "pic-far": (["-fpic"], FAR, KERNEL),
    "PIC-low": (["-fPIC"], 0x40000000, (0x1000, 1 << 29)),
    "tiny": (["-mcmodel=tiny", "-fno-pic"], 0x40000000, (0x3FFC0000, 0x30000)),
    "tiny-pic": (["-mcmodel=tiny", "-fpic"], 0x40000000, (0x3FFC0000, 0x30000)),
    "large": (["-mcmodel=large", "-fno-pic"], 0x123400000000, (0x1000, 1 << 47)),
}
COMPILERS = {"gcc": [PREFIX + "gcc"], "clang": ["clang", "--target=aarch64-linux-gnu"]}
OPTIMISE = ["-O0", "-O2", "-Os"]
EXTRA = [
    ["-fno-common"],
    ["-fcommon", "-ffunction-sections", "-fdata-sections"],
    ["-fcommon", "-g", "-fasynchronous-unwind-tables"],
]

TYPES = {  # number: (name, what the field refers to; None: the field itself is compared)
    0: ("NONE", None), 257: ("ABS64", None), 258: ("ABS32", None), 259: ("ABS16", None), 260: ("PREL64", None),
    261: ("PREL32", None), 262: ("PREL16", None), 263: ("MOVW_UABS_G0", None), 264: ("MOVW_UABS_G0_NC", None),
    265: ("MOVW_UABS_G1", None), 266: ("MOVW_UABS_G1_NC", None), 267: ("MOVW_UABS_G2", None),
    268: ("MOVW_UABS_G2_NC", None), 269: ("MOVW_UABS_G3", None), 270: ("MOVW_SABS_G0", None),
    271: ("MOVW_SABS_G1", None), 272: ("MOVW_SABS_G2", None), 273: ("LD_PREL_LO19", None),
    274: ("ADR_PREL_LO21", None), 275: ("ADR_PREL_PG_HI21", "page"), 276: ("ADR_PREL_PG_HI21_NC", None),
    277: ("ADD_ABS_LO12_NC", None), 278: ("LDST8_ABS_LO12_NC", None), 279: ("TSTBR14", None), 280: ("CONDBR19", None),
    282: ("JUMP26", "branch"), 283: ("CALL26", "branch"), 284: ("LDST16_ABS_LO12_NC", None),
    285: ("LDST32_ABS_LO12_NC", None), 286: ("LDST64_ABS_LO12_NC", None), 287: ("MOVW_PREL_G0", None),
    288: ("MOVW_PREL_G0_NC", None), 289: ("MOVW_PREL_G1", None), 290: ("MOVW_PREL_G1_NC", None),
    291: ("MOVW_PREL_G2", None), 292: ("MOVW_PREL_G2_NC", None), 293: ("MOVW_PREL_G3", None),
    299: ("LDST128_ABS_LO12_NC", None), 309: ("GOT_LD_PREL19", "got literal"), 311: ("ADR_GOT_PAGE", "got page"),
    312: ("LD64_GOT_LO12_NC", "got low"), 313: ("LD64_GOTPAGE_LO15", "got offset"),
}
VENEER = """	movz x16, #{0:#x}
	movk x16, #{1:#x}, lsl #16
	movk x16, #{2:#x}, lsl #32
	movk x16, #{3:#x}, lsl #48
	br x16
"""
# Of the fields that are not compared as they are: the bits of the immediate.
FIELD_BITS = {"page": 0x60FFFFE0, "branch": 0x03FFFFFF, "got literal": 0x00FFFFE0, "got page": 0x60FFFFE0,
              "got low": 0x003FFC00, "got offset": 0x003FFC00}


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def page(address):
    return address & ~0xFFF


def instruction(memory, address):
    return int.from_bytes(memory.read(address, 4), "little")


def word(memory, address):
    return int.from_bytes(memory.read(address & MASK, 8), "little")


def adrp_target(memory, address):
    code = instruction(memory, address)
    return page(address) + (signed((code >> 5 & 0x7FFFF) << 2 | code >> 29 & 3, 21) << 12) & MASK


class Aarch64Case(Case):
    def __init__(self, name, sources, compiler, flags, model, work):
        super().__init__(name, sources, compiler, flags, "kernel", work)
        self.model_flags, self.base, self.extern = MODELS[model]
        self.plts, self.given, self.veneers, self.sizes = {}, {}, {}, {}

    def compile(self, source):
        path = self.path(os.path.basename(source).split(".")[0] + ".o")
        run(*self.compiler, *COMMON_FLAGS, *self.model_flags, *self.flags, os.path.join(SOURCES, source), "-o", path)
        return path

    def outside(self, elves):
        defined = {name for elf in elves for name, _, shndx, _, _ in elf.symbols() if shndx != SHN_UNDEF}
        first, size = self.extern
        for name, bind, shndx, _, _ in itertools.chain(*[elf.symbols() for elf in elves]):
            if shndx != SHN_UNDEF or name in ("", GOT_NAME) or name in defined:
                continue
            if not (bind == STB_WEAK and name.startswith("absent_")):
                spread = zlib.crc32(name.encode()) << 32 | zlib.crc32(name.encode()[::-1])
                self.given[name] = 0x1234 if name == "tiny" else first + spread % size & ~15
        return self.given

    def read_map(self):
        for line in open(self.path("map")):
            kind, number, *words = line.split()
            if kind == "plt":
                self.plts[int(number)] = (int(words[0], 16), int(words[1]))
        return super().read_map()

    def link_ld(self, elves, addresses, commons, gots, outside):
        inputs = []
        for number, elf in enumerate(elves):
            inputs.append(self.path(f"renamed{number}.o"))
            with open(inputs[-1], "wb") as out:
                out.write(elf.rename(lambda index, _, number=number: f".m{number}.s{index}" if index else ""))
        lines = [f"{name} = {value:#x};" for name, value in {**outside, **commons}.items()]
        lines.append("SECTIONS {")
        for (number, index), address in sorted(addresses.items(), key=lambda item: item[1]):
            name = f".m{number}.s{index}"
            lines.append(f"{name} {address:#x} : {{ KEEP(*({name})) }}")
            self.sizes[name] = elves[number].sections[index].size
        lines.append(f".got {self.base + LD_GOT:#x} : {{ *(.got) *(.got.plt) *(.igot*) }}")
        lines.append("/DISCARD/ : { *(*) } }")
        with open(self.path("script"), "w") as out:
            out.write("\n".join(lines) + "\n")
        run(PREFIX + "ld", "-static", "--no-relax", "--no-check-sections", "--build-id=none", "--entry=0",
            "-z", "noexecstack", "--no-warn-rwx-segments", "-T", self.path("script"), *inputs, "-o", self.path("ld.out"))

    def read_ld(self):
        """Return ld's sections. ld may add stubs to the end of one, over the beginning of the next one: they are
        left out."""
        memory = Memory()
        elf = Elf(open(self.path("ld.out"), "rb").read())
        for section in elf.sections:
            size = self.sizes.get(elf.name(section), section.size)
            if section.flags & SHF_ALLOC:
                memory.add(section.addr, elf.contents(section)[:size])
        return memory

    def compare(self, elves, addresses, gots, mine, theirs):
        seen = {}
        for number, elf in enumerate(elves):
            symbols = list(elf.symbols())
            masked = {}
            entries = ({}, {})  # GOT entries by symbol and addend, of both linkers
            for target, offset, kind, symbol, addend in elf.relocations():
                name, what = TYPES[kind]
                seen[name] = seen.get(name, 0) + 1
                at = addresses[number, target] + offset
                if self.means_something_else(number, what, at, symbols[symbol], addend, gots[number], mine, theirs):
                    masked.setdefault(target, []).append((offset, FIELD_BITS[what]))
                if what is not None and what.startswith("got"):
                    for parts, memory, got in ((entries[0], mine, gots[number]), (entries[1], theirs, self.base + LD_GOT)):
                        self.note_entry(parts.setdefault((symbol, addend), {}), what, memory, at, got)
            for key, parts in entries[0].items():
                self.compare_entries(key, parts, entries[1][key], mine, theirs)
            for index in [index for which, index in addresses if which == number]:
                self.compare_bytes(number, index, addresses[number, index], elf.sections[index].size,
                                   masked.get(index, []), mine, theirs)
        self.check_veneers(mine)
        return seen

    def means_something_else(self, number, what, at, symbol, addend, got, mine, theirs):
        """Check a field that is not compared as it is; return False if it is."""
        if what is None:
            return False
        if what == "page":
            if symbol[0] != GOT_NAME:
                return False
            if adrp_target(mine, at) != page(got):
                raise Mismatch(f"adrp of the GOT at {at:#x} gives {adrp_target(mine, at):#x}, not {page(got):#x}")
            return True
        if what != "branch":
            return True
        target = at + (signed(instruction(mine, at) & 0x3FFFFFF, 26) << 2) & MASK
        if symbol[0].startswith("absent_"):
            if target != at + 4 or instruction(theirs, at) != NOP:
                raise Mismatch(f"the branch to an absent function at {at:#x} goes to {target:#x}")
            return True
        start, size = self.plts[number]
        if not start <= target < start + size:
            return False
        wanted = self.given[symbol[0]] + addend & MASK
        if self.veneers.setdefault(target, wanted) != wanted:
            raise Mismatch(f"the veneer at {target:#x} has two targets")
        return True

    @staticmethod
    def note_entry(parts, what, memory, at, got):
        code = instruction(memory, at)
        if what == "got page":
            part = adrp_target(memory, at)
        elif what == "got literal":
            part = at + (signed(code >> 5 & 0x7FFFF, 19) << 2) & MASK
        else:
            part = (code >> 10 & 0xFFF) * 8 + (page(got) if what == "got offset" else 0)
        if parts.setdefault(what, part) != part:
            raise Mismatch(f"{what} at {at:#x}: a second entry for one symbol")

    @staticmethod
    def compare_entries(key, mine_parts, theirs_parts, mine, theirs):
        found = []
        for parts, memory in ((mine_parts, mine), (theirs_parts, theirs)):
            places = {parts[what] for what in ("got literal", "got offset") if what in parts}
            if "got page" in parts:
                places.add(parts["got page"] + parts["got low"])
            if len(places) != 1:
                raise Mismatch(f"symbol {key}: entries at {sorted(places)}")
            found.append(word(memory, places.pop()))
        if found[0] != found[1]:
            raise Mismatch(f"symbol {key}: entry holds {found[0]:#x}, ld: {found[1]:#x}")

    @staticmethod
    def compare_bytes(number, index, address, size, masked, mine, theirs):
        pair = [bytearray(memory.read(address, size)) if size else bytearray() for memory in (mine, theirs)]
        for data in pair:
            for offset, bits in masked:
                code = int.from_bytes(data[offset:offset + 4], "little")
                if code == NOP or code >> 26 & 0x1F == 5:  # a branch, or what ld made of it
                    bits = 0xFFFFFFFF if bits == FIELD_BITS["branch"] else bits
                data[offset:offset + 4] = (code & ~bits).to_bytes(4, "little")
        if pair[0] != pair[1]:
            at = next(i for i in range(size) if pair[0][i] != pair[1][i]) & ~3
            raise Mismatch(f"object {number}, section {index}, offset {at:#x}: "
                           f"{pair[0][at:at + 8].hex()}, ld: {pair[1][at:at + 8].hex()}")

    def check_veneers(self, mine):
        if not self.veneers:
            return
        source = self.path("veneers.s")
        with open(source, "w") as out:
            for target in self.veneers.values():
                out.write(VENEER.format(*[target >> shift & 0xFFFF for shift in (0, 16, 32, 48)]))
        run(PREFIX + "as", source, "-o", source[:-2] + ".o")
        elf = Elf(open(source[:-2] + ".o", "rb").read())
        text = next(elf.contents(section) for section in elf.sections if elf.name(section) == ".text")
        for number, address in enumerate(self.veneers):
            if mine.read(address, 20) != text[20 * number:20 * number + 20]:
                raise Mismatch(f"the veneer at {address:#x} is {mine.read(address, 20).hex()}")


def make_cases(work):
    cases = []
    extras = itertools.cycle(EXTRA)
    compilers = [name for name, command in COMPILERS.items() if shutil.which(command[0])]
    for compiler, model, optimise in itertools.product(compilers, MODELS, OPTIMISE):
        for source in ["data.c", "flow.c"]:
            extra = next(extras)
            name = "-".join([source[:-2], compiler, model, optimise[1:], str(EXTRA.index(extra))])
            cases.append(Aarch64Case(name, [source], COMPILERS[compiler], [optimise, *extra], model, work))
        cases.append(Aarch64Case("-".join(["set", compiler, model, optimise[1:]]), ["set_a.c", "set_b.c", "set_c.c"],
                                 COMPILERS[compiler], [optimise], model, work))
    for model in ("small", "small-far"):
        cases.append(Aarch64Case(f"every-{model}", ["aarch64/every.S"], [PREFIX + "gcc"], [], model, work))
    return cases


def outcome(case, link_dump):
    try:
        return case, case.run(link_dump), None
    except (Mismatch, KeyError, subprocess.TimeoutExpired) as error:
        return case, {}, repr(error) if isinstance(error, KeyError) else str(error)


def notices(link_dump, work, name, model, spoiled):
    """Test the comparison: it must find a changed bit at the address that `spoiled` returns."""
    case = Aarch64Case(name, ["aarch64/every.S"], [PREFIX + "gcc"], [], model, work)
    try:
        case.run(link_dump, spoil=lambda elves, addresses: spoiled(case, addresses))
    except Mismatch:
        return True
    return False


SPOILED = {
    "notices-a-changed-field": ("small", lambda case, addresses: addresses[0, 1] + 1),
    "notices-a-changed-branch": ("small", lambda case, addresses: addresses[0, 1] + 4 * 66),
    "notices-a-changed-veneer": ("small-far", lambda case, addresses: case.plts[0][0] + 1),
    "notices-a-changed-got": ("small", lambda case, addresses: Case.read_map(case)[2][0] + 1),
}


def main():
    link_dump, work = sys.argv[1:3]
    if shutil.which(PREFIX + "ld") is None or shutil.which(PREFIX + "gcc") is None:
        print("skipped: no aarch64 tool chain (apt-get install gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    tally = Tally()
    tally.compare(make_cases(work), lambda case: outcome(case, link_dump))
    for name, (model, spoiled) in SPOILED.items():
        tally.count(notices(link_dump, work, name, model, spoiled), name, "a spoiled image passed")
    for name, _ in TYPES.values():
        tally.count(name in tally.seen, f"covers-R_AARCH64_{name}", "no object has such a relocation")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
