"""The tour: people use the bot, and each scene checks that what they came for is really there.

A scene's docstring is its title; it returns what it has shown.
"""

from collections.abc import Awaitable, Callable

from bot import qr
from bot.demo.stage import Stage, check, last_seen, text_of
from sandbox.cams import Fault

NUMBER = "+86 138 0000 1234"

Scene = Callable[[Stage], Awaitable[str]]


async def help_(stage: Stage) -> str:
    """What can I do here?"""
    message = await stage.asks(stage.person("viewer"), "/cams help")
    check("/cams qr create" in text_of(message), "The help does not name the commands.")
    return "help, with what the asker's role may do"


async def refused(stage: Stage) -> str:
    """Who may not, is told why."""
    message = await stage.asks(stage.person("viewer"), f"/cams qr create {NUMBER} Hello")
    check("operator" in text_of(message), "The refusal does not name the role.")
    return "a viewer was refused in words; CAMS was not called"


async def create(stage: Stage) -> str:
    """A QR code, as a picture in the channel."""
    message = await stage.asks(stage.person("operator"), f"/cams qr create {NUMBER} Hello, is the <big> table free?")
    link = qr.read(stage.keep_picture(message))
    codes = stage.sandbox.cams.world.spaces["cams-demo1"].numbers["8613800001234"].qr_codes.values()
    check(link in {code.deep_link_url for code in codes}, "The picture does not hold the link that CAMS gave.")
    return f"a QR code was created; its picture was read back from the channel as {link}"


async def repair(stage: Stage) -> str:
    """A letter in the number: the form opens with what was understood."""
    who = stage.person("operator")
    await stage.command(who, "/cams qr create 8613800O01234 Two for one")
    form = await stage.form(who)
    check("no “O” in it" in text_of(form), "The form does not say what is wrong.")
    await stage.sends(who, form, phone="86 (138) 0000-1234")
    loading = await stage.form(who, form)
    result = await stage.form(who, loading)
    check("Posted in" in text_of(result), "The form does not say that the picture is posted.")
    await who.close(result)
    return "a wrong number opened the form; mended there, the picture was posted"


async def listing(stage: Stage) -> str:
    """The codes of a number, and the picture of an old one."""
    who = stage.person("operator")
    listed = await stage.asks(who, f"/cams qr list {NUMBER}")
    check("HARBOUR0COFFEE" in text_of(listed), "The list lacks a code.")
    stage.screen.did(who.user.name, "presses Post picture 1")
    await who.press(listed, "qr.post:1")
    posted = await stage.answer(who, listed.ts)
    check(qr.read(stage.keep_picture(posted)).endswith("HARBOUR0COFFEE"), "That is the picture of another code.")
    return "a number's codes were listed and the picture of one was posted"


async def verify(stage: Stage) -> str:
    """A verification code, after a page that says who gets what."""
    who = stage.person("admin")
    await stage.command(who, f"/cams verify {NUMBER}")
    form = await stage.form(who)
    await stage.sends(who, form, method="voice", language="de")
    confirm = await stage.form(who, form)
    check(NUMBER in text_of(confirm), "The page does not say who gets the code.")
    await stage.sends(who, confirm)
    result = await stage.form(who, await stage.form(who, confirm))
    check("was requested" in text_of(result), "The form does not say what was requested.")
    check(len(stage.sandbox.cams.world.sent_codes) == 1, "CAMS has not sent exactly one code.")
    await who.close(result)
    return "a verification code was requested by call in German; CAMS sent exactly one"


async def account(stage: Stage) -> str:
    """Where a WhatsApp Business Account stands, for all to see."""
    who = stage.person("viewer")
    card = await stage.asks(who, "/cams waba cams-demo3")
    check("DISABLED" in text_of(card), "The card does not show the status.")
    stage.screen.did(who.user.name, "presses Share in channel")
    await who.press(card, "share")
    shared = await stage.answer(who, card.ts)
    check(not shared.ephemeral_to, "The card was not shared.")
    return "a WABA's card with its review status in words, shared in the channel"


async def profile(stage: Stage) -> str:
    """What customers see of a number."""
    message = await stage.asks(stage.person("viewer"), f"/cams-profile {NUMBER}")
    check("Restaurant" in text_of(message), "The card does not show the industry in words.")
    return "a number's business profile"


async def shortcut(stage: Stage) -> str:
    """The same from Slack's shortcut menu."""
    who = stage.person("viewer")
    stage.screen.did(who.user.name, "chooses the shortcut Check a WABA")
    await who.shortcut("check_waba")
    form = await stage.form(who)
    await stage.sends(who, form, space="cams-demo2")
    result = await stage.form(who, await stage.form(who, form))
    check("PENDING" in text_of(result), "The result does not show the status.")
    await who.close(result)
    return "a form from a shortcut, its loading view and its result"


async def alerts(stage: Stage) -> str:
    """A review that changes: PENDING, REJECTED, APPROVED."""
    who = stage.person("operator")
    watching = await stage.asks(who, "/cams watch cams-demo2")
    check("PENDING" in text_of(watching), "The first look is not shown.")
    stage.screen.note("Meta rejects the account …")
    stage.sandbox.cams.world.review("cams-demo2", "REJECTED")
    rejected = await stage.answer(who, watching.ts)
    check("PENDING → REJECTED" in text_of(rejected), "The alert does not say what changed.")
    stage.screen.did(who.user.name, "presses Acknowledge")
    await who.press(rejected, "card.ack")
    taken = await stage.answer(who, rejected.ts)
    check("is acknowledged" in text_of(taken), "The acknowledgement is not confirmed.")
    stage.screen.note("… and after the appeal approves it.")
    stage.sandbox.cams.world.review("cams-demo2", "APPROVED")
    approved = await stage.answer(who, taken.ts)
    check("REJECTED → APPROVED" in text_of(approved), "The second alert does not say what changed.")
    history = await stage.asks(who, "/cams history cams-demo2")
    check("acknowledged" in text_of(history), "The history does not say who did what.")
    return "two review changes, each told once, on a card that somebody acknowledged; and their history"


async def crash(stage: Stage) -> str:
    """The bot is killed while a review changes."""
    who = stage.person("operator")
    before = last_seen(who)
    await stage.crash()
    stage.screen.note("The bot is dead (SIGKILL). Meta disables the account meanwhile.")
    stage.sandbox.cams.world.review("cams-demo2", "DISABLED")
    await stage.restart()
    alert = await stage.answer(who, before)
    check("APPROVED → DISABLED" in text_of(alert), "The change was lost with the process.")
    return "the bot was killed and started again; the change in between was told"


async def cut(stage: Stage) -> str:
    """The line is cut just after CAMS has made a code."""
    stage.sandbox.cams.faults.add(Fault("cut_after", "CreatePhoneMessageQrdl", count=1))
    stage.screen.note("The connection will be cut before CAMS can answer.")
    message = await stage.asks(stage.person("operator"), f"/cams qr create {NUMBER} Is it one code or two?")
    link = qr.read(stage.keep_picture(message))
    codes = stage.sandbox.cams.world.spaces["cams-demo1"].numbers["8613800001234"].qr_codes.values()
    made = [code.deep_link_url for code in codes if code.message == "Is it one code or two?"]
    check(made == [link], "There is not exactly one code, or its picture was not posted.")
    return "an answer of CAMS was lost; the bot found the code that had been made, and made no second one"


async def spaces(stage: Stage) -> str:
    """Which spaces are there, and what is left of the quota?"""
    found = await stage.asks(stage.person("viewer"), "/cams spaces northern")
    check("cams-demo2" in text_of(found), "The space is not found by its name.")
    quota = await stage.asks(stage.person("viewer"), "/cams quota")
    check("QueryChatappBindWaba" in text_of(quota), "The quota does not name the operations.")
    return "a space was found by its name; the quota was shown with who spends it"


async def refusal(stage: Stage) -> str:
    """CAMS says no."""
    stage.sandbox.cams.faults.add(Fault("refusal", "QueryPhoneBusinessProfile", count=1, code="Ram.PermissionDeny"))
    message = await stage.asks(stage.person("viewer"), f"/cams profile {NUMBER}")
    check("RequestId" in text_of(message), "The answer has no RequestId.")
    return "a refusal of CAMS in words, with its code, its RequestId and what to do"


SCENES: tuple[Scene, ...] = (
    help_,
    refused,
    create,
    repair,
    listing,
    verify,
    account,
    profile,
    shortcut,
    alerts,
    crash,
    cut,
    spaces,
    refusal,
)
