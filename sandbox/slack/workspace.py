"""The state of a workspace and the app installed in it: who and what is there, and what happened."""

import itertools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.modals import Modals
from sandbox.slack.model import (
    COMMAND_SCOPES,
    SLACKBOT,
    SLACKBOT_NAME,
    Channel,
    ChannelChange,
    Clock,
    File,
    Message,
    Team,
    User,
    UserGroup,
    utc_now,
)
from sandbox.slack.notices import Notices
from sandbox.slack.tickets import ResponseUrls, SocketTickets, Triggers
from sandbox.slack.timeline import Timeline


@dataclass
class App:
    """The one app of the workspace. `token_error`, when set, is what its tokens are answered with."""

    id: str
    name: str
    user: str
    bot_id: str
    scopes: set[str]
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    token_error: str = ""


class Workspace:
    """Everything a local Slack knows. All changes go through here and are told to `notices`."""

    def __init__(self, clock: Clock = utc_now, scopes: Iterable[str] = COMMAND_SCOPES, app_name: str = "app") -> None:
        self.clock = clock
        self.notices = Notices()
        self._numbers = itertools.count(1)
        self.team = Team(self.new_id("T"), "harbour", "Harbour")
        self.other_team = Team(self.new_id("T"), "elsewhere-inc", "Elsewhere Inc.")
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.timeline = Timeline(clock, self.notices)
        self.modals = Modals(self.notices, self.new_id)
        self.triggers = Triggers(clock)
        self.response_urls = ResponseUrls(clock)
        self.socket_tickets = SocketTickets(clock)
        self.app = self._new_app(app_name, scopes)

    def new_id(self, prefix: str) -> str:
        """Return an ID of Slack's form that no other thing has."""
        return f"{prefix}{next(self._numbers):010d}"

    def _new_app(self, name: str, scopes: Iterable[str]) -> App:
        bot = self.add_user(name, name, is_bot=True)
        return App(
            id=self.new_id("A"),
            name=name,
            user=bot.id,
            bot_id=self.new_id("B"),
            scopes=set(scopes),
            bot_token=f"xoxb-local-{secrets.token_hex(16)}",
            app_token=f"xapp-local-{secrets.token_hex(16)}",
            signing_secret=secrets.token_hex(16),
            verification_token=secrets.token_hex(12),
        )

    def add_user(self, name: str, real_name: str, **more: Any) -> User:
        """Add a member; `more` are further fields of User."""
        team = self.other_team if more.get("is_stranger") else self.team
        return self._set_user(User(self.new_id("U"), name, real_name, team.id, **more))

    def change_user(self, user: User, **changes: Any) -> User:
        return self._set_user(replace(user, **changes))

    def _set_user(self, user: User) -> User:
        self.users[user.id] = user
        self.notices.tell("user", user)
        return user

    def add_group(self, handle: str, name: str, users: Iterable[User] = ()) -> UserGroup:
        return self.set_group(UserGroup(self.new_id("S"), handle, name, tuple(user.id for user in users)))

    def set_group(self, group: UserGroup) -> UserGroup:
        self.groups[group.id] = group
        self.notices.tell("group", group)
        return group

    def add_channel(self, name: str, members: Iterable[str] = (), **more: Any) -> Channel:
        """Add a conversation with the users of these IDs in it; `more` are further fields of Channel."""
        prefix = "D" if more.get("is_im") else "C"
        created = int(self.clock().timestamp())
        return self._set_channel(Channel(self.new_id(prefix), name, frozenset(members), **{"created": created, **more}))

    def change_channel(self, channel: Channel, *, by: str = "", **changes: Any) -> Channel:
        """Change a channel; `by` is the ID of the user who does it."""
        before = self.channels[channel.id]
        after = self._set_channel(replace(channel, **changes))
        self.notices.tell("channel_changed", ChannelChange(before, after, by))
        return after

    def _set_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.notices.tell("channel", channel)
        return channel

    def direct_channel(self, user_id: str) -> Channel:
        """Return the direct message between a person and the app, opened where it was not."""
        pair = {user_id, self.app.user}
        return self.open_direct_channel(user_id) or self.add_channel("directmessage", pair, is_im=True)

    def open_direct_channel(self, user_id: str) -> Channel | None:
        """Return the direct message between a person and the app, or None where nobody has opened it."""
        pair = frozenset({user_id, self.app.user})
        return next((channel for channel in self.channels.values() if channel.is_im and channel.members == pair), None)

    def user_named(self, name: str) -> User:
        """Return the member of that name. Raises KeyError."""
        return next((user for user in self.users.values() if user.name == name), None) or self.users[name]

    def channel_named(self, name: str) -> Channel:
        """Return the channel of that name, with or without its #, or of that ID. Raises KeyError."""
        bare = name.removeprefix("#")
        named = (channel for channel in self.channels.values() if channel.name == bare and not channel.is_im)
        return next(named, None) or self.channels[bare]

    def may_see(self, user: User, channel: Channel) -> bool:
        """Say whether a person can look into a channel: guests and strangers only where they were added."""
        outsider = user.is_restricted or user.is_stranger
        return user.id in channel.members or not (channel.is_closed or outsider)

    def sees(self, user: User, message: Message) -> bool:
        """Say whether a person sees a message."""
        return self.may_see(user, self.channels[message.channel]) and message.ephemeral_to in {"", user.id}

    def seen_by(self, user: User, channel: Channel) -> list[Message]:
        """Return the messages of a channel as a person sees them, oldest first."""
        return [message for message in self.timeline.in_channel(channel.id) if self.sees(user, message)]

    def shown_to_all(self, channel: Channel, after: str = "") -> list[Message]:
        """Return the messages of a channel that everybody in it sees, replies too, oldest first.

        Only those that came later than the ts `after`.
        """
        everything = self.timeline.in_channel(channel.id)
        return [message for message in everything if message.ts > after and not message.ephemeral_to]

    def set_file(self, file: File) -> File:
        self.files[file.id] = file
        self.notices.tell("file", file)
        return file

    def picture(self) -> str:
        """Return the latest messages and the open views in words."""
        names = {**{user.id: user.name for user in self.users.values()}, SLACKBOT: SLACKBOT_NAME}
        messages = [
            f"{self.channels[message.channel].name} {names.get(message.user)}: {message.text[:200]}"
            for message in self.timeline.all()[-8:]
        ]
        views = [f"{names[view.user]}: {view.type} {view.title!r}" for view in self.modals.open_views()]
        return "\n".join(["last messages:", *messages, "open views:", *views])


def furnish(workspace: Workspace) -> Workspace:
    """Put people, a group and channels into a new workspace.

    #shop is public with the app in it, #elsewhere public without it, #secret private without it, #old archived.
    """
    admin = workspace.add_user("admin", "Ada Admin", is_admin=True, locale="en-GB", title="Workspace admin")
    operator = workspace.add_user(
        "operator", "Olu Operator", locale="en-US", tz="Africa/Lagos", title="In @shop-operators"
    )
    viewer = workspace.add_user("viewer", "Vera Viewer", locale="de-DE", tz="Europe/Berlin", title="Member")
    guest = workspace.add_user("guest", "Gus Guest", is_restricted=True, locale="fr-FR", title="Guest")
    stranger = workspace.add_user("stranger", "Sam Stranger", is_stranger=True, title="From Elsewhere Inc.")
    workspace.add_group("shop-operators", "Shop operators", [operator])
    staff = [admin.id, operator.id, viewer.id]
    everybody = [*staff, guest.id, stranger.id, workspace.app.user]
    workspace.add_channel("shop", everybody, is_ext_shared=True, creator=operator.id)
    workspace.add_channel("elsewhere", staff, creator=admin.id)
    workspace.add_channel("secret", staff, is_private=True, creator=admin.id)
    workspace.add_channel("old", [*staff, workspace.app.user], is_archived=True, creator=admin.id)
    return workspace
