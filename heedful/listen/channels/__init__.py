"""The channels on which conversations are held. A new one is a folder of this shape and a name in this tuple."""

from heedful.listen.channels import email

CHANNELS = (email.CHANNEL,)
