#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare the GPT and FAT readers of core/ with mkfs.fat, mtools and sgdisk: the same trees, byte by byte.

usage: check_volume.py FAT_DUMP    ends with "N passed, N failed"
"""
import hashlib
import os
import random
import subprocess
import sys
import tempfile

MIB = 1 << 20


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def make_tree(rng, files, size):
    """Make directories and files: short names, long ones, other scripts, empty files, many in one directory."""
    tree = {"/LOADER.CNF": b"x=1\n", "/loader.conf": b"kernel=\"/k\"\n", "/empty": b"",
            "/a name with blanks and a length beyond thirteen units.txt": rng.randbytes(1000),
            "/größere Wörter.txt": rng.randbytes(3), "/日本語.ko": rng.randbytes(77),
            "/EFI/": None, "/EFI/BOOT/": None, "/EFI/BOOT/BOOTX64.EFI": rng.randbytes(5000),
            "/modules/": None, "/modules/Mixed.Case.Ko": rng.randbytes(513)}
    for i in range(files):
        tree[f"/modules/module_{i:05}.ko"] = rng.randbytes(rng.randrange(size))
    return tree


def fill(image, tree, offset=None):
    """Copy the tree with mtools. Delete every third file and write it again, to get fragmented chains."""
    target = image if offset is None else f"{image}@@{offset}"
    mtools = dict(env={**os.environ, "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"})
    with tempfile.TemporaryDirectory() as folder:
        def copy(paths):
            by_folder = {}
            for path in paths:
                host = os.path.join(folder, path.strip("/"))
                os.makedirs(os.path.dirname(host), exist_ok=True)
                with open(host, "wb") as out:
                    out.write(tree[path])
                by_folder.setdefault(os.path.dirname(path), []).append(host)
            for where, hosts in by_folder.items():
                run("mcopy", "-o", "-i", target, *hosts, "::" + where, **mtools)
        for path in tree:
            if tree[path] is None:
                run("mmd", "-i", target, "::" + path.rstrip("/"), **mtools)
        paths = [path for path in tree if tree[path] is not None]
        copy(paths)
        again = [path for path in paths[::3] if len(tree[path]) > 0 and path.isascii()]
        for start in range(0, len(again), 200):
            run("mdel", "-i", target, *["::" + path for path in again[start:start + 200]], **mtools)
        for path in again:
            tree[path] = tree[path] * 2 + b"tail"
        copy(again)


def expected(tree):
    return sorted(path if data is None else f"{path} {len(data)} {hashlib.sha256(data).hexdigest()}"
                  for path, data in tree.items())


def compare(dump, kind, image, tree):
    lines = run(dump, kind, image).decode().splitlines()
    seen = sorted(line for line in lines if not line.startswith("partition"))
    if seen == expected(tree):
        return True
    difference = set(seen) ^ set(expected(tree))
    print("\n".join(sorted(difference)[:10]))
    return False


def check_fat(dump, folder, bits, megabytes, cluster, files, size):
    image = os.path.join(folder, f"fat{bits}.img")
    with open(image, "wb") as out:
        out.truncate(int(megabytes * MIB))
    run("mkfs.fat", "-F", str(bits), "-s", str(cluster), image)
    tree = make_tree(random.Random(bits), files, size)
    tree.pop("/LOADER.CNF")
    fill(image, tree)
    return compare(dump, "fat", image, tree)


def make_gpt(folder):
    image = os.path.join(folder, "gpt.img")
    with open(image, "wb") as out:
        out.truncate(40 * MIB)
    run("sgdisk", "-n", "1:2048:+1M", "-t", "1:8300", "-n", "2:0:0", "-t", "2:ef00", image)
    run("mformat", "-i", f"{image}@@{2 * MIB}", "-F", "-T", str((40 - 2) * 2048 - 33), "::")
    tree = make_tree(random.Random(7), 50, 20000)
    tree.pop("/LOADER.CNF")
    fill(image, tree, 2 * MIB)
    return image, tree


def check_gpt(dump, folder):
    image, tree = make_gpt(folder)
    return compare(dump, "gpt", image, tree)


def check_gpt_backup(dump, folder):
    image, tree = make_gpt(folder)
    with open(image, "r+b") as disk:
        disk.seek(512)
        disk.write(bytes(512))
    result = subprocess.run([dump, "gpt", image], capture_output=True, text=True, check=False)
    return "[gpt-primary-damaged]" in result.stderr and compare(dump, "gpt", image, tree)


def main():
    dump = sys.argv[1]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, check in {
                "FAT12": lambda: check_fat(dump, folder, 12, 2, 1, 40, 30000),
                "FAT16": lambda: check_fat(dump, folder, 16, 32, 2, 300, 60000),
                "FAT32": lambda: check_fat(dump, folder, 32, 70, 1, 400, 60000),
                "GPT": lambda: check_gpt(dump, folder),
                "GPT from its backup": lambda: check_gpt_backup(dump, folder)}.items():
            try:
                good = check()
            except subprocess.CalledProcessError as error:
                print(error, error.stderr.decode(errors="replace")[-500:])
                good = False
            print(f"{'ok' if good else 'FAILED'}: {name}")
            passed += good
            failed += not good
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
