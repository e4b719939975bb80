"""conversations.info, .join, .list, .members, .open; users.conversations."""

from collections.abc import Mapping

from sandbox.slack.call import Call, Method, one_page
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json
from sandbox.slack.objects import channel_object

READ_SCOPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "mpim": "mpim:read",
    "im": "im:read",
}


def type_of(channel: Channel) -> str:
    """Return what kind of conversation this is, in the words of conversations.list."""
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _readable(call: Call) -> Channel:
    channel = call.channel(call.required("channel")[0])
    call.demand_scope(READ_SCOPES[type_of(channel)])
    return channel


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    channel = _readable(call)
    said = channel_object(call.workspace, channel)
    return {"channel": said | ({"num_members": len(channel.members)} if call.flag("include_num_members") else {})}


def join(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.join."""
    channel = call.channel(call.required("channel")[0])
    if channel.is_private or channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    app_user = call.workspace.app.user
    if app_user in channel.members:
        warning = "already_in_channel"
        return {
            "channel": channel_object(call.workspace, channel),
            "warning": warning,
            "response_metadata": {"warnings": [warning]},
        }
    joined = call.workspace.change_channel(channel, by=app_user, members=channel.members | {app_user})
    return {"channel": channel_object(call.workspace, joined)}


def list_(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list."""
    app_user = call.workspace.app.user
    found = [channel for channel in _listed(call) if not channel.is_closed or app_user in channel.members]
    return one_page(call, [channel_object(call.workspace, channel) for channel in found], "channels")


def of_user(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.conversations: without a user, the app's own.

    Of another one only what the app may see itself.
    """
    app_user = call.workspace.app.user
    user = call.text("user") or app_user
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    found = [
        channel
        for channel in _listed(call)
        if user in channel.members and (not channel.is_closed or app_user in channel.members)
    ]
    return one_page(call, [channel_object(call.workspace, channel) for channel in found], "channels")


def _listed(call: Call) -> list[Channel]:
    types = [name.strip() for name in (call.text("types") or "public_channel").split(",")]
    if not set(types) <= set(READ_SCOPES):
        raise SlackError("invalid_types")
    for name in types:
        call.demand_scope(READ_SCOPES[name])
    return [
        channel
        for channel in call.workspace.channels.values()
        if type_of(channel) in types and not (channel.is_archived and call.flag("exclude_archived"))
    ]


def members(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    return one_page(call, sorted(_readable(call).members), "members")


def open_(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open, for one other person: here is no group message."""
    call.demand_scope("im:write")
    channel, is_open = _opened_by_id(call) if call.text("channel") else _opened_with(call)
    said = channel_object(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": said, **({"no_op": True, "already_open": True} if is_open else {})}


def _opened_by_id(call: Call) -> tuple[Channel, bool]:
    channel = call.conversation(call.text("channel"))
    if not channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    return channel, True


def _opened_with(call: Call) -> tuple[Channel, bool]:
    users = [user.strip() for user in call.text("users").split(",") if user.strip()]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("not_in_sandbox", hint="The sandbox has no group messages: open one with one person.")
    user = call.workspace.users.get(users[0])
    if user is None or user.is_bot:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    found = call.workspace.open_direct_channel(user.id)
    if found is None and call.flag("prevent_creation"):
        raise SlackError("channel_not_found")
    return found or call.workspace.direct_channel(user.id), found is not None


METHODS: Mapping[str, Method] = {
    "conversations.info": Method(info, tuple(READ_SCOPES.values())),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.list": Method(list_, tuple(READ_SCOPES.values())),
    "conversations.members": Method(members, tuple(READ_SCOPES.values())),
    "conversations.open": Method(open_, ("channels:manage", "groups:write", "im:write", "mpim:write")),
    "users.conversations": Method(of_user, tuple(READ_SCOPES.values())),
}
