"""views.open, .push, .update, .publish, and the check of a view's body that all ways to show one share."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.slack import blockkit
from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.model import Json, View
from sandbox.slack.objects import view_object
from sandbox.slack.tickets import Trigger

# https://docs.slack.dev/reference/methods/views.open
VIEW_BYTES = 250_000


def checked_view(view: Any, kind: str = "modal") -> Json:
    """Return a view's body. Raises SlackError view_too_large, invalid_arguments."""
    if not isinstance(view, dict):
        raise invalid_arguments(["[ERROR] view must be an object [json-pointer:/view]"])
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    if view.get("type") != kind:
        raise invalid_arguments([f"[ERROR] unsupported type: {view.get('type')} [json-pointer:/view/type]"])
    if problems := blockkit.view_problems(view):
        raise invalid_arguments(problems)
    return view


def _trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    if not trigger_id:
        raise invalid_arguments(["[ERROR] missing required field: trigger_id"])
    return call.workspace.triggers.redeem(trigger_id)


def _shown(call: Call, view: View) -> Json:
    return {"view": view_object(call.workspace, view)}


def open_(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.open."""
    body = checked_view(call.args.get("view"))
    trigger = _trigger(call)
    return _shown(call, call.workspace.modals.open(trigger.user, body, trigger.channel))


def push(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.push."""
    body = checked_view(call.args.get("view"))
    trigger = _trigger(call)
    return _shown(call, call.workspace.modals.push(trigger.user, body, trigger.channel))


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.update."""
    body = checked_view(call.args.get("view"))
    modals = call.workspace.modals
    view = modals.get(call.text("view_id")) or modals.by_external_id(call.text("external_id"))
    if view is None or view.type != "modal":
        raise SlackError("not_found")
    _check_hash(call, view)
    return _shown(call, modals.update(view, body))


def publish(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish."""
    (user_id,) = call.required("user_id")
    body = checked_view(call.args.get("view"), "home")
    if user_id not in call.workspace.users:
        raise invalid_arguments(["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
    if home := call.workspace.modals.home(user_id):
        _check_hash(call, home)
    return _shown(call, call.workspace.modals.publish(user_id, body))


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") not in {"", view.hash}:
        raise SlackError("hash_conflict")


# No scope is asked for: a token that can be used is enough.
METHODS: Mapping[str, Method] = {
    "views.open": Method(open_),
    "views.publish": Method(publish),
    "views.push": Method(push),
    "views.update": Method(update),
}
