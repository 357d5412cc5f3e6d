# SPDX-License-Identifier: BSD-2-Clause
"""btl sign, and the commands that change a configuration with a seal."""
import json
import os
import shutil
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


SIGNED = "signed; without --cert FILE, the signature was not verified"


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
    assert verified(seal, certificate) and state(esp) == (0, "the seal fits, level 4, " + SIGNED)
    damaged = bytearray(read(seal))
    damaged[2000] ^= 1
    write(esp, {"loader.conf.seal": bytes(damaged)})
    assert not verified(seal, certificate)


def test_file_of_this_machine_and_of_an_image(esp, keys, tmp_path):
    options, certificate = keys
    disk = image(str(tmp_path / "disk.img"), esp)
    assert btl("sign", *options, esp + "/loader.conf.seal").status == 0
    assert btl("sign", *options, "-C", disk, "loader.conf.seal").status == 0
    assert btl("seal", "--verify", "-C", disk).out.decode().endswith(SIGNED + "\n")
    assert verified(esp + "/loader.conf.seal", certificate)


@pytest.mark.parametrize("tool", ["sbverify", "osslsigncode"])
def test_signature_is_verified(esp, keys, tmp_path, tool):
    """By the first of both tools that is there."""
    options, certificate = keys
    os.symlink(shutil.which(tool), tmp_path / tool)
    environment = {**os.environ, "PATH": str(tmp_path)}

    def verify(certificate, *more):
        return btl("seal", "--verify", "--cert", certificate, *more, "-C", esp, env=environment)

    unsigned = verify(certificate)
    assert unsigned.status == 2 and unsigned.codes() == ["host-seal-signature"]
    assert btl("sign", *options, "-C", esp).status == 0
    good = verify(certificate)
    assert good.status == 0, good.err.decode()
    assert good.out.decode().endswith("/loader.conf: the seal fits, level 4, the signature is good\n")
    assert json.loads(verify(certificate, "--json").out)["signature_good"] is True
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k",
                    "-out", tmp_path / "other.crt", "-subj", "/CN=other"], check=True, stderr=subprocess.DEVNULL)
    other = verify(tmp_path / "other.crt")
    assert other.status == 2 and other.codes() == ["host-tool-failed", "host-seal-signature"]
    assert json.loads(verify(tmp_path / "other.crt", "--json").out)["signature_good"] is False
    damaged = bytearray(read(esp + "/loader.conf.seal"))
    damaged[-300] ^= 1
    write(esp, {"loader.conf.seal": bytes(damaged)})
    assert verify(certificate).codes()[-1] == "host-seal-signature"


def test_signature_that_cannot_be_verified(esp, keys):
    options, certificate = keys
    assert btl("seal", "--cert", certificate, "-C", esp).codes() == ["host-usage"]
    assert btl("sign", *options, "-C", esp).status == 0
    assert json.loads(btl("seal", "--verify", "--json", "-C", esp).out)["signature_good"] is None
    assert btl("seal", "--verify", "--cert", "/none", "-C", esp).codes() == ["host-no-file", "host-seal-signature"]
    assert btl("seal", "--verify", "--cert", certificate, "-C", esp, env={"PATH": "/none"}).codes() == [
        "host-sign-no-tool", "host-seal-signature"]


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


def test_set_keeps_what_only_the_seal_lists(esp):
    """Of --also; but no file that the old text used and the new one does not, and none that is gone."""
    write(esp, {"table.txt": "x", "gone.txt": "y", "more/late.ko": read(esp + "/modules/late.ko")})
    assert btl("seal", "-C", esp, "--also", "/table.txt:/gone.txt:/more/late.ko", "--level", "5", "--revoke", "3",
               "--allow", "menu,shell").status == 0
    write(esp, {"gone.txt": None})
    assert btl("set", "-C", esp, "-g", 'module_blacklist=idle').status == 0
    for name in ("loader.conf", "loader.conf.prev"):
        seal = read(esp + "/" + name + ".seal")
        assert b" /table.txt\n" in seal and b" /more/late.ko\n" in seal and b"/gone.txt" not in seal
        assert b"\nlevel 5\nrevoke 3\nallow menu shell\n" in seal
    assert btl("remove", "-C", esp, "idle").status == 0
    seal = read(esp + "/loader.conf.seal")
    assert b"/idle.ko" not in seal and b" /table.txt\n" in seal


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
        assert state(esp, name) == (0, "the seal fits, level 4, " + SIGNED)


def test_without_a_seal_nothing_is_sealed(tmp_path):
    root = volume(str(tmp_path / "esp"))
    assert btl("set", "-C", root, "-g", "title=x").status == 0
    assert not [name for name in os.listdir(root) if name.endswith(".seal")]
