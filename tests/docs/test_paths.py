# SPDX-License-Identifier: BSD-2-Clause
"""Every source file and every test that a page names exists, and every link of a page leads to a file."""
import glob
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = [os.path.relpath(page, ROOT) for page in sorted(
    glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs/*.md")) +
    glob.glob(os.path.join(ROOT, "docs/man/*.[1-9]")) + glob.glob(os.path.join(ROOT, "examples/*/README.md")) +
    [os.path.join(ROOT, "modules/README.md")])]
# A path of the tree. `*`, STEP, NAME and X mean any text, ARCH an architecture; a path with a leading slash is on a
# boot volume.
PATH = re.compile(r"(?<![\w/.~-])(?:core|efi|kernel|tools|tests|docs|include|modules|bench)/[\w./*-]*[\w*/]")
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)")
HEADER = re.compile(r"(?<![\w/.~-])btl/\w+\.(?:h|def)")


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def exists(path):
    path = re.sub(r"STEP|NAME|(?<![A-Z])X(?=\.)", "*", path)
    names = [path.replace("ARCH", arch) for arch in ("x86_64", "ia64", "aarch64")]
    return any(glob.glob(os.path.join(ROOT, name)) for name in names)


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page):
    text = read(page)
    paths = PATH.findall(text) + ["include/" + header for header in HEADER.findall(text)]
    assert sorted(path for path in set(paths) if not exists(path)) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_to_files(page):
    directory = os.path.join(ROOT, os.path.dirname(page))
    assert [link for link in LINK.findall(read(page)) if not os.path.exists(os.path.join(directory, link))] == []


def test_files_of_the_steps_exist():
    """The table of docs/data-path.md names files of efi/ in its third column, files of core/ in its fourth."""
    rows = re.findall(r"^\| [^|]* \| [^|]* \|([^|]*)\|([^|]*)\|$", read("docs/data-path.md").split("\n## ")[0], re.M)
    named = [folder + name for row in rows for folder, cell in zip(("efi/", "core/"), row)
             for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) > 20
    assert sorted(name for name in set(named) if not exists(name)) == []


@pytest.mark.parametrize("page", ["docs/phases.md", "docs/ia64.md"])
def test_tests_that_a_page_names_exist(page):
    """Names of functions have at least three words, and are in code or in a column of a table."""
    sources = "".join(read(source) for source in glob.glob("tests/unit/*/*.c", root_dir=ROOT))
    names = set(re.findall(r"(?<![\w/])[a-z]\w*(?:_[a-z0-9]+){3,}(?![\w.(])", read(page)))
    assert len(names) > 10
    assert sorted(name for name in names if not re.search(r"\b(test_)?%s\b" % name, sources)) == []
