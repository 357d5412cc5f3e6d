# SPDX-License-Identifier: BSD-2-Clause
"""tests/run.py: how it reads the outputs of the runners."""
import glob
import importlib.util
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(name="run")
def run_module(tmp_path):
    spec = importlib.util.spec_from_file_location("run", os.path.join(ROOT, "tests/run.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.LOGS = str(tmp_path)
    return module


def shell(run, text, reader):
    return run.run("name", ["/bin/sh", "-c", text], reader)[:3]


CMOCKA = "[==========] 3 test(s) run.\n[  PASSED  ] 2 test(s).\n[  FAILED  ] 1 test(s), listed below:\n"


def test_cmocka_groups_are_added(run):
    assert run.cmocka(CMOCKA + CMOCKA.replace("FAILED", "SKIPPED")) == (4, 1, 1)


def test_cmocka_that_did_not_end_counts_nothing(run):
    assert run.cmocka("[==========] Running 3 test(s).\n[ RUN      ] one\n") is None


@pytest.mark.parametrize("line, counts", [
    ("12 passed in 3.21s", (12, 0, 0)),
    ("== 1 failed, 2 passed, 3 skipped, 1 error in 65.02s (0:01:05) ==", (2, 2, 3)),
    ("no tests ran in 0.01s", (0, 0, 0)),
])
def test_pytest_summary(run, line, counts):
    assert run.pytest("x\n" + line + "\n") == counts


def test_counted(run):
    assert run.counted("1 passed, 5 failed\n7 passed, 0 failed, 2 skipped\n") == (7, 0, 2)
    assert run.counted("7 passed\n") is None


def test_good_runner(run):
    assert shell(run, "echo '3 passed, 0 failed'", run.counted) == (3, 0, 0)


def test_failures_are_not_counted_twice(run):
    assert shell(run, "echo '3 passed, 2 failed'; exit 1", run.counted) == (3, 2, 0)


@pytest.mark.parametrize("text", ["echo '3 passed, 0 failed'; exit 1",  # crashed at its end
                                  "echo '3 passed, 0 failed'; kill -SEGV $$"])
def test_runner_that_crashes_is_a_failure(run, text):
    assert shell(run, text, run.counted) == (3, 1, 0)


@pytest.mark.parametrize("text", ["true", "echo hello", "echo '0 passed, 0 failed'"])
def test_runner_without_a_count_is_a_failure(run, text):
    assert shell(run, text, run.counted) == (0, 1, 0)


def test_step_with_a_status_alone(run):
    assert shell(run, "true", run.one) == (1, 0, 0)
    assert shell(run, "false", run.one) == (0, 1, 0)


def test_closing_line_and_status(run, monkeypatch, capsys):
    steps = [("good", ["true"], run.one), ("bad", ["false"], run.one)]
    monkeypatch.setattr(run, "steps", lambda: iter(steps))
    assert run.main([]) == 1
    assert capsys.readouterr().out.endswith("\nfailed: bad\n1 passed, 1 failed\n")
    run.FAILURES.clear()
    assert run.main(["good"]) == 0
    assert capsys.readouterr().out.endswith("\n1 passed, 0 failed\n")
    assert run.main(["nothing of that name"]) == 1


@pytest.mark.parametrize("text, lines", [
    ("FAILED tests/a.py::test_b - assert 1\nERROR tests/c.py\n2 failed, 1 error in 1s\n",
     ["failed: boot: tests/a.py::test_b - assert 1", "failed: boot: tests/c.py"]),
    (CMOCKA + "[  FAILED  ] test_one\n", ["failed: boot: test_one"]),
    ("Segmentation fault\n", ["failed: boot"]),
])
def test_failures_are_named(run, text, lines):
    assert run.failures("boot", text) == lines


def test_failures_stand_before_the_closing_line(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "steps", lambda: iter([("bad", ["false"], run.one)]))
    run.main([])
    assert capsys.readouterr().out.endswith("\nfailed: bad\n0 passed, 1 failed\n")


def test_program_that_crashes_beside_a_failure_is_counted_and_named(run):
    text = CMOCKA + "make: *** [tests/tests.mk:21: unit-gcc-a] Error 1\nmake: *** [tests/tests.mk:21: unit-gcc-b] Error 134\n"
    assert shell(run, "cat <<'END'\n%sEND\nexit 2" % text, run.cmocka) == (2, 2, 0)
    assert run.FAILURES == ["failed: name: unit-gcc-a", "failed: name: unit-gcc-b"]


def test_fuzzers_are_counted(run):
    assert run.fuzzers("Done 20000 runs in 3 second(s)\nDone 20000 runs in 1 second(s)\n") == (2, 0, 0)
    assert run.fuzzers("SUMMARY: AddressSanitizer: heap-buffer-overflow\n") is None


def test_every_unit_test_and_fuzzer_is_run(run):
    commands = [step[1] for step in run.steps()]
    plan = subprocess.run([command for command in commands if "unit-tests" in command][0] + ["-n", "fuzz-tests"],
                          cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout
    units = [os.path.basename(path)[5:-2] for path in glob.glob(os.path.join(ROOT, "tests/unit/*/test_*.c"))]
    fuzzers = [name[5:-2] for name in os.listdir(os.path.join(ROOT, "tests/fuzz")) if name.endswith(".c")]
    assert len(units) > 50 and len(fuzzers) > 20
    for unit in units:
        assert "test-gcc/unit/%s\n" % unit in plan and "test-clang/unit/%s\n" % unit in plan, unit
    for fuzzer in fuzzers:
        assert "fuzz/bin/%s -runs=" % fuzzer in plan, fuzzer
    assert any("fuzz-tests" in command for command in commands)
    assert sys.executable in next(step[1] for step in run.steps() if step[0] == "boot")
