"""What goes wrong on our side of CAMS, by what somebody can do about it.

* BotError
  + UserError            what was asked cannot be done as asked; the text is the answer
    - FieldErrors        the same, said beside each field of a form
    - AccessDeniedError  who asks may not
  + UnknownOutcomeError  what was asked may or may not have been done; the text is the answer
  + SettingsError        the environment cannot be used; the start stops
  + DatabaseError        the database cannot be used; the start stops
  + SlackRefusesError    Slack does not accept what we start with: a token, an app without Socket Mode

What goes wrong between us and CAMS stands in `bot.cams.errors`.
"""

from collections.abc import Awaitable, Callable, Mapping


class BotError(Exception):
    """Everything that this bot raises by itself."""


class UserError(BotError):
    """What was asked cannot be done as asked. The text is a sentence for who asked, and says what to do."""


class FieldErrors(UserError):  # noqa: N818 - it holds several
    """One sentence for each field that cannot be used as it is."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class AccessDeniedError(UserError):
    """Who asks may not do this."""


class UnknownOutcomeError(BotError):
    """What was asked may or may not have been done. The text says what happens next, and that it is not repeated.

    ``then`` is called when it was told.
    """

    def __init__(self, text: str, then: Callable[[], Awaitable[object]] | None = None) -> None:
        super().__init__(text)
        self.then = then


class SettingsError(BotError):
    """The environment cannot be used. One line for each variable: its name, what it accepts, where to get it."""


class DatabaseError(BotError):
    """The database of DATABASE_URL cannot be used. The text has no address, which may hold a password."""


class SlackRefusesError(BotError):
    """Slack refuses our tokens or our app's set-up; trying again will not help."""
