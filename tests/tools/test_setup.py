# SPDX-License-Identifier: BSD-2-Clause
"""tools/setup.sh, with stand-ins for the package tools."""
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run_setup(tmp_path, installed, user, sudo_works=False, words=()):
    """Run the script with a dpkg-query that knows only `installed`; return status, output, calls of apt-get."""
    (tmp_path / "installed").write_text("\n".join(installed) + "\n")
    scripts = {
        "dpkg-query": 'for last; do :; done\ngrep -qx "$last" %s/installed && printf installed' % tmp_path,
        "id": "echo %d" % user,
        "sudo": 'shift; [ %d = 1 ] || exit 1; exec "$@"' % sudo_works,
        "apt-get": 'echo "$@ [$DEBIAN_FRONTEND]" >>%s/calls' % tmp_path,
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text("#!/bin/sh\n" + text + "\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run([os.path.join(ROOT, "tools/setup.sh"), *words], check=False, text=True,
                          env={"PATH": "%s:/usr/bin:/bin" % tmp_path},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    calls = tmp_path / "calls"
    return done.returncode, done.stdout, calls.read_text() if calls.exists() else ""


RUN = ["libc6-dev", "binutils", "gnu-efi", "psf-unifont", "mtools", "gdisk", "fdisk", "qemu-system-x86", "ovmf"]


def test_nothing_to_do(tmp_path):
    assert run_setup(tmp_path, RUN, 1000, words=["run"]) == (0, "", "")


@pytest.mark.parametrize("user, sudo_works", [(0, False), (1000, True)])
def test_installs_what_is_missing_alone(tmp_path, user, sudo_works):
    status, _, calls = run_setup(tmp_path, RUN[:-1], user, sudo_works, ["run"])
    assert status == 0
    assert calls.splitlines() == [
        "-q update []", "-q -y --no-install-recommends install ovmf [noninteractive]"]


def test_says_what_to_run_when_it_may_not(tmp_path):
    status, output, calls = run_setup(tmp_path, RUN[1:], 1000, words=["run"])
    assert (status, calls) == (1, "")
    assert "sudo apt-get install --no-install-recommends libc6-dev\n" in output


def test_tests_need_more_than_running(tmp_path):
    status, _, calls = run_setup(tmp_path, RUN, 0, words=["test"])
    assert status == 0 and "libcmocka-dev" in calls and "python3-pytest-xdist" in calls
