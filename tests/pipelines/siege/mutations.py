"""Ways in which a body is damaged, by a publisher, a network or a disk."""

import io
import random
import re
import zipfile
from collections.abc import Callable

from tests.pipelines.siege.bodies import Target
from tests.server import Reply, gzipped

Mutation = Callable[[bytes, random.Random], bytes]
NUMBER = re.compile(rb"\d+(?:\.\d+)?")
WORDS = (b"NaN", b"null", b"", b"-1", b"1e308", b"1e999", b"-", b"\xd9\xa3", b"0", b"1,5", b"true")
CHARSETS = ("undefined", "idna", "base64", "x-none", "utf-7", "latin-1", '"', "utf-8; charset=x")


def span(body: bytes, draw: random.Random, share: float = 0.2) -> tuple[int, int]:
    """Where a random piece of up to a share of the body begins and ends."""
    begins = draw.randrange(len(body))
    return begins, min(len(body), begins + draw.randint(1, max(1, int(len(body) * share))))


def flip(body: bytes, draw: random.Random) -> bytes:
    """The body with one to eight bits flipped."""
    changed = bytearray(body)
    for _ in range(draw.randint(1, 8)):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def cut(body: bytes, draw: random.Random) -> bytes:
    """The body up to somewhere."""
    return body[: draw.randrange(len(body))]


def drop(body: bytes, draw: random.Random) -> bytes:
    """The body without a piece."""
    begins, ends = span(body, draw)
    return body[:begins] + body[ends:]


def repeat(body: bytes, draw: random.Random) -> bytes:
    """The body with a piece twice."""
    begins, ends = span(body, draw)
    return body[:ends] + body[begins:ends] + body[ends:]


def blank(body: bytes, draw: random.Random) -> bytes:
    """The body with a piece of zero bytes, as a disk leaves it."""
    begins, ends = span(body, draw)
    return body[:begins] + bytes(ends - begins) + body[ends:]


def lines(body: bytes, draw: random.Random) -> bytes:
    """The body without some lines, or with some in another order."""
    parts = body.splitlines(keepends=True)
    if draw.random() < 0.5:
        share = draw.random()
        return b"".join(part for part in parts if draw.random() < share)
    draw.shuffle(parts)
    return b"".join(parts)


def digits(body: bytes, draw: random.Random) -> bytes:
    """The body with one to ten digits replaced."""
    changed = bytearray(body)
    places = [at for at, byte in enumerate(changed) if chr(byte).isdigit()]
    for at in draw.sample(places, min(len(places), draw.randint(1, 10))):
        changed[at] = ord(draw.choice("0123456789"))
    return bytes(changed)


def words(body: bytes, draw: random.Random) -> bytes:
    """The body with one to five numbers replaced by what is none, or an odd one."""
    places = [match.span() for match in NUMBER.finditer(body)]
    for begins, ends in sorted(draw.sample(places, min(len(places), draw.randint(1, 5))))[::-1]:
        body = body[:begins] + draw.choice(WORDS) + body[ends:]
    return body


def scaled(body: bytes, draw: random.Random) -> bytes:
    """The body with every number moved by a power of ten."""
    shift = draw.choice([b"0", b"00", b"000"])
    return re.sub(rb"(?<![\d.-])(\d+)\.(\d)", rb"\g<1>" + shift + rb".\2", body)


def encoded(body: bytes, draw: random.Random) -> bytes:
    """The body in another encoding, or encoded twice."""
    text = body.decode("latin-1")
    return text.encode(draw.choice(["utf-16", "utf-16-le", "utf-8", "utf-32", "utf-7"]))


MUTATIONS: dict[str, Mutation] = {
    each.__name__: each
    for each in (flip, cut, drop, repeat, blank, lines, digits, words, scaled, encoded)
}


def in_sheet(mutation: Mutation) -> Mutation:
    """The mutation of a sheet inside of a workbook that is sound otherwise."""

    def mutated(body: bytes, draw: random.Random) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as book, zipfile.ZipFile(out, "w") as damaged:
            names = [name for name in book.namelist() if name.endswith(".xml")]
            chosen = draw.choice([name for name in names if "sheet" in name.lower()] or names)
            for name in book.namelist():
                part = book.read(name)
                damaged.writestr(name, mutation(part, draw) if name == chosen else part)
        return out.getvalue()

    return mutated


def damaged_reply(target: Target, draw: random.Random) -> tuple[str, Reply]:
    """A name of what goes wrong, and the answer."""
    name = draw.choice([*MUTATIONS])
    mutation = MUTATIONS[name]
    if target.body.startswith(b"PK") and draw.random() < 0.7:
        mutation = in_sheet(mutation)
    body, headers = mutation(target.body, draw), {"Content-Type": target.kind}
    wire = draw.random()
    if wire < 0.1:
        return f"{name}, charset", Reply(
            body, headers={"Content-Type": f"{target.kind}; charset={draw.choice(CHARSETS)}"}
        )
    if wire < 0.2:
        return f"{name}, no length", Reply(body, headers=headers, length=False)
    if wire < 0.3:
        return f"{name}, gzip", gzipped(body, **{"Content-Type": target.kind})
    return name, Reply(body, headers=headers)
