"""Countries of network addresses, from the data that geoip2fast ships: no call over a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path

import geoip2fast

#: Codes in the data that stand for regions, not for countries.
_NO_COUNTRIES = frozenset({"EU", "AP", "ZZ", "XX"})


class Countries:
    """Finds countries: address -> ISO 3166-1 alpha-2 code.

    None if it is private, unassigned or no address.
    """

    def __init__(self) -> None:
        data = Path(geoip2fast.__file__).with_name("geoip2fast-ipv6.dat.gz")
        self._reader = geoip2fast.GeoIP2Fast(geoip2fast_data_file=str(data))

    def of(self, addresses: Sequence[str]) -> list[str | None]:
        """Return the country of each IPv4 or IPv6 address. Each takes about 10 µs, so pass distinct ones."""
        return [self._country(address) for address in addresses]

    def _country(self, address: str) -> str | None:
        try:
            parsed = ipaddress.ip_address(address.strip())
        except ValueError:
            return None
        # An IPv4 address may be written as an IPv6 one: `::ffff:8.8.8.8`.
        mapped = getattr(parsed, "ipv4_mapped", None)
        code = self._reader.lookup(str(mapped or parsed)).country_code
        return code if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES else None
