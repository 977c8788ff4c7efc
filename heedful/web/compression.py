"""Pages go out packed where the browser unpacks them, which makes them a sixth as long.

How long a packed page is tells whether something in it repeats what the address said. Django's token against forged
requests is another on each page, and each packed page is made a little longer by chance; pages that show a secret of
the company, and answers to what was posted, go out as they are. So does what is streamed, and what programs read.
"""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

SECRET = ("/accounts/", "/setup/first/", "/setup/keys", "/setup/webhooks/")
"""Pages that show codes, keys and links which let somebody in."""


class PackPages(GZipMiddleware):
    """Django's packing, for the pages that are read with GET and hold no secret."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Pack a page, or leave an answer as it is."""
        is_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        if not is_page or request.method not in ("GET", "HEAD") or request.path_info.startswith(SECRET):
            return response
        return super().process_response(request, response)
