"""The addresses of the house; each area keeps its own."""

from django.urls import include, path

from heedful.web import accounts
from heedful.web.stylesheet import stylesheet

urlpatterns = [
    path("", include("heedful.api.urls")),
    path("", include("heedful.web.live.urls")),
    path("", include("heedful.web.desk.urls")),
    path("", include("heedful.web.portal.urls")),
    path("board/", include("heedful.web.board.urls")),
    path("setup/", include("heedful.web.setup.urls")),
    *(path(f"accounts/{page}", accounts.shut) for page in accounts.SHUT),
    path("accounts/", include("allauth.urls")),
    path("look/<slug:digest>/<slug:colour>.css", stylesheet, name="stylesheet"),
]

handler400 = "heedful.web.errors.bad_request"
handler403 = "heedful.web.errors.forbidden"
handler404 = "heedful.web.errors.not_found"
handler500 = "heedful.web.errors.broken"
