"""All that one person sees, at once."""

from sandbox.page import cams_side, slack_side
from sandbox.page.desk import Desk
from sandbox.slack import User
from sandbox.slack.model import Json


def snapshot(desk: Desk, user: User) -> Json:
    """Return the whole state of the page for a person."""
    return {"person": user.name, **_slack(desk, user), **_cams(desk), "weather": desk.weather.shown()}


def _slack(desk: Desk, user: User) -> Json:
    workspace = desk.slack.workspace
    channels = slack_side.visible_channels(workspace, user)
    messages = {channel.id: workspace.seen_by(user, channel) for channel in channels}
    everything = [message for seen in messages.values() for message in seen]
    return {
        "people": slack_side.people(workspace),
        "app": slack_side.app(desk.slack),
        "channels": [slack_side.channel(workspace, desk.unread, user, channel) for channel in channels],
        "messages": {
            channel_id: [slack_side.message(workspace, message) for message in seen]
            for channel_id, seen in messages.items()
        },
        "files": slack_side.files(workspace, everything),
        "view": slack_side.view(workspace.modals.top(user.id)),
        "depth": workspace.modals.depth(user.id),
        "home": slack_side.view(workspace.modals.home(user.id)),
        "names": slack_side.names(workspace, user),
    }


def _cams(desk: Desk) -> Json:
    return {
        "cams": cams_side.world(desk.cams.world),
        "calls": cams_side.calls(desk.cams.calls),
        "quota": cams_side.quota(desk.cams.quota, desk.now()),
    }
