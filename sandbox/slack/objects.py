"""What Slack's wire says of the things in a workspace."""

from collections.abc import Sequence

from sandbox.slack.model import Channel, File, Json, Message, User, UserGroup, View
from sandbox.slack.workspace import Workspace

THREAD_BROADCAST = "thread_broadcast"
REPLY_USERS_SHOWN = 5


def profile_object(user: User) -> Json:
    """https://docs.slack.dev/reference/objects/user-object#profile."""
    return {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": user.title,
        "team": user.team_id,
    }


def user_object(user: User, *, with_locale: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/user-object."""
    said = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "profile": profile_object(user),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.is_stranger,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }
    return {**said, "locale": user.locale} if with_locale else said


def group_object(group: UserGroup, team_id: str, *, with_users: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/usergroup-object."""
    said = {
        "id": group.id,
        "team_id": team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "date_delete": int(group.is_disabled),
        "user_count": len(group.users),
    }
    return {**said, "users": list(group.users)} if with_users else said


def channel_object(workspace: Workspace, channel: Channel) -> Json:
    """https://docs.slack.dev/reference/objects/conversation-object."""
    said = {
        "id": channel.id,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_channel": not channel.is_private and not channel.is_im,
        "is_group": channel.is_private,
        "is_private": channel.is_closed,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "context_team_id": workspace.team.id,
    }
    if channel.is_im:
        return {**said, "user": next(iter(channel.members - {workspace.app.user}))}
    is_member = workspace.app.user in channel.members
    names = {"name": channel.name, "name_normalized": channel.name}
    return {**said, **names, "creator": channel.creator, "is_member": is_member}


def message_object(workspace: Workspace, message: Message, *, with_metadata: bool = True) -> Json:
    """https://docs.slack.dev/reference/objects/message-object."""
    said: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team.id,
    }
    if message.bot_id:
        said |= {"bot_id": message.bot_id, "app_id": workspace.app.id}
    if message.files:
        said["files"] = [file_object(workspace, workspace.files[file_id]) for file_id in message.files]
    if message.edited_ts:
        said["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.subtype:
        said["subtype"] = message.subtype
    if message.metadata and with_metadata:
        said["metadata"] = message.metadata
    said |= {key: list(part) for key in ("blocks", "attachments") if (part := getattr(message, key))}
    return said | _threading(workspace, message)


def _threading(workspace: Workspace, message: Message) -> Json:
    """What a message says of its thread: a reply where it belongs, the first one what has come."""
    if message.is_reply:
        begun = workspace.timeline.get(message.channel, message.thread_ts)
        said: Json = {"thread_ts": message.thread_ts, "parent_user_id": begun.user if begun else ""}
        if message.subtype == THREAD_BROADCAST and begun:
            said["root"] = message_object(workspace, begun, with_metadata=False)
        return said
    replies = workspace.timeline.replies(message)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "reply_users": users[:REPLY_USERS_SHOWN],
        "is_locked": False,
        "subscribed": False,
    }


def file_object(workspace: Workspace, file: File) -> Json:
    """https://docs.slack.dev/reference/objects/file-object."""
    said = {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": file.length,
        "user": file.user,
        "created": file.created,
        "alt_txt": file.alt_text,
        "filetype": file.name.rpartition(".")[2],
        "channels": sorted({channel for channel, _ in file.shares}),
        "shares": _shares(workspace, file.shares),
    }
    return {key: value for key, value in said.items() if value != ""}


def _shares(workspace: Workspace, shares: Sequence[tuple[str, str]]) -> Json:
    said: dict[str, dict[str, list[Json]]] = {}
    for channel, ts in shares:
        closed = workspace.channels[channel].is_closed
        said.setdefault("private" if closed else "public", {}).setdefault(channel, []).append({"ts": ts})
    return said


def view_object(workspace: Workspace, view: View) -> Json:
    """https://docs.slack.dev/reference/objects/view-object: the body as sent, and what Slack adds."""
    defaults: Json = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return {
        **defaults,
        **view.body,
        "id": view.id,
        "team_id": workspace.team.id,
        "app_id": workspace.app.id,
        "bot_id": workspace.app.bot_id,
        "app_installed_team_id": workspace.team.id,
        "hash": view.hash,
        "state": {"values": view.state},
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id or None,
    }
