"""The error that ends a copy to a server: what is wrong, on which server, what to do."""


class TargetError(Exception):
    """A server could not be given the published build; its readers keep what they had."""
