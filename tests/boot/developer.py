# SPDX-License-Identifier: BSD-2-Clause
"""A module that is being written, outside of the tree."""
import os
import subprocess

from btlboot import O, PROGRAM, ROOT


class Developer:
    """A directory with a module that is being written, as modules/README.md makes it."""

    def __init__(self, directory):
        self.directory = directory
        source = os.path.join(ROOT, "modules/template")
        for old, new in (("template.c", "mine.c"), ("Makefile", "Makefile")):
            with open(os.path.join(source, old), encoding="utf-8") as file:
                (directory / new).write_text(file.read().replace("template", "mine"))

    def edit(self, old, new):
        text = (self.directory / "mine.c").read_text()
        assert old in text
        (self.directory / "mine.c").write_text(text.replace(old, new))

    def build(self):
        environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O")}
        subprocess.run(["make", "-C", str(self.directory), "BTL=" + ROOT, "BTL_PROGRAM=" + PROGRAM,
                        "MODULE_PATH=.:" + os.path.join(O, "modules")], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
