"""The release as data: tables in formats for machines, from one description."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from dashboards.publish import changelog, changes, citation, edition_summary, readme
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
from dashboards.publish.publication import LANGUAGES, File, Publication, to_json
from warehouse.edition import Edition

CHECKSUMS = "SHA256SUMS"


def write(publication: Publication, out: Path, *, previous: Edition | None = None) -> list[Path]:
    """Write the data of an edition into the folder `out`; paths, checksums last.

    The changelog is against `previous`, the last edition before, where there is one.
    The checksums are of everything in the folder. The same edition gives the same bytes.
    """
    paths = [_put(out / file.name, file.body) for file in files(publication, previous)]
    return [*paths, _checksums(out)]


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
        yield File(f"{table.name}.csv", tables_csv.standard(frame, table), table)
        yield File(f"{table.name}.fr.csv", tables_csv.french(frame, table), table)
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


def _put(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def _checksums(out: Path) -> Path:
    files = sorted(path for path in out.iterdir() if path.is_file() and path.name != CHECKSUMS)
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    return _put(out / CHECKSUMS, "".join(lines).encode())
