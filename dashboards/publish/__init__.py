"""The release as data: tables in formats for machines, from one description."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from dashboards.i18n import LANGUAGES
from dashboards.publish import changelog, changes, citation, collection, edition_summary, readme
from dashboards.publish.formats import (
    croissant,
    csvw,
    datapackage,
    dcat,
    parquet,
    schemaorg,
    sdmx_data,
    sdmx_structure,
    tables_csv,
)
from dashboards.publish.publication import File, Publication, to_json
from dashboards.publish.signature import ENDING, Signer
from dashboards.publish.staging import Staging, check_room, holds, put
from warehouse.edition import Edition

CHECKSUMS = "SHA256SUMS"
SIGNATURE = f"{CHECKSUMS}{ENDING}"


def write(
    publication: Publication,
    folder: Path,
    *,
    previous: Edition | None = None,
    pages: Mapping[str, bytes] = MappingProxyType({}),
    layout: collection.Layout | None = None,
    signer: Signer | None = None,
) -> list[Path]:
    """Write an edition into `folder`, whole or not at all; returns the paths.

    The same edition gives the same bytes. The checksums are of everything in the folder.

    Args:
        previous: the last edition before, where there is one: the changelog is against it.
        pages: files beside the data by name, such as the bulletins.
        layout: where given, the API and the feeds over the editions beside `folder` are brought
            up to date in the same step.
        signer: where given, the key that signs the checksums.

    Raises:
        OSError: the disk is full, among others; what was there before is unchanged.
    """
    edition_files = [
        *(File(name, body) for name, body in pages.items()),
        *files(publication, previous),
    ]
    changed = [file for file in edition_files if not holds(folder / file.name, file.body)]
    check_room(folder, {file.name: len(file.body) for file in changed})
    with Staging(folder.parent) as staging:
        draft = staging.folder(folder.name)
        for file in changed:
            put(draft / file.name, file.body)
        sums = _checksums(draft)
        put(draft / CHECKSUMS, sums)
        if signer:
            put(draft / SIGNATURE, signer.sign(sums, _signed(publication.edition)))
        else:  # one of an earlier edition would no longer fit
            (draft / SIGNATURE).unlink(missing_ok=True)
        lists = []
        if layout:
            [card] = [file.body for file in edition_files if file.name == collection.CARD]
            cards = collection.read_cards(folder.parent, layout) | {folder.name: json.loads(card)}
            lists = collection.stage(staging, publication, cards, layout)
    last = [CHECKSUMS, SIGNATURE] if signer else [CHECKSUMS]
    names = [file.name for file in edition_files]
    return [*(folder / name for name in names), *lists, *(folder / name for name in last)]


def files(publication: Publication, previous: Edition | None = None) -> list[File]:
    """Every file of a release except its checksums."""
    data = [*_data(publication), *_changes(publication, previous)]
    return [*data, *_descriptions(publication, data)]


def _changes(publication: Publication, previous: Edition | None) -> Iterator[File]:
    yield File("edition.json", to_json(edition_summary.document(publication)))
    document = changelog.document(publication, changes.between(publication.edition, previous))
    yield File("changelog.json", to_json(document))
    for code in LANGUAGES:
        yield File(f"changelog.{code}.md", changelog.markdown(publication, document, code))


def _data(publication: Publication) -> Iterator[File]:
    for table in publication.tables:
        frame = publication.frames[table.name]
        plain, french = tables_csv.both(frame, table)
        yield File(f"{table.name}.csv", plain, table)
        yield File(f"{table.name}.fr.csv", french, table)
        yield File(f"{table.name}.parquet", parquet.parquet(frame, table), table)
    yield File("framework.json", to_json(publication.edition.framework))
    yield File("structure.sdmx.xml", sdmx_structure.document(publication))
    yield File("data.sdmx.xml", sdmx_data.document(publication))


def _descriptions(publication: Publication, data: Sequence[File]) -> Iterator[File]:
    """The descriptions, which name the data files with their sizes and hashes."""
    plain = [file for file in data if file.table and file.name == f"{file.table.name}.csv"]
    csv = [file for file in data if file.name.endswith(".csv")]
    yield File("datapackage.json", to_json(datapackage.document(publication, csv)))
    yield File("csvw.json", to_json(csvw.document(publication, plain)))
    yield File("croissant.json", to_json(croissant.document(publication, plain)))
    yield File("dcat.jsonld", to_json(dcat.document(publication, data)))
    for code in LANGUAGES:
        yield File(f"README.{code}.md", readme.markdown(publication, code))
        body = to_json(schemaorg.document(publication, data, code))
        yield File(f"dataset.{code}.jsonld", body)
    yield File("CITATION.cff", citation.cff(publication))


def _signed(edition: Edition) -> str:
    """What a signature says that it is of, in a line that it holds too."""
    return f"edition {edition.month}, as of {edition.as_of:%Y-%m-%dT%H:%M:%SZ}"


def _checksums(folder: Path) -> bytes:
    own = (CHECKSUMS, SIGNATURE)
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in own)
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    return "".join(lines).encode()
