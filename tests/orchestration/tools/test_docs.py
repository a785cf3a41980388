"""The dbt docs as one page: it works from a folder, and nothing it says goes anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import TouchpointError
from orchestration.tools import docs
from tests.harness.browser import needs_browser, opened


def test_the_policy_comes_first_and_names_nowhere() -> None:
    page = docs.closed("<html><head><script>1</script></head></html>")
    assert page.index("Content-Security-Policy") < page.index("<script>")
    assert page.startswith(f'<html><head><meta http-equiv="Content-Security-Policy" content="{docs.POLICY}">')
    assert "http" not in docs.POLICY and "*" not in docs.POLICY and "'self'" not in docs.POLICY
    assert "default-src 'none'" in docs.POLICY and "connect-src" not in docs.POLICY


def test_a_page_that_cannot_be_closed_is_not_written() -> None:
    with pytest.raises(TouchpointError, match="no <head>"):
        docs.closed("<html><body></body></html>")


def test_the_page_of_this_dbt_can_be_closed() -> None:
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    assert "snowplow" in page, "the tracker is gone: the policy has one reason less"
    assert "Content-Security-Policy" in docs.closed(page)


@needs_browser
def test_a_browser_keeps_to_the_policy(tmp_path: Path) -> None:
    sending = (
        "<html><head><title>-</title><script>document.title = 'ran';"
        "fetch('http://127.0.0.1:9/x'); new Image().src = 'http://127.0.0.1:9/y';"
        "document.head.append(Object.assign(document.createElement('script'), {src: 'http://127.0.0.1:9/z'}))"
        "</script></head></html>"
    )
    page = tmp_path / "index.html"
    page.write_text(docs.closed(sending), encoding="utf-8")
    dom, said = opened(page, tmp_path / "profile")
    assert "<title>ran</title>" in dom
    for asked in "xyz":
        assert f"127.0.0.1:9/{asked}' violates the following Content Security Policy" in said
