"""The addresses of the events door: Segment's, RudderStack's, Jitsu's and PostHog's, each with or without a slash."""

from django.urls import re_path

from heedful.api.events import door

KINDS = "identify|track|page|screen|group|alias|merge"
SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}

urlpatterns = [
    re_path(r"^v1/(?:batch|b|import)/?$", door.send),
    re_path(rf"^v1/(?P<kind>{KINDS})/?$", door.send),
    *(re_path(rf"^v1/{short}/?$", door.send, {"kind": kind}) for short, kind in SHORT.items()),
    re_path(r"^v1/m/?$", door.ignored),
    re_path(r"^v1/projects/(?P<key>[^/]{1,200})/settings/?$", door.segment_settings),
    re_path(r"^v1/", door.unknown),
    re_path(r"^sourceConfig/?$", door.rudderstack_settings),
    re_path(r"^pixel/v1/(?P<kind>track|page)/?$", door.pixel),
    re_path(rf"^api/s/(?:s2s/)?(?P<kind>{KINDS}|event)/?$", door.send),
    re_path(r"^api/s/(?:s2s/)?batch/?$", door.send),
    re_path(r"^(?:batch|capture|i/v0/e|e)/?$", door.send, {"kind": "track"}),
]
