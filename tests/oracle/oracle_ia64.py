#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare the ia64 linker of core/ with GNU ld for ia64: the same objects at the same addresses, byte by byte.

    oracle_ia64.py LINK_DUMP WORK_DIRECTORY [GCC]

Each case makes objects of src/ia64/ with the assembler (and of src/ with the cross compiler, if it exists),
links them with link_dump (core/), and makes ld link each object separately at the same addresses, with the
same gp, without relaxation. The comparison covers

 - every byte of every loaded section. If a field refers to a GOT entry, or holds the address of a function
   descriptor, the contents of the entries or descriptors are compared: ld puts them at other addresses;
 - the descriptors: a function has one descriptor, for all references and in all modules;
 - each stub for a call out of the module: its bytes must be those that the assembler makes of the text below,
   with the GOT entry that holds the address of the callee's descriptor.
"""
import os
import shutil
import subprocess
import sys
import zlib

from elf64 import Elf, SHF_ALLOC, SHN_COMMON, SHN_UNDEF, STB_WEAK
from oracle import Memory, Mismatch, Tally, run

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "src")
PREFIX = "ia64-linux-gnu-"
MASK = (1 << 64) - 1
STT_FUNC = 2

# The pieces of a value in a slot: (bit of the slot, bits, bit of the value). Long fields: the slot
# too. Intel Itanium Architecture Software Developer's Manual, volume 3, formats A4, A5, B1, F14, M20, X2, X3.
FIELDS = {
    "imm14": [(None, 13, 7, 0), (None, 27, 6, 7), (None, 36, 1, 13)],
    "imm22": [(None, 13, 7, 0), (None, 27, 9, 7), (None, 22, 5, 16), (None, 36, 1, 21)],
    "imm64": [(2, 13, 7, 0), (2, 27, 9, 7), (2, 22, 5, 16), (2, 21, 1, 21), (1, 0, 41, 22), (2, 36, 1, 63)],
    "branch21": [(None, 13, 20, 4), (None, 36, 1, 24)],
    "check21": [(None, 6, 7, 4), (None, 20, 13, 11), (None, 36, 1, 24)],
    "fcheck21": [(None, 6, 20, 4), (None, 36, 1, 24)],
    "branch60": [(2, 13, 20, 4), (1, 2, 39, 24), (2, 36, 1, 63)],
}

LONG = [(0, -5, 5, 0), (1, 0, 41, 0), (2, 0, 41, 0)]  # both slots of a long instruction, and the template

# number: (name, field, what the field refers to; None: the field itself is compared)
TYPES = {
    0x00: ("NONE", None, None), 0x21: ("IMM14", "imm14", None), 0x22: ("IMM22", "imm22", None),
    0x23: ("IMM64", "imm64", None), 0x25: ("DIR32LSB", 4, None), 0x27: ("DIR64LSB", 8, None),
    0x2A: ("GPREL22", "imm22", None), 0x2B: ("GPREL64I", "imm64", None),
    0x32: ("LTOFF22", "imm22", "entry"), 0x33: ("LTOFF64I", "imm64", "entry"),
    0x43: ("FPTR64I", "imm64", "descriptor"), 0x47: ("FPTR64LSB", 8, "descriptor"),
    0x48: ("PCREL60B", "branch60", None), 0x49: ("PCREL21B", "branch21", None),
    0x4A: ("PCREL21M", "check21", None), 0x4B: ("PCREL21F", "fcheck21", None),
    0x4D: ("PCREL32LSB", 4, None), 0x4F: ("PCREL64LSB", 8, None),
    0x52: ("LTOFF_FPTR22", "imm22", "entry of descriptor"), 0x53: ("LTOFF_FPTR64I", "imm64", "entry of descriptor"),
    0x5F: ("SEGREL64LSB", 8, None), 0x65: ("SECREL32LSB", 4, None), 0x67: ("SECREL64LSB", 8, None),
    0x86: ("LTOFF22X", "imm22", "entry"), 0x87: ("LDXMOV", None, None),
}
# Even with --no-relax, ld changes a load from the GOT to an addition if gp reaches the symbol itself. So ld gets
# the relocations that are equal except that they do not permit this change.
UNRELAXED = {0x86: 0x32, 0x87: 0x00}
BRANCHES = (0x48, 0x49, 0x4A, 0x4B)
TO_FUNCTIONS = (*BRANCHES, 0x43, 0x47, 0x52, 0x53)

STUB = """	.explicit
	{{ .mmi; addl r15 = {}, gp ;; ld8 r15 = [r15]; nop.i 0 ;; }}
	{{ .mmi; ld8 r16 = [r15], 8 ;; ld8 gp = [r15]; nop.i 0 }}
	{{ .mib; nop.m 0; mov b6 = r16; br.sptk.few b6 ;; }}
"""


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def read_field(memory, address, field):
    """Return the value of a field; the address of an instruction is that of relocations."""
    if isinstance(field, int):
        return int.from_bytes(memory.read(address, field), "little")
    bundle = int.from_bytes(memory.read(address & ~15, 16), "little")
    value = top = 0
    for slot, at, bits, to in FIELDS[field]:
        slot = address & 15 if slot is None else slot
        value |= (bundle >> (5 + 41 * slot + at) & (1 << bits) - 1) << to
        top = max(top, to + bits)
    return signed(value, top) & MASK


def clear_field(data, offset, field):
    """Clear a field in the bytes of a section."""
    if isinstance(field, int):
        data[offset:offset + field] = bytes(field)
        return
    start = offset & ~15
    bundle = int.from_bytes(data[start:start + 16], "little")
    for slot, at, bits, _ in FIELDS.get(field, LONG):
        slot = offset & 15 if slot is None else slot
        bundle &= ~((1 << bits) - 1 << (5 + 41 * slot + at))
    data[start:start + 16] = bundle.to_bytes(16, "little")


def word(memory, address):
    return int.from_bytes(memory.read(address & MASK, 8), "little")


class Module:
    """One object, and its part of the map."""

    def __init__(self, number, path):
        self.number, self.path = number, path
        self.elf = Elf(open(path, "rb").read())
        self.symbols = list(self.elf.symbols())
        self.relocations = list(self.elf.relocations())
        self.addresses, self.commons = {}, {}
        self.got = self.gp = self.plt = self.opd = None
        self.import_stubs = {}

    def imported(self, symbol):
        return symbol != 0 and self.symbols[symbol][2] == SHN_UNDEF

    def functions(self):
        """Return the imported names that are used as functions."""
        return {self.symbols[symbol][0] for _, _, kind, symbol, _ in self.relocations
                if kind in TO_FUNCTIONS and self.imported(symbol)}

    def address_of(self, symbol):
        """Return the value of a defined symbol by the gABI."""
        _, _, shndx, value, _ = self.symbols[symbol]
        return value + (self.addresses[shndx] if shndx < 0xFF00 and shndx in self.addresses else 0)


class Case:
    def __init__(self, name, make, base, extern, work):
        self.name, self.make, self.base, self.extern = name, make, base, extern
        self.directory = os.path.join(work, name)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, link_dump, spoil=None):
        os.makedirs(self.directory, exist_ok=True)
        modules = [Module(i, path) for i, path in enumerate(self.make(self))]
        outside = self.outside(modules)
        with open(self.path("symbols"), "w") as out:
            out.writelines(f"{value:x} {name}\n" for name, value in outside.items())
        run(link_dump, hex(self.base), self.path("symbols"), self.path("image"), self.path("map"),
            *[module.path for module in modules])
        exports = self.read_map(modules)
        image = bytearray(open(self.path("image"), "rb").read())
        if spoil is not None:
            spoil(image, self.base, modules)
        mine = Memory()
        mine.add(self.base, bytes(image))
        self.check_exports(modules, exports, mine)
        seen = {}
        for module in modules:
            values = {**outside, **{name: value for name, (_, value) in exports.items()}}
            self.find_stubs(module, values, mine)
            theirs = self.link_ld(module, values)
            self.compare(module, values, mine, theirs, seen)
        return seen

    def outside(self, modules):
        """Return values for the undefined names; weak names that begin with absent_ stay undefined."""
        defined = {name for module in modules for name, _, shndx, _, _ in module.symbols if shndx != SHN_UNDEF}
        first, size = self.extern
        found = {"tiny": 0x1234}
        for module in modules:
            for name, bind, shndx, _, _ in module.symbols:
                if shndx == SHN_UNDEF and name and name not in defined and name not in found:
                    if not (bind == STB_WEAK and name.startswith("absent_")):
                        spread = zlib.crc32(name.encode()) << 32 | zlib.crc32(name.encode()[::-1])
                        found[name] = first + spread % size & ~15
                    if name.startswith("hidden_"):  # gp-relative: beside the image
                        found[name] = self.base + (1 << 20) + spread % (1 << 16)
        return found

    def read_map(self, modules):
        exports = {}
        for line in open(self.path("map")):
            kind, number, *words = line.split()
            module = modules[int(number)]
            if kind == "section":
                module.addresses[int(words[0])] = int(words[1], 16)
            elif kind == "common":
                module.commons[words[1]] = int(words[0], 16)
            elif kind == "got":
                module.got = (int(words[0], 16), 8 * int(words[1]))
            elif kind in ("plt", "opd"):
                setattr(module, kind, (int(words[0], 16), int(words[1])))
            elif kind == "data":
                module.gp = int(words[0], 16)
            elif kind == "export":
                exports[words[1]] = (module, int(words[0], 16))
        return exports

    @staticmethod
    def check_exports(modules, exports, mine):
        """Return the value of an export: the descriptor of a function, the address of a variable."""
        for module in modules:
            for index, (name, bind, shndx, _, _) in enumerate(module.symbols):
                if bind == 0 or name not in exports or shndx in (SHN_UNDEF, SHN_COMMON):
                    continue
                value = exports[name][1]
                if module.elf.symbol_type(index) != STT_FUNC:
                    expected, found = module.address_of(index), value
                else:
                    if not module.opd[0] <= value < module.opd[0] + module.opd[1]:
                        raise Mismatch(f"{name} is exported as {value:#x}, which is no descriptor")
                    expected = (module.address_of(index), module.gp)
                    found = (word(mine, value), word(mine, value + 8))
                if expected != found:
                    raise Mismatch(f"export {name}: {found}, expected {expected}")

    def find_stubs(self, module, values, mine):
        """Check the stubs in .plt: one for each function of another module that is called."""
        for target, offset, kind, symbol, _ in module.relocations:
            if kind not in BRANCHES or not module.imported(symbol):
                continue
            name = module.symbols[symbol][0]
            at = module.addresses[target] + offset
            stub = (at & ~15) + read_field(mine, at, TYPES[kind][1]) & MASK
            if module.import_stubs.setdefault(name, stub) != stub:
                raise Mismatch(f"{name} has two stubs")
            if not module.plt[0] <= stub < module.plt[0] + module.plt[1]:
                raise Mismatch(f"the call to {name} goes to {stub:#x}, which is no stub")
        if module.import_stubs:
            self.check_stubs(module, values, mine)

    def check_stubs(self, module, values, mine):
        wanted = []
        for name, stub in module.import_stubs.items():
            distance = signed(read_field(mine, stub, "imm22"), 64)
            entry = module.gp + distance
            if not module.got[0] <= entry < module.got[0] + module.got[1]:
                raise Mismatch(f"the stub of {name} uses {entry:#x}, which is not in the GOT")
            if word(mine, entry) != values.get(name, 0):
                raise Mismatch(f"the stub of {name} uses {word(mine, entry):#x}, not {values.get(name, 0):#x}")
            wanted.append((name, mine.read(stub, 48), STUB.format(distance)))
        source = self.path(f"stubs{module.number}.s")
        with open(source, "w") as out:
            out.writelines(text for _, _, text in wanted)
        run(PREFIX + "as", source, "-o", source[:-2] + ".o")
        elf = Elf(open(source[:-2] + ".o", "rb").read())
        text = next(elf.contents(section) for section in elf.sections if elf.name(section) == ".text")
        for number, (name, found, _) in enumerate(wanted):
            if found != text[48 * number:48 * number + 48]:
                raise Mismatch(f"the stub of {name} is {found.hex()}")

    def link_ld(self, module, values):
        """Return ld's image of one module. ld gets the imported names: data by value, a function as the address of
        our stub (ld makes no stub in a static program)."""
        module.elf.retype(UNRELAXED)
        renamed = self.path(f"renamed{module.number}.o")
        with open(renamed, "wb") as out:
            out.write(module.elf.rename(lambda index, _: f".s{index}" if index else ""))
        functions = module.functions()
        lines = ["PHDRS { all PT_LOAD FLAGS(7); }", f"__gp = {module.gp:#x};"]
        for index, (name, _, shndx, _, _) in enumerate(module.symbols):
            if shndx == SHN_COMMON:
                lines.append(f"{name} = {module.commons[name]:#x};")
            elif module.imported(index) and name != "__gp":
                value = values.get(name, 0)
                if name in functions:
                    value = module.import_stubs.get(name, value)
                lines.append(f"{name} = {value:#x};")
        lines.append("SECTIONS {")
        for index, address in sorted(module.addresses.items(), key=lambda item: item[1]):
            lines.append(f".s{index} {address:#x} : {{ KEEP(*(.s{index})) }} :all")
        # ld's own tables must be in reach of gp, and must not overlap a section.
        end = max(address + module.elf.sections[index].size for index, address in module.addresses.items())
        lines.append(f".got {end + 0xFFF & ~0xFFF:#x} : {{ *(.got) }} :all")
        lines.append(".opd : { *(.opd) } :all")
        lines.append("/DISCARD/ : { *(*) } }")
        script, out = self.path(f"script{module.number}"), self.path(f"ld{module.number}.out")
        with open(script, "w") as file:
            file.write("\n".join(lines) + "\n")
        run(PREFIX + "ld", "-static", "--no-relax", "--no-check-sections", "--build-id=none", "--entry=0",
            "-z", "max-page-size=4096", "--no-warn-rwx-segments", "-T", script, renamed, "-o", out)
        memory, elf = Memory(), Elf(open(out, "rb").read())
        for section in elf.sections:
            if section.flags & SHF_ALLOC:
                memory.add(section.addr, elf.contents(section))
        return memory

    def compare(self, module, values, mine, theirs, seen):
        refers = {index: [] for index in module.addresses}
        descriptors = {}
        for target, offset, kind, symbol, addend in module.relocations:
            name, field, what = TYPES[kind]
            seen[name] = seen.get(name, 0) + 1
            if kind == 0x48 and self.shortened(name, module.addresses[target] + offset, mine, theirs):
                refers[target].append((offset, "long"))
            if what is None:
                continue
            refers[target].append((offset, field))
            at = module.addresses[target] + offset
            pair = [read_field(memory, at, field) for memory in (mine, theirs)]
            if what.startswith("entry"):
                pair = [word(memory, module.gp + value) for memory, value in zip((mine, theirs), pair)]
            if what == "entry":
                if pair[0] != pair[1]:
                    raise Mismatch(f"{name} at {at:#x}: entry holds {pair[0]:#x}, ld: {pair[1]:#x}")
                continue
            self.compare_descriptors(module, values, name, at, symbol, addend, pair, mine, theirs)
            key = module.symbols[symbol][0] if module.imported(symbol) else module.address_of(symbol) + addend
            if descriptors.setdefault(key, pair[0]) != pair[0]:
                raise Mismatch(f"{name} at {at:#x}: a second descriptor of {key}")
        for index, address in module.addresses.items():
            self.compare_section(module, index, address, refers[index], mine, theirs)

    @staticmethod
    def shortened(name, at, mine, theirs):
        """ld may change brl to br in spite of --no-relax: then compare the targets."""
        if theirs.read(at & ~15, 1)[0] & 0x1E == 4:
            return False
        pair = [read_field(mine, at, "branch60"), read_field(theirs, (at & ~15) + 2, "branch21")]
        if pair[0] != pair[1]:
            raise Mismatch(f"{name} at {at:#x}: goes {pair[0]:#x} further, ld: {pair[1]:#x}")
        return True

    @staticmethod
    def compare_descriptors(module, values, name, at, symbol, addend, pair, mine, theirs):
        if module.imported(symbol):
            expected = values.get(module.symbols[symbol][0], 0)
            if pair[0] != expected:
                raise Mismatch(f"{name} at {at:#x}: descriptor {pair[0]:#x}, exported: {expected:#x}")
            return
        found = [[word(memory, value + i) for i in (0, 8)] for memory, value in zip((mine, theirs), pair)]
        if found[0] != found[1] or found[0][0] != module.address_of(symbol) + addend:
            raise Mismatch(f"{name} at {at:#x}: descriptor holds {found[0]}, ld: {found[1]}")

    @staticmethod
    def compare_section(module, index, address, refers, mine, theirs):
        size = module.elf.sections[index].size
        if size == 0:
            return
        pair = [bytearray(memory.read(address, size)) for memory in (mine, theirs)]
        for data in pair:
            for offset, field in refers:
                clear_field(data, offset, field)
        if pair[0] != pair[1]:
            at = next(i for i in range(size) if pair[0][i] != pair[1][i]) & ~7
            raise Mismatch(f"module {module.number}, section {index}, offset {at:#x}: "
                           f"{pair[0][at:at + 16].hex()}, ld: {pair[1][at:at + 16].hex()}")


def assembled(*names):
    def make(case):
        for name in names:
            run(PREFIX + "as", os.path.join(SOURCES, "ia64", name + ".s"), "-o", case.path(name + ".o"))
        return [case.path(name + ".o") for name in names]
    return make


def compiled(gcc, flags, *names):
    def make(case):
        for name in names:
            run(gcc, "-ffreestanding", "-fno-stack-protector", "-w", "-c", *flags,
                os.path.join(SOURCES, name + ".c"), "-o", case.path(name + ".o"))
        return [case.path(name + ".o") for name in names]
    return make


# name: base address, range from which undefined symbols get their values
PLACES = {
    "kernel": (0xA000000100000000, (0xA000000000000000, 1 << 28)),
    "low": (0x4000000, (0x10000000, 1 << 28)),
}


def make_cases(work, gcc):
    cases = []
    for place, (base, extern) in PLACES.items():
        if place == "low":  # DIR32LSB, IMM14 and IMM22 take small values only
            cases.append(Case("every-low", assembled("every"), base, extern, work))
        else:
            cases.append(Case(f"every-{place}", assembled("every"), base, extern, work))
        cases.append(Case(f"set-{place}", assembled("set_a", "set_b"), base, extern, work))
        if gcc is None:
            continue
        for optimise in ("-O0", "-O2", "-Os"):
            for extra in ([], ["-ffunction-sections", "-fdata-sections"], ["-fcommon", "-fPIC", "-g"],
                          ["-mno-sdata", "-fasynchronous-unwind-tables"]):
                name = "".join([place, optimise, *extra])
                flags = ["-fno-common", optimise, *extra]
                for source in ("data", "flow"):
                    cases.append(Case(f"{source}-{name}", compiled(gcc, flags, source), base, extern, work))
                cases.append(Case(f"set-gcc-{name}", compiled(gcc, flags, "set_a", "set_b", "set_c"),
                                  base, extern, work))
    return cases


def outcome(case, link_dump):
    try:
        return case, case.run(link_dump), None
    except (Mismatch, KeyError, subprocess.TimeoutExpired) as error:
        return case, {}, repr(error) if isinstance(error, KeyError) else str(error)


def notices(link_dump, work, name, spoil):
    """Test the comparison: it must find a changed bit."""
    base, extern = PLACES["kernel"]
    try:
        Case(name, assembled("every"), base, extern, work).run(link_dump, spoil)
    except Mismatch:
        return True
    return False


def spoil_at(address_of):
    def spoil(image, base, modules):
        image[address_of(modules[0]) - base] ^= 1
    return spoil


SPOILT = {
    "notices-a-changed-field": lambda module: module.addresses[1] + 1,
    "notices-a-changed-stub": lambda module: module.plt[0] + 17,
    "notices-a-changed-descriptor": lambda module: module.opd[0],
    "notices-a-changed-got": lambda module: module.got[0] + 1,
}


def main():
    link_dump, work = sys.argv[1:3]
    gcc = sys.argv[3] if len(sys.argv) > 3 else None
    if shutil.which(PREFIX + "ld") is None:
        print("skipped: no ia64 linker (apt-get install binutils-ia64-linux-gnu)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if gcc is not None and not os.path.exists(gcc):
        gcc = None
    tally = Tally()
    tally.compare(make_cases(work, gcc), lambda case: outcome(case, link_dump))
    for name, address_of in SPOILT.items():
        tally.count(notices(link_dump, work, name, spoil_at(address_of)), name, "a spoiled image passed")
    for name, _, _ in TYPES.values():
        tally.count(name in tally.seen or name == "NONE", f"covers-R_IA64_{name}", "no object has such a relocation")
    if gcc is None:
        print("skipped: objects of gcc, for there is no ia64 compiler (make ia64-toolchain)")
    return tally.close(skipped=int(gcc is None))


if __name__ == "__main__":
    sys.exit(main())
