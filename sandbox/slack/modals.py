"""The views that people have before them: a stack of modals each, and a Home tab each."""

from collections.abc import Callable
from dataclasses import replace

from sandbox.slack import forms
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, State, View
from sandbox.slack.notices import Notices

# https://docs.slack.dev/reference/methods/views.push
STACK_LIMIT = 3


class Modals:
    """Views by ID. Bodies are taken as valid: whoever calls has checked them."""

    def __init__(self, notices: Notices, fresh: Callable[[str], str]) -> None:
        self._notices = notices
        self._fresh = fresh
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}

    def get(self, view_id: str) -> View | None:
        """Return a view as it stands now, or None when nobody has it open."""
        return self._views.get(view_id)

    def by_external_id(self, external_id: str) -> View | None:
        found = (view for view in self._views.values() if external_id and view.external_id == external_id)
        return next(found, None)

    def top(self, user: str) -> View | None:
        """Return the modal that a person sees."""
        stack = self._stacks.get(user)
        return self._views[stack[-1]] if stack else None

    def depth(self, user: str) -> int:
        """Return how many modals a person has stacked."""
        return len(self._stacks.get(user, ()))

    def home(self, user: str) -> View | None:
        """Return the Home tab that was published for a person."""
        return self._views.get(self._homes.get(user, ""))

    def open_views(self) -> list[View]:
        """Return every view that somebody has open, Home tabs too."""
        return list(self._views.values())

    def open(self, user: str, body: Json, channel: str = "") -> View:
        """Open a modal in the place of whatever modals the person had."""
        self._refuse_taken(body)
        self.close_all(user)
        return self._push(user, body, channel, previous="")

    def push(self, user: str, body: Json, channel: str = "") -> View:
        """Put a modal on top of the one a person sees. Raises SlackError not_found, push_limit_reached."""
        stack = self._stacks.get(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        self._refuse_taken(body)
        return self._push(user, body, channel, previous=stack[-1])

    def update(self, view: View, body: Json) -> View:
        """Replace what a view shows; fields with the same IDs keep what was typed into them."""
        self._refuse_taken(body, view)
        return self._show(view, body, kept=view.state)

    def publish(self, user: str, body: Json) -> View:
        """Replace a person's Home tab."""
        old = self.home(user)
        self._refuse_taken(body, old)
        if old is not None:
            return self._show(old, body, kept=old.state)
        view = View(self._fresh("V"), user, "", {}, {})
        self._homes[user] = view.id
        return self._show(replace(view, root_id=view.id), body)

    def type_in(self, view: View, state: State) -> View:
        """Change what the fields of a view hold, as a person does; the view's hash stays."""
        return self._keep("view_filled", replace(view, state=state))

    def complain(self, view: View, errors: dict[str, str]) -> View:
        """Show complaints beside the fields: the app's, or those of Slack's own client."""
        return self._keep("view_errors", replace(view, errors=errors))

    def close_top(self, user: str) -> None:
        """Take away the modal on top; the one below is seen again."""
        view = self._views.pop(self._stacks[user].pop())
        self._notices.tell("view_closed", view)

    def close_all(self, user: str) -> None:
        while self._stacks.get(user):
            self.close_top(user)

    def _push(self, user: str, body: Json, channel: str, previous: str) -> View:
        view_id = self._fresh("V")
        stack = self._stacks.setdefault(user, [])
        stack.append(view_id)
        view = View(view_id, user, "", {}, {}, channel, root_id=stack[0], previous_id=previous)
        return self._show(view, body)

    def _show(self, view: View, body: Json, kept: State | None = None) -> View:
        blocks = forms.with_ids(body["blocks"], lambda: self._fresh("b"))
        state = forms.first_state(blocks, view.channel, kept)
        shown = {**body, "blocks": blocks}
        kind = "view_updated" if view.hash else "view_opened"
        return self._keep(kind, replace(view, body=shown, hash=self._fresh("h"), state=state, errors={}))

    def _keep(self, kind: str, view: View) -> View:
        self._views[view.id] = view
        self._notices.tell(kind, view)
        return view

    def _refuse_taken(self, body: Json, own: View | None = None) -> None:
        holder = self.by_external_id(body.get("external_id", ""))
        if holder is not None and (own is None or holder.id != own.id):
            raise SlackError("duplicate_external_id")
