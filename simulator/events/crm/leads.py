"""Leads with their stages and scores. CRM snapshots report them, events report them, or both do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.crm.submissions import Submission
from simulator.events.email.model import Messages
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

STAGE_CHANGED, SCORED = "lead_stage_changed", "lead_scored"
STAGES = ("inquiry", "qualify", "develop", "propose", "close")
GRADES = ("D", "C", "B", "A")


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A scoring model. in_crm False: only events mention it."""

    lead_scoring_model_id: str
    name: str
    sales_ready_score: float | None
    in_crm: bool = True


MODELS = (
    ScoringModel("model-1", "Engagement", 80.0),
    ScoringModel("model-2", "Fit", None),
    ScoringModel("model-3", "Trial", None, in_crm=False),
)
#: The first model's threshold in the first half of the world's days; MODELS has the one of the second half.
FORMER_SCORE = 95.0


@dataclass(frozen=True, slots=True)
class Score:
    """One scoring of a lead. model: number into MODELS; -1 comes from the interaction export, which names no
    model."""

    at: int
    model: int
    score: float
    grade: str | None
    sales_ready: bool | None


@dataclass(frozen=True)
class Lead:
    """A lead. contact: number into World.contacts. appears: instant at which the CRM has it, None: never.
    stages: instant and name of each stage, in order. logs_stages: events report its stage changes. sources:
    CRM columns that say where it came from."""

    lead_id: str
    contact: int
    topic: str | None
    created_at: int
    appears: int | None
    stages: tuple[tuple[int, str], ...]
    closed_at: int | None
    won: bool
    logs_stages: bool
    scores: tuple[Score, ...]
    sources: dict[str, str] = field(default_factory=dict)

    def stage_at(self, instant: int) -> str:
        """Return the stage at an instant; before the first stage, the first stage."""
        reached = [stage for since, stage in self.stages if since <= instant]
        return reached[-1] if reached else self.stages[0][1]

    def closed_before(self, end: int) -> int | None:
        """Return when the lead was closed if that was before the instant `end`, else None."""
        return self.closed_at if self.closed_at is not None and self.closed_at < end else None

    def status_before(self, end: int) -> str:
        """Return `open`, `won` or `lost` as of right before the instant `end`."""
        if self.closed_before(end) is None:
            return "open"
        return "won" if self.won else "lost"


def threshold(world: World, day: int) -> dict[str, float | None]:
    """Return the score that makes a lead ready for sales, by scoring model, as the CRM snapshot of a day has
    it."""
    return {
        model.lead_scoring_model_id: FORMER_SCORE
        if model.sales_ready_score is not None and 2 * day < world.days
        else model.sales_ready_score
        for model in MODELS
        if model.in_crm
    }


def make_leads(world: World, messages: Messages, submissions: list[Submission]) -> list[Lead]:
    """Make leads from before the world's start, leads from elsewhere, and those that form submissions
    created."""
    rng = stream(world.seed, "lead stories")
    people = world.contacts
    numbers = {str(name): number for number, name in enumerate(people.contact_id)}
    leads = [
        _lead(world, rng, "lead-old-1", 0, world.begin - 40 * DAY, world.begin),
        _lead(world, rng, "lead-old-2", 0, world.begin - 90 * DAY, world.begin, closed=world.begin - 3 * DAY),
    ]
    for number in range(4 + len(people) // 40):
        created = world.begin + int(rng.integers(-30 * DAY, world.days * DAY)) // 1_000 * 1_000
        # Every fifth lead is missing in the CRM: only events report it.
        appears = None if number % 5 == 4 else max(created, world.begin)
        leads.append(
            _lead(world, rng, f"lead-new-{number + 1}", int(rng.integers(len(people))), created, appears)
        )
    for made in submissions:
        if made.lead_result == "created":
            contact, created = numbers[made.contact_id], made.at // SECOND * SECOND
            page = world.pages[made.page]
            sources = {"source_page_id": page.page_id, "source_form_id": page.form_id}
            if made.message >= 0:
                sources["source_email_id"] = world.emails[messages.email[made.message]].email_id
                sources["source_journey_id"] = world.journeys[messages.journey[made.message]].journey_id
            leads.append(_lead(world, rng, made.lead_id, contact, created, made.arrives, sources=sources))
    return leads


def _lead(
    world: World,
    rng: np.random.Generator,
    lead_id: str,
    contact: int,
    created: int,
    appears: int | None,
    closed: int | None = None,
    sources: dict[str, str] | None = None,
) -> Lead:
    """Make a lead with a random number of stages; reaching the last stage closes it."""
    at, stages = created, [(created, STAGES[0])]
    for stage in STAGES[1 : int(rng.integers(1, len(STAGES) + 1))]:
        at += SECOND + int(rng.exponential(world.days / 4) * DAY) // 1_000 * 1_000
        stages.append((at, stage))
    seen = tuple((since, stage) for since, stage in stages if since < (closed or world.end))
    if closed is None and seen[-1][1] == STAGES[-1]:
        closed = seen[-1][0]
    return Lead(
        lead_id=lead_id,
        contact=contact,
        topic=None if rng.random() < 0.05 else "Offer",
        created_at=created // SECOND * SECOND,
        appears=appears,
        stages=seen,
        closed_at=closed,
        won=bool(rng.random() < 0.6),
        logs_stages=appears is None or bool(rng.random() < 0.5),
        scores=_scores(world, rng, created),
        sources=sources or {},
    )


def _scores(world: World, rng: np.random.Generator, created: int) -> tuple[Score, ...]:
    """Draw one to five scorings at random instants; a fifth of the leads have none."""
    if rng.random() < 0.2:
        return ()
    begin = max(created, world.begin)
    times = np.sort(begin + (rng.random(int(rng.integers(1, 6))) * (world.end - begin)).astype(np.int64))
    scores = []
    for at in times.tolist():
        score = float(rng.integers(0, 121))
        model = int(rng.choice(4, p=[0.4, 0.3, 0.15, 0.15]))
        reported = model != 0 and rng.random() < 0.8
        if model == len(MODELS):
            # The interaction export has whole seconds, no model and no grade.
            scores.append(Score(at // SECOND * SECOND, -1, score, None, None))
            continue
        grade = GRADES[int(score // 31)] if model != 1 else None
        scores.append(Score(at // 1_000 * 1_000, model, score, grade, score > 100 if reported else None))
    return tuple(scores)


def lead_events(world: World, leads: list[Lead], faults: frozenset[str]) -> pd.DataFrame:
    """Return the stage changes and scores that arrive within the world, one row each with the native format's
    fields."""
    rows: list[dict[str, object]] = []
    for lead in leads:
        common = {"lead_id": lead.lead_id, "contact_id": world.contacts.contact_id[lead.contact]}
        for at, stage in lead.stages:
            if lead.logs_stages and at >= world.begin:
                rows.append(common | {"interaction_type": STAGE_CHANGED, "occurred_at": at, "stage": stage})
        for score in lead.scores:
            model = MODELS[score.model].lead_scoring_model_id if score.model >= 0 else None
            rows.append(common | {
                "interaction_type": SCORED, "occurred_at": score.at, "lead_scoring_model_id": model,
                "score": score.score, "grade": score.grade, "is_sales_ready": score.sales_ready,
            })  # fmt: skip
    columns = ["interaction_type", "occurred_at", "lead_id", "contact_id", "stage", "lead_scoring_model_id",
               "score", "grade", "is_sales_ready"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).sort_values(["occurred_at", "lead_id"], ignore_index=True)
    # Every fifth event of a scoring system has no contact id, only the lead's.
    frame.loc[frame.index % 5 == 4, "contact_id"] = None
    frame["exported"] = (frame["interaction_type"] == SCORED) & frame["lead_scoring_model_id"].isna()
    times = frame["occurred_at"].to_numpy(dtype=np.int64)
    frame["arrives"] = arrivals(world, "leads", times, "late" in faults)
    return frame[frame["arrives"] < NOT_SEEN].reset_index(drop=True)


SOURCES = ("source_email_id", "source_journey_id", "source_page_id", "source_form_id")
