"""E-mail: what is written to a customer leaves as a mail."""

from heedful.listen.channels.email import check, send
from heedful.listen.conversations import Channel

CHANNEL = Channel(name="email", label="E-mail", noun="mail", icon="mail", check=check.refuse_unsendable, send=send.send)
