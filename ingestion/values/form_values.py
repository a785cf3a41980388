"""Form values as one text of "name: value" lines, turned into a JSON object by SQL.

Belongs here: that text's rules. Does not belong here: which column of which format holds it.
"""

from __future__ import annotations

_CRLF = "chr(13) || chr(10)"


def as_json(source: str) -> tuple[str, str]:
    """Values on lines of their own, each "name: value", as a JSON object in text.

    Lines end in CR LF (in LF where the text has no CR LF); a line without ": " goes on with the value before
    it. Values of one name are joined by "; ", as a list of choices is. What comes before the first name has
    the empty name.
    """
    text = f"rtrim({source}, {_CRLF})"
    lines = f"string_split({text}, case when contains({source}, {_CRLF}) then {_CRLF} else chr(10) end)"
    starts = "list_filter(range(1, len(l) + 1), lambda i: i = 1 or contains(l[i], ': '))"
    # Each value with the lines that go on with it.
    stretches = (
        "list_transform(range(1, len(s) + 1), lambda j:"
        " array_to_string(l[s[j]:coalesce(s[j + 1], len(l) + 1) - 1], chr(10)))"
    )
    pairs = (
        "list_transform(p, lambda x: {'name': case when contains(x, ': ') then split_part(x, ': ', 1)"
        " else '' end, 'value': case when contains(x, ': ') then substr(x, strpos(x, ': ') + 2) else x end})"
    )
    names = "list_transform(q, lambda x: x.name)"
    firsts = "list_filter(range(1, len(q) + 1), lambda i: list_position(n, q[i].name) = i)"
    members = (
        f"list_transform({firsts}, lambda i:"
        " cast(to_json(q[i].name) as VARCHAR) || ':' || cast(to_json(array_to_string(list_transform("
        "list_filter(q, lambda x: x.name = q[i].name), lambda x: x.value), '; ')) as VARCHAR))"
    )
    whole = f"'{{' || array_to_string({members}, ',') || '}}'"
    steps = {"l": lines, "s": starts, "p": stretches, "q": pairs, "n": names}
    for name, value in reversed(steps.items()):
        whole = _let(name, value, whole)
    return "VARCHAR", f"case when nullif({text}, '') is not null then {whole} end"


def _let(name: str, value: str, body: str) -> str:
    """SQL of `body`, in which `name` is `value`."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"
