"""The web process: every page and every API answer."""

import os

from django.core.wsgi import get_wsgi_application

from heedful.api.events.light import beside

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedful.config.settings")

application = beside(get_wsgi_application())
