"""`make reliability`: run the experiments, write their results into docs/operation/reliability.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from reliability.experiments import (
    app,
    crowd,
    damages,
    days,
    disks,
    engines,
    erasures,
    fuzz,
    kills,
    rows_written,
    worlds,
)
from reliability.outcome import Outcome, Say

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operation" / "reliability.md"
_FOLDER = Path("data/reliability")
_BEGIN, _END = "<!-- results: written by `make reliability` -->", "<!-- end of results -->"


@dataclass(frozen=True)
class Experiment:
    """An experiment and the size of its full run, in units such as kill points or records."""

    run: Callable[[int, int, Path, Say], list[Outcome]]
    size: int
    unit: str


EXPERIMENTS = {
    "kills": Experiment(kills.run, 500, "kill points"),
    "disks": Experiment(disks.run, 20, "full disks"),
    "damages": Experiment(damages.run, len(damages.DAMAGES), "damages"),
    "crowd": Experiment(crowd.run, 10, "rounds of two builds"),
    "erasures": Experiment(erasures.run, 40, "kill points"),
    "fuzz": Experiment(fuzz.run, 100_000, "records"),
    "worlds": Experiment(worlds.run, 200, "worlds"),
    "days": Experiment(days.run, 60, "days"),
    "app": Experiment(app.run, 10_000, "requests"),
    "engines": Experiment(engines.run, 300, "contacts"),
    "rows": Experiment(rows_written.run, 600, "contacts"),
}


def main() -> int:
    """Run the chosen experiments; return 1 where anything was lost or wrong."""
    arguments = _arguments()
    results = arguments.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    for name in arguments.only or EXPERIMENTS:
        experiment = EXPERIMENTS[name]
        size = max(int(experiment.size * arguments.share), 1)
        _say(f"{name}: {size} {experiment.unit}, seed {arguments.seed}")
        folder = arguments.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        began = time.monotonic()
        outcomes = experiment.run(size, arguments.seed, folder, _say)
        _say(f"{name}: {time.monotonic() - began:.0f} s")
        (results / f"{name}.json").write_text(
            json.dumps([asdict(outcome) for outcome in outcomes], indent=1), encoding="utf-8"
        )
    found = read(results)
    if arguments.write:
        write(PAGE, table(found))
    for outcome in found:
        for finding in outcome.findings:
            _say(f"FOUND in {outcome.experiment}, {outcome.injected}: {finding}")
    return int(any(not outcome.is_clean for outcome in found))


def read(results: Path) -> list[Outcome]:
    """Read the results of the last run of each experiment, in the order of the experiments."""
    files = [results / f"{name}.json" for name in EXPERIMENTS]
    return [
        Outcome(**row)
        for file in files
        if file.exists()
        for row in json.loads(file.read_text(encoding="utf-8"))
    ]


def table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a Markdown table."""
    head = ("experiment", "what was done to it", "tried", "losses", "wrong cells")
    rows = [
        (
            outcome.experiment,
            outcome.injected,
            f"{outcome.tried:,} {outcome.unit}",
            f"{outcome.losses:,}",
            f"{outcome.wrong_cells:,}",
        )
        for outcome in outcomes
    ]
    lines = [head, ("---", "---", "---:", "---:", "---:"), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def write(page: Path, results: str) -> None:
    """Replace the table between its two marks in the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}\n{results}\n{_END}{after}", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(EXPERIMENTS), help="this experiment (repeat)")
    parser.add_argument("--share", type=float, default=1.0, help="of a full run, e.g. 0.1 (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same experiment (default 1)")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help=f"scratch (default {_FOLDER})")
    page = "docs/operation/reliability.md"
    parser.add_argument("--write", action="store_true", help=f"write the table into {page}")
    arguments = parser.parse_args()
    arguments.folder = arguments.folder.absolute()
    return arguments


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
