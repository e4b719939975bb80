"""What a person sees of a workspace."""

from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Channel, Message, User, View
from sandbox.slack.workspace import Workspace


class Onlooker:
    """A user who looks and waits."""

    def __init__(self, workspace: Workspace, user_id: str) -> None:
        self._workspace = workspace
        self._user_id = user_id

    @property
    def user(self) -> User:
        return self._workspace.users[self._user_id]

    def view(self) -> View | None:
        """Return the modal that is open, the topmost of several."""
        return self._workspace.modals.top(self._user_id)

    def home(self) -> View | None:
        """Return the app's Home tab as it was last published for this person."""
        return self._workspace.modals.home(self._user_id)

    def messages(self, channel: str = "#shop") -> list[Message]:
        """Return what this person sees in a channel, oldest first."""
        return self._workspace.seen_by(self.user, self._place(channel))

    async def opened_view(self, after: View | None = None, timeout: float = 10.0) -> View:  # noqa: ASYNC109 - the caller's patience, not a second way to cancel
        """Wait for a modal: any, or one that is not (or no longer looks as) `after`."""

        def found() -> View | None:
            view = self.view()
            is_new = view is None or after is None or (view.id, view.hash) != (after.id, after.hash)
            return view if is_new else None

        return await self._workspace.notices.wait_for(found, timeout, self._workspace.picture)

    async def next_message(self, channel: str = "#shop", after: str | Message = "", timeout: float = 10.0) -> Message:  # noqa: ASYNC109 - the caller's patience, not a second way to cancel
        """Wait for the first message in a channel that comes after a message or its ts."""
        ts = after.ts if isinstance(after, Message) else after

        def found() -> Message | None:
            return next((message for message in self.messages(channel) if message.ts > ts), None)

        return await self._workspace.notices.wait_for(found, timeout, self._workspace.picture)

    def _place(self, name: str) -> Channel:
        if name == "DM":
            return self._workspace.direct_channel(self._user_id)
        channel = self._workspace.channel_named(name)
        if not self._workspace.may_see(self.user, channel):
            raise CannotActError(f"{self.user.name} does not see {name}")
        return channel
