"""JSON that is not one valid document per line: documents over many lines, `}{`, damaged and cut text."""
