"""What was said with customers, in both directions and on any channel: threads, and the messages in them.

A thread is on one channel; what is particular to it is in its folder of `listen/channels`. Whose work a thread is, is
decided above: here nobody knows of cases.
"""

from heedful.listen.conversations.channel import Channel as Channel
from heedful.listen.conversations.channel import channel_of as channel_of
from heedful.listen.conversations.channel import find_channel as find_channel
from heedful.listen.conversations.channel import offer as offer
from heedful.listen.conversations.files import FileDraft as FileDraft
from heedful.listen.conversations.messages import MessageReceived as MessageReceived
from heedful.listen.conversations.messages import receive as receive
from heedful.listen.conversations.messages import write as write
from heedful.listen.conversations.threads import add_participants as add_participants
from heedful.listen.conversations.threads import start as start
