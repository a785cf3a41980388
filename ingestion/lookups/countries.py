"""Countries of network addresses, many at once, from the data that geoip2fast ships.

Belongs here: reading that data. Does not belong here: which addresses to look up (`enrichment.py`).
"""

from __future__ import annotations

import bisect
import ipaddress
import socket
from collections.abc import Sequence
from pathlib import Path

import geoip2fast
import numpy as np
from geoip2fast import geoip2fast as tables

#: Codes in the data that are regions, no countries.
_NO_COUNTRIES = frozenset({"EU", "AP", "ZZ", "XX"})
_IPV4_END = 2**32


class Countries:
    """Address -> ISO 3166-1 alpha-2 code; None for what is private, unassigned or no address."""

    def __init__(self) -> None:
        data = Path(geoip2fast.__file__).with_name("geoip2fast-ipv6.dat.gz")
        self._reader = geoip2fast.GeoIP2Fast(geoip2fast_data_file=str(data))
        # The reader takes 10 µs per address; its own sorted tables answer for all addresses at once.
        # The tables are sorted and cut into chunks; the IPv4 networks come first.
        chunks = []
        for first, length, code in zip(
            tables.mainListFirstIP, tables.mainListNetlength, tables.mainListIDCountryCodes, strict=True
        ):
            size = bisect.bisect_left(first, _IPV4_END)
            chunks.append(np.array([first[:size], length[:size], code[:size]], dtype=np.int64))
        networks = np.concatenate(chunks, axis=1)
        self._first = networks[0]
        self._end = networks[0] + (1 << (32 - networks[1]))
        codes = [_country(entry.split(":")[0]) for entry in tables.mainListNamesCountry]
        self._codes = np.array([*codes, None], dtype=object)
        self._code = networks[2]

    def of(self, addresses: Sequence[str]) -> list[str | None]:
        """The country of each address."""
        packed = [_ipv4(address) for address in addresses]
        known = np.array([value is not None for value in packed], dtype=bool)
        numbers = np.frombuffer(b"".join(value for value in packed if value is not None), dtype=">u4")
        position = np.searchsorted(self._first, numbers.astype(np.int64), side="right") - 1
        inside = (position >= 0) & (numbers < self._end[position])
        found = np.full(len(packed), None, dtype=object)
        found[known] = self._codes[np.where(inside, self._code[position], -1)]
        for index in np.flatnonzero(~known).tolist():
            found[index] = self._other(addresses[index])
        return list(found)

    def _other(self, address: str) -> str | None:
        """An IPv6 address, or an IPv4 one in its clothes."""
        try:
            parsed = ipaddress.ip_address(address.strip())
        except ValueError:
            return None
        mapped = getattr(parsed, "ipv4_mapped", None)
        return _country(self._reader.lookup(str(mapped or parsed)).country_code)


def _ipv4(address: str) -> bytes | None:
    try:
        return socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return None


def _country(code: str) -> str | None:
    return code if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES else None
