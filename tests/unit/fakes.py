"""Services without a network, for what handlers make of answers; and a Slack that checks what it is shown."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any, Self, cast

from bot.access import Person
from bot.alerts.message import Message
from bot.blocks import Block
from bot.cams.client import CamsClient
from bot.cams.errors import CamsRefusedError
from bot.cams.models import Profile, QrCode, SpacePage, Waba
from bot.drawing import Drawer
from bot.people import People
from bot.polling import Group
from bot.register import Register
from bot.services import Services
from bot.settings import Settings, read
from bot.slack import File, Identity, Picture, Slack
from bot.store import (
    Alarm,
    AuditEntry,
    Card,
    CardChange,
    Change,
    Channel,
    JournalEntry,
    Moment,
    Outlook,
    Post,
    Shown,
    Store,
    Subscription,
    Swept,
    Transition,
    Wanted,
    Watch,
)
from tests.fixtures.clock import NOON
from tests.unit.hostile import message_problems, view_problems

ME = Identity("T012ABC", "", "U0BOT", "B0BOT", "cams-bot")
SETTINGS = {"SLACK_BOT_TOKEN": "xoxb-0", "SLACK_APP_TOKEN": "xapp-0", "CAMS_SPACE_ID": "cams-1"}


def entry_of(wanted: Wanted, **changes: Any) -> JournalEntry:
    """Return the row of a write that was just begun."""
    begun: dict[str, Any] = {
        "id": 1,
        "known_before": frozenset[str](),
        "state": "sending",
        "code": "",
        "begun_at": NOON,
        "sent_at": NOON,
        "sends": 1,
        "lease_until": NOON,
        "attempts": 0,
    }
    return JournalEntry(**{**asdict(wanted), **begun, **changes})


class FakeCams:
    """Answers with what it was given; what was not given is refused."""

    silent_for = 0.0
    silent_because = ""
    key_problem = None
    heard_since_trouble = True

    def __init__(
        self, *, waba: Waba | None = None, profile: Profile | None = None, codes: Sequence[QrCode] = ()
    ) -> None:
        self._waba = waba
        self._profile = profile
        self._codes = list(codes)

    def at(self, _priority: object) -> Self:
        return self

    async def list_spaces(self, _page: int, _size: int) -> SpacePage:
        return SpacePage((), 0, 0)

    async def get_waba(self, _space_id: str = "") -> Waba:
        if self._waba is None:
            raise CamsRefusedError("QueryChatappBindWaba", "no", code="No.Such", request_id="R-1")
        return self._waba

    async def get_profile(self, _phone_number: str, _space_id: str) -> Profile:
        if self._profile is None:
            raise CamsRefusedError("QueryPhoneBusinessProfile", "no", code="No.Such", request_id="R-1")
        return self._profile

    async def list_qr_codes(self, _phone_number: str, _space_id: str = "") -> list[QrCode]:
        return self._codes

    async def create_qr_code(self, _phone_number: str, _message: str, _space_id: str = "") -> QrCode:
        return self._codes[0]

    async def send_verification_code(self, phone_number: str, space_id: str, method: str, locale: str) -> None:
        """Say nothing, as CAMS does."""


@dataclass
class FakeStore:
    """Remembers what the tests look at, in lists."""

    seen: list[Watch] = field(default_factory=list)
    subscribed: list[Subscription] = field(default_factory=list)
    stuck: list[Post] = field(default_factory=list)
    rows: list[AuditEntry] = field(default_factory=list)
    # The journal's rows that are due, and the keys of those that were closed.
    due: list[JournalEntry] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    # What was written of rows that stay open: for how many seconds they are held, and what changed.
    noted: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    wanted: list[Channel] = field(default_factory=list)
    standing: list[Alarm] = field(default_factory=list)
    found: Outlook = field(default_factory=lambda: Outlook(1, 0, (), (), 0))
    swept: Swept | None = None

    async def space_of(self, _phone_number: str) -> str:
        return ""

    async def remember_number(self, phone_number: str, space_id: str, now: object) -> None:
        """Forget it at once."""

    async def register_stamp(self) -> tuple[object, ...]:
        return ()

    async def note_listed(self, _listed: object, _began: object) -> None:
        """Forget them at once."""

    async def forget_unlisted(self, _began: object) -> list[str]:
        return []

    async def spaces_due(self, _read_before: object) -> list[str]:
        return []

    async def begin_write(self, wanted: Wanted, *_: object) -> JournalEntry:
        return entry_of(wanted)

    async def note_write(self, entry: JournalEntry, _now: object, lease: timedelta, **changes: Any) -> JournalEntry:
        self.noted.append((lease.total_seconds(), changes))
        return replace(entry, **changes)

    async def close_write(self, entry: JournalEntry, said: AuditEntry | None = None) -> bool:
        self.closed.append(entry.id)
        self.rows += [said] if said else []
        return True

    async def claim_writes(self, _now: object, _lease: object, limit: int) -> list[JournalEntry]:
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    async def codes_of_others(self, _entry: JournalEntry) -> frozenset[str]:
        return frozenset()

    async def alarms(self) -> list[Alarm]:
        return self.standing

    async def outlook(self, _well: object, **_which: object) -> Outlook:
        return self.found

    async def begin_watching(self, _spaces: object) -> None:
        """Know them already."""

    async def watched_groups(self, *_: object) -> Counter[Group]:
        return Counter()

    async def hold_watches(self, *_: object) -> None:
        """Hold nothing."""

    async def claim_watches(self, *_: object) -> list[Watch]:
        return []

    async def watch(self, _space_id: str) -> Watch | None:
        return None

    async def watches(self) -> list[Watch]:
        return self.seen

    async def subscriptions(self, **_wanted: object) -> list[Subscription]:
        return self.subscribed

    async def subscribe(self, _space_id: str, _channel_id: str, _user_id: str, _now: object) -> bool:
        return True

    async def unsubscribe(self, _space_id: str, _channel_id: str, *, keep_watch: bool, by: str = "") -> bool:
        assert isinstance(by, str)
        return not keep_watch

    async def open_cards(self, **_wanted: object) -> list[Card]:
        return self.cards

    async def card(self, card_id: int) -> Card | None:
        return next((one for one in self.cards if one.id == card_id), None)

    async def act_on_card(
        self, card_id: int, _user: str, _act: str, _detail: str, decide: CardChange, _now: object, _say: object = None
    ) -> Card | None:
        card = await self.card(card_id)
        return decide(card) if card else None

    async def act_on_flood(self, *_: object) -> Swept | None:
        return self.swept

    async def posts_waiting(self, limit: int, **_wanted: object) -> list[Post]:
        return self.posts[:limit]

    async def posts_dropped(self, limit: int, _since: object, **_wanted: object) -> list[Post]:
        return self.posts[:limit]

    async def oldest_owed(self) -> None:
        return None

    async def count_waiting(self, **_wanted: object) -> int:
        return len(self.posts)

    async def history(self, _space_id: str, limit: int) -> list[Moment]:
        return self.moments[:limit]

    async def channel(self, channel_id: str) -> Channel:
        return Channel(channel_id=channel_id)

    async def channels(self) -> list[Channel]:
        return self.wanted

    async def change_channel(self, channel_id: str, change: Callable[[Channel], Channel], *, by: str = "") -> Channel:
        assert isinstance(by, str)
        return change(Channel(channel_id=channel_id))

    async def post_problems(self, limit: int) -> list[Post]:
        return self.stuck[:limit]

    async def bundle(self, *_: object) -> int:
        return 0

    async def claim_posts(self, *_: object) -> list[Post]:
        return []

    async def claim_cards(self, *_: object) -> list[Shown]:
        return []

    async def record(
        self, _space_id: str, _decide: Callable[[Watch], tuple[Watch, list[Change]]], _fallback: str, _now: object
    ) -> list[Transition]:
        return []

    async def audit(self, row: AuditEntry) -> None:
        self.rows.append(row)


class FakePeople:
    """Everybody is who they say they are."""

    async def person(self, user_id: str, _team_id: str) -> Person:
        return Person(user_id)


class FakeDrawer:
    """Draws nothing."""

    async def draw(self, _link: str) -> bytes:
        return b"a picture"


@dataclass
class StrictSlack:
    """Takes everything, and notes what Slack would have refused. `post_picture` and `tell` can be told to fail."""

    me: Identity = ME
    refused: list[str] = field(default_factory=list)
    named: Mapping[str, str] = field(default_factory=dict)
    shown: list[Any] = field(default_factory=list)
    lost: Exception | None = None
    unreachable: Exception | None = None

    async def post(self, _channel_id: str, text: str, blocks: Sequence[Block]) -> str:
        self._message(text, blocks)
        return "1.000001"

    async def whisper(self, _channel_id: str, _user_id: str, text: str, blocks: Sequence[Block]) -> None:
        self._message(text, blocks)

    async def tell(self, _channel_id: str, _user_id: str, text: str, blocks: Sequence[Block]) -> None:
        if self.unreachable:
            raise self.unreachable
        self._message(text, blocks)

    async def respond(self, _response_url: str, text: str, blocks: Sequence[Block], *, replace: bool = False) -> None:
        assert isinstance(replace, bool)
        self._message(text, blocks)

    async def post_picture(self, _channel_id: str, picture: Picture, blocks: Sequence[Block]) -> None:
        if self.lost:
            raise self.lost
        if not 0 < len(picture.alt_text.encode("utf-16-le")) // 2 <= 1000:
            self.refused.append("alt_txt_too_large")
        self.refused += [name for name in (picture.file_name, picture.title) if not 0 < len(name.encode()) <= 500]
        self._message("x", blocks)

    async def post_file(self, _channel_id: str, file: File, blocks: Sequence[Block]) -> None:
        self.refused += [name for name in (file.file_name, file.title) if not 0 < len(name.encode()) <= 500]
        self._message("x", blocks)

    async def change(self, _channel_id: str, _ts: str, message: Message) -> None:
        self._message(message.text, message.blocks)

    async def open_view(self, _trigger_id: str, view: Block) -> None:
        self._view(view)

    async def update_view(self, _view_id: str, view: Block) -> None:
        self._view(view)

    async def enter(self, channel_id: str) -> None:
        """Be there already."""

    async def channel_named(self, name: str) -> str:
        return self.named.get(name, "")

    def _message(self, text: str, blocks: Sequence[Block]) -> None:
        self.shown.append((text, list(blocks)))
        self.refused += message_problems(blocks, text)

    def _view(self, view: Block) -> None:
        self.shown.append(view)
        self.refused += view_problems(view)


def make_services(
    slack: StrictSlack | None = None,
    cams: FakeCams | None = None,
    store: FakeStore | Store | None = None,
    register: Register | None = None,
    **variables: str,
) -> Services:
    """Return services that are at hand in this process; what is not given is empty."""
    settings: Settings = read({**SETTINGS, **variables})
    return Services(
        cams=cast(CamsClient, cams or FakeCams()),
        store=cast(Store, store or FakeStore()),
        register=Register(settings.default_space) if register is None else register,
        slack=cast(Slack, slack or StrictSlack()),
        people=cast(People, FakePeople()),
        drawer=cast(Drawer, FakeDrawer()),
        settings=settings,
        clock=lambda: NOON,
    )
