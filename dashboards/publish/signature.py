"""Sign checksums in the format of minisign: Ed25519 over BLAKE2b.

`minisign -Vm SHA256SUMS -P <public key>` verifies them. The same bytes and the same key give the
same signature. Format: https://jedisct1.github.io/minisign/
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ENDING = ".minisig"
PUBLIC_FILE = "minisign.pub"
# Of a secret key file: algorithm, derivation of a password, algorithm of the checksum, salt and two
# costs of the derivation; then the number of the key, seed, public key and checksum.
SECRET = struct.Struct("<2s2s2s32s8s8s8s32s32s32s")
ED25519, PREHASHED, NO_PASSWORD, BLAKE2B = b"Ed", b"ED", b"\0\0", b"B2"


@dataclass(frozen=True)
class Signer:
    """A key that signs; its representation shows the public half only."""

    number: bytes
    public: str
    secret: Ed25519PrivateKey = field(repr=False)

    @property
    def public_file(self) -> bytes:
        """The file that `minisign -p` reads."""
        name = self.number[::-1].hex().upper()
        return f"untrusted comment: minisign public key {name}\n{self.public}\n".encode()

    def sign(self, body: bytes, comment: str) -> bytes:
        """The signature of a file, and of a comment of one line, as a file."""
        signature = self.secret.sign(blake2b(body).digest())
        both = self.secret.sign(signature + comment.encode())
        lines = [
            "untrusted comment: signature from minisign secret key",
            _text(PREHASHED + self.number + signature),
            f"trusted comment: {comment}",
            _text(both),
        ]
        return "".join(f"{line}\n" for line in lines).encode()


def read_signer(path: Path) -> Signer:
    """The key in a file that `minisign -G -W` made.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not such a file, in words that hold nothing of it.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        _, line, *_ = path.read_text("ascii").splitlines()
        parts = SECRET.unpack(base64.b64decode(line, validate=True))
    except (UnicodeError, ValueError, binascii.Error, struct.error):
        raise ValueError("not a secret key of minisign") from None
    algorithm, derivation, *_, number, seed, public, checksum = parts
    if derivation != NO_PASSWORD:
        raise ValueError("a key with a password: make one without, by `minisign -G -W`")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    expected = blake2b(algorithm + number + seed + public, digest_size=32).digest()
    if algorithm != ED25519 or public != key.public_key().public_bytes_raw():
        raise ValueError("not a secret key of minisign")
    if checksum not in (expected, bytes(32)):  # some versions write none without a password
        raise ValueError("a damaged secret key of minisign")
    return Signer(number, _text(ED25519 + number + public), key)


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")
