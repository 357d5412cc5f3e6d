# SPDX-License-Identifier: BSD-2-Clause
"""docs/index.md names every page, every page says for whom it is, and SECURITY.md names every fuzzer."""
import glob
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATTERNS = ("*.md", "docs/*.md", "docs/man/*.[1-9]", "modules/*.md", "examples/*/*.md")
PAGES = sorted({page for pattern in PATTERNS for page in glob.glob(pattern, root_dir=ROOT)})


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def test_index_names_every_page():
    links = re.findall(r"\]\(([^)#]+)\)", read("docs/index.md"))
    named = {os.path.normpath(os.path.join("docs", link)) for link in links}
    assert len(PAGES) > 25
    assert sorted(set(PAGES) - named - {"docs/index.md"}) == []


def test_readme_links_to_the_index():
    assert "](docs/index.md)" in read("README.md")


@pytest.mark.parametrize("page", [page for page in PAGES if re.match(r"(docs/|[CS])[\w-]*\.md$", page)])
def test_a_page_says_for_whom_it_is(page):
    begin = read(page).split("\n\n", 2)[1]
    person = r"\b(people|authors|readers|users|everyone|administrators|programmers)\b"
    assert re.match("(?s)(This page is f|F)or .*" + person, begin, re.I), begin


def test_security_names_every_fuzzer():
    table = read("SECURITY.md").split("## Hostile input")[1].split("\n\n- ")[0]
    named = {word for row in re.findall(r"^\|.*\| ([^|]*) \|$", table, re.M) for word in re.findall(r"`(\w+)`", row)}
    files = glob.glob("fuzz_*.c", root_dir=os.path.join(ROOT, "tests/fuzz"))
    assert named == {name[len("fuzz_"):-len(".c")] for name in files}


def test_changelog_has_the_version_of_the_protocol():
    minor = re.search(r"^#define BTLM_MINOR +(\d+)", read("include/btl/manifest.h"), re.M)[1]
    kernel = re.search(r'BTL_KERNEL_INTERFACE "kernel:([\d.]+)"', read("include/btl/kernel.h"))[1]
    newest = read("CHANGELOG.md").split("\n## ")[1]
    assert "\nBoot protocol 1.%s, kernel interface %s.\n" % (minor, kernel) in newest
