"""users.info, users.list, users.profile.get, usergroups.list, usergroups.users.list."""

from collections.abc import Mapping

from sandbox.slack.call import Call, Method, one_page
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json
from sandbox.slack.objects import group_object, profile_object, user_object


def users_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.info."""
    (user_id,) = call.required("user")
    user = call.workspace.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_object(user, with_locale=call.flag("include_locale"))}


def users_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.list."""
    with_locale = call.flag("include_locale")
    members = [user_object(user, with_locale=with_locale) for user in call.workspace.users.values()]
    return one_page(call, members, "members")


def users_profile_get(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.profile.get: without a user, the app's own."""
    user = call.workspace.users.get(call.text("user") or call.workspace.app.user)
    if user is None:
        raise SlackError("user_not_found")
    return {"profile": profile_object(user)}


def usergroups_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.list."""
    workspace, with_users = call.workspace, call.flag("include_users")
    wanted = [g for g in workspace.groups.values() if call.flag("include_disabled") or not g.is_disabled]
    return {"usergroups": [group_object(g, workspace.team.id, with_users=with_users) for g in wanted]}


def usergroups_users_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list."""
    (group_id,) = call.required("usergroup")
    group = call.workspace.groups.get(group_id)
    if group is None or (group.is_disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


METHODS: Mapping[str, Method] = {
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.profile.get": Method(users_profile_get, ("users.profile:read",)),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroups_users_list, ("usergroups:read",)),
}
