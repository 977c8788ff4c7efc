"""The ways out of the building. A new one is a folder of this shape and a name in this tuple."""

from heedful.courier.carriers import smtp, webhook

CARRIERS = (smtp.CARRIER, webhook.CARRIER)
