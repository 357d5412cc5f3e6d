# SPDX-License-Identifier: BSD-2-Clause
"""btl sign with a key that does not leave its token (PKCS#11; SoftHSM in place of a card)."""
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../btl"))
from btltest import btl, volume  # noqa: E402

DRIVER = "/usr/lib/softhsm/libsofthsm2.so"
pytestmark = pytest.mark.skipif(not os.path.exists(DRIVER), reason="no SoftHSM")


@pytest.mark.parametrize("tool, more", [("osslsigncode", ["--token-driver", DRIVER]), ("sbsign", [])])
def test_key_in_a_token(tmp_path, tool, more):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text("directories.tokendir = %s\n" % (tmp_path / "tokens"))
    environment = {**os.environ, "SOFTHSM2_CONF": str(tmp_path / "softhsm.conf"), "PKCS11_MODULE_PATH": DRIVER}
    for command in ("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=owner -keyout db.key -out db.crt",
                    "softhsm2-util --init-token --free --label owner --pin 1234 --so-pin 1234",
                    "softhsm2-util --import db.key --token owner --label db --id 01 --pin 1234"):
        subprocess.run(command.split(), cwd=tmp_path, env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)
    (tmp_path / "db.key").unlink()
    root = volume(str(tmp_path / "esp"))
    assert btl("seal", "-C", root).status == 0
    result = btl("sign", "--tool", tool, *more, "--key", "pkcs11:token=owner;object=db;pin-value=1234",
                 "--cert", tmp_path / "db.crt", "-C", root, env=environment)
    assert result.status == 0, result.err.decode()
    subprocess.run(["sbverify", "--cert", "db.crt", root + "/loader.conf.seal"], cwd=tmp_path, check=True)
