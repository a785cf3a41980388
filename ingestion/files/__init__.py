"""Reading files of the landing zone: compression, blocks of lines, JSON records, log lines, tables."""
