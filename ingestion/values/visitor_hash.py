"""Visitor ids for logs that know only an address and a user agent: a keyed hash of the two."""

from __future__ import annotations

import hmac
import os

import duckdb
import pyarrow as pa

from ingestion.values.python_functions import add_function

#: The environment variable with the key. Whoever has the key can find the addresses by hashing all possible
#: ones.
KEY_VARIABLE = "TOUCHPOINT_VISITOR_KEY"
#: The key if that variable is not set: the same everywhere, so that a visitor has the same id in every home.
DEFAULT_KEY = "touchpoint"

_FUNCTION = "visitor_hash"


def add_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to the connection the Python function that the SQL of `visitor` calls."""
    add_function(connection, _FUNCTION, _keyed_hash, "VARCHAR", pa.string())


def _keyed_hash(text: str) -> str:
    key = os.environ.get(KEY_VARIABLE) or DEFAULT_KEY
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def visitor(ip_sql: str, user_agent_sql: str) -> str:
    """SQL for the visitor id: HMAC-SHA256 of address and user agent, in hexadecimal.

    Null without an address.
    """
    return f"{_FUNCTION}(lower({ip_sql}) || chr(10) || coalesce({user_agent_sql}, ''))"
