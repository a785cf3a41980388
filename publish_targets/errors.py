"""The error that ends a copy to a server or bucket: what is wrong, where, what to do."""


class TargetError(Exception):
    """A target could not be given the published build; its readers keep what they had.

    may_pass: whether it may work if it is tried again.
    """

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass
