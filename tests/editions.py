"""Lists of GitHub, in its wire shape, that name an edition."""

import json

from sources import Source
from sources.http.credentials import public_url
from tests.server import Site

API = "https://api.github.com/repos"
# Of the sources whose newest edition is looked up: the repository, and the file of a real body.
EDITIONS = {
    "token_prices": ("pydantic/genai-prices", "prices/new_data/v2/data_slim.json"),
    "msft_ai_diffusion": ("microsoft/ai-diffusion-report", "data/AI_Diffusion_Q12026_Update.csv"),
}


def tree(*paths: str) -> bytes:
    """The list of the files on a branch."""
    entries = [{"path": path, "mode": "100644", "type": "blob", "size": 1} for path in paths]
    return json.dumps({"sha": "0" * 40, "tree": entries, "truncated": False}).encode()


def commits(day: str) -> bytes:
    """A list of one commit, of noon on that day."""
    by = {"name": "A committer", "date": f"{day}T12:00:00Z"}
    return json.dumps([{"sha": "0" * 40, "commit": {"author": by, "committer": by}}]).encode()


def address_of(site: Site, source: Source, day: str) -> str:
    """Where the body of a source is asked for, its lists being served as of `day`."""
    if source.discover is None:
        return public_url(source.requests[0]).split("?")[0]
    repository, path = EDITIONS[source.key]
    serve_lists(site, repository, path, changed=day)
    return f"https://raw.githubusercontent.com/{repository}/main/{path}"


def serve_lists(
    site: Site, repository: str, *paths: str, changed: str, moved: str | None = None
) -> None:
    """Serve the list of these files, and when they and all were last changed."""
    site.serve(f"{API}/{repository}/git/trees/main", tree(*paths))
    site.serve(f"{API}/{repository}/commits", commits(moved or changed))
    for path in paths:
        query = f"sha=main&per_page=1&path={path.replace('/', '%2F')}"
        site.serve(f"{API}/{repository}/commits?{query}", commits(changed))
