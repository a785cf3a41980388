"""A home, the data directory of one warehouse: its layout, who may write to it, who may read its files."""

from orchestration.home.layout import PARTIAL, PSEUDONYMISED, Home

__all__ = ["PARTIAL", "PSEUDONYMISED", "Home"]
