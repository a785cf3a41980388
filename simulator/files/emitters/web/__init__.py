"""One module per web feed: how it writes a hit."""
