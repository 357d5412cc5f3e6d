# SPDX-License-Identifier: BSD-2-Clause
"""Make manifests for the tests of btl: a second writer, made from include/btl/manifest.h by hand, to find
mistakes that reader and writer of core/ share.

    Maker(modules=[Module("hello", phase="BOOT1")]).bytes()
"""
import hashlib
import struct
import zlib

KINDS = ["strings", "system", "kernel", "segments", "modules", "sections", "depends", "interfaces",
         "exports", "tunables", "order", "memory", "diagnostics", "timeline", "symbols", "log", "config",
         "volume", "boot", "files", "trust", "event-log"]
TPMS = ["none", "not used", "measured", "incomplete"]
SIZES = dict(strings=1, system=304, kernel=88, segments=24, modules=208, sections=32, depends=4,
             interfaces=24, exports=24, tunables=24, order=4, memory=32, diagnostics=24, timeline=32,
             symbols=32, log=1, config=1, volume=48, boot=88, files=64, trust=64)
KERNELS = ["btl", "limine", "linux", "uki", "efi"]
PHASES = ["BOOT1", "BOOT2", "INIT", "AUTO"]
STATES = ["linked", "staged", "registered", "off", "failed"]
TYPES = ["misc", "wsio_class", "wsio_intfc", "streams_drv", "streams_mod"]
MEMORY = ["usable", "boot services", "loader", "staged", "kernel", "modules", "early", "manifest",
          "ACPI reclaim", "ACPI NVS", "runtime code", "runtime data", "MMIO", "persistent", "reserved",
          "bad"]
EVENTS = ["loader", "config", "kernel read", "kernel placed", "module read", "plan", "module linked",
          "manifest", "exit firmware", "phase 1", "VM", "phase 2", "init", "module loaded",
          "start", "kernel checked", "modules read", "countdown", "menu", "modules linked", "files staged",
          "page tables", "try counted", "volume closed", "saved", "terminal", "next attempt"]
HOWS = ["normal", "option", "one-shot", "menu", "fallback"]
ON_ERROR = ["warn", "ignore", "fallback", "halt", "required"]
NONE, KERNEL = 0xffffffff, 0xfffffffe
READ, WRITE, EXEC = 1, 2, 4
BASE = 0xffffffff80000000
NOT_HASHED = 128  # of a module's flags
MS = 1000000


class Module:
    def __init__(self, name, phase="BOOT1", state=None, data=None, **more):
        self.name = name
        self.phase = phase
        self.state = state or ("linked" if phase == "BOOT1" else "staged")
        self.data = ("the file of " + name).encode("utf-8", "surrogateescape") if data is None else data
        self.path = "/modules/%s.ko" % name
        self.version, self.description, self.arguments = "1.0", "", ""
        self.type, self.supported, self.configured, self.registered = "misc", 7, phase, "BOOT1"
        self.flags = 2 | 4
        self.pulled_by = self.reason = NONE
        self.address = self.staged = 0
        self.size = 3 * 4096 if self.state == "linked" else 0
        self.majors = (-2, -2)  # char, block: -1 any, -2 none
        self.depends, self.interfaces, self.exports, self.tunables = [], [], [], []
        self.sections = [(".text", 0, 600, READ | EXEC, 1), (".rodata", 4096, 90, READ, 3),
                         (".data", 8192, 16, READ | WRITE, 5)]
        self.read = self.link = self.load = None  # (start, end) in ns
        self.__dict__.update(more)


class Maker:
    """A boot; a test may change every attribute before bytes()."""

    def __init__(self, **more):
        self.modules = [
            Module("ring", pulled_by=1, flags=4, description="a ring buffer", exports=[("ring_new", 64)],
                   interfaces=[("kernel", 0, 1, 0), ("ring", 1, 1, 1)], configured="AUTO",
                   read=(60 * MS, 64 * MS), link=(80 * MS, 80400000)),
            Module("early", depends=[0], arguments="buffer=64k", read=(52 * MS, 57 * MS),
                   link=(81 * MS, 81300000), tunables=[("size", "65536", 8, 12)]),
            Module("disk", "BOOT2", supported=6, flags=7, registered="BOOT2", type="wsio_class", majors=(3, -1),
                   read=(57 * MS, 60 * MS)),
            Module("spare", "AUTO", supported=4, read=(64 * MS, 65 * MS)),
            Module("lost", "INIT", "failed", b"", flags=2, reason=0, version=""),
            Module("quiet", "INIT", "off", b"", flags=2, version=""),
        ]
        self.order = None  # names; None: all linked or staged modules
        self.kernel_path, self.kernel_version, self.kernel_data = "/kernel/kernel.elf", "1.0", b"a kernel"
        self.loader, self.vendor, self.config_path, self.options = "1.0", "Firm ware", "/loader.conf", "quiet"
        self.config = 'kernel_options="quiet"\nearly_load="YES"\n'
        self.log = "BTL 1.0\r\nstarting\r\n"
        self.diagnostics = [("file-not-found", "/modules/lost.ko: error: lost: there is no such file "
                             "on the boot volume [file-not-found]", 2, 4)]
        self.memory = [(0, 0xa0000, "usable"), (0x100000, 0xd00000, "usable"),
                       (0xe00000, 0x20000, "manifest"), (0xe20000, 0x40000, "loader"),
                       (0xe60000, 0x100000, "early"), (0xf60000, 0x10000, "modules"),
                       (0xf70000, 0x4000, "staged"), (0xf74000, 0x8c000, "boot services"),
                       (0x1000000, 0x50000, "kernel"), (0x1050000, 0x6fb0000, "usable"),
                       (0xb0000000, 0x10000000, "reserved"), (0xffc00000, 0x400000, "MMIO")]
        self.events = [("config", 2 * MS, 5 * MS, 200), ("kernel read", 6 * MS, 50 * MS, 700000),
                       ("plan", 66 * MS, 67 * MS, 0), ("kernel placed", 68 * MS, 70 * MS, 327680),
                       ("manifest", 90 * MS, 94 * MS, 0), ("exit firmware", 95 * MS, 96 * MS, 0),
                       ("loader", 0, 96 * MS, 0)]
        self.base = more.get("base", BASE)  # of the kernel; the other images follow
        self.segments = [(self.base, 0x18000, READ | EXEC), (self.base + 0x18000, 0x8000, READ),
                         (self.base + 0x20000, 0x30000, READ | WRITE)]
        self.symbols = [(self.base + 64, 32, "kmain", KERNEL)]
        self.seed, self.ticks_at_zero = b"\xc3" * 32, 123456789
        self.physical, self.major, self.machine = 0xe00000, 1, 62
        self.framebuffer = 0x80000000
        self.kind = None  # of the kernel; None: as before version 1.7, without the field
        self.trust = None  # (seal's SHA-256, its level, revoked level, flags, one of TPMS, banks)
        self.event_log = b""
        self.files = []  # (name, path, data, physical)
        self.boot = self.volume = None  # dict(path=…), (kind, partition, guid, start, blocks, controller)
        self.__dict__.update(more)

    def is_image(self):
        """Does the firmware load the kernel?"""
        return self.kind in KERNELS[2:]

    # -------------------------------------------------------------------------------- the writer

    def bytes(self):
        self.strings, self.at_string, self.tables = bytearray(), {}, {kind: [] for kind in KINDS}
        self.write_system()
        self.write_kernel()
        for index, module in enumerate(self.modules):
            self.write_module(index, module)
        self.write_rest()
        self.write_boot()
        return self.assemble()

    def string(self, text):
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        if data not in self.at_string:
            self.at_string[data] = len(self.strings)
            self.strings += data
        return struct.pack("<II", self.at_string[data], len(data))

    def write_system(self):
        strings = b"".join(map(self.string, [self.loader, self.vendor, self.config_path, self.options]))
        screen = (self.framebuffer, 640 * 480 * 4, 640, 480, 640, 2) if self.framebuffer else (0,) * 6
        self.tables["system"] = [
            strings + struct.pack("<IIHHI", 0x10000, 2 << 16 | 70, self.machine, 0, len(self.seed))
            + self.seed.ljust(64, b"\0") + struct.pack("<QQQQ", 0x7f00000, 0x7e00000, 0, 0x7d00000)
            + struct.pack("<QQIIII", *screen)
            + struct.pack("<QQQQ", 0xffff800000000000, 4 << 30, BASE, 0x7fe00000)
            + struct.pack("<QQQ", self.base + (4 << 20), 0xf60000, 0x10000)
            + struct.pack("<QQQ", self.base + (6 << 20), 0xe60000, 1 << 20)
            + struct.pack("<QQQ", self.base + (8 << 20) + 4096, 0xe30000, 65536)
            + struct.pack("<QQQ", 0xe20000, 2400000000, self.ticks_at_zero)]

    def write_kernel(self):
        self.tables["kernel"] = [
            self.string(self.kernel_path) + self.string(self.kernel_version)
            + hashlib.sha256(self.kernel_data).digest()
            + struct.pack("<QQQQQ", len(self.kernel_data), *(0, 0, 0, 0) if self.is_image() else (self.base, 0x1000000, 0x50000, self.base + 64))]
        if self.kind is not None:
            self.tables["kernel"][0] += struct.pack("<II", KERNELS.index(self.kind), 0)
        if self.is_image():
            self.tables.update(segments=[], interfaces=[], exports=[])
            return
        self.tables["segments"] = [struct.pack("<QQII", *segment, 0) for segment in self.segments]
        self.tables["interfaces"] = [self.string("kernel") + struct.pack("<IIII", KERNEL, 1, 1, 0)]
        self.tables["exports"] = [self.string("kprintf") + struct.pack("<QII", self.base + 128, KERNEL, 0)]

    def write_module(self, index, m):
        linked, staged = m.state == "linked", m.state == "staged"
        address = m.address or (self.base + (4 << 20) + 0x3000 * index if linked else 0)
        digest = hashlib.sha256(m.data).digest() if m.data and not m.flags & NOT_HASHED else bytes(32)
        rows = {
            "sections": [self.string(name) + struct.pack("<QQII", address + offset, size, perm, number)
                         for name, offset, size, perm, number in (m.sections if linked else [])],
            "depends": [struct.pack("<I", other) for other in m.depends],
            "interfaces": [self.string(name) + struct.pack("<IIII", index, provided, major, minor)
                           for name, provided, major, minor in m.interfaces],
            "exports": [self.string(name) + struct.pack("<QII", address + offset, index, 0)
                        for name, offset in (m.exports if linked else [])],
            "tunables": [self.string(name) + self.string(value) + struct.pack("<II", line, column)
                         for name, value, line, column in m.tunables],
        }
        entry = b"".join(map(self.string, [m.name, m.path, m.version, m.description, m.arguments]))
        entry += struct.pack("<BBBBBBH", TYPES.index(m.type), m.supported, PHASES.index(m.configured),
                             PHASES.index(m.phase), PHASES.index(m.registered), STATES.index(m.state),
                             m.flags)
        entry += struct.pack("<II", m.pulled_by, m.reason) + digest + struct.pack("<Q", len(m.data))
        entry += struct.pack("<QQQ", address, m.size, 64 if linked else 0)
        entry += struct.pack("<QQ", *((4096, 4096) if linked else (0, 0)))
        entry += struct.pack("<QQQ", address, m.staged or (0xf70000 if staged else 0),
                             4096 if staged else 0)
        for kind, added in rows.items():
            entry += struct.pack("<II", len(self.tables[kind]), len(added))
            self.tables[kind] += added
        entry += struct.pack("<hhI", *m.majors, 0)
        self.tables["modules"].append(entry)

    def write_rest(self):
        names = [m.name for m in self.modules]
        order = self.order or [m.name for phase in PHASES for m in self.modules
                               if m.phase == phase and m.state in ("linked", "staged", "registered")]
        self.tables["order"] = [struct.pack("<I", names.index(name)) for name in order]
        self.tables["memory"] = [
            struct.pack("<QQIIQ", start, size, MEMORY.index(kind), 7, 15) for start, size, kind in self.memory]
        self.tables["diagnostics"] = [
            self.string(code) + self.string(text) + struct.pack("<II", severity, module)
            for code, text, severity, module in self.diagnostics]
        events = [(start, end, kind, NONE, size) for kind, start, end, size in self.events]
        for index, m in enumerate(self.modules):
            for kind, time in (("module read", m.read), ("module linked", m.link), ("module loaded", m.load)):
                if time:
                    events.append((*time, kind, index, len(m.data) if kind == "module read" else 0))
        self.tables["timeline"] = [struct.pack("<QQIIQ", start, end, EVENTS.index(kind), module, size)
                                   for start, end, kind, module, size in sorted(events)]
        self.tables["symbols"] = [struct.pack("<QQ", address, size) + self.string(name)
                                  + struct.pack("<II", owner, 0) for address, size, name, owner in self.symbols]

    def write_boot(self):
        """Add the optional tables: files, the choice of the configuration, and the boot volume."""
        self.tables["files"] = [self.string(name) + self.string(path) + hashlib.sha256(data).digest()
                                + struct.pack("<QQ", len(data), physical) for name, path, data, physical in self.files]
        if self.boot is not None:
            b = dict(path="/loader.conf", title="", wanted="/loader.conf", reason="", sha256=b"\xcd" * 32,
                     how="normal", flags=0, tries=0, tries_left=0, timeout=0)
            b.update(self.boot)
            self.tables["boot"] = [
                b"".join(self.string(b[name]) for name in ("path", "title", "wanted", "reason")) + b["sha256"]
                + struct.pack("<IIIIII", HOWS.index(b["how"]), b["flags"], b["tries"], b["tries_left"],
                              b["timeout"], 0)]
        if self.trust is not None:
            seal, seal_level, level, flags, tpm, banks = self.trust
            self.tables["trust"] = [seal + struct.pack("<QQIIII", seal_level, level, flags, TPMS.index(tpm), banks, 0)]
        self.tables["event-log"] = [self.event_log] if self.event_log else []
        if self.volume is not None:
            kind, partition, guid, start, blocks, controller = self.volume
            self.tables["volume"] = [struct.pack("<II16sQQ", kind, partition, guid, start, blocks)
                                     + self.string(controller)]

    def assemble(self):
        texts = {"strings": bytes(self.strings), "log": self.log.encode(), "config": self.config.encode()}
        kinds = [kind for kind in KINDS if kind not in ("volume", "boot", "files", "trust", "event-log")
                 or self.tables[kind]]
        directory, body, start = b"", b"", 48 + 24 * len(kinds)
        for number, kind in enumerate(KINDS, 1):
            if kind not in kinds:
                continue
            body += bytes(-len(body) % 8)
            data = texts[kind] if kind in texts else b"".join(self.tables[kind])
            size = 1 if kind == "event-log" else 96 if kind == "kernel" and self.kind is not None else SIZES[kind]
            assert len(data) % size == 0, kind
            directory += struct.pack("<IIQQ", number, size, start + len(body), len(data) // size)
            body += data
        header = struct.pack("<8sHHIQIIQQ", b"BTLMANIF", self.major, 0, 48, start + len(body), 0, len(kinds),
                             48, self.physical)
        return seal(header + directory + body)


def seal(manifest):
    """Set the right checksum."""
    zeroed = manifest[:24] + bytes(4) + manifest[28:]
    return zeroed[:24] + struct.pack("<I", zlib.crc32(zeroed)) + zeroed[28:]


def many(count):
    """Return a boot with that many modules, in all phases, with the events of a kernel."""
    modules, at = [], 20 * MS
    for i in range(count):
        phase = PHASES[(0, 0, 1, 0, 1, 2, 0, 3)[i % 8]]
        took = (300 + 137 * (i * i % 23)) * 1000
        module = Module("driver_%03d" % i, phase, data=b"x" * (900 + 211 * i % 40000), read=(at, at + took))
        at += took + 40000
        if i % 29 == 28:
            module = Module(module.name, phase, "failed", module.data, reason=0, read=module.read)
        modules.append(module)
    at += 5 * MS
    for module in modules:
        if module.state == "linked":
            module.link = (at, at + 90000)
            at += 130000
    hand_off = at + 8 * MS
    events = [("config", 0, 3 * MS, 9000), ("kernel read", 4 * MS, 19 * MS, 700000),
              ("plan", at - 1 * MS, at, 0), ("kernel placed", at, at + 2 * MS, 327680),
              ("manifest", at + 3 * MS, at + 5 * MS, 0), ("exit firmware", at + 6 * MS, hand_off, 0),
              ("loader", 0, hand_off, 0)]
    at = hand_off + 4 * MS
    for phase, event in (("BOOT1", "phase 1"), (None, "VM"), ("BOOT2", "phase 2"), ("INIT", "init")):
        start = at
        at += 3 * MS if phase is None else 0
        for module in modules:
            if module.phase == phase and module.state != "failed":
                module.load = (at, at + 250000)
                at += 270000
        events.append((event, start, at, 0))
    return Maker(modules=modules, events=events,
                 diagnostics=[("elf-truncated", "driver: error: the file is truncated [elf-truncated]", 2,
                               min(28, count - 1))])
