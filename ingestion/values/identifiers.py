"""Cleans one id or one e-mail address: removes quotation marks, braces, display names and other wrapping.

Landing, CRM snapshots and erasure share these rules.
"""

from __future__ import annotations

import json
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache
from urllib.parse import unquote

#: Words that mean "no id", in lower case and without wrapping.
WORDS_FOR_NOTHING = (
    *("", "null", "undefined", "none", "nan", "unknown", "object object"),
    *("00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000"),
)
#: Blanks (also invisible ones) and quotation marks.
BLANKS = " \t\r\n\f\v\u00a0\u2007\u202f\u200b\u2060\ufeff"
QUOTES = "\"'`\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"
#: Wrapping that is removed: `(null)`, `[object Object]`, a GUID's braces.
AROUND_WORDS = BLANKS + QUOTES + "{}()[]"
QUOTE_IN_LINKS = "%22"

_GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_WHOLE_NUMBER_AS_FLOAT = re.compile(r"([+-]?\d+)\.0+")
_PAIRS = (
    *((mark, mark) for mark in "\"'`"),
    ("\u201c", "\u201d"),
    ("\u201e", "\u201c"),
    ("\u00ab", "\u00bb"),
)

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"({_QUOTED})|\((?:[^()\\]|\\.)*\)")
_BRACKETS = re.compile(rf'{_QUOTED}|<((?:{_QUOTED}|[^<>"])*)>')
_LISTED = re.compile(rf"(?:{_QUOTED}|[^,;\"])+")
_GROUP = re.compile(rf"(?:{_QUOTED}|[^:@\"\[\]])*:(.*);\s*", re.DOTALL)
_SCHEME = re.compile(r"\s*(?:mailto:|rfc822;|smtp:)\s*", re.IGNORECASE)
_ROUTE = re.compile(r"(?:@[^@:,]+,?)+:(?=.*@)")
_ATOMS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
#: Matches a whole address (a local part and a domain with a dot), in columns that may hold an id instead,
#: such as `saml|ann@example.com`.
_ADDRESS = re.compile(r"(?:\"[^\"]*\"|[^\s@\"<>,;|]+)@[^\s@\"<>,;/]+\.[^\s@\"<>,;/.]+")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_REMEMBERED = 100_000
#: A longer text is neither an id nor an address: it stays unchanged.
_LONGEST = 2_000


def clean_id(text: str) -> str | None:
    """Return an id without blanks, quotation marks and braces around it; None if the text means "no id".

    A GUID is returned in lower case, 2001.0 as 2001, a list of one value as that value; a list of several
    values or an object is no id. Any other id is returned verbatim.
    """
    return _clean_id(text) if len(text) <= _LONGEST else text.strip(BLANKS) or None


@lru_cache(_REMEMBERED)
def _clean_id(text: str) -> str | None:
    while True:
        text = text.strip(BLANKS)
        if is_nothing(text):
            return None
        inner = _without_wrapping(text)
        if inner is None or inner == text:
            break
        text = inner
    if inner is None:
        return None
    if _GUID.fullmatch(text):
        return text.lower()
    number = _WHOLE_NUMBER_AS_FLOAT.fullmatch(text)
    return number[1] if number else text


def is_nothing(text: str) -> bool:
    """Whether the text means "no id", as `null` and `none` do."""
    return text.replace(QUOTE_IN_LINKS, '"').strip(AROUND_WORDS).lower() in WORDS_FOR_NOTHING


def _without_wrapping(text: str) -> str | None:
    """Return the text without one pair of wrapping characters.

    None if it is a list of several or an object.
    """
    if text[0] in "[{":
        braced = text[1:-1].strip(BLANKS)
        if text[0] == "{" and text[-1] == "}" and _GUID.fullmatch(braced):
            return braced
        return _of_json(text)
    if len(text) > 2 and (text[0], text[-1]) in _PAIRS:
        return text[1:-1]
    if text.startswith(QUOTE_IN_LINKS) and text.endswith(QUOTE_IN_LINKS):
        return text[len(QUOTE_IN_LINKS) : -len(QUOTE_IN_LINKS)]
    return text


def _of_json(text: str) -> str | None:
    """Return the value in a JSON list of one; text that is not JSON is returned unchanged."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, list) or len(value) != 1:
        return None
    return value[0] if isinstance(value[0], str) else json.dumps(value[0])


def clean_address(text: str) -> str | None:
    """Return an e-mail address in the one form in which addresses are compared; None if the text means
    "none".

    The text is read as RFC 5322 says: a display name, comments and a group are not part of the address. The
    result is in lower case; an internationalised domain is in its ASCII form (xn--), which mail servers and
    most providers write. Text without an address is returned trimmed and in lower case.
    """
    return _clean_address(text) if len(text) <= _LONGEST else text.strip(BLANKS).lower() or None


@lru_cache(_REMEMBERED)
def _clean_address(text: str) -> str | None:
    if is_nothing(text):
        return None
    found = _bare(_decoded(text)) if "=?" in text and "<" not in text else _bare(text)
    found = found or _bare(unquote(text))
    if not found:
        return _folded(text.strip(BLANKS))
    local, _, domain = found.rpartition("@")
    return f"{_local_part(local)}@{clean_domain(domain)}"


def address_in(text: str) -> str | None:
    """Return the clean address if a text in an id's place is an address; None if it is an id."""
    if ("@" not in text and "%40" not in text) or "://" in text:
        return None
    address = clean_address(text)
    return address if address and _ADDRESS.fullmatch(address) else None


def clean_domain(domain: str) -> str:
    """Return a domain in lower case and ASCII, without a dot at the end."""
    labels = _DOTS.split(_folded(unicodedata.normalize("NFKC", domain.strip(BLANKS))))
    return ".".join(map(_label, labels)).rstrip(".")


def unicode_domain(domain: str) -> str:
    """Return the domain in Unicode: xn--bcher-kva.example as bücher.example."""
    return ".".join(map(_decoded_label, domain.split(".")))


def _label(label: str) -> str:
    """Return one part of a domain in ASCII, from either spelling."""
    plain = _folded(_decoded_label(label))
    if plain.isascii():
        return plain
    try:
        return "xn--" + plain.encode("punycode").decode("ascii")
    except UnicodeError:
        return plain


def _decoded_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    # A label whose punycode decodes to ASCII is invalid and stays unchanged.
    return label if decoded.isascii() else decoded


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _local_part(local: str) -> str:
    """Return the part before the @ without quotation marks that it does not need."""
    if local.startswith('"') and local.endswith('"'):
        plain = re.sub(r"\\(.)", r"\1", local[1:-1])
        if _ATOMS.fullmatch(plain):
            local = plain
    return _folded(local)


def _decoded(text: str) -> str:
    """Return the text with its encoded words (=?utf-8?Q?…?=) decoded."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _bare(text: str) -> str | None:
    """Return the address in a text, as RFC 5322 says: the one in angle brackets, else the remaining text."""
    text = _SCHEME.sub("", text.strip(BLANKS), count=1)
    text = _without_comments(text)
    bracketed = [found for found in _BRACKETS.findall(text) if "@" in found]
    if bracketed:
        return _one_word(_SCHEME.sub("", _ROUTE.sub("", bracketed[-1].strip(BLANKS)), count=1))
    group = _GROUP.fullmatch(text)
    listed = _LISTED.findall(group[1] if group else text)
    for one in listed:
        word = _one_word(one)
        if word:
            return word
    return None


def _without_comments(text: str) -> str:
    """Return the text without parentheses and their content, also nested ones."""
    while "(" in text:
        shorter = _COMMENT.sub(lambda found: found[1] or " ", text)
        if shorter == text:
            break
        text = shorter
    return text


def _one_word(text: str) -> str | None:
    """Return the address if the whole text, without blanks and quotation marks around it, is one.

    Else None.
    """
    text = text.strip(BLANKS + "<>,;")
    if len(text) > 2 and (text[0], text[-1]) in _PAIRS:
        text = text[1:-1]
    local, at, domain = text.rpartition("@")
    local, domain = local.strip(BLANKS), domain.strip(BLANKS + QUOTES)
    if not at or not local or not domain:
        return None
    if not local.startswith('"') and re.search(r"\s", local):
        local = local.split()[-1]
    return f"{local.lstrip(QUOTES) if not local.endswith(chr(34)) else local}@{domain.split()[0]}"
