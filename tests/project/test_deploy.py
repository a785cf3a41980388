"""What `deploy/` holds is sound: units that systemd takes, a compose file that names what the image has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.harness.paths import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    # The programs lie in /opt on a server.
    assert [line for line in done.stderr.splitlines() if "is not executable" not in line] == []


def test_every_timer_has_its_service() -> None:
    names = {unit.name for unit in UNITS}
    assert {name.replace(".timer", ".service") for name in names if name.endswith(".timer")} <= names


def test_compose_asks_for_nothing_that_the_example_leaves_out() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    given = set(re.findall(r"^#?(\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert asked <= given
    services = yaml.safe_load(text)["services"]
    assert {service["build"]["dockerfile"] for service in services.values()} == {"deploy/Dockerfile"}
    assert all("healthcheck" in service for service in services.values())


def test_the_image_copies_what_is_there() -> None:
    steps = (DEPLOY / "Dockerfile").read_text()
    for name in re.findall(r"COPY (\S+) \./|install --owner touchpoint (\S+) ", steps):
        assert (CHECKOUT / (name[0] or name[1])).exists()
