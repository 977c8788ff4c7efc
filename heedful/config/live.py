"""The live process: tells open pages, over server-sent events, what changed; ids only."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedful.config.settings")
if not apps.ready:
    django.setup()

from heedful.web.live.door import application

__all__ = ["application"]
