#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare the output of `btl link` with the psABI: compute every byte of every loaded section of every module
from the files, MAP.json and the symbols file. This program is written from the gABI and the psABI, not from
core/, so that the two do not share a mistake.

    check_link.py IMAGE MAP.json [SYMBOLS]

Also check that the map has exactly the sections with SHF_ALLOC, aligned and disjoint, that no page has two
permissions, and that the bytes between the sections are zero.
"""
import json
import mmap
import multiprocessing
import os
import struct
import sys

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELA = struct.Struct("<QQq")
SHT_NULL, SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_SYMTAB_SHNDX = 0, 2, 4, 8, 18
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
SHN_UNDEF, SHN_ABS, SHN_COMMON, SHN_XINDEX = 0, 0xFFF1, 0xFFF2, 0xFFFF
STB_LOCAL, STB_WEAK = 0, 2
MASK = (1 << 64) - 1
PAGE = 4096

# type: (formula, width, signed)
TYPES = {
    0: ("", 0, None), 1: ("S+A", 8, None), 2: ("S+A-P", 4, True), 3: ("G+A", 4, True),
    4: ("S+A-P", 4, True), 9: ("G+GOT+A-P", 4, True), 10: ("S+A", 4, False), 11: ("S+A", 4, True),
    24: ("S+A-P", 8, None), 25: ("S+A-GOT", 8, None), 26: ("GOT+A-P", 4, True), 27: ("G+A", 8, None),
    28: ("G+GOT+A-P", 8, None), 29: ("GOT+A-P", 8, None), 30: ("G+A", 8, None), 31: ("S+A-GOT", 8, None),
    32: ("Z+A", 4, False), 33: ("Z+A", 8, None), 41: ("G+GOT+A-P", 4, True), 42: ("G+GOT+A-P", 4, True),
}


class Wrong(Exception):
    pass


class Module:
    """A relocatable file and its part of the map."""

    def __init__(self, entry):
        self.entry, self.file = entry, entry["file"]
        with open(self.file, "rb") as file:
            self.data = file.read()
        header = HEADER.unpack_from(self.data)
        first = SECTION.unpack_from(self.data, header[6])
        count, names = header[12] or first[5], header[13] if header[13] != SHN_XINDEX else first[6]
        table = self.data[header[6]:header[6] + count * SECTION.size]
        self.sections = list(SECTION.iter_unpack(table))
        self.name_base = self.sections[names][4]
        self.addr = {section["index"]: int(section["addr"], 16) for section in entry["sections"]}
        self.got = int(entry["got"]["addr"], 16) if entry["got"] else None
        self.commons = {common["symbol"]: int(common["addr"], 16) for common in entry.get("common", [])}
        self.symtab = next(i for i, section in enumerate(self.sections) if section[1] == SHT_SYMTAB)
        self.symbols = list(SYMBOL.iter_unpack(self.contents(self.symtab)))
        self.strings = self.sections[self.sections[self.symtab][6]][4]
        self.extended = next((struct.unpack(f"<{section[5] // 4}I", self.contents(i)) for i, section in
                              enumerate(self.sections)
                              if section[1] == SHT_SYMTAB_SHNDX and section[6] == self.symtab), None)

    def contents(self, index):
        section = self.sections[index]
        if section[1] == SHT_NOBITS:
            return bytes(section[5])
        return self.data[section[4]:section[4] + section[5]]

    def text(self, at):
        return self.data[at:self.data.index(0, at)]

    def section_name(self, index):
        return self.text(self.name_base + self.sections[index][0])

    def symbol_name(self, index):
        return self.text(self.strings + self.symbols[index][0])

    def find(self, name):
        return next((i for i in range(len(self.sections)) if self.section_name(i) == name), None)

    def place(self, index):
        """Return the section of a symbol, or a reserved number as a negative one."""
        number = self.symbols[index][3]
        if number == SHN_XINDEX:
            return self.extended[index]
        return -number if number in (SHN_ABS, SHN_COMMON) else number

    def metadata(self, key):
        section = self.find(b".modinfo")
        lines = self.contents(section).split(b"\0") if section is not None else []
        return [line[len(key) + 1:] for line in lines if line.startswith(key + b"=")]

    def defined(self, index):
        """Return the value of a defined symbol; None: its section is not loaded."""
        place, value = self.place(index), self.symbols[index][4]
        if place == -SHN_ABS:
            return value
        if place == -SHN_COMMON:
            return self.commons[index]
        return (self.addr[place] + value) & MASK if place in self.addr else None

    def exports(self):
        """Return (declared, {name: value}): export= of the metadata, else the symbols of EXPORT_SYMBOL()."""
        names = set(self.metadata(b"export"))
        declared = bool(names)
        if not declared and self.find(b".btl.module") is None:
            tables = {i for i in range(len(self.sections)) if self.section_name(i) in (b"__ksymtab", b"__ksymtab_gpl")}
            if tables:
                names = {self.symbol_name(i)[len(b"__ksymtab_"):] for i in range(1, len(self.symbols))
                         if self.place(i) in tables and self.symbol_name(i).startswith(b"__ksymtab_")}
        found = {}
        for i in range(1, len(self.symbols)) if names else ():
            if self.symbols[i][1] >> 4 != STB_LOCAL and self.place(i) != SHN_UNDEF:
                name = self.symbol_name(i)
                if name in names:
                    found[name] = self.defined(i)
        return declared, found


def read_symbols(path):
    """(global, local): {name: address} of System.map lines; the first line of a name counts."""
    tables = {}, {}
    for line in open(path, "rb") if path else ():
        words = line.split()
        if words:
            address, kind, name = words
            tables[kind.islower() and kind not in b"uvw"].setdefault(name, int(address, 16))
    return tables


def exports_of(entry):
    return Module(entry).exports()


def make_table(entries, symbols_path, pool):
    """Return {name: [(value, defining module or None)]} in the order of the search."""
    exports = pool.map(exports_of, entries, 32)
    in_file = read_symbols(symbols_path)
    table = {}

    def add(found, owner):
        for name, value in found.items():
            table.setdefault(name, (value, owner))
    for declared, lines in ((True, in_file[0]), (False, in_file[1])):
        for entry, (kind, found) in zip(entries, exports):
            if kind == declared:
                add(found, entry["name"].encode())
        add(lines, None)
    return table


class Checker:
    def __init__(self, entry, image, base, table):
        self.module, self.image, self.base = Module(entry), image, base
        self.values = self.resolve(table)
        self.entries = set()
        self.relocations = 0

    def resolve(self, table):
        module, values = self.module, []
        is_btl = module.find(b".btl.module") is not None
        allowed = {name for line in module.metadata(b"depends") for name in line.replace(b",", b" ").split()}
        for i in range(len(module.symbols)):
            if module.place(i) != SHN_UNDEF:
                values.append(module.defined(i))
                continue
            name = module.symbol_name(i)
            value, owner = table.get(name, (None, None))
            if is_btl and owner is not None and owner not in allowed:
                value = None
            if name == b"_GLOBAL_OFFSET_TABLE_":
                value = module.got
            elif value is None and (not name or module.symbols[i][1] >> 4 == STB_WEAK):
                value = 0
            values.append(value)
        return values

    def bytes_at(self, address, size):
        return self.image[address - self.base:address - self.base + size]

    def entry_of(self, expected, address, offset, addend, formula, width):
        """Return the address of the GOT entry to which a field of the image refers."""
        field = int.from_bytes(self.bytes_at(address + offset, width), "little", signed=True)
        origin = address + offset if formula == "G+GOT+A-P" else self.module.got
        entry = (origin + field - addend) & MASK
        got = self.module.entry["got"]
        if got is None or not 0 <= entry - self.module.got < got["size"] or (entry - self.module.got) % 8:
            raise Wrong(f"{self.module.file}: the field at {address + offset:#x} leads to {entry:#x}, not into the GOT")
        expected[offset:offset + width] = self.bytes_at(address + offset, width)
        self.entries.add(entry)
        return entry

    def relocate(self, index, expected):
        module, values, address = self.module, self.values, self.module.addr[self.module.sections[index][7]]
        pack_signed, pack_unsigned, pack_64 = (struct.Struct(kind).pack_into for kind in ("<i", "<I", "<Q"))
        for offset, info, addend in RELA.iter_unpack(module.contents(index)):
            formula, width, signed = TYPES[info & 0xFFFFFFFF]
            self.relocations += 1
            if not width:
                continue
            value = values[info >> 32]
            if value is None:
                raise Wrong(f"{module.file}: {module.symbol_name(info >> 32)} has no value")
            if formula == "S+A-P":
                value += addend - address - offset
            elif formula == "S+A":
                value += addend
            elif formula == "Z+A":
                value = module.symbols[info >> 32][5] + addend
            elif formula == "S+A-GOT":
                value += addend - module.got
            elif formula == "GOT+A-P":
                value = module.got + addend - address - offset
            else:
                entry = self.entry_of(expected, address, offset, addend, formula, width)
                if int.from_bytes(self.bytes_at(entry, 8), "little") != value:
                    raise Wrong(f"{module.file}: the GOT entry at {entry:#x} does not hold {value:#x}")
                continue
            value &= MASK
            if width == 8:
                pack_64(expected, offset, value)
            elif signed:
                pack_signed(expected, offset, value - (1 << 64) if value >> 63 else value)
            else:
                pack_unsigned(expected, offset, value)

    def check_headers(self):
        """Check that the map agrees with the file."""
        module = self.module
        wanted = {i for i, section in enumerate(module.sections) if section[2] & SHF_ALLOC and section[1] != SHT_NULL}
        if [section["index"] for section in module.entry["sections"]] != sorted(wanted):
            raise Wrong(f"{module.file}: sections of the map are not those with SHF_ALLOC")
        for section in module.entry["sections"]:
            header = module.sections[section["index"]]
            name = module.section_name(section["index"]).decode("utf-8", "replace")
            if (section["name"], section["flags"], section["size"], section["align"]) != \
                    (name, header[2], header[5], header[8]):
                raise Wrong(f"{module.file}: section {section['index']} is another one in the map")
            if header[8] > 1 and int(section["addr"], 16) % header[8]:
                raise Wrong(f"{module.file}: section {section['index']} is not aligned")

    def check(self):
        self.check_headers()
        module = self.module
        expected = {index: bytearray(module.contents(index)) for index in module.addr}
        for index, section in enumerate(module.sections):
            if section[1] == SHT_RELA and section[7] in expected:
                self.relocate(index, expected[section[7]])
        checked = 0
        for index, data in expected.items():
            mine = self.bytes_at(module.addr[index], len(data))
            checked += len(data)
            if mine != data:
                at = next(i for i, byte in enumerate(data) if mine[i:i + 1] != bytes([byte]))
                raise Wrong(f"{module.file}: section {index} ({module.section_name(index).decode()}), offset {at:#x}: "
                            f"{mine[at:at + 8].hex()}, should be {data[at:at + 8].hex()}")
        if module.entry["got"] and len(self.entries) * 8 != module.entry["got"]["size"]:
            raise Wrong(f"{module.file}: {len(self.entries)} entries of the GOT are used")
        return checked, self.relocations


def check_gaps(document, image, base):
    """Check that sections are disjoint, that no page has two permissions, and that all other bytes are zero."""
    ranges = []
    for number, entry in enumerate(document["modules"]):
        for section in entry["sections"]:
            ranges.append((int(section["addr"], 16), section["size"],
                           (number, section["flags"] & (SHF_WRITE | SHF_EXECINSTR))))
        for key in ("got", "plt"):
            if entry[key]:
                ranges.append((int(entry[key]["addr"], 16), entry[key]["size"],
                               (number, SHF_EXECINSTR if key == "plt" else 0)))
        for common in entry.get("common", []):
            ranges.append((int(common["addr"], 16), common["size"], (number, SHF_WRITE)))
    at, before = base, None
    for start, size, owner in sorted(item for item in ranges if item[1]):
        if start < at:
            raise Wrong(f"something at {start:#x} overlaps what lies before it")
        if before is not None and before != owner and start // PAGE == (at - 1) // PAGE:
            raise Wrong(f"the page of {start:#x} has two permissions, or two modules")
        if any(image[at - base:start - base]):
            raise Wrong(f"between {at:#x} and {start:#x} there is something")
        at, before = start + size, owner
    if at - base > document["size"] or any(image[at - base:]):
        raise Wrong("there is something at the end of the image")


SHARED = {}


def check_one(number):
    try:
        return Checker(SHARED["modules"][number], SHARED["image"], SHARED["base"], SHARED["table"]).check(), None
    except (Wrong, KeyError, struct.error) as error:
        return (0, 0), f"{SHARED['modules'][number]['file']}: {error!r}"


def main(image_path, map_path, symbols_path=None):
    with open(map_path, encoding="utf-8") as file:
        document = json.load(file)
    base = int(document["base"], 16)
    if os.path.getsize(image_path) != document["size"]:
        raise SystemExit(f"{image_path}: not as large as the map says")
    with open(image_path, "rb") as file:
        image = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    failed = []
    try:
        check_gaps(document, image, base)
    except Wrong as error:
        failed.append(str(error))
    jobs = min(os.cpu_count() or 1, len(document["modules"]))
    with multiprocessing.Pool(jobs) as pool:
        table = make_table(document["modules"], symbols_path, pool)
    SHARED.update(modules=document["modules"], image=image, base=base, table=table)
    with multiprocessing.Pool(jobs) as pool:
        results = pool.map(check_one, range(len(document["modules"])), 16)
    failed += [error for _, error in results if error]
    for error in failed[:20]:
        print(f"FAILED {error}")
    print(f"{len(results)} modules, {sum(done[0] for done, _ in results)} bytes, "
          f"{sum(done[1] for done, _ in results)} relocations compared, {len(failed)} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
