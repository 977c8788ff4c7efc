"""The web process: every page and every API answer."""

import os

from django.core.wsgi import get_wsgi_application

from heedful.api.events.light import beside
from heedful.web.charsets import read_as_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedful.config.settings")

application = read_as_utf8(beside(get_wsgi_application()))
