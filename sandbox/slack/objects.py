"""What Slack's wire says of the things in a workspace."""

from collections.abc import Sequence

from sandbox.slack.model import Channel, File, Json, Message, User, UserGroup, View
from sandbox.slack.workspace import Workspace


def user_object(user: User, *, with_locale: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/user-object."""
    profile = {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": user.title,
        "team": user.team_id,
    }
    said = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "profile": profile,
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
        "is_private": channel.is_private or channel.is_im,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "context_team_id": workspace.team.id,
    }
    if channel.is_im:
        return {**said, "user": next(iter(channel.members - {workspace.app.user}))}
    is_member = workspace.app.user in channel.members
    return {**said, "name": channel.name, "name_normalized": channel.name, "is_member": is_member}


def message_object(workspace: Workspace, message: Message) -> Json:
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
    said |= {key: list(part) for key in ("blocks", "attachments") if (part := getattr(message, key))}
    said |= {key: part for key in ("metadata", "thread_ts") if (part := getattr(message, key))}
    return said


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
        closed = workspace.channels[channel].is_private or workspace.channels[channel].is_im
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
