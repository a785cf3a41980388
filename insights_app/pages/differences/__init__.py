"""Whether rates differ by more than chance explains: of two records, of variants of a split, of hours."""
