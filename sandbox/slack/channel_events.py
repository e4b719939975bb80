"""What an app hears of a channel that changes: https://docs.slack.dev/reference/events."""

from collections.abc import Iterator

from sandbox.slack.model import Channel, ChannelChange, Json
from sandbox.slack.workspace import Workspace

# Both kinds of channels have had this letter since 2021.
CHANNEL_TYPE = "C"


def channel_events(workspace: Workspace, change: ChannelChange) -> Iterator[Json]:
    """Yield the events of a change, as far as the app's scopes let it hear of them."""
    scope = "groups:read" if change.after.is_private else "channels:read"
    if change.after.is_im or scope not in workspace.app.scopes:
        return
    yield from _state_events(workspace, change)
    yield from _members_gone(workspace, change)
    yield from _members_come(workspace, change)


def _state_events(workspace: Workspace, change: ChannelChange) -> Iterator[Json]:
    """An archived channel is news for its members, the new name of a public one for everybody."""
    before, after = change.before, change.after
    is_member = workspace.app.user in after.members
    kind = _kind(after)
    if before.is_archived != after.is_archived and is_member:
        act = "archive" if after.is_archived else "unarchive"
        yield {"type": f"{kind}_{act}", "channel": after.id, "user": _actor(change)}
    if before.name != after.name and (is_member or not after.is_private):
        named = {"id": after.id, "name": after.name, "name_normalized": after.name, "created": after.created}
        yield {"type": f"{kind}_rename", "channel": {**named, "is_channel": not after.is_private, "is_mpim": False}}


def _members_gone(workspace: Workspace, change: ChannelChange) -> Iterator[Json]:
    """Of its own removal an app hears channel_left or group_left and no member_left_channel.

    The docs leave this open; it is what is seen: https://github.com/slackapi/bolt-js/issues/1847.
    """
    gone = change.before.members - change.after.members
    if workspace.app.user in gone:
        yield {"type": f"{_kind(change.after)}_left", "channel": change.after.id, "actor_id": _actor(change)}
    elif workspace.app.user in change.after.members:
        yield from (_membership(workspace, "member_left_channel", user, change.after) for user in sorted(gone))


def _members_come(workspace: Workspace, change: ChannelChange) -> Iterator[Json]:
    """Of its own arrival an app hears as of anybody's."""
    if workspace.app.user not in change.after.members:
        return
    for user in sorted(change.after.members - change.before.members):
        inviter = {"inviter": _actor(change)} if user != change.by else {}
        yield _membership(workspace, "member_joined_channel", user, change.after) | inviter


def _membership(workspace: Workspace, kind: str, user: str, channel: Channel) -> Json:
    team = workspace.users[user].team_id
    return {"type": kind, "user": user, "channel": channel.id, "channel_type": CHANNEL_TYPE, "team": team}


def _kind(channel: Channel) -> str:
    return "group" if channel.is_private else "channel"


def _actor(change: ChannelChange) -> str:
    return change.by or change.after.creator
