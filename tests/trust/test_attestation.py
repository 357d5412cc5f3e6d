# SPDX-License-Identifier: BSD-2-Clause
"""The commands of docs/attestation.md, typed: a Linux that BTL has booted makes a quote by its TPM (swtpm)."""
import base64
import os
import re
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
for folder in ("tests/boot", "tests/linux"):
    sys.path.insert(0, os.path.join(ROOT, folder))
import btlboot  # noqa: E402
import linuxboot  # noqa: E402

PAGE = os.path.join(ROOT, "docs/attestation.md")
LOADER = "EFI/BOOT/" + btlboot.LOADER
TAKEN = ["ak.pem", "quote.msg", "quote.sig", "quote.pcrs", "log.bin"]
TCTI = "libtss2-tcti-device.so.0"
pytestmark = pytest.mark.skipif(btlboot.ARCH != "x86_64", reason="a TPM of x86_64")


def commands(heading):
    """Return the commands of a section of the page."""
    section = re.search(r"^## %s$(.*?)(?=^## |\Z)" % re.escape(heading), btlboot.read(PAGE).decode(), re.M | re.S)[1]
    found = re.findall(r"^    (.+)$", section, re.M)
    assert found
    return found


def libraries(*files):
    """Return the shared libraries of programs, by path without the root."""
    text = subprocess.run(["ldd", *files], stdout=subprocess.PIPE, check=True).stdout.decode()
    return {path.lstrip("/"): path for path in re.findall(r"(/\S+\.so\S*) \(", text)}


def tpm_initrd(work):
    """Make an initrd of tpm2-tools, its libraries and the driver of /dev/tpmrm0."""
    library = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, check=True).stdout.decode()
    driver = re.search(r"%s .* => (\S+)" % re.escape(TCTI), library)[1]
    tool = os.path.realpath("/usr/bin/tpm2_quote")
    files = {**libraries(tool, driver), driver.lstrip("/"): driver}
    files.update({"usr/bin/" + name: tool for name in ("tpm2_createek", "tpm2_createak", "tpm2_quote")})
    made = os.path.join(work, "tpm.img")
    subprocess.run([os.path.join(ROOT, "tools/linux-initrd.sh"), os.path.join(linuxboot.LINUX, "system/bin/busybox"), made,
                    *("%s=%s" % pair for pair in files.items())], check=True)
    return made


def start_tpm(work):
    """Start a TPM; it ends with QEMU. Return the options of QEMU."""
    os.mkdir(os.path.join(work, "tpm"))
    path = os.path.join(work, "swtpm")
    subprocess.run(["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + os.path.join(work, "tpm"), "--ctrl",
                    "type=unixio,path=" + path, "--flags", "startup-clear", "--terminate", "--daemon"], check=True)
    return ["-chardev", "socket,id=tpm,path=" + path, "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device",
            "tpm-crb,tpmdev=tpm0"]


def boot(work, tree, options):
    image = btlboot.make_image(work, tree)
    with btlboot.Machine(image, memory="512M", options=[*linuxboot.REBOOTS, *options]) as machine:
        machine.wait()
        return linuxboot.Boot(0, machine.text())


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    """The folder of the verifier, after a boot: the copy `esp` of the boot volume, the number, quote and log."""
    work = str(tmp_path_factory.mktemp("verifier"))
    linuxboot.make("linux-files")
    for line in commands("On the verifier: a number"):
        subprocess.run(line, shell=True, cwd=work, check=True)
    nonce = btlboot.read(work + "/nonce").decode()
    script = ["mount -t securityfs securityfs /sys/kernel/security", "export TPM2TOOLS_TCTI=device:/dev/tpmrm0",
              "export PATH=/usr/bin:/bin", "cd /tmp", "echo %s > nonce" % nonce.strip(),
              *commands("On the machine, once: a key"), *commands("On the machine: quote and log")]
    script += ["echo 'TEST: %s'; base64 %s; echo 'TEST: taken'" % (name, name) for name in TAKEN]
    tree = linuxboot.linux_files(os.path.join(linuxboot.LINUX, "cloud"))
    tree["linux/tpm.img"] = tpm_initrd(work)
    tree["linux/test.img"] = linuxboot.initrd(work, "test", {"test": linuxboot.SCRIPT % "\n".join(script)})
    tree["loader.conf"] = linuxboot.linux_conf().replace("/linux/test.img", "/linux/tpm.img;/linux/test.img").encode()
    result = boot(work, tree, start_tpm(work))
    for name in TAKEN:
        with open(os.path.join(work, name), "wb") as file:
            file.write(base64.b64decode(result.between(re.escape(name), "taken")))
    tree[LOADER] = btlboot.default_tree()[LOADER]
    for path, content in tree.items():
        if content is None:
            continue
        target = os.path.join(work, "esp", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content if isinstance(content, bytes) else btlboot.read(content))
    return work


def typed(work, line):
    """Type a line in the folder of the verifier."""
    path = os.path.dirname(os.path.abspath(btlboot.PROGRAM)) + ":" + os.environ["PATH"]
    return subprocess.run(line, shell=True, cwd=work, env={**os.environ, "PATH": path, "NO_COLOR": "1"}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_commands_of_the_page(verifier):
    lines = commands("On the verifier: three questions")
    assert [line.split()[0] for line in lines] == ["tpm2_checkquote", "btl", "btl", "btl"]
    for line in lines:
        done = typed(verifier, line)
        assert done.returncode == 0, line + "\n" + done.stdout + done.stderr
    # The last line predicts PCR 4 and 8, into which this kernel measures nothing.
    quoted = re.findall(r"(\d+) +: 0x(\w{64})", btlboot.read(verifier + "/quote.txt").decode())
    values = {pcr: value.lower() for pcr, value in quoted}
    assert sorted(values) == ["4", "7", "8", "9"]
    for pcr in "4", "8":
        assert "PCR %s = %s\n" % (pcr, values[pcr]) in done.stdout


def test_changed_number(verifier):
    line = commands("On the verifier: three questions")[0]
    assert typed(verifier, line.replace("$(cat nonce)", "00$(cut -c 3- nonce)")).returncode == 1


def test_changed_configuration(verifier):
    """Another configuration than the one that was booted."""
    conf = os.path.join(verifier, "esp/loader.conf")
    booted = btlboot.read(conf)
    try:
        with open(conf, "ab") as file:
            file.write(b"# changed\n")
        done = typed(verifier, commands("On the verifier: three questions")[2])
    finally:
        with open(conf, "wb") as file:
            file.write(booted)
    assert done.returncode == 1 and "the event config of PCR 8 differs" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1


def test_changed_log(verifier):
    """A log with another text than the machine has hashed, and one that lacks an event."""
    log = btlboot.read(verifier + "/log.bin")
    with open(verifier + "/changed.bin", "wb") as file:
        file.write(log.replace(b"btl how=normal", b"btl how=option"))
    done = typed(verifier, "btl verify-log --pcrs quote.txt changed.bin")
    assert done.returncode == 1 and "[host-log-text]" in done.stderr
    with open(verifier + "/changed.bin", "wb") as file:
        file.write(log.replace(b"\x08\0\0\0\x0d\0\0\0", b"\x09\0\0\0\x0d\0\0\0"))
    done = typed(verifier, "btl verify-log --pcrs quote.txt changed.bin")
    assert done.returncode == 1 and done.stderr.count("[host-log-replay]") == 2
