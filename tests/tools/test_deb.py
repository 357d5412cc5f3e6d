# SPDX-License-Identifier: BSD-2-Clause
"""tools/deb.sh, in a small repository, with a stand-in for dpkg-buildpackage. Each file that is installed is in one
package."""
import fnmatch
import glob
import os
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Repository:
    def __init__(self, path):
        self.path = path
        for name in ("VERSION", "debian/changelog", "tools/deb.sh"):
            os.makedirs(os.path.dirname(path / "tree" / name), exist_ok=True)
            shutil.copy(os.path.join(ROOT, name), path / "tree" / name)
        (path / "dpkg-buildpackage").write_text("#!/bin/sh\nls >../listed\n>../btl_new_amd64.deb\n")
        (path / "dpkg-buildpackage").chmod(0o755)
        self.git("init", "-q")
        self.commit()
        self.version = (path / "tree/VERSION").read_text().strip()

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.example", *words], cwd=self.path / "tree", check=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "all")

    def deb(self):
        done = subprocess.run(["tools/deb.sh", "../out"], cwd=self.path / "tree", check=False, text=True,
                              env=dict(os.environ, PATH="%s:%s" % (self.path, os.environ["PATH"])),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def test_the_version_of_the_packages_is_in_VERSION(repository):
    assert repository.deb() == (0, "btl_new_amd64.deb\n")
    assert (repository.path / "out/listed").read_text() == "VERSION\ndebian\ntools\n"


def test_packages_of_an_earlier_build_are_deleted(repository):
    out = repository.path / "out"
    (out / ("btl-" + repository.version)).mkdir(parents=True)
    (out / ("btl-" + repository.version) / "stale").touch()
    (out / "btl_old_amd64.deb").touch()
    (out / "other").touch()
    assert repository.deb()[0] == 0
    assert sorted(os.listdir(out)) == ["btl-" + repository.version, "btl_new_amd64.deb", "listed", "other"]
    assert "stale" not in (out / "listed").read_text()


@pytest.mark.parametrize("name", ["VERSION", "untracked"])
def test_a_tree_with_changes_is_refused(repository, name):
    with open(repository.path / "tree" / name, "a", encoding="utf-8") as file:
        file.write("\n")
    status, output = repository.deb()
    assert status == 1 and "built of the commit HEAD; commit these files" in output and name in output
    assert not (repository.path / "out/listed").exists()


def test_a_version_without_an_entry_is_refused(repository):
    (repository.path / "tree/VERSION").write_text("77.1\n")
    repository.commit()
    status, output = repository.deb()
    assert status == 1
    assert "VERSION is 77.1, the first entry of debian/changelog is for %s; add one for 77.1" % repository.version in output


def moved(path):
    """Return the place of a file of make install in the packages (debian/rules)."""
    if path.endswith("/man5/loader.conf.5"):
        return path + "btl"
    return path.replace("/zsh/site-functions/", "/zsh/vendor-completions/")


def test_each_installed_file_is_in_one_package():
    command = ["make", "-s", "--eval=print-installed: ; $(info $(INSTALLED))", "PREFIX=usr",
               "LIBDIR=usr/lib/x86_64-linux-gnu", "ARCH=x86_64", "print-installed"]
    installed = set(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split())
    installed = {moved(path) for path in installed if not path.endswith("/LICENSE")}
    assert "usr/bin/btl" in installed
    packages = {}
    for name in glob.glob(os.path.join(ROOT, "debian/*.install")):
        with open(name, encoding="utf-8") as file:
            for line in file:  # what is installed, and perhaps the folder for it
                pattern = line.split()[0]
                found = {path for path in installed if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, pattern + "/*")}
                assert found, "%s: %s is nothing that is installed" % (name, pattern)
                for path in found:
                    packages.setdefault(path, set()).add(os.path.basename(name))
    assert not installed - set(packages), "these files are in no package of debian/"
    assert all(len(names) == 1 for names in packages.values()), packages
