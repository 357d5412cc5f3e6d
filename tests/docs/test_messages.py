# SPDX-License-Identifier: BSD-2-Clause
"""docs/messages.md explains exactly the codes of include/btl/diag.def."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def codes():
    return re.findall(r'^DIAG\(\s*\w+,\s*"([^"]+)"', read("include/btl/diag.def"), re.M)


def documented():
    """Return the codes at the beginning of a list item; several can share an explanation."""
    found = []
    for item in re.findall(r"^- ((?:`[^`]+`(?:,| and|/)?\s*)+)", read("docs/messages.md"), re.M):
        found += re.findall(r"`([^`]+)`", item)
    return found


def test_there_are_codes():
    assert len(codes()) > 20


def test_codes_are_unique():
    assert sorted(codes()) == sorted(set(codes()))


def test_every_code_is_explained():
    assert sorted(set(codes()) - set(documented())) == []


def test_every_explanation_is_of_a_code():
    assert sorted(set(documented()) - set(codes())) == []


def test_no_code_is_explained_twice():
    assert sorted(documented()) == sorted(set(documented()))

