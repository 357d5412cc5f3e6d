# SPDX-License-Identifier: BSD-2-Clause
"""btl check --kernel: a whole configuration and a kernel that is not installed yet."""
from btltest import btl, write
from linux_system import NEW, OLD, kernel, module
from test_modinfo import KEY, cms, der, trailer_of


def linux_tree(tmp_path):
    write(tmp_path / "esp", {
        "loader.conf": 'kernel="/linux/vmlinuz"\nmodule_path="/linux"\nfs_load="YES"\next9_load="YES"\n',
        "linux/vmlinuz": kernel(OLD), "linux/fs.ko": module("fs", OLD),
        "linux/ext9.ko": module("ext9", OLD)})
    return str(tmp_path / "esp")


def test_the_configuration_is_checked_with_another_kernel(tmp_path):
    root = linux_tree(tmp_path)
    assert btl("check", "-C", root).status == 0
    write(tmp_path, {"boot/new": kernel(NEW), "boot/same": kernel(OLD),
                     "boot/modules.builtin": "kernel/fs/ext9.ko\n"})
    said = btl("check", "-C", root, "--kernel", str(tmp_path / "boot/new"))
    assert said.status == 2 and said.codes().count("plan-vermagic") == 1
    said = btl("check", "-C", root, "--kernel", str(tmp_path / "boot/same"))
    assert said.status == 0 and "plan-linux-built-in" in said.codes()


def test_another_kernel_that_is_none(tmp_path):
    root = linux_tree(tmp_path)
    said = btl("check", "-C", root, "--kernel", str(tmp_path / "none"))
    assert said.status == 2 and said.codes() == ["host-no-file"]
    write(tmp_path, {"text": "no kernel"})
    said = btl("check", "-C", root, "--kernel", str(tmp_path / "text"))
    assert said.status == 2 and (str(tmp_path / "text") + ": ").encode() in said.err


def signature(key):
    return trailer_of(cms(signer=der(0x80, key)))


def test_modules_that_another_signed(tmp_path):
    """The key of the distribution is that of most modules, wherever they stand."""
    conf = 'kernel="/vmlinuz"\ninitrd="/i"\nmodule_path="/"\n' + "".join('%s_load="YES"\n' % name for name in "abcd")
    files = {"loader.conf": conf, "vmlinuz": kernel(OLD), "i": b"initrd"}
    files.update({name + ".ko": module(name, OLD) for name in "abcd"})
    write(tmp_path, files)
    assert btl("check", "-C", str(tmp_path)).codes() == []  # without any signature there is nothing to compare
    write(tmp_path, {"a.ko": module("a", OLD) + signature(b"other key"), "b.ko": module("b", OLD) + signature(KEY),
                     "d.ko": module("d", OLD) + signature(KEY)})
    write(tmp_path, {"e.ko": module("e", OLD) + signature(KEY), "loader.conf": conf + 'e_load="YES"\n'})
    said = btl("check", "-C", str(tmp_path))
    assert said.status == 0 and sorted(said.codes()) == ["host-linux-signer", "host-linux-unsigned"]
    assert b"a.ko: note: it is signed by  (key 6f74686572206b65), and most" in said.err
    assert b"c.ko: note: it has no signature, and most" in said.err and b"(key 9091929394959697)" in said.err
