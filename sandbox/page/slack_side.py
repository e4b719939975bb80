"""The workspace as the page shows it to one person, as JSON."""

import mimetypes
from collections.abc import Sequence

from sandbox.page.unread import Unread
from sandbox.slack import Channel, File, LocalSlack, Message, User, View, Workspace, blockkit
from sandbox.slack.model import SLACKBOT, SLACKBOT_NAME, Json


def people(workspace: Workspace) -> list[Json]:
    """Everybody, the app too."""
    return [
        {
            "name": user.name,
            "id": user.id,
            "real_name": user.real_name,
            "title": user.title,
            "locale": user.locale,
            "is_guest": user.is_restricted,
            "is_stranger": user.is_stranger,
            "is_admin": user.is_admin,
            "is_app": user.is_bot,
        }
        for user in workspace.users.values()
    ]


def app(slack: LocalSlack) -> Json:
    """The app, what it can be asked for, and whether it is there."""
    installed, manifest = slack.workspace.app, slack.manifest
    return {
        "id": installed.id,
        "name": installed.name,
        "user": installed.user,
        "connected": bool(slack.http.url or slack.socket.connections),
        "has_home": manifest.has_home,
        "commands": list(manifest.commands),
        "shortcuts": list(manifest.shortcuts),
    }


def visible_channels(workspace: Workspace, user: User) -> list[Channel]:
    return [channel for channel in workspace.channels.values() if workspace.may_see(user, channel)]


def channel(workspace: Workspace, unread: Unread, user: User, place: Channel) -> Json:
    """A channel; the direct message with the app bears the app's name."""
    return {
        "id": place.id,
        "name": workspace.app.name if place.is_im else place.name,
        "is_private": place.is_private,
        "is_archived": place.is_archived,
        "is_im": place.is_im,
        "has_app": workspace.app.user in place.members,
        "unread": unread.count(user.id, place.id),
    }


def message(workspace: Workspace, said: Message) -> Json:
    return {
        "channel": said.channel,
        "ts": said.ts,
        "user": said.user,
        "user_name": _user_name(workspace, said.user),
        "text": said.text,
        "blocks": list(said.blocks),
        "files": list(said.files),
        "ephemeral": bool(said.ephemeral_to),
        "thread_ts": said.thread_ts,
        "reply_count": len(workspace.timeline.replies(said)),
        "edited": bool(said.edited_ts),
        "subtype": said.subtype,
        "is_app": bool(said.bot_id),
    }


def view(shown: View | None) -> Json | None:
    """A modal or a Home tab; None where there is none."""
    if shown is None:
        return None
    body = shown.body
    return {
        "id": shown.id,
        "hash": shown.hash,
        "type": shown.type,
        "title": shown.title,
        "submit": _words(body.get("submit")),
        "close": _words(body.get("close")),
        "blocks": shown.blocks,
        "state": shown.state,
        "errors": dict(shown.errors),
        "callback_id": shown.callback_id,
    }


def _words(text: Json | None) -> str | None:
    return str(text["text"]) if text else None


def file(kept: File) -> Json:
    return {
        "id": kept.id,
        "name": kept.name,
        "title": kept.title,
        "alt_text": kept.alt_text,
        "size": kept.length,
        "type": media_type(kept),
        "url": f"/api/files/{kept.id}",
    }


def media_type(kept: File) -> str:
    return mimetypes.guess_type(kept.name)[0] or "application/octet-stream"


def files_of(workspace: Workspace, said: Message) -> list[File]:
    """The files that a message shares or shows in a block."""
    ids = [*said.files, *(reference.get("id", "") for reference in blockkit.slack_files(list(said.blocks)))]
    return [workspace.files[file_id] for file_id in ids if file_id in workspace.files]


def files(workspace: Workspace, messages: Sequence[Message]) -> dict[str, Json]:
    """The files of messages by ID."""
    return {kept.id: file(kept) for said in messages for kept in files_of(workspace, said)}


def names(workspace: Workspace, user: User) -> dict[str, str]:
    """What to call people, groups, and those channels that a person may know of, by ID."""
    places = {place.id: place.name for place in visible_channels(workspace, user) if not place.is_im}
    users = {user_id: _user_name(workspace, user_id) for user_id in (SLACKBOT, *workspace.users)}
    return {**users, **places, **{group.id: group.handle for group in workspace.groups.values()}}


def _user_name(workspace: Workspace, user_id: str) -> str:
    return SLACKBOT_NAME if user_id == SLACKBOT else workspace.users[user_id].name
