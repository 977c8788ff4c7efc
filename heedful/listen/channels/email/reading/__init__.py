"""From the bytes of a mail to what a person reads. Nothing here knows of rows or settings.

`parts` finds what a mail is made of, `headers` and `words` read what stands above, `transfer` and `charsets` make text
of bytes, `bodies` gathers the words and the files (`tnef` and `smime` unwrap, `meetings` reads calendars), `cleaning`
makes HTML harmless and `html_text` makes words of it, `quoting` says which words are new (`attributions`, `signatures`,
`phrases`), `automatic` and `bounces` say who or what wrote it, `forwards` whose mail was handed on.
"""

from heedful.listen.channels.email.reading.mail import NO_SUBJECT as NO_SUBJECT
from heedful.listen.channels.email.reading.mail import Attachment as Attachment
from heedful.listen.channels.email.reading.mail import BouncedAddress as BouncedAddress
from heedful.listen.channels.email.reading.mail import ForwardedMail as ForwardedMail
from heedful.listen.channels.email.reading.mail import IncomingMail as IncomingMail
from heedful.listen.channels.email.reading.mail import MailAddress as MailAddress
from heedful.listen.channels.email.reading.mail import MailKind as MailKind
from heedful.listen.channels.email.reading.mail import Meeting as Meeting
from heedful.listen.channels.email.reading.mail import UnreadableMail as UnreadableMail
from heedful.listen.channels.email.reading.reader import LARGEST as LARGEST
from heedful.listen.channels.email.reading.reader import read as read
