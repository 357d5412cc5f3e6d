#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run all tests and add up the results of their runners. The output ends with a table and the line
`N passed, N failed`. A runner that crashes, prints no result or runs no test counts as a failure.

    tests/run.py [--check | --linux] [NAME...]    all steps, or those whose name begins with a NAME

--check: the host tests by one compiler. --linux: the long tests with Debian's kernel. With ARCH=ia64: the build for
ia64, its tests on the host, and the boots.
"""
import glob
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("BUILD", "build")
ARCH = os.environ.get("ARCH", "x86_64")
LOGS = os.path.join(ROOT, BUILD, "test-logs" + ("" if ARCH == "x86_64" else "-" + ARCH))
MAKE = os.environ.get("MAKE", "make")
JOBS = "-j%d" % (os.cpu_count() or 1)
FUZZ_RUNS = os.environ.get("FUZZ_RUNS", "20000")
FAILURES = []  # lines that name what failed, for the end of the output


def cmocka(text):
    """Read the last lines of cmocka, of one group after another."""
    def total(word):
        return sum(int(n) for n in re.findall(r"^\[  %s *\] (\d+) test" % word, text, re.M))
    ran = re.findall(r"^\[=+\] (\d+) test\(s\) run", text, re.M)
    if not ran:
        return None
    return total("PASSED"), total("FAILED"), total("SKIPPED")


def pytest(text):
    """Read the summary of pytest: `3 failed, 40 passed, 1 error in 12.3s`."""
    lines = [line for line in text.splitlines() if re.search(r"\bin [0-9.]+s\b", line)]
    if not lines:
        return None
    counts = {word: int(n) for n, word in re.findall(r"(\d+) ([a-z]+)", lines[-1])}
    failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
    return counts.get("passed", 0), failed, counts.get("skipped", 0)


def counted(text):
    """Read the last line of our own runners: `N passed, N failed`."""
    lines = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?", text, re.M)
    return tuple(int(n or 0) for n in lines[-1]) if lines else None


def any_runner(text):
    return counted(text) or cmocka(text)


def fuzzers(text):
    """Count the last lines of libFuzzer, with the number of runs."""
    done = len(re.findall(r"^Done \d+ runs", text, re.M))
    return (done, 0, 0) if done else None


def broken_targets(text):
    """Return the targets that make names as failed."""
    return re.findall(r"^make\S*: \*\*\* \[\S+ (\S+)\] ", text, re.M)


def failures(name, text):
    """Return a line for each failed test that a step's output names; the step itself when it names none."""
    found = re.findall(r"^(?:FAILED|ERROR) (.*)|^\[  FAILED  \] (\w+)$", text, re.M)
    found += [(target, "") for target in broken_targets(text)]
    return ["failed: %s: %s" % (name, line[:240]) for line in dict.fromkeys(a or b for a, b in found)] \
        or ["failed: %s" % name]


def one(text):
    """Count a step whose exit status is its only result."""
    return 1, 0, 0


def names(pattern):
    """Return the texts that match the last * in the names of files."""
    before, after = os.path.basename(pattern).split("*")
    return sorted(os.path.basename(path)[len(before):-len(after)] for path in glob.glob(pattern))


def make(*words):
    return [MAKE, "--no-print-directory", *words]


def together(targets):
    """Make targets as many at a time as there are processors. -O keeps their outputs apart; -k goes on after a
    failure."""
    return make(JOBS, "-k", "-O", *targets)


def pytest_command(*words):
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


def mentions_ia64(path):
    with open(path, encoding="utf-8") as file:
        return "ia64" in file.read().lower()


def steps_ia64():
    yield "tool chain", ["tools/ia64-toolchain.sh"], one
    yield "build", make(JOBS, "ARCH=ia64", "all", "image", "test-boot-files"), one
    for kind, pattern in (("unit", "tests/unit/*/test_*.c"), ("kernel-test", "tests/kernel/test_*.c")):
        tests = [test for test in names(pattern) if mentions_ia64(glob.glob(pattern.replace("_*", "_" + test))[0])]
        yield kind.split("-", maxsplit=1)[0], together("%s-%s-%s" % (kind, compiler, test)
                                          for test in tests for compiler in ("gcc", "clang")), cmocka
    yield "mock", together("mock-%s_ia64" % test for test in names("tests/mock/test_*_ia64.c")), any_runner
    yield "oracle ia64", make("oracle-ia64"), any_runner
    yield "btl ia64", pytest_command("-rs", "tests/btl/test_ia64_files.py"), pytest
    yield "boot ia64", pytest_command("-rs", "-n", "2", *glob.glob("tests/boot/test_ia64*.py")), pytest


def steps():
    """Yield (name, command, reader of its output) in the order of running."""
    yield "build", make(JOBS, "all", "image", "test-boot-files"), one
    # Build all programs first, to keep both processors busy; the test of a program that fails to build fails.
    yield "build tests", make(JOBS, "-k", "test-programs"), one
    yield "unit", together(["unit-tests"]), cmocka
    yield "kernel", together(["kernel-tests"]), any_runner
    yield "modules", together(["module-tests"]), any_runner
    yield "init", together(["init-tests"]), any_runner
    yield "mock firmware", together(["mock"]), any_runner
    yield "oracle", make("oracle"), any_runner
    yield "oracle ia64", make("oracle-ia64"), any_runner
    yield "oracle aarch64", make("oracle-aarch64"), any_runner
    yield "volume", make("volume"), any_runner
    yield "fuzz", together(["fuzz-tests", "FUZZ_RUNS=" + FUZZ_RUNS]), fuzzers
    yield "attack", make("attack-test"), any_runner
    yield "cost", make("bench-check"), one
    if os.path.exists("tests/btl/btl.mk"):
        yield "btl", make("btl-tests"), pytest
    for directory in ("docs", "tools", "tree"):
        yield directory, pytest_command("tests/" + directory), pytest
    yield "boot", pytest_command("-n", "2", "--durations=40", "--ignore-glob=tests/boot/test_ia64*.py", "tests/boot"), pytest
    yield "linux", pytest_command("-rs", *glob.glob("tests/linux/test_*.py")), pytest


def steps_linux():
    """Yield the steps of --linux."""
    yield "build", make(JOBS, "all", "test-boot-files"), one
    yield "linux", pytest_command("-rs", *sorted(glob.glob("tests/linux/long_*.py"))), pytest


def steps_check():
    """Yield the steps of --check."""
    yield "build", make(JOBS, "all", "btl", "check-programs"), one
    yield "programs", together(["check-tests"]), cmocka
    slow = ("image", "disk", "valgrind", "seventy", "install", "system_call")
    yield "btl", make("btl-tests", "BTL_SELECT=" + " and ".join("not " + word for word in slow)), pytest
    yield "docs and tree", pytest_command("-n", "2", "-rs", "tests/docs", "tests/tree"), pytest


def run(name, command, reader):
    """Run a step; the output goes to a log. Return (passed, failed, skipped, seconds)."""
    start = time.monotonic()
    print("== %s" % name, flush=True)
    log = os.path.join(LOGS, name.replace(" ", "-") + ".log")
    with open(log, "wb") as file:
        status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, check=False).returncode
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    passed, failed, skipped = reader(text) or (0, 0, 0)
    for line in sorted(set(re.findall(r"skipped: .*", text))):
        print("   " + line, flush=True)
    silent = passed + failed + skipped == 0
    failed = max(failed, len(broken_targets(text)))  # a program that crashes counts nothing itself
    if reader is one and status != 0:
        passed = 0
    if failed == 0 and (status != 0 or silent):
        failed = 1  # the runner crashed, or ran no test
    if failed:
        print("\n".join(text.splitlines()[-60:]))
        print("-- %s failed: exit status %d; all of it is in %s" % (
            name, status, os.path.relpath(log, ROOT)), flush=True)
        FAILURES.extend(failures(name, text))
    return passed, failed, skipped, time.monotonic() - start


def main(wanted):
    os.chdir(ROOT)
    os.makedirs(LOGS, exist_ok=True)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # keep the source tree clean
    every = {"--check": steps_check, "--linux": steps_linux}
    chosen = [every[word] for word in wanted if word in every] or [steps_ia64 if ARCH == "ia64" else steps]
    wanted = [word for word in wanted if word not in every]
    todo = [step for step in chosen[0]()
            if not wanted or any(step[0].startswith(name) for name in wanted)]
    rows = [(step[0], *run(*step)) for step in todo]
    print("\n%-34s %7s %7s %7s %8s" % ("", "passed", "failed", "skipped", "seconds"))
    for row in rows:
        print("%-34s %7d %7d %7d %8.1f" % row)
    passed, failed, skipped = (sum(row[i] for row in rows) for i in (1, 2, 3))
    print("%-34s %7d %7d %7d %8.1f\n" % ("all", passed, failed, skipped, sum(r[4] for r in rows)))
    print("".join(line + "\n" for line in FAILURES), end="")
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
