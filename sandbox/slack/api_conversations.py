"""conversations.info, .join, .list, .members."""

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


def _type_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _readable(call: Call) -> Channel:
    channel = call.channel(call.required("channel")[0])
    call.demand_scope(READ_SCOPES[_type_of(channel)])
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
    joined = call.workspace.change_channel(channel, members=channel.members | {app_user})
    return {"channel": channel_object(call.workspace, joined)}


def list_(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list."""
    types = [name.strip() for name in (call.text("types") or "public_channel").split(",")]
    if not set(types) <= set(READ_SCOPES):
        raise SlackError("invalid_types")
    for name in types:
        call.demand_scope(READ_SCOPES[name])
    app_user = call.workspace.app.user
    found = [
        channel_object(call.workspace, channel)
        for channel in call.workspace.channels.values()
        if _type_of(channel) in types
        and (not (channel.is_private or channel.is_im) or app_user in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    return one_page(call, found, "channels")


def members(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    return one_page(call, sorted(_readable(call).members), "members")


METHODS: Mapping[str, Method] = {
    "conversations.info": Method(info, tuple(READ_SCOPES.values())),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.list": Method(list_, tuple(READ_SCOPES.values())),
    "conversations.members": Method(members, tuple(READ_SCOPES.values())),
}
