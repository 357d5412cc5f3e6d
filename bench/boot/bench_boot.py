# SPDX-License-Identifier: BSD-2-Clause
"""What a boot costs in OVMF, in instructions of the emulated processor: QEMU counts them (-icount), and the disk
lies in memory (disk.c), so that nothing depends on the machine it runs on. Everything is held against a program
that does nothing but read the same files (floor.c).

    bench_boot.py [CASE...]     default: all
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
O = os.path.join(ROOT, os.environ.get("O", "build/x86_64"))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
LIMIT = 600  # seconds for one boot
SHIFT = 3  # an instruction takes 2^SHIFT ticks
GOOD = 33  # exit status of QEMU
MIB = 1 << 20

# The table of a boot's cost. name: modules, bytes of constants in each, phase of all, lines of loader.conf, and the
# target in million instructions, without hashing; None: no target.
QUIET = 'quiet="YES"\n'
TABLE = {
    "8 x 64 KiB": (8, 60 << 10, "BOOT2", QUIET, 4.5),
    "256 x 64 KiB": (256, 60 << 10, "BOOT2", QUIET, 13),
    "1000 x 8 KiB": (1000, 3 << 10, "BOOT2", QUIET, 40),
    "4000 x 8 KiB": (4000, 3 << 10, "BOOT2", QUIET, 150),
    "16 x 8 MiB": (16, 8 * MIB, "BOOT2", QUIET, 8.5),
    "1000 linked": (1000, 3 << 10, "BOOT1", QUIET, 60),
    "16 linked": (16, 8 * MIB, "BOOT1", QUIET, 26),
    "1000, hashed": (1000, 3 << 10, "BOOT2", QUIET + 'hash="all"\n', None),
    "1000, sealed": (1000, 3 << 10, "BOOT2", QUIET + 'hash="all"\nseal="strict"\n', None),
    "1000, firmware": (1000, 3 << 10, "BOOT2", QUIET + 'volume="firmware"\n', None),
}
# name: modules, bytes of constants, phase (None: a quarter in each), lines of loader.conf
CASES = {
    "10 modules": (10, 0, None, ""),
    "100 modules": (100, 0, None, ""),
    "1000 modules": (1000, 0, None, ""),
}
CASES.update({name: case[:4] for name, case in TABLE.items()})
SEALED = "1000, sealed"
# Boots /loader.conf.prev, after a configuration that names no kernel that there is.
FALLBACK = "100, fallback"
CASES[FALLBACK] = (100, 0, None, "")
ROWS = ("10 modules", "100 modules", "1000 modules")

# What the parts of profile.c are added up to.
SUMS = {
    "read": ("open", "info", "read", "close", "list", "blocks"),
    "prefetch": ("prefetch",),
    "hash": ("hash",),
    "config": ("config",),
    "files": ("kernel", "metadata"),
    "plan": ("plan",),
    "link": ("link",),
    "tables": ("paging",),
    "manifest": ("manifest",),
    "console": ("console",),
    "strings": ("clear", "copy"),
    "rest": ("rest", "wait", "memory", "map", "variables", "exit"),
}

WORD = 8  # bytes that disk.c copies by an instruction. They are not counted: a disk writes to memory by itself.

# A disk and a processor to weigh instructions against reads with: bytes and instructions per second.
DISK, REQUEST, PROCESSOR = 500e6, 100e-6, 4e9


def firmware(name):
    for suffix in ("_4M.fd", ".fd"):
        path = "/usr/share/OVMF/OVMF_%s%s" % (name, suffix)
        if os.path.exists(path):
            return path
    raise SystemExit("OVMF_%s is not installed (package ovmf)" % name)


def make_volume(work, name):
    """The files that are loaded."""
    count, padding, phase, extra = CASES[name]
    volume = os.path.join(work, "volume")
    modules = os.path.join(volume, "modules")
    os.makedirs(modules)
    subprocess.run([BUILD + "/bench/bench_files", modules, str(count), str(padding)] + [phase] * bool(phase),
                   check=True)
    conf = os.path.join(volume, "loader.conf")
    os.rename(os.path.join(modules, "loader.conf"), conf)
    shutil.copy(O + "/bench/kernel.elf", volume)
    with open(conf, "a") as file:
        file.write('kernel="/kernel.elf"\nmodule_path="/modules"\nautoboot_delay="0"\n' + extra)
    if name == FALLBACK:
        shutil.copy(conf, conf + ".prev")
        with open(conf, "a") as file:
            file.write('kernel="/none.elf"\n')
    if name == SEALED:
        subprocess.run([BUILD + "/host/btl", "seal", "-C", volume, "--machine", "x86-64"], check=True,
                       stdout=subprocess.DEVNULL)
    return volume


def make_image(work, name, loader):
    volume = make_volume(work, name)
    names = ["loader.conf", "kernel.elf"] + ["modules/" + each for each in sorted(os.listdir(volume + "/modules"))]
    with open(os.path.join(volume, "files"), "w") as file:
        file.write("".join("/%s\n" % each for each in names))
    for program in ("floor.efi", "floor_fat.efi"):
        shutil.copy(O + "/bench/" + program, volume)
    shutil.copy(loader, volume + "/loader.efi")
    image = os.path.join(work, "image")
    subprocess.run([ROOT + "/tools/mkimage.sh", image] + [
        "%s=%s/%s" % (each, volume, each) for each in sorted(os.listdir(volume))], check=True, stdout=subprocess.DEVNULL)
    return image


def run(work, image):
    """Lines of the trace: (name, first, second)."""
    trace, variables = os.path.join(work, "trace"), os.path.join(work, "vars")
    shutil.copy(firmware("VARS"), variables)
    with open(os.path.join(work, "serial"), "w") as serial:
        status = subprocess.run([
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-icount", "shift=%d,sleep=off" % SHIFT, "-m", "512M",
            "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + firmware("CODE"),
            "-drive", "if=pflash,format=raw,unit=1,file=" + variables, "-rtc", "clock=vm",
            "-kernel", O + "/bench/disk.efi", "-fw_cfg", "name=opt/btl/disk,file=" + image,
            "-nic", "none", "-no-reboot", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-chardev", "file,id=trace,path=" + trace,
            "-device", "isa-debugcon,iobase=0xe9,chardev=trace"],
            stdin=subprocess.DEVNULL, stdout=serial, timeout=LIMIT).returncode
    with open(trace) as file:
        lines = [line.split() for line in file]
    if status != GOOD:
        with open(os.path.join(work, "serial")) as file:
            sys.stderr.write(file.read())
        raise SystemExit("bench-boot: QEMU ended with status %d; last: %s" % (status, lines[-1:]))
    return [(name, int(first, 16), int(second, 16)) for name, first, second in lines]


class Cost:
    """Of the floor, or of the loader: instructions, and what it asked of the disk."""

    def __init__(self):
        self.instructions = self.blocks = self.requests = 0

    def seconds(self, other=0):
        """Of which `other` instructions are counted elsewhere."""
        return (self.instructions - other) / PROCESSOR + self.requests * REQUEST + self.blocks * 512 / DISK


class Measured:
    """One boot: floor and loader, and the loader's parts."""

    def __init__(self, name, trace):
        self.name, self.count = name, CASES[name][0]
        self.floor, self.fat, self.loader = Cost(), Cost(), Cost()
        parts, counts, current = {}, {}, None
        for what, first, second in trace:
            if what == "read" and current:
                current.requests += 1
                current.blocks += second
            elif what in ("floor", "fat", "start"):
                current, begin = {"floor": self.floor, "fat": self.fat, "start": self.loader}[what], first
            elif what in ("floor-end", "fat-end", "end"):
                current.instructions = (first - begin >> SHIFT) - current.blocks * 512 // WORD
                current = None
                self.bytes = second or self.bytes
            elif what.startswith("in-"):
                parts[what[3:]], counts[what[3:]] = first >> SHIFT, second
        # Whole clusters, the tables of the file system, and the configuration twice.
        tables = 4096 * self.count + (1 << 20)
        if not self.bytes <= counts["read"] + counts["blocks"] <= self.bytes + tables:
            raise SystemExit("%s: the files have %d bytes, and %d were read" % (
                name, self.bytes, counts["read"] + counts["blocks"]))
        parts["blocks"] -= counts["blocks"] // WORD
        self.parts = parts
        self.sums = {key: sum(parts[part] for part in SUMS[key]) for key in SUMS}

    def ratio(self):
        return self.loader.instructions / self.floor.instructions

    def ratio_on_disk(self, hash_speed):
        hashing = self.bytes / hash_speed
        return (self.loader.seconds(self.sums["hash"]) + hashing) / self.floor.seconds()


def measure(name):
    work = tempfile.mkdtemp(prefix="bench-boot-")
    print("booting: " + name, file=sys.stderr, flush=True)
    try:
        return Measured(name, run(work, make_image(work, name, O + "/bench/profile.efi")))
    finally:
        shutil.rmtree(work)


def hash_speeds():
    """Bytes that this machine hashes in a second: as the loader does it, and in C."""
    answer = subprocess.run([BUILD + "/bench/bench_hash"], check=True, stdout=subprocess.PIPE).stdout
    return [float(word) for word in answer.split()]


def print_ratios(all_measured, speeds):
    print("The loader and its parts, in instructions, against the floor: a program that reads the same files from a\n"
          "disk that costs nothing but a copy, and does nothing else. Then requests to the disk.\n"
          "Then time against the floor's on a disk of %d MB/s and %d us a request, with %g other instructions\n"
          "a second, hashing as fast as this machine does it (%d MB/s), and by C alone (%d MB/s).\n" % (
              DISK / 1e6, REQUEST * 1e6, PROCESSOR, speeds[0] / 1e6, speeds[1] / 1e6))
    print("%-18s %9s %8s %8s %7s |" % ("", "bytes", "floor", "loader", "ratio") + "".join("%9s" % key for key in SUMS)
          + " | %8s | %6s %6s" % ("requests", "disk", "(C)"))
    for m in all_measured:
        print("%-18s %9d %7.1fM %7.1fM %7.2f |" % (
            m.name, m.bytes, m.floor.instructions / 1e6, m.loader.instructions / 1e6, m.ratio()) + "".join(
            "%9.2f" % (m.sums[key] / m.floor.instructions) for key in SUMS) + " | %8d | %6.2f %6.2f" % (
                m.loader.requests, m.ratio_on_disk(speeds[0]), m.ratio_on_disk(speeds[1])))


def print_table(rows):
    print("Million instructions from the loader's start to the kernel's first. \"own\" is the loader without hashing, which\n"
          "takes C here. \"floor\" reads the same files by the firmware, \"fat\" by a FAT reader on its blocks, and\n"
          "neither does anything else. \"target\" is for \"own\".\n")
    print("%-16s %9s %9s %9s %9s %9s %9s %9s %9s" % (
        "", "loader", "hash", "own", "floor", "fat", "target", "a module", "requests"))
    for m in rows:
        hashing, target = m.sums["hash"], TABLE[m.name][4]
        print("%-16s %9.2f %9.2f %9.2f %9.2f %9.2f %9s %9d %9d" % (
            m.name, m.loader.instructions / 1e6, hashing / 1e6, (m.loader.instructions - hashing) / 1e6,
            m.floor.instructions / 1e6, m.fat.instructions / 1e6, target or "",
            (m.loader.instructions - hashing) / m.count, m.loader.requests))
    print("\nThousand instructions of each part")
    for m in rows:
        print("%-16s " % m.name + " ".join("%s %d" % (part, value // 1000) for part, value in m.parts.items()
                                           if value >= 5000))
    seal = {m.name: m for m in rows}
    if SEALED in seal and "1000, hashed" in seal:
        plain, sealed = seal["1000, hashed"], seal[SEALED]
        hashing = sealed.sums["hash"] - plain.sums["hash"]
        more = sealed.loader.instructions - plain.loader.instructions
        print("\nA seal of all files takes %.2f %% of a boot that hashes them: %.2f M, of them %.2f M to hash the seal." % (
            100 * more / plain.loader.instructions, more / 1e6, hashing / 1e6))
    print()


def print_growth(rows):
    """What a module costs: from row to row, so that what each boot costs drops out."""
    print("\nInstructions that one more module costs, and what that grows by from one step to the next")
    print("%-14s %9s" % ("modules", "floor") + "".join("%9s" % key for key in SUMS))
    before = None
    for small, large in zip(rows, rows[1:]):
        more = large.count - small.count
        costs = [(large.floor.instructions - small.floor.instructions) / more] + [
            (large.sums[key] - small.sums[key]) / more for key in SUMS]
        print("%4d to %-6d " % (small.count, large.count) + "".join("%9.0f" % cost for cost in costs))
        if before:
            print("%-14s" % "growth" + "".join(" x%7.2f" % (b / a) if a > 0 else "%9s" % "" for a, b in zip(before, costs)))
        before = costs


def main():
    unknown = set(sys.argv[1:]) - set(CASES)
    if unknown:
        raise SystemExit("bench-boot: no case %s; there are: %s" % (", ".join(unknown), ", ".join(CASES)))
    measured = {name: measure(name) for name in sys.argv[1:] or CASES}
    print_table([measured[name] for name in measured if name in TABLE])
    print_ratios(measured.values(), hash_speeds())
    print("\nEvery boot has read each of its files once.")  # Measured() ends where one has not
    print_growth([measured[name] for name in ROWS if name in measured])
    if FALLBACK in measured and "100 modules" in measured:
        print("\nA boot that falls back takes %.2f of the instructions of a plain one." % (
            measured[FALLBACK].loader.instructions / measured["100 modules"].loader.instructions))


if __name__ == "__main__":
    main()
