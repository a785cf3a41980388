"""Mandrill's form-encoded bodies. Its events are in `tests/end_to_end/providers`."""

from __future__ import annotations

from ingestion.adapters.email.mandrill import ADAPTER


def test_only_a_form_is_decoded() -> None:
    assert ADAPTER.decode is not None
    assert ADAPTER.decode("mandrill_events=%5B%7B%22a%22%3A%22x+y%2Bz%22%7D%5D\n") == '[{"a":"x y+z"}]'
    assert ADAPTER.decode("hello") is None
    assert ADAPTER.decode("mandrill_events=%ff") is None
    assert ADAPTER.decode("mandrill_events=%5B1%5D&mandrill_events=%5B2%5D") is None
    assert ADAPTER.decode("a=1&" * 200 + "mandrill_events=%5B%5D") is None
