# SPDX-License-Identifier: BSD-2-Clause
"""The part of ELF64 that the oracle needs. It is not made from core/, so that the two do not share a mistake."""
import struct

SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_GROUP = 2, 4, 8, 17
SHF_ALLOC, SHF_MERGE, SHF_STRINGS, SHF_GROUP = 0x2, 0x10, 0x20, 0x200
SHN_UNDEF, SHN_COMMON = 0, 0xFFF2
STB_LOCAL, STB_WEAK = 0, 2
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELA = struct.Struct("<QQq")


class Section:
    def __init__(self, fields):
        (self.name_at, self.type, self.flags, self.addr, self.offset, self.size, self.link, self.info,
         self.align, self.entsize) = fields

    def fields(self):
        return (self.name_at, self.type, self.flags, self.addr, self.offset, self.size, self.link,
                self.info, self.align, self.entsize)


class Elf:
    def __init__(self, data):
        self.data = bytearray(data)
        self.header = list(HEADER.unpack_from(self.data))
        self.shoff, self.shnum, self.shstrndx = self.header[6], self.header[12], self.header[13]
        self.sections = [Section(SECTION.unpack_from(self.data, self.shoff + i * SECTION.size))
                         for i in range(self.shnum)]

    def text(self, section, at):
        start = self.sections[section].offset + at
        return self.data[start:self.data.index(0, start)].decode()

    def name(self, section):
        return self.text(self.shstrndx, section.name_at)

    def contents(self, section):
        if section.type == SHT_NOBITS:
            return bytes(section.size)
        return bytes(self.data[section.offset:section.offset + section.size])

    def symbols(self):
        """Return (name, binding, section number, value, size) of each symbol, in order."""
        for section in self.sections:
            if section.type == SHT_SYMTAB:
                for at in range(section.offset, section.offset + section.size, SYMBOL.size):
                    name, info, _, shndx, value, size = SYMBOL.unpack_from(self.data, at)
                    yield self.text(section.link, name), info >> 4, shndx, value, size

    def symbol_type(self, index):
        table = next(section for section in self.sections if section.type == SHT_SYMTAB)
        return SYMBOL.unpack_from(self.data, table.offset + index * SYMBOL.size)[1] & 15

    def relocations(self):
        """Return (target section number, offset, type, addend) of each entry for a loaded section."""
        for section in self.sections:
            if section.type != SHT_RELA or not self.sections[section.info].flags & SHF_ALLOC:
                continue
            for at in range(section.offset, section.offset + section.size, RELA.size):
                offset, info, addend = RELA.unpack_from(self.data, at)
                yield section.info, offset, info & 0xFFFFFFFF, info >> 32, addend

    def retype(self, types):
        """Change types of relocations; `types`: old number to new."""
        for section in self.sections:
            if section.type == SHT_RELA:
                for at in range(section.offset, section.offset + section.size, RELA.size):
                    offset, info, addend = RELA.unpack_from(self.data, at)
                    info += types.get(info & 0xFFFFFFFF, info & 0xFFFFFFFF) - (info & 0xFFFFFFFF)
                    RELA.pack_into(self.data, at, offset, info, addend)

    def rename(self, names):
        """Give sections unique names, so that a linker script can place each. Remove the flags that make ld merge
        strings, and the groups, which make ld drop sections."""
        strings = self.sections[self.shstrndx]
        table = bytearray(self.contents(strings))  # kept: symbols may have their names in this table
        for number, section in enumerate(self.sections):
            section.name_at = len(table)
            table += names(number, section).encode() + b"\0"
            if section.flags & SHF_ALLOC:
                section.flags &= ~(SHF_MERGE | SHF_STRINGS | SHF_GROUP)
        strings.offset, strings.size = len(self.data), len(table)
        self.data += table
        for number, section in enumerate(self.sections):
            SECTION.pack_into(self.data, self.shoff + number * SECTION.size, *section.fields())
        return self.data
