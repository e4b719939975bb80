"""What is said beside a message that did not go the usual way. Pure."""

from bot import blocks
from bot.alerts.message import Message
from bot.blocks import Block, Part

ELSEWHERE = "Meant for another channel"


def repeated(message: Message) -> Message:
    """Say that a message may be there already."""
    return _under("May be a repeat", ["This may be a repeat: I could not see whether it is here already."], message)


def rerouted(message: Message, meant_for: str, reason: str) -> Message:
    """Say which channel a message was meant for, and why it is not there."""
    said: list[Part] = ["Meant for ", blocks.channel(meant_for), f", which takes no messages of mine. {reason}"]
    return _under(ELSEWHERE, said, at_home(message))


def at_home(message: Message) -> Message:
    """Take back what `rerouted` said, where a message stands in the channel that it was meant for after all."""
    said = f"{ELSEWHERE}: "
    if not message.text.startswith(said):
        return message
    return Message(message.text.removeprefix(said), message.blocks[1:])


def broken(channel_id: str, reason: str, goes_to: str) -> Message:
    """Tell the owner of a subscription that its channel takes no messages."""
    where: list[Part] = ["Its alerts go to ", blocks.channel(goes_to), " meanwhile."] if goes_to else [KEPT]
    said: list[Part] = [blocks.emoji("warning"), " ", blocks.channel(channel_id), f" takes no alerts. {reason}"]
    to_do = "Mend that and they come there again by themselves, or type `/cams watch <space>` in another channel."
    text = f"A channel to which you had alerts sent takes none any more: <#{channel_id}>."
    return Message(text, [blocks.lines(said, where), blocks.prose(to_do)])


KEPT = "Its alerts are kept: they go nowhere meanwhile, for no other channel is set (BOT_ALERT_CHANNEL)."


def _under(notification: str, said: list[Part], message: Message) -> Message:
    above: Block = blocks.lines([blocks.emoji("information_source"), " ", *said])
    # Where there are no blocks the text is what is shown.
    return Message(f"{notification}: {message.text}", [above, *message.blocks] if message.blocks else ())
