"""The result of an experiment: one row of the table in docs/operation/reliability.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Say = Callable[[str], None]


@dataclass
class Outcome:
    """What was tried, how often, and what went wrong.

    losses: records missing in the counts, published files that could not be read, builds that did not
    recover, processes that crashed. wrong_cells: cells of published tables that differ from those of a clean
    build of the same events. findings: each of these in words.
    """

    experiment: str
    injected: str
    tried: int
    unit: str
    losses: int = 0
    wrong_cells: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def add_loss(self, finding: str, count: int = 1) -> None:
        """Count a loss."""
        self.losses += count
        self.findings.append(finding)

    def add_wrong_cells(self, cells: int, finding: str) -> None:
        """Count differing cells."""
        self.wrong_cells += cells
        self.findings.append(finding)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and no cell was wrong."""
        return not (self.losses or self.wrong_cells or self.findings)
