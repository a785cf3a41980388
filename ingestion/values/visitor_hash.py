"""Visitors of a log that knows no more of them than an address and a user agent.

Belongs here: the keyed hash that stands for them. Does not belong here: who they are (the dbt project).
"""

from __future__ import annotations

import hashlib
import os

import duckdb

#: The environment variable with the key. Whoever has it can find out addresses, by trying them all.
KEY_VARIABLE = "TOUCHPOINT_VISITOR_KEY"
#: The key where there is none: the same everywhere, so that two homes agree.
DEFAULT_KEY = "touchpoint"

_BLOCK = hashlib.sha256().block_size
_INNER, _OUTER = "visitor_inner_key", "visitor_outer_key"


def set_key(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the key known to the statements of this connection."""
    key = (os.environ.get(KEY_VARIABLE) or DEFAULT_KEY).encode()
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    connection.execute(f"set variable {_INNER} = ?", [bytes(byte ^ 0x36 for byte in padded)])
    connection.execute(f"set variable {_OUTER} = ?", [bytes(byte ^ 0x5C for byte in padded)])


def visitor(ip_sql: str, user_agent_sql: str) -> str:
    """SQL for the visitor: HMAC-SHA256 of address and user agent, in hexadecimal; null without an address."""
    message = f"encode(lower({ip_sql}) || chr(10) || coalesce({user_agent_sql}, ''))"
    inner = f"unhex(sha256(getvariable('{_INNER}') || {message}))"
    return f"sha256(getvariable('{_OUTER}') || {inner})"
