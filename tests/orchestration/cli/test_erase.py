"""A person who is erased: gone from every byte of the home, still one anonymous member of every count."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingestion.erasure.people import People
from ingestion.erasure.record import Suppressions
from orchestration.build import erasing
from orchestration.build.dbt.unchanged import UnchangedNodes
from orchestration.build.run import BuildRun
from orchestration.cli.arguments import main
from orchestration.cli.commands import build as command
from orchestration.errors import AuditRedError
from orchestration.home import Home
from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.homes.comparison import differing_cells
from reliability.homes.interrupted_home import InterruptedHome, Tally
from reliability.homes.traces import traces
from tests.harness.worlds import quick_builds
from tests.orchestration.conftest import Built

#: What an erasure takes away or makes coarser in the person's rows; every other column stays as it was.
PERSONAL = frozenset(
    {"email", "first_name", "last_name", "submitted_values", "answers", "latitude", "longitude"}
    | {"account_id", "account_name", "created_at", "topic", "entity_name"}
    # Minted from the address where the provider gave the message no id.
    | {"message_key", "attributed_message_key"}
)
ABOUT_THE_BUILD = frozenset({"build_info", "build_history", "build_checks"})
#: List growth: one person less to reach, and created when nobody knows any more but the first snapshot.
TELLS_OF_ERASURES = {"mart_contact_growth_daily"}
#: Models that an erasure of one person may set to work, of some 120 that are no views.
MOST_MODELS = 110
THIRD_DAY = "2026-01-03"


@dataclass(frozen=True)
class Erased:
    """A home from which a person was erased, beside what it was before."""

    home: Path
    before: Path
    landing: Path
    contact_id: str
    address: str
    token: str
    said_when_red: str
    said_when_published: str

    @property
    def needles(self) -> tuple[str, ...]:
        return (self.contact_id, self.address, self.address.partition("@")[0])


def run(home: Path, landing: Path, *arguments: str) -> int:
    return main([*arguments, "--landing", str(landing), "--home", str(home)])


def somebody(home: Path) -> tuple[str, str]:
    """A contact who did a bit of everything."""
    with duckdb.connect(str(home / "published" / "insights.duckdb"), read_only=True) as connection:
        row = connection.execute(
            """
            select contact_id, email from marts.dim_contact
            semi join marts.fct_form_submissions using (contact_id)
            semi join marts.fct_survey_responses using (contact_id)
            semi join marts.fct_website_visits using (contact_id)
            semi join marts.fct_email_messages using (contact_id)
            -- Two people may share one address, which then stays with the other.
            where email in (select email from marts.dim_contact group by email having count(*) = 1)
            order by contact_id
            """
        ).fetchone()
    assert row
    return row[0], row[1]


@contextlib.contextmanager
def listening() -> Iterator[io.StringIO]:
    """What a command says, on either channel."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


def held_back(_: BuildRun) -> None:
    raise AuditRedError("the audit is red")


@pytest.fixture(scope="module")
def erased(built: Built, landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Erased in two goes: the build of the first is held back, a plain build finishes what it began."""
    folder = tmp_path_factory.mktemp("erased")
    home, zone = folder / "home", folder / "landing"
    shutil.copytree(built.home, home, symlinks=True)
    shutil.copytree(landing, zone)
    contact_id, address = somebody(home)
    with pytest.MonkeyPatch.context() as patch, listening() as red:
        patch.setattr(command, "execute", held_back)
        assert run(home, zone, "erase", "--contact", contact_id) == 1
    with listening() as published, quick_builds():
        assert run(home, zone, "build") == 0
    record = Suppressions.load(home)
    assert record
    return Erased(
        home=home,
        before=built.home / "published" / "insights.duckdb",
        landing=zone,
        contact_id=contact_id,
        address=address,
        token=record.token(contact_id),
        said_when_red=red.getvalue(),
        said_when_published=published.getvalue(),
    )


@dataclass(frozen=True)
class ErasedAtOnce:
    """The same person erased from the same home in one run, by a list."""

    home: Path
    code: int
    said: str
    nodes: UnchangedNodes


@pytest.fixture(scope="module")
def erased_at_once(built: Built, erased: Erased, tmp_path_factory: pytest.TempPathFactory) -> ErasedAtOnce:
    folder = tmp_path_factory.mktemp("erased_at_once")
    home, people = folder / "home", folder / "people.csv"
    shutil.copytree(built.home, home, symlinks=True)
    # With the same key the same tokens: what is published can be compared.
    (home / "erasures").mkdir()
    shutil.copyfile(erased.home / "erasures" / "key", home / "erasures" / "key")
    people.write_text(f"name;email\n\n;{erased.address}\n;nobody@example.org\n")
    kept: list[UnchangedNodes] = []

    class Watched(UnchangedNodes):
        def conclude(self) -> None:
            super().conclude()
            kept.append(self)

    with pytest.MonkeyPatch.context() as patch, listening() as said, quick_builds():
        patch.setattr("orchestration.build.dbt.runner.UnchangedNodes", Watched)
        code = run(home, erased.landing, "erase", "--file", str(people))
    return ErasedAtOnce(home, code, said.getvalue(), kept[0])


@pytest.mark.slow
def test_an_erasure_in_one_run_publishes_what_a_build_anew_does(
    erased: Erased, erased_at_once: ErasedAtOnce
) -> None:
    published = [home / "published" / "insights.duckdb" for home in (erased.home, erased_at_once.home)]
    assert differing_cells(published[0], published[1]) == {}
    assert traces(erased_at_once.home, erased.needles) == []
    assert not Home(erased_at_once.home).changed_by_erasure.exists()
    assert len(list((erased_at_once.home / "builds").iterdir())) == 1


@pytest.mark.slow
def test_an_erasure_in_one_run_leaves_out_what_does_not_hang_on_the_person(
    built: Built, erased_at_once: ErasedAtOnce
) -> None:
    nodes = erased_at_once.nodes
    models = [node for node in nodes.manifest.nodes.values() if node.resource_type == "model"]
    ran = {node.name for node in models if node.unique_id not in nodes.standing}
    assert {"int_emails", "int_segments", "int_pages"} & ran == set()
    # The person did a bit of everything.
    assert sum(node.config.materialized != "view" and node.name in ran for node in models) <= MOST_MODELS
    files = {file.name: file.stat().st_ino for file in (erased_at_once.home / "raw").rglob("*.parquet")}
    assert f"raw         {len(files)} Parquet" not in erased_at_once.said


@pytest.mark.slow
def test_a_line_of_a_list_that_names_nobody_is_told_of_and_the_others_are_erased(
    erased: Erased, erased_at_once: ErasedAtOnce
) -> None:
    assert erased_at_once.code == 2
    assert "people.csv, line 4: 'nobody@example.org': no record that was read names" in erased_at_once.said
    assert "lines of the list that name nobody: 1" in erased_at_once.said
    [report] = (erased_at_once.home / "erasures").glob("report-*.txt")
    assert "nobody@example.org" not in report.read_text()
    assert f"contacts now known as {erased.token}" in report.read_text()


@pytest.mark.slow
def test_a_build_that_is_held_back_says_that_readers_still_see_the_person(erased: Erased) -> None:
    assert "NOT YET: the build that readers see still holds them" in erased.said_when_red
    assert "STILL HOLDS THEM" in erased.said_when_red
    assert "the audit is red" in erased.said_when_red


@pytest.mark.slow
def test_the_next_build_finishes_the_erasure(erased: Erased) -> None:
    assert "taking erased people out" in erased.said_when_published
    assert "holds nobody" in erased.said_when_published
    record = Suppressions.load(erased.home)
    assert record
    assert [one.state for one in record.erasures] == ["done"]
    assert len(list((erased.home / "builds").iterdir())) == 1


@pytest.mark.slow
def test_no_byte_of_the_home_tells_of_the_person(erased: Erased) -> None:
    assert traces(erased.before.parent / "parquet", erased.needles), "or looking proves nothing"
    assert traces(erased.home, erased.needles) == []


@pytest.mark.slow
def test_the_report_counts_and_names_files_but_no_person(erased: Erased) -> None:
    assert f"contacts now known as {erased.token}" in erased.said_when_red
    assert "crm_contacts: 2 records of theirs" in erased.said_when_red
    assert "  crm/2026-01-01/contacts." in erased.said_when_red
    [report] = (erased.home / "erasures").glob("report-*.txt")
    assert "crm/2026-01-01/contacts." in report.read_text()
    assert erased.contact_id not in erased.said_when_red


@pytest.mark.slow
def test_every_count_of_the_past_stays_with_an_anonymous_member(erased: Erased) -> None:
    assert differences(erased).keys() == TELLS_OF_ERASURES
    with duckdb.connect(str(erased.home / "published" / "insights.duckdb"), read_only=True) as connection:
        lost = "select sum(contacts_erased) from marts.mart_contact_growth_daily"
        assert connection.execute(lost).fetchone() == (1,)


def differences(erased: Erased) -> dict[str, int]:
    """Rows of published tables that are not what they were, but for the personal columns."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{erased.before}' as before (read_only)")
        connection.execute(f"attach '{erased.home}/published/insights.duckdb' as after (read_only)")
        tables: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'before' and schema_name = 'marts' order by all"
        ).fetchall():
            tables.setdefault(table, []).append(column)
        for table, columns in tables.items():
            if table in ABOUT_THE_BUILD:
                continue
            kept = [column for column in columns if column not in PERSONAL]
            mapped = ", ".join(
                f"replace(cast({column} as varchar), '{erased.contact_id}', '{erased.token}')"
                for column in kept
            )
            sides = [f"(select {mapped} from {side}.marts.{table})" for side in ("before", "after")]
            if "contact_id" in columns:
                # Everybody else has everything they had.
                others = f"where contact_id not in ('{erased.contact_id}', '{erased.token}')"
                sides += [f"(from {side}.marts.{table} {others})" for side in ("before", "after")]
            rows = 0
            for left, right in (*zip(sides[::2], sides[1::2], strict=True),):
                for one, other in ((left, right), (right, left)):
                    row = connection.execute(
                        f"select count(*) from (from {one} except all from {other})"
                    ).fetchone()
                    rows += row[0] if row else 0
            if rows:
                found[table] = rows
    return found


@pytest.mark.slow
def test_what_is_delivered_again_brings_nobody_back_and_counts_nothing_twice(
    erased: Erased, erased_at_once: ErasedAtOnce, tmp_path: Path
) -> None:
    home, zone = tmp_path / "home", tmp_path / "landing"
    shutil.copytree(erased_at_once.home, home, symlinks=True)
    shutil.copytree(erased.landing, zone)
    for feed in zone.iterdir():
        if (feed / "2026-01-02").is_dir():
            shutil.copytree(feed / "2026-01-02", feed / THIRD_DAY)
    bad = {"event": "open", "timestamp": "never", "email": erased.address}
    (zone / "sendgrid" / THIRD_DAY / "bad.json").write_text(json.dumps(bad))
    with quick_builds():
        assert run(home, zone, "build", "--pseudonymise") == 0
    assert traces(home, erased.needles) == []
    other, address = somebody(home)
    assert traces(home / "published" / "parquet", (other, address))
    assert traces(home / "published" / "pseudonymised", (other, address, erased.token)) == []
    events = "select interaction_id, count(*) from marts.fct_email_events group by all order by all"
    with (
        duckdb.connect(str(home / "published" / "insights.duckdb"), read_only=True) as again,
        duckdb.connect(str(erased.home / "published" / "insights.duckdb"), read_only=True) as once,
    ):
        assert again.execute(events).fetchall() == once.execute(events).fetchall()
        assert again.execute("select count(*) from marts.quarantine").fetchone() == (1,)
        named = "select contact_id, email is null from marts.dim_contact where contact_id like 'erased-%'"
        assert again.execute(named).fetchall() == once.execute(named).fetchall() == [(erased.token, False)]


@pytest.mark.slow
def test_an_erasure_that_is_killed_is_finished_by_whoever_builds_next(
    built: Built, erased: Erased, tmp_path: Path
) -> None:
    home, before = tmp_path / "home", built.home / "published" / "insights.duckdb"
    shutil.copytree(built.home, home, symlinks=True)
    # With the same key the same tokens: what is landed can be compared.
    (home / "erasures").mkdir()
    shutil.copyfile(erased.home / "erasures" / "key", home / "erasures" / "key")
    tally = Tally("an erasure is killed")
    interrupted = InterruptedHome(home, "killed", tally, print)
    where = ["--landing", str(erased.landing), "--home", str(home)]
    for trigger in (Trigger("people are written down"), Trigger("a part is made anonymous", 3)):
        assert interrupted.interrupt(
            ["erase", "--contact", erased.contact_id, *where], Interruption(trigger), [before]
        )
    for trigger in (Trigger("the new ledger is put in place"), Trigger("the build files go", 1, 0.001)):
        assert interrupted.interrupt(["build", *where], Interruption(trigger), [before])
    assert [finding for outcome in tally.outcomes for finding in outcome.findings] == []
    assert erasing.is_unfinished(Home(home))
    # The first thing that a build does; the rest of it is that of `erased`, from the same rows.
    assert erasing.resume(Home(home), print) is not None
    shutil.rmtree(home / "builds")
    assert traces(home, erased.needles) == []
    assert rows_that_differ(home / "raw", erased.home / "raw") == {}
    assert list(home.rglob("*.erasing")) == []


def rows_that_differ(raw: Path, other: Path) -> dict[str, int]:
    """Rows that the files of one raw folder have and those of the other have not, by relation."""
    found = {}
    for relation in {path.name for path in (*raw.iterdir(), *other.iterdir())}:
        one, two = (
            f"read_parquet('{root}/{relation}/**/*.parquet', union_by_name = true)" for root in (raw, other)
        )
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"select (select count(*) from (from {one} except all from {two}))"
                f" + (select count(*) from (from {two} except all from {one}))"
            ).fetchall()
        found[relation] = rows[0][0]
    return {relation: rows for relation, rows in found.items() if rows}


def test_an_unknown_contact_is_named_and_nothing_is_done(
    home: Path, landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, landing, "erase", "--contact", "contact-0000001", "--contact", "nobody") == 2
    assert "names the contact 'nobody': nothing was erased" in capsys.readouterr().err
    assert not (home / "erasures").exists()


def test_a_list_that_names_nobody_known_erases_nobody(
    home: Path, landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people.txt"
    people.write_text("nobody\nno one\n")
    assert run(home, landing, "erase", "--file", str(people)) == 2
    said = capsys.readouterr().err
    assert "people.txt, line 1: 'nobody'" in said
    assert "people.txt, line 2: 'no one'" in said
    assert "nothing was erased" in said
    assert run(home, landing, "erase") == 2
    assert "say who is to be erased, with --contact or --file" in capsys.readouterr().err
    assert not (home / "erasures").exists()


@pytest.mark.slow
def test_erasing_again_says_so_and_builds_nothing(
    erased: Erased, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "execute", held_back)
    assert run(erased.home, erased.landing, "erase", "--contact", erased.contact_id) == 0
    assert f"Already erased: {erased.token}." in capsys.readouterr().out


def test_what_waits_is_read_before_anybody_is_looked_for_and_bi_keeps_its_copy(
    home: Path, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = tmp_path / "landing"
    shutil.copytree(landing, zone)
    contact_id, _ = somebody(home)
    page = {"type": "page", "anonymousId": "visitor-late-1", "timestamp": f"{THIRD_DAY}T10:00:00Z"}
    page["context"] = {"ip": "203.0.113.77", "page": {"url": "https://x.example/"}}  # type: ignore[assignment]
    known = {"type": "identify", "userId": contact_id}
    calls = [json.dumps({**page, "messageId": "p1"}), json.dumps({**page, **known, "messageId": "p2"})]
    (zone / "segment" / THIRD_DAY).mkdir()
    (zone / "segment" / THIRD_DAY / "late.ndjson").write_text("\n".join(calls))
    copy = home / "published" / "pseudonymised" / "insights.duckdb"
    copy.parent.mkdir()
    copy.touch()
    runs = []
    monkeypatch.setattr(command, "execute", lambda run: runs.append(run) or held_back(run))
    assert run(home, zone, "erase", "--contact", contact_id) == 1
    assert runs[0].options.pseudonymise
    assert list((home / "raw" / "segment" / "segment" / THIRD_DAY).iterdir())
    assert traces(home / "raw", ("visitor-late-1", "203.0.113.77", contact_id)) == []


def test_the_build_files_are_cleaned_of_who_is_in_quarantine_only(
    home: Path, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = tmp_path / "landing"
    shutil.copytree(landing, zone)
    bad = {"event": "open", "timestamp": "never", "contact_id": "contact-unread-1"}
    (zone / "sendgrid" / THIRD_DAY).mkdir()
    (zone / "sendgrid" / THIRD_DAY / "bad.json").write_text(json.dumps(bad))
    monkeypatch.setattr(command, "execute", held_back)
    assert run(home, zone, "erase", "--contact", "contact-unread-1") == 1
    assert Home(home).changed_by_erasure.is_dir()
    assert traces(home / "raw", ("contact-unread-1",)) == []


def test_an_erasure_that_cannot_begin_to_remove_says_who_still_sees_the_person(
    home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contact_id, _ = somebody(home)
    begin = erasing.begin

    def begin_and_lose_a_file(home: Home, people: People) -> list[str]:
        tokens = begin(home, people)
        next((home.root / "raw" / "crm_contacts").rglob("*.parquet")).unlink()
        return tokens

    monkeypatch.setattr(erasing, "begin", begin_and_lose_a_file)
    assert run(home, landing, "erase", "--contact", contact_id) == 3
    said = capsys.readouterr()
    assert "written down, but what readers see STILL HOLDS THEM" in said.err
    assert "a raw file is gone: restore it" in said.err
    assert "no file in" not in said.out


def test_a_home_that_does_not_exist_has_nobody(
    tmp_path: Path, landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none", landing, "erase", "--contact", "x") == 2
    assert "holds no warehouse" in capsys.readouterr().err
