"""Everything that speaks to Great Expectations: our expectations, the run over a build, its Data Docs."""
