"""The errors of the product; every message is one clear sentence."""


class MutakhirError(Exception):
    """Base of every error the product raises on purpose."""


class UnknownCadence(MutakhirError):
    """A word for how often is none of the accepted ones; says the word and what is accepted."""


class Unscheduled(MutakhirError):
    """A promise without periods or without a release rule was asked for a due date."""
