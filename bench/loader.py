# SPDX-License-Identifier: BSD-2-Clause
"""The loader's own work for one more module, in instructions of this machine: of the code in core/, efi/ and
include/, without hashing, in a boot on the tests' mock firmware. Exit status 1 when a limit is exceeded.

    loader.py BENCH_LOADER
"""
import os
import re
import subprocess
import sys
import tempfile

FEW, MANY = 100, 300  # modules
LIMITS = {"BOOT2": 60000, "BOOT1": 88000}  # instructions for each module, by the phase of all
OWN = re.compile(r"(^|/)(core|efi|include/btl)/")
HASH = "core/base/sha256.c"


def costs(path):
    """Instructions of each source file (Callgrind Format Specification)."""
    files, names, current, called = {}, {}, None, False
    with open(path) as file:
        for line in file:
            match = re.match(r"(fl|fi|fe|cfi|cfl)=\((\d+)\)(?: (.*))?", line)
            if match:
                number, name = match.group(2), match.group(3)
                if name:
                    names[number] = name.rstrip("\n")
                if not match.group(1).startswith("c"):
                    current = names[number]
            elif line.startswith("calls="):
                called = True  # the next line has the cost of what was called
            elif re.match(r"[+\-*\d]", line):
                if not called:
                    files[current] = files.get(current, 0) + int(line.split()[1])
                called = False
    return files


def own_work(program, count, phase, show):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "callgrind")
        subprocess.run(["valgrind", "-q", "--tool=callgrind", "--toggle-collect=run", "--callgrind-out-file=" + path,
                        program, str(count), phase], check=True)
        files = {name: cost for name, cost in costs(path).items() if OWN.search(name) and HASH not in name}
    if show:
        for name, cost in sorted(files.items(), key=lambda pair: -pair[1])[:20]:
            print("%10d  %s" % (cost // count, name))
    return sum(files.values())


def main():
    program, show = sys.argv[1], len(sys.argv) > 2
    good = True
    for phase, limit in LIMITS.items():
        cost = (own_work(program, MANY, phase, show) - own_work(program, FEW, phase, False)) // (MANY - FEW)
        good = good and 0 < cost <= limit
        print("the loader's own work for a module in %s: %d instructions; the limit is %d" % (phase, cost, limit))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
