# SPDX-License-Identifier: BSD-2-Clause
"""btl explain: cause and cure of every message, from docs/messages.md."""
import os
import re

import pytest

from btltest import ROOT, btl, golden, read

CODES = re.findall(r'^DIAG\(\s*\w+,\s*"([^"]+)"', read(os.path.join(ROOT, "include/btl/diag.def")).decode(), re.M)


def page_of(code):
    """Return the text of docs/messages.md for a code, without Markdown."""
    page = read(os.path.join(ROOT, "docs/messages.md")).decode()
    for item in re.split(r"\n(?=- |\n|#)", page):
        found = re.match(r"- ((?:`[^`]+`(?:,| and|/)?\s*)+)(.*)", item, re.S)
        if found and code in re.findall(r"`([^`]+)`", found[1]):
            return re.findall(r"[A-Za-z]{3,}", re.sub(r"\([^)]*\)|\[|\]", " ", found[2]))
    return None


def test_an_explanation():
    golden("explain", btl("explain", "conf-unknown-key", "[file-not-found]"))


def test_every_code_is_explained_as_the_page_does():
    said = btl("explain", *CODES)
    assert (said.status, said.err) == (0, b"")
    parts = re.split(r"^(?=[a-z0-9-]+ \((?:error|warning|note)\)$)", said.out.decode(), flags=re.M)[1:]
    assert [part.split(" ", 1)[0] for part in parts] == CODES
    for code, part in zip(CODES, parts):
        words = re.findall(r"[A-Za-z]{3,}", part)
        missing = [word for word in page_of(code) if word not in words]
        assert not missing and len(page_of(code)) > 3, (code, missing)
        assert max(map(len, part.splitlines())) <= 80 and "`" not in part.split("\n\n", 1)[1], code


def test_list():
    assert btl("explain").out.decode().split() == sorted(CODES)


@pytest.mark.parametrize("word,near", [("conf-unknown-kez", b"conf-unknown-key"), ("host_usage", b"host-usage"),
                                       ("xyzzyxyzzyxyzzy", None), ("", None)])
def test_unknown_code(word, near):
    result = btl("explain", word, "host-usage")
    assert result.status == 2 and result.codes() == ["host-no-code"] and b"host-usage (error)" in result.out
    assert (b"did you mean" in result.err) == (near is not None) and (near is None or near in result.err)


def test_hostile_code_cannot_drive_the_terminal():
    result = btl("explain", "\x1b[1m")
    assert result.status == 2 and b"\x1b" not in result.err + result.out
