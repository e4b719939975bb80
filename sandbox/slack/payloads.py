"""What Slack tells an app of what a person did: https://docs.slack.dev/reference/interaction-payloads."""

from collections.abc import Sequence

from sandbox.slack.forms import elements
from sandbox.slack.model import Channel, Json, Message, State, Team, User, View
from sandbox.slack.objects import message_object, view_object
from sandbox.slack.workspace import Workspace

# In a slash command Slack names no private conversation.
HIDDEN_NAMES = {"private": "privategroup", "im": "directmessage"}


class Payloads:
    """Builds payloads; `origin` is where response URLs point to."""

    def __init__(self, workspace: Workspace, origin: str) -> None:
        self._workspace = workspace
        self._origin = origin

    def slash_command(self, user: User, channel: Channel, command: str, text: str) -> Json:
        """https://docs.slack.dev/interactivity/implementing-slash-commands: every value is text."""
        workspace, team = self._workspace, self._team(user)
        return {
            "token": workspace.app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": _spoken_name(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": workspace.app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel.id),
            "trigger_id": workspace.triggers.issue(user.id, channel.id),
        }

    def shortcut(self, user: User, callback_id: str) -> Json:
        """A global shortcut, which knows of no channel."""
        workspace = self._workspace
        return {
            **self._common("shortcut", user),
            "callback_id": callback_id,
            "action_ts": workspace.timeline.next_ts(),
            "trigger_id": workspace.triggers.issue(user.id),
        }

    def message_action(self, user: User, message: Message, callback_id: str) -> Json:
        """A message shortcut."""
        return {
            **self.shortcut(user, callback_id),
            **self._at_message(message),
            "type": "message_action",
            "message_ts": message.ts,
            "message": message_object(self._workspace, message),
            "response_url": self._response_url(user, message.channel),
        }

    def message_actions(self, user: User, message: Message, actions: Sequence[Json], state: State) -> Json:
        """block_actions in a message; of an ephemeral one the payload does not repeat the message."""
        workspace = self._workspace
        said = {
            **self._common("block_actions", user),
            **self._at_message(message),
            "trigger_id": workspace.triggers.issue(user.id, message.channel),
            "response_url": self._response_url(user, message.channel, message.ts),
            "actions": list(actions),
            "state": {"values": state},
        }
        return said if message.ephemeral_to else said | {"message": message_object(workspace, message)}

    def view_actions(self, user: User, view: View, actions: Sequence[Json]) -> Json:
        """block_actions in a modal or a Home tab."""
        return {
            **self._common("block_actions", user),
            "container": {"type": "view", "view_id": view.id},
            "view": view_object(self._workspace, view),
            "trigger_id": self._workspace.triggers.issue(user.id, view.channel, view.id),
            "actions": list(actions),
        }

    def suggestion(self, user: User, where: Message | View, block: Json, element: Json, query: str) -> Json:
        """block_suggestion: what an external select asks while a person types."""
        said = {
            **self._common("block_suggestion", user),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": query,
        }
        if isinstance(where, Message):
            return said | self._at_message(where) | {"message": message_object(self._workspace, where)}
        container = {"type": "view", "view_id": where.id}
        return said | {"container": container, "view": view_object(self._workspace, where)}

    def view_submission(self, user: User, view: View) -> Json:
        return {
            **self._common("view_submission", user),
            "trigger_id": self._workspace.triggers.issue(user.id, view.channel, view.id),
            "view": view_object(self._workspace, view),
            "response_urls": self._chosen_response_urls(user, view),
        }

    def view_closed(self, user: User, view: View, *, is_cleared: bool) -> Json:
        said = self._common("view_closed", user)
        return said | {"view": view_object(self._workspace, view), "is_cleared": is_cleared}

    def _common(self, kind: str, user: User) -> Json:
        team = self._team(user)
        return {
            "type": kind,
            "token": self._workspace.app.verification_token,
            "api_app_id": self._workspace.app.id,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        }

    def _team(self, user: User) -> Team:
        workspace = self._workspace
        return workspace.other_team if user.is_stranger else workspace.team

    def _at_message(self, message: Message) -> Json:
        channel = self._workspace.channels[message.channel]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.ephemeral_to),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return {"container": container, "channel": {"id": channel.id, "name": _spoken_name(channel)}}

    def _response_url(self, user: User, channel: str, original_ts: str = "") -> str:
        secret = self._workspace.response_urls.issue(user.id, channel, original_ts)
        return f"{self._origin}/response/{secret}"

    def _chosen_response_urls(self, user: User, view: View) -> list[Json]:
        """One for each channel that was chosen in a select with `response_url_enabled`."""
        urls = []
        for block, element in elements(view.blocks):
            held = view.state.get(block["block_id"], {}).get(element["action_id"], {})
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                place = {"block_id": block["block_id"], "action_id": element["action_id"]}
                urls.append({**place, "channel_id": channel, "response_url": self._response_url(user, channel)})
        return urls


def _spoken_name(channel: Channel) -> str:
    if channel.is_im:
        return HIDDEN_NAMES["im"]
    return HIDDEN_NAMES["private"] if channel.is_private else channel.name
