"""What to do about a review status: what is blocked, why it happens, what to prepare, where to appeal. Pure.

The facts are those of public pages of Meta, Alibaba Cloud and other providers, each linked where it is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import blocks
from bot.alerts.words import CONSOLE, status_of
from bot.blocks import Block, Part
from bot.statuses import meaning

REVIEWS = (
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_review_update"
)
ENFORCEMENT = "https://developers.facebook.com/documentation/business-messaging/whatsapp/policy-enforcement"
SUPPORT_HOME = "https://business.facebook.com/business-support-home"
POLICY = "https://business.whatsapp.com/policy"
STUCK = "https://docs.360dialog.com/docs/guides/waba-status-review-in-progress"
APPEALS = "https://docs.360dialog.com/docs/waba-basics/waba-policy-enforcement/managing-whatsapp-policy-violations"
DEADLINE = (
    "https://api.support.vonage.com/hc/en-us/articles/"
    "13159589787548-WhatsApp-Business-Platform-Policy-Enforcement-Review-and-Appeal-Process-for-WhatsApp-Disabled-Account"
)
QUERY = "https://www.alibabacloud.com/help/en/chatapp/developer-reference/api-cams-2020-06-06-querychatappbindwaba"

# Of the page STUCK.
CHECKLIST = (
    "Meta's business verification is done.",
    "The business information in Meta Business Suite is complete.",
    "The website named there is live, open to everybody, has a valid certificate, and says what the business does.",
    "The business profile has website, description, address and contact.",
    "The display name follows Meta's guidelines.",
)


@dataclass(frozen=True)
class Runbook:
    """What to do about one status. `links` are words and addresses."""

    blocked: str
    why: str
    prepare: Sequence[str]
    appeal: str
    links: Sequence[tuple[str, str]]


_REVIEW_LINKS = (("What Meta's decisions mean", REVIEWS), ("What reviews get stuck on", STUCK))
_APPEAL_LINKS = (
    ("Business Support Home", SUPPORT_HOME),
    ("How Meta enforces its policies", ENFORCEMENT),
    ("How an appeal goes", APPEALS),
    ("Messaging policy", POLICY),
)
_UNDECIDED = Runbook(
    blocked="The account cannot be used with the API until Meta has decided: nothing can be sent.",
    why="Meta does not say why a review takes long. Often an automatic check did not succeed, and people at Meta have "
    "to look, which takes much longer.",
    prepare=CHECKLIST,
    appeal="There is nothing to appeal before the decision. If all of this is in order and nothing moves, ask Alibaba "
    "Cloud's support with the WABA's ID.",
    links=_REVIEW_LINKS,
)
_WELL = Runbook(
    blocked="Nothing is blocked by the review.",
    why="Meta has looked at the account and found nothing against it.",
    prepare=("Whether a number may send is a question of its own: look at its state and quality in the console.",),
    appeal="There is nothing to appeal.",
    links=(("What the statuses are", QUERY),),
)
RUNBOOKS: Mapping[str, Runbook] = {
    "PENDING": _UNDECIDED,
    "DEFERRED": _UNDECIDED,
    "APPROVED": _WELL,
    "VERIFIED": _WELL,
    "REJECTED": Runbook(
        blocked="The account cannot be used with the API: nothing can be sent.",
        why="Meta found that the business does not meet its policies, or could not check that it does.",
        prepare=(
            "The reason that Business Support Home gives, word for word.",
            "Proof that the reason is not so, or what was changed: papers of registration, the website, the profile.",
            *CHECKLIST,
        ),
        appeal="Business Support Home: choose the WhatsApp account, then Request review. An admin of the business "
        "portfolio has to do it; the decision takes 24 to 48 hours as a rule.",
        links=(*_APPEAL_LINKS, *_REVIEW_LINKS[:1]),
    ),
    "DISABLED": Runbook(
        blocked="The account is switched off: none of its numbers can send, and campaigns fail.",
        why="As a rule Meta has seen its policies violated, repeatedly or gravely.",
        prepare=(
            "Stop what sends: campaigns and automatic messages. More of the same makes it worse.",
            "The violation as Business Support Home shows it, with its messages, templates and dates.",
            "Proof that recipients have agreed to be written to, and what was changed since.",
            "Do not move the same traffic to another number or account: Meta counts that as evasion.",
        ),
        appeal="Business Support Home: choose the WhatsApp account, the violation, then Request review. An admin of "
        "the business portfolio has to do it, within 90 days of the violation; the decision takes 24 to 48 hours as a "
        "rule.",
        links=(*_APPEAL_LINKS, ("Until when an appeal is taken", DEADLINE)),
    ),
}
_UNKNOWN = Runbook(
    blocked="Whether anything is blocked is not known.",
    why="CAMS tells a status that this bot does not know.",
    prepare=("What the console and Business Support Home say of this account.",),
    appeal="Business Support Home, where it shows a violation.",
    links=(("Business Support Home", SUPPORT_HOME), ("What the statuses are", QUERY), ("Console", CONSOLE)),
)


def runbook(status: str) -> list[Block]:
    """Show what to do about a review status."""
    book = RUNBOOKS.get(status, _UNKNOWN)
    means = meaning(status)
    linked: list[Part] = []
    for words, url in book.links:
        linked += [" · "] if linked else []
        linked.append(blocks.link(url, words))
    return [
        blocks.header(f"What {status_of(status)} means"),
        blocks.lines(
            [blocks.emoji(means.emoji), " ", means.words],
            [blocks.bold("Blocked:"), " ", book.blocked],
            [blocks.bold("Why:"), " ", book.why],
            [blocks.bold("Prepare:")],
            *([f"• {item}"] for item in book.prepare),
            [blocks.bold("Appeal:"), " ", book.appeal],
        ),
        blocks.lines(linked),
    ]


def sentence(status: str) -> str:
    """The same in one sentence."""
    return f"{status_of(status)}: {RUNBOOKS.get(status, _UNKNOWN).blocked} {meaning(status).next_step}"
