"""What Slack hands out once and takes back late: triggers, response URLs, Socket Mode tickets."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Clock

# https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5
# Not documented: that a ticket is used once is seen in practice, its life is a guess.
SOCKET_TICKET_LIFE = timedelta(seconds=30)


@dataclass(frozen=True)
class Trigger:
    """A person has just done something, and for three seconds an app may open a view for it."""

    user: str
    expires: datetime
    channel: str = ""
    view: str = ""
    exchanged: bool = False


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, channel: str = "", view: str = "") -> str:
        """Return a new trigger_id for what `user` did in `channel` or in the modal `view`."""
        trigger_id = f"{secrets.randbelow(10**13):013}.{secrets.randbelow(10**11):011}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user, self._clock() + TRIGGER_LIFE, channel, view)
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Use a trigger up. Raises SlackError invalid_, exchanged_ or expired_trigger_id."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock() >= trigger.expires:
            raise SlackError("expired_trigger_id")
        self._issued[trigger_id] = replace(trigger, exchanged=True)
        return trigger


@dataclass(frozen=True)
class ReplyRight:
    """What a response URL lets its holder do: answer `user` in `channel`, change the message `original_ts`."""

    user: str
    channel: str
    expires: datetime
    original_ts: str = ""
    uses_left: int = RESPONSE_URL_USES


class ResponseUrls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ReplyRight] = {}

    def issue(self, user: str, channel: str, original_ts: str = "") -> str:
        """Return the secret last part of a new response URL."""
        secret = secrets.token_urlsafe(18)
        self._issued[secret] = ReplyRight(user, channel, self._clock() + RESPONSE_URL_LIFE, original_ts)
        return secret

    def look_up(self, secret: str) -> ReplyRight:
        """Return what the URL allows. Raises SlackError expired_url or used_url."""
        right = self._issued.get(secret)
        if right is None or self._clock() >= right.expires:
            raise SlackError("expired_url")
        if right.uses_left == 0:
            raise SlackError("used_url")
        return right

    def use(self, secret: str) -> None:
        """Count one use of a URL that `look_up` has allowed."""
        right = self._issued[secret]
        self._issued[secret] = replace(right, uses_left=right.uses_left - 1)


class SocketTickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, datetime] = {}

    def issue(self) -> str:
        """Return a ticket that opens one connection."""
        ticket = secrets.token_hex(16)
        self._issued[ticket] = self._clock() + SOCKET_TICKET_LIFE
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Use a ticket up; say whether it was good."""
        expires = self._issued.pop(ticket, None)
        return expires is not None and self._clock() < expires
