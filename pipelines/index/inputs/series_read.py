"""Which of the stored series a method reads."""

from pipelines.index.framework import Framework, lineage
from pipelines.index.inputs import archived_vintages, splices, successions


def series_read(method: Framework) -> set[str]:
    """The series that a method reads, with what continues them.

    Those of the versions that it succeeds are among them: its first months are theirs.
    """
    members = [own for version in lineage(method) for own in version.indicators.values()]
    named = {key for own in members for key in (*own.series, *(own.errors or ()))}
    names = successions.with_followers(named)
    live = {key for splice in splices.load() if splice.series in names for key in splice.live}
    kept_in = {pair.kept_in for pair in archived_vintages.load() if pair.series in names}
    return successions.with_followers(names | live | kept_in)
