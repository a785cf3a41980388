"""The promises that a build keeps before it is published, checked on the build itself.

Belongs here: what must hold between tables (audit checks) and what sources should be like (arrival checks),
judged by Great Expectations, with Data Docs as the readable record. Does not belong here: when checks run and
what a red one does (orchestration), keys and accepted values of a single model (its dbt YAML).

Great Expectations takes seconds to import; nothing here imports it before `preload` or `audit` is called.
"""

from expectations.audit import audit, preload
from expectations.check import CheckResult

__all__ = ["CheckResult", "audit", "preload"]
