# SPDX-License-Identifier: BSD-2-Clause
"""make install: the files; the installed program, library and makefiles work without the source tree; make uninstall
leaves what was there before."""
import os
import re
import shutil
import subprocess

import pytest

from btltest import ROOT, read

BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
PREFIX = "/opt/x"
# Folders that an administrator's prefix has already (those of /usr/local), and a file of another package.
BEFORE = ["bin/other", "include/", "lib/pkgconfig/other.pc", "share/man/"]
KERNEL = """
#include <btl/format.h>
#include <btl/manifest.h>
#include <btl/module.h>
BTL_MODINFO("version", "1.0");
BTL_PROVIDES("kernel:1.0");
BTL_EXPORT(kprintf);
void *(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((char *)to)[i] = ((const char *)from)[i];
    return to;
}
void *(memmove)(void *to, const void *from, size_t size)
{
    return __builtin_memcpy(to, from, size); // never called here
}
void *(memset)(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((char *)to)[i] = (char)byte;
    return to;
}
int(memcmp)(const void *a, const void *b, size_t size)
{
    return size == 0 ? 0 : *(const char *)a - *(const char *)b;
}
void kprintf(const char *format, ...) {}
void _start(const void *manifest)
{
    static uint8_t memory[4096];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_manifest m;
    btl_manifest_open((struct btl_bytes){manifest, ((const struct btlm_header *)manifest)->total_size},
                      (struct btl_place){.file = BTL_STR("manifest")}, &m, &diags);
    for (;;)
        ;
}
"""
KERNEL_MAKEFILE = """
BTL_SDK ?= $(shell pkg-config --variable=sdk btl)
include $(BTL_SDK)/btl.mk
kernel.elf: kernel.o $(BTL_LIB)
	ld $(BTL_LDFLAGS) $^ -o $@
kernel.o: kernel.c
	$(CC) -Wall -Wextra -Werror -Wno-unused-parameter $(BTL_CFLAGS) -c $< -o $@
"""
HOST = """
#include <btl/diag.h>
#include <btl/manifest.h>
#include <stdio.h>
#include <stdlib.h>
static void put(struct btl_out *out, const char *text, size_t len) { fwrite(text, 1, len, stdout); }
int main(void)
{
    static uint64_t bytes[16];
    static uint8_t memory[65536];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_manifest m;
    struct btl_out out = {.put = put};
    bool good = btl_manifest_open((struct btl_bytes){(uint8_t *)bytes, sizeof(bytes)},
                                  (struct btl_place){.file = BTL_STR("x")}, &m, &diags);
    btl_diag_print(&out, diags.first);
    return good;
}
"""


def run_make(*words, cwd=ROOT, env=None):
    """Run make as a user does: without the settings of a make that runs this test, and without the tree."""
    clean = {k: v for k, v in os.environ.items()
             if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "O", "BTL", *(() if cwd == ROOT else ("BUILD",)))}
    return subprocess.run(["make", "--no-print-directory", *map(str, words)], cwd=cwd, env={**clean, **(env or {})},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def make(*words, cwd=ROOT, env=None):
    done = run_make(*words, cwd=cwd, env=env)
    assert done.returncode == 0, done.stdout
    return done.stdout


def tree(root):
    return sorted(os.path.relpath(os.path.join(directory, name), root)
                  for directory, folders, names in os.walk(root) for name in folders + names)


class Installed:
    """An installed BTL. `root` is the prefix, which is also the one in its files."""
    def __init__(self, root):
        self.root = str(root)
        self.btl = os.path.join(self.root, "bin/btl")
        self.env = {"PKG_CONFIG_PATH": os.path.join(self.root, "lib/pkgconfig")}

    def pkg_config(self, *words):
        return subprocess.run(["pkg-config", *words, "btl"], env={**os.environ, **self.env}, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()

    def make(self, folder, *words):
        out = make(*words, cwd=folder, env=self.env)
        assert ROOT not in out, "it uses the source tree"
        return out


@pytest.fixture(scope="module", name="installed")
def installed_btl(tmp_path_factory):
    root = tmp_path_factory.mktemp("prefix")
    make("install", "PREFIX=%s" % root)
    return Installed(root)


@pytest.fixture(scope="module", name="kernel")
def built_kernel(installed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "kernel.c").write_text(KERNEL)
    (folder / "Makefile").write_text(KERNEL_MAKEFILE)
    installed.make(folder, "-j2", "kernel.elf")
    return folder / "kernel.elf"


@pytest.fixture(name="template")
def copied_template(installed, tmp_path):
    shutil.copytree(os.path.join(installed.root, "share/btl/modules/template"), tmp_path / "template")
    return tmp_path / "template"


@pytest.mark.parametrize("libdir", [[], ["LIBDIR=%s/lib/x86_64-linux-gnu" % PREFIX]])
def test_uninstall_leaves_what_was_there(tmp_path, libdir):
    prefix = tmp_path / PREFIX[1:]
    for name in BEFORE:
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).mkdir() if name.endswith("/") else (prefix / name).write_text("")
    before = tree(tmp_path)
    make("install", "DESTDIR=%s" % tmp_path, "PREFIX=" + PREFIX, *libdir)
    assert (tmp_path / (libdir or ["=%s/lib" % PREFIX])[0].split("=")[1][1:] / "libbtl.a").exists()
    assert len(tree(tmp_path)) > len(before) + 200
    make("uninstall", "DESTDIR=%s" % tmp_path, "PREFIX=" + PREFIX, *libdir)
    assert tree(tmp_path) == before


def test_uninstall_of_a_fresh_prefix_leaves_no_file(tmp_path):
    words = ["DESTDIR=%s" % tmp_path, "PREFIX=" + PREFIX]
    make("install", *words)
    make("uninstall", *words)
    assert tree(tmp_path / PREFIX[1:]) == ["bin", "include", "lib", "share", "share/man"]


def test_install_replaces_an_older_version(installed):
    """btl.mk compiles every file of core/."""
    old = os.path.join(installed.root, "share/btl/core/base/of_an_older_version.c")
    with open(old, "w", encoding="utf-8") as file:
        file.write("#error\n")
    make("install", "PREFIX=%s" % installed.root)
    assert not os.path.exists(old)


def test_every_header_and_source_is_there(installed):
    def below(folder, ends):
        return {os.path.relpath(os.path.join(directory, name), folder) for directory, _, names in os.walk(folder)
                for name in names if name.endswith(ends)}
    for tree_folder, folder in (("include", "include"), ("include", "share/btl/include"), ("core", "share/btl/core")):
        folder = os.path.join(installed.root, folder)
        folder = os.path.realpath(os.path.join(folder, "btl", "..")) if folder.endswith("btl/include") else folder
        wanted = below(os.path.join(ROOT, tree_folder), (".c", ".h", ".def"))
        assert len(wanted) > 40 and below(folder, (".c", ".h", ".def")) == wanted
    assert os.path.islink(os.path.join(installed.root, "share/btl/include/btl"))
    assert os.path.exists(os.path.join(installed.root, "share/btl/include/btl/module.h"))


def test_the_page_names_what_is_there(installed):
    """docs/sdk.md"""
    table = read(os.path.join(ROOT, "docs/sdk.md")).decode().split("## The files")[1].split("\n## ")[0]
    paths = [path for row in re.findall(r"^\| (`.*?) \|", table, re.M) for path in re.findall(r"`([^`]+)`", row)]
    assert len(paths) > 15
    assert [path for path in paths if not os.path.exists(os.path.join(installed.root, path))] == []


def test_links_of_the_installed_pages(installed):
    """A link leads to an installed page, or to a manual page, which man(1) finds."""
    folder = os.path.join(installed.root, "share/doc/btl")
    pages = [name for name in tree(folder) if name.endswith(".md")]
    assert {"README.md", "docs/index.md", "examples/phase1/README.md"} <= set(pages)
    dead = [(page, link) for page in pages
            for link in re.findall(r"\]\((?!\w+:|#)([^)#]+)", read(os.path.join(folder, page)).decode())
            if not os.path.exists(os.path.join(folder, os.path.dirname(page), link)) and not re.search(r"man/\S+\.\d$", link)]
    assert dead == []


def test_program_makes_an_image(installed, tmp_path):
    """With the installed loader, kernel and modules, and with its own helper."""
    volume = tmp_path / "esp"
    shutil.copytree(os.path.join(installed.root, "lib/btl/x86_64"), volume)
    (volume / "EFI/BOOT").mkdir(parents=True)
    shutil.copy(os.path.join(installed.root, "lib/btl/efi/BOOTX64.EFI"), volume / "EFI/BOOT")
    (volume / "loader.conf").write_text('kernel="/kernel.elf"\nhello_load="YES"\nhello_phase="BOOT1"\n')
    subprocess.run([installed.btl, "image", "-o", tmp_path / "disk.img", "-C", volume], check=True)
    done = subprocess.run([installed.btl, "check", "-W", "-C", tmp_path / "disk.img"], check=True, text=True,
                          stdout=subprocess.PIPE)
    assert "good, 1 module: 1 BOOT1" in done.stdout


def test_pkg_config(installed):
    assert installed.pkg_config("--modversion") == [read(os.path.join(ROOT, "VERSION")).decode().strip()]
    assert installed.pkg_config("--variable=sdk") == [os.path.join(installed.root, "share/btl")]
    assert installed.pkg_config("--cflags") == ["-I%s/include" % installed.root]
    assert installed.pkg_config("--libs") == ["-L%s/lib" % installed.root, "-lbtl"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_host_program(installed, tmp_path, compiler):
    (tmp_path / "host.c").write_text(HOST)
    subprocess.run([compiler, "host.c", *installed.pkg_config("--cflags", "--libs"), "-o", "host"], cwd=tmp_path,
                   check=True)
    done = subprocess.run([tmp_path / "host"], check=True, text=True, stdout=subprocess.PIPE)
    assert re.fullmatch(r"x: error: .* \[manifest-[a-z-]+\]", done.stdout)


def test_module(installed, template):
    assert "1 module checked: all can be loaded" in installed.make(template)
    assert (template / "template.ko").exists()
    installed.make(template, "clean")
    assert sorted(os.listdir(template)) == ["Makefile", "template.c"]


def test_module_of_the_reference_kernels_modules(installed, template):
    """Headers and dependencies of the modules that are installed."""
    source = (template / "template.c").read_text()
    (template / "template.c").write_text('#include "ring.h"\n' + source + 'BTL_DEPENDS("ring");\n')
    installed.make(template)


def test_module_for_a_kernel(installed, kernel, template):
    """KERNEL= is what the module is checked against, and no module of the reference kernel is taken for its own."""
    done = run_make("KERNEL=%s" % kernel, cwd=template, env=installed.env)
    assert done.returncode != 0 and "kernel:1.4" in done.stdout and "[plan-interface" in done.stdout, done.stdout
    assert not (template / "template.ko").exists()
    source = """#include <btl/module.h>
static int template_load(const struct btl_load_args *args) { kprintf("here\\n"); return 0; }
BTL_MODULE("template", .load = template_load);
BTL_PHASES("BOOT1");
BTL_NEEDS("kernel:1.0");
"""
    (template / "template.c").write_text(source)
    installed.make(template, "KERNEL=%s" % kernel)
    (template / "template.c").write_text(source + 'BTL_DEPENDS("ring");\n')
    done = run_make("KERNEL=%s" % kernel, cwd=template, env=installed.env)
    assert done.returncode != 0 and "ring" in done.stdout


def test_kernel(installed, kernel, template, tmp_path):
    (tmp_path / "loader.conf").write_text('kernel="/kernel.elf"\n')
    shutil.copy(kernel, tmp_path)
    done = subprocess.run([installed.btl, "check", "-W", "-C", tmp_path], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0 and "good, 0 modules" in done.stdout, done.stdout


def test_other_flags_make_core_again(installed, kernel, tmp_path):
    folder = tmp_path / "kernel"
    shutil.copytree(kernel.parent, folder)
    objects = len(list(folder.glob("btl/*/*.o")))
    assert objects > 100
    assert "up to date" in installed.make(folder, "-n", "kernel.elf")
    assert installed.make(folder, "-n", "kernel.elf", "CC=clang").count("clang ") > objects
    assert "clang" not in installed.make(folder, "-n", "kernel.elf")


def test_kernel_by_another_compiler(installed, kernel, tmp_path):
    """In another folder, by clang."""
    for name in ("kernel.c", "Makefile"):
        shutil.copy(kernel.parent / name, tmp_path)
    out = installed.make(tmp_path, "-j2", "kernel.elf", "CC=clang", "BTL_OUT=elsewhere")
    assert "-fno-tree-loop-distribute-patterns" not in out and (tmp_path / "elsewhere/libbtl.a").exists()
    (tmp_path / "loader.conf").write_text('kernel="/kernel.elf"\n')
    subprocess.run([installed.btl, "check", "-W", "-C", tmp_path], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("file", ["btl.mk", "module.mk"])
def test_unknown_architecture(installed, tmp_path, file):
    (tmp_path / "Makefile").write_text("MODULES := x\ninclude %s/share/btl/%s\n" % (installed.root, file))
    done = run_make("ARCH=vax", cwd=tmp_path)
    assert done.returncode != 0 and "ARCH=vax is no architecture of BTL" in done.stdout
