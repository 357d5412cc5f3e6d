# SPDX-License-Identifier: BSD-2-Clause
"""btl check --kernel: a whole configuration and a kernel that is not installed yet."""
from btltest import btl, write
from linux_system import NEW, OLD, kernel, module


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
