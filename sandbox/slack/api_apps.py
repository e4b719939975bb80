"""api.test, auth.test, apps.connections.open."""

from collections.abc import Mapping

from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json


def api_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/api.test."""
    if error := call.text("error"):
        raise SlackError(error, args=dict(call.args))
    return {"args": dict(call.args)}


def auth_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "user": workspace.users[workspace.app.user].name,
        "team_id": workspace.team.id,
        "user_id": workspace.app.user,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open."""
    ticket = call.workspace.socket_tickets.issue()
    return {"url": f"{call.origin.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={call.workspace.app.id}"}


METHODS: Mapping[str, Method] = {
    "api.test": Method(api_test, token="any"),
    "auth.test": Method(auth_test),
    # Its scope, connections:write, belongs to the app token, which has no other use.
    "apps.connections.open": Method(connections_open, token="app"),
}
