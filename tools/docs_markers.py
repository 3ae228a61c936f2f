"""The generated part of a page of docs, between two marks that the page keeps."""

import re


def renewed(text: str, part: str, inside: str) -> str:
    """The text with a marked part replaced. Raises ValueError without marks."""
    start, end = f"<!-- {part}: generated -->", f"<!-- {part}: end -->"
    if start not in text or end not in text:
        raise ValueError(f"the text has no {start} and {end}")
    section = f"{start}\n\n{inside}\n\n{end}"
    return re.sub(f"{re.escape(start)}.*{re.escape(end)}", lambda _: section, text, flags=re.S)
