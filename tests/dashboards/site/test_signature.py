"""Signatures of editions and of the site, verified by minisign itself."""

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboards import publish
from dashboards.publish.publication import prepare
from dashboards.publish.signature import PUBLIC_FILE, Signer, read_signer
from dashboards.site.build import build
from pipelines.errors import UsageError
from pipelines.release.signing import signer as signer_of
from pipelines.settings import Settings
from tests.conftest import NOW
from tests.dashboards.site.conftest import AFRICA
from warehouse.edition import Edition

MINISIGN = shutil.which("minisign") or ""
pytestmark = pytest.mark.skipif(not MINISIGN, reason="minisign is not here: tests/install.py")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A secret key without a password, with its public half beside it."""
    secret = tmp_path_factory.mktemp("key") / "key.sec"
    public = secret.with_name(PUBLIC_FILE)
    command = [MINISIGN, "-G", "-W", "-s", str(secret), "-p", str(public)]
    subprocess.run(command, check=True, capture_output=True)
    return secret


@pytest.fixture(scope="module")
def signer(key: Path) -> Signer:
    return read_signer(key)


def verify(folder: Path, *public: str) -> subprocess.CompletedProcess[str]:
    command = [MINISIGN, "-Vm", publish.CHECKSUMS, *public]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_an_edition_is_signed_by_the_key_and_by_no_other(
    shipped_edition: Edition, signer: Signer, key: Path, tmp_path: Path
) -> None:
    plain, signed = tmp_path / "plain", tmp_path / "signed"
    publish.write(prepare(shipped_edition), plain)
    written = publish.write(prepare(shipped_edition), signed, signer=signer)
    assert written[-1].name == publish.SIGNATURE
    sums = signed / publish.CHECKSUMS
    assert sums.read_bytes() == (plain / publish.CHECKSUMS).read_bytes()
    assert signer.public_file == key.with_name(PUBLIC_FILE).read_bytes()
    good = verify(signed, "-P", signer.public)
    assert good.returncode == 0, good.stderr
    assert f"Trusted comment: edition {shipped_edition.month}, as of 20" in good.stdout
    signature = signed / publish.SIGNATURE
    before = signature.read_bytes()
    signature.write_bytes(before.replace(b"edition 20", b"edition 19"))
    assert verify(signed, "-P", signer.public).returncode
    publish.write(prepare(shipped_edition), signed, signer=signer)
    assert signature.read_bytes() == before
    sums.write_bytes(sums.read_bytes().replace(b"  index.csv", b"  other.csv"))
    assert verify(signed, "-P", signer.public).returncode
    publish.write(prepare(shipped_edition), signed)
    assert not signature.exists()


def test_the_site_says_how_to_verify_it(
    alerted: Engine, built: Path, signer: Signer, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(built, site)
    pages = [site / code / "data" / "index.html" for code in ("fr", "en")]
    assert not any("minisign" in page.read_text("utf-8") for page in pages)
    build(alerted, site, NOW, countries=AFRICA, signer=signer)
    assert verify(site, "-p", PUBLIC_FILE).returncode == 0
    for page in pages:
        assert f"minisign -Vm SHA256SUMS -P {signer.public}" in page.read_text("utf-8")
    build(alerted, site, NOW, countries=AFRICA)
    assert not (site / publish.SIGNATURE).exists()
    assert not (site / PUBLIC_FILE).exists()


def test_a_key_that_cannot_sign_is_named_and_never_shown(key: Path, tmp_path: Path) -> None:
    assert signer_of(Settings(home=tmp_path)) is None
    secret = key.read_text("ascii").splitlines()[1]
    assert secret[70:] not in repr(signer_of(Settings(home=tmp_path, signing_key=key)))
    faults = {
        "absent": ("", "cannot be read: No such file"),
        "other": ("a\nb\n", "not a secret key of minisign"),
        "public": (key.with_name(PUBLIC_FILE).read_text("ascii"), "not a secret key of minisign"),
        "password": (f"a\nRWRTY0Iy{secret[8:]}\n", "a key with a password"),
        "damaged": (f"a\n{secret[:90]}{'AAAA'}{secret[94:]}\n", "not a secret key of minisign"),
    }
    for name, (text, why) in faults.items():
        file = tmp_path / name
        if text:
            file.write_text(text, "ascii")
        with pytest.raises(UsageError, match=why) as fault:
            signer_of(Settings(home=tmp_path, signing_key=file))
        assert secret[70:] not in str(fault.value)
