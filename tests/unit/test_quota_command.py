from bot.blocks import Block
from bot.cams.governor import Spent, Standing
from bot.cams.line import Priority
from bot.cams.permits import Use
from handlers import quota
from handlers.routes import Ask
from tests.unit.fakes import FakeCams, make_services
from tests.unit.hostile import message_problems

ASK = Ask("U1", "C1", {})


class Cams(FakeCams):
    """Has the standings that a test gives it."""

    def __init__(self, silent_for: float = 0.0, **standings: Standing) -> None:
        super().__init__()
        self.silent_for = silent_for
        self.silent_because = "no connection to CAMS"
        self._standings = standings

    async def quota(self) -> dict[str, Standing]:
        return self._standings


QUIET = Standing(10, Use({}, 0), {}, {}, 0)
BUSY = Standing(
    10,
    Use({Priority.PERSON: 1, Priority.POLL: 8}, 0),
    {Priority.BULK: (250, 12.34)},
    {Priority.POLL: Spent(600, 60.0, 0.25), Priority.PERSON: Spent(3, 0.1, 0.08)},
    0,
)
REFUSED = Standing(5, Use({}, 2), {}, {}, 7)


async def answer(cams: Cams) -> tuple[str, list[Block]]:
    reply = await quota.show(ASK, make_services(cams=cams))
    assert message_problems(reply.blocks, reply.text) == []
    return reply.text, list(reply.blocks)


def cells(blocks: list[Block]) -> list[list[str]]:
    [table] = [block for block in blocks if block["type"] == "table"]
    return [[cell["text"] for cell in row] for row in table["rows"]][1:]


async def test_who_uses_and_who_waits_is_shown_by_class() -> None:
    _, shown = await answer(Cams(QueryChatappBindWaba=BUSY))

    assert cells(shown) == [
        [
            "QueryChatappBindWaba",
            "10",
            "people 1, review polls 8",
            "background 250 (12.3 s)",
            "people 3 (up to 0.1 s), review polls 600 (up to 0.2 s)",
            "0",
        ]
    ]


async def test_the_sentence_says_how_many_wait_and_how_long_it_lately_took() -> None:
    assert (await answer(Cams(QueryChatappBindWaba=BUSY)))[0].startswith(
        "250 calls wait; lately the longest waited 0.2 s."
    )


async def test_a_quota_that_nobody_spends_is_shown_as_such() -> None:
    text, shown = await answer(Cams(ListInstance=QUIET))

    assert text.startswith("No calls wait")
    assert cells(shown) == [["ListInstance", "10", "nobody", "nobody", "nobody", "0"]]


async def test_what_is_left_to_others_after_refusals_is_said() -> None:
    text, _ = await answer(Cams(ListPhoneMessageQrdl=REFUSED))

    assert "CAMS refused ListPhoneMessageQrdl although we kept to its limit, so 2 of its calls a second" in text


async def test_a_silent_cams_is_said_with_its_cause() -> None:
    _, shown = await answer(Cams(silent_for=61.0, ListInstance=QUIET))

    assert "CAMS has answered nobody for 61 s: no connection to CAMS." in str(shown)
