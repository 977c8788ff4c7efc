"""The web process: every page and every API answer."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from heedful.api.events.fast_path import with_fast_path
from heedful.kit.intake import Intake
from heedful.web.charsets import read_as_utf8

CONCURRENCY = 4
READERS = 64
"""Threads that wait for bodies; only those that have theirs come to be worked on."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedful.config.settings")

_answer = read_as_utf8(with_fast_path(get_wsgi_application()))
application = Intake(_answer, workers=CONCURRENCY, readers=READERS, patience_s=settings.BODY_S)
