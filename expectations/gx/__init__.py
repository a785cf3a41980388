"""Everything that speaks to Great Expectations: our expectations, the run over a build, its Data Docs."""

from expectations.gx.unused import postpone

# Great Expectations names them where it is imported, for expectations that no check of ours has.
postpone("scipy.stats")
postpone("altair")
