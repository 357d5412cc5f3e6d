# SPDX-License-Identifier: BSD-2-Clause
"""btl sign, and the commands that change a configuration with a seal."""
import os
import subprocess

import pytest

from btltest import GOOD_CONF, btl, image, read, volume, write

TOOLS = ["sbsign", "osslsigncode"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Return the options with a key of one's own, and the certificate."""
    root = tmp_path_factory.mktemp("keys")
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "db.key",
                    "-out", "db.crt", "-subj", "/CN=owner"], cwd=root, check=True, stderr=subprocess.DEVNULL)
    return ["--key", root / "db.key", "--cert", root / "db.crt"], str(root / "db.crt")


@pytest.fixture
def esp(tmp_path):
    root = volume(str(tmp_path / "esp"))
    assert btl("seal", "-C", root, "--level", "4", "--allow", "safe").status == 0
    return root


def verified(path, certificate):
    return subprocess.run(["sbverify", "--cert", certificate, path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def state(esp, config="loader.conf"):
    """Return the last line of btl seal --verify without the name."""
    result = btl("seal", "--verify", "-C", esp, config)
    return result.status, result.out.decode().splitlines()[-1].split(": ")[1]


@pytest.mark.parametrize("tool", TOOLS)
def test_seal_is_signed(esp, keys, tool):
    options, certificate = keys
    seal = esp + "/loader.conf.seal"
    assert not verified(seal, certificate)
    result = btl("sign", "--tool", tool, *options, "-C", esp)
    assert (result.status, result.out.decode()) == (0, seal + ": signed\n")
    assert verified(seal, certificate) and state(esp) == (0, "the seal fits, level 4, signed")
    damaged = bytearray(read(seal))
    damaged[2000] ^= 1
    write(esp, {"loader.conf.seal": bytes(damaged)})
    assert not verified(seal, certificate)


def test_file_of_this_machine_and_of_an_image(esp, keys, tmp_path):
    options, certificate = keys
    disk = image(str(tmp_path / "disk.img"), esp)
    assert btl("sign", *options, esp + "/loader.conf.seal").status == 0
    assert btl("sign", *options, "-C", disk, "loader.conf.seal").status == 0
    assert btl("seal", "--verify", "-C", disk).out.endswith(b"signed\n")
    assert verified(esp + "/loader.conf.seal", certificate)


@pytest.mark.parametrize("words, command", [
    (["--key", "k", "--cert", "c", "a b"], "sbsign --key k --cert c --output 'a b' 'a b'"),
    (["--key", "pkcs11:token=t;object=o", "--cert", "c", "f"],
     "sbsign --engine pkcs11 --key 'pkcs11:token=t;object=o' --cert c --output f f"),
    (["--tool", "osslsigncode", "--token-driver", "m.so", "--key", "k", "--cert", "c", "f"],
     "osslsigncode sign -h sha256 -pkcs11module m.so -key k -certs c -out f -in f"),
    (["--tool", "pesign", "--key", "db", "--cert", "nick", "f"], "pesign --sign --certdir db --certificate nick --out f --in f"),
])
def test_print(words, command):
    result = btl("sign", "--print", *words)
    assert (result.status, result.out.decode()) == (0, command + "\n")


def test_what_is_missing(esp, keys):
    options, _ = keys
    assert btl("sign", "x").codes() == ["host-usage"]
    assert btl("sign", *options).codes() == ["host-usage"]
    assert btl("sign", *options, "--tool", "gpg", "x").codes() == ["host-usage"]
    assert btl("sign", *options, "x", env={"PATH": "/none"}).codes() == ["host-sign-no-tool"]
    assert btl("sign", *options, "--tool", "pesign", esp + "/loader.conf.seal", env={"PATH": "/none"}).codes() == [
        "host-tool-missing"]
    before = read(esp + "/loader.conf.seal")
    assert btl("sign", "--key", "/none", "--cert", "/none", esp + "/loader.conf.seal").codes()[-1] == "host-tool-failed"
    assert read(esp + "/loader.conf.seal") == before


def test_set_seals_again(esp):
    result = btl("set", "-C", esp, "-g", "title=x")
    assert result.status == 0 and read(esp + "/loader.conf") != GOOD_CONF.encode()
    assert state(esp) == state(esp, "loader.conf.prev") == (0, "the seal fits, level 4, not signed")
    text = btl("seal", "-n", "-C", esp).out
    assert b"\nlevel 4\nrevoke 0\nallow safe\n" in text


def test_add_seals_the_new_module(esp, tmp_path):
    write(tmp_path, {"more.ko": read(esp + "/modules/idle.ko")})
    assert btl("add", "-C", esp, tmp_path / "more.ko").status == 0
    assert state(esp)[0] == 0 and any(name.startswith("idle-") for name in os.listdir(esp + "/modules"))


def test_signed_seal_needs_the_key(esp, keys):
    options, certificate = keys
    assert btl("sign", *options, "-C", esp).status == 0
    refused = btl("set", "-C", esp, "-g", "title=x")
    assert refused.status == 2 and refused.codes() == ["host-seal-needs-key"]
    assert read(esp + "/loader.conf").decode() == GOOD_CONF and state(esp)[0] == 0
    assert btl("set", "-C", esp, "-n", "-g", "title=x").status == 0
    assert btl("set", "-C", esp, *options, "-g", "title=x").status == 0
    for name in ("/loader.conf", "/loader.conf.prev"):
        assert verified(esp + name + ".seal", certificate)
        assert state(esp, name) == (0, "the seal fits, level 4, signed")


def test_without_a_seal_nothing_is_sealed(tmp_path):
    root = volume(str(tmp_path / "esp"))
    assert btl("set", "-C", root, "-g", "title=x").status == 0
    assert not [name for name in os.listdir(root) if name.endswith(".seal")]
