"""How this installation is set up: every value comes from the environment, once."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.csp import CSP
from django.utils.log import CallbackFilter

from heedful.kit import env

PACKAGE = Path(__file__).resolve().parent.parent

DATA_DIR = Path(
    env.text(
        "HEEDFUL_DATA",
        default=str(PACKAGE.parent / "data"),
        doc="The folder that holds the embedded database, the secret key and kept files.",
    )
)
DEBUG = env.flag("HEEDFUL_DEBUG", default=False, doc="Show tracebacks in the browser; never on in production.")


def _secret_key() -> str:
    """Return the configured key, else the one that `heedful up` keeps in the data folder."""
    file = DATA_DIR / "secret_key"
    default = file.read_text(encoding="utf-8").strip() if file.is_file() else None
    return env.text("HEEDFUL_SECRET_KEY", default=default, doc="Signs sessions and links; kept in the data folder.")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words(
    "HEEDFUL_HOSTS", default="*", doc="Host names that this installation answers to, separated by commas."
)
PUBLIC_URL = env.address(
    "HEEDFUL_URL",
    default="http://localhost:8000",
    schemes=("http", "https"),
    example="https://care.example.com",
    doc="The address under which customers and associates reach this installation; links in mails start with it.",
).rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HOST = env.text("HEEDFUL_HOST", default="127.0.0.1", doc="The address that is listened on; set by `heedful up`.")
# How this machine reaches its own processes where they listen on all of its addresses.
OWN_HOST = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(HOST, HOST)  # noqa: S104
PROXIES = env.number(
    "HEEDFUL_PROXIES",
    default=1,
    most=10,
    doc="How many proxies of your own a visitor passes; as many of the last addresses in X-Forwarded-For are believed.",
)
LIVE_URL = env.address(
    "HEEDFUL_LIVE_URL",
    default="",
    schemes=("http", "https"),
    example="https://care.example.com/live",
    doc="Where browsers reach the live process; empty means the same host, one port above the web port.",
)
LIVE_PORT = env.number(
    "HEEDFUL_LIVE_PORT", default=8001, least=1, most=65_535, doc="The port of the live process; set by `heedful up`."
)
DEMO_ALIVE = env.flag("HEEDFUL_DEMO_ALIVE", default=False, doc="Keep the demo's customers living; set by `up --demo`.")

if not (LIVE_ORIGIN := "/".join(LIVE_URL.split("/")[:3])):
    LIVE_ORIGIN = f"{PUBLIC_URL.rpartition(':')[0] if PUBLIC_URL.count(':') > 1 else PUBLIC_URL}:{LIVE_PORT}"


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Bound by the server, no value stands in a statement, and none in what a server writes down of one that failed.
        "OPTIONS": {"options": "-c timezone=UTC", "server_side_binding": True, **options},
    }


DATABASE_URL = env.address(
    "DATABASE_URL",
    default="postgresql://heedful@/heedful",
    schemes=("postgresql", "postgres"),
    example="postgresql://user:password@host:5432/name",
    doc="PostgreSQL 15 or newer. When it is not set, `heedful up` runs a server of its own in the data folder.",
)
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "procrastinate.contrib.django",
    "heedful.ledger",
    "heedful.associates",
    "heedful.customers",
    "heedful.courier",
    "heedful.promise",
    "heedful.listen",
    "heedful.understand",
    "heedful.act",
    "heedful.prove",
    "heedful.loop",
    "heedful.web",
    "heedful.api",
]
MIDDLEWARE = [
    "heedful.web.health.answer_first",
    "heedful.web.errors.Unavailable",
    "heedful.web.caching.keep_private",
    "heedful.web.form_limits.limit",
    "heedful.web.compression.PackPages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "heedful.web.live.address.allow_live",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
if DEBUG:
    MIDDLEWARE.insert(0, "heedful.web.timing.say")
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CSRF_FAILURE_VIEW = "heedful.web.errors.expired"
ROOT_URLCONF = "heedful.config.urls"
WSGI_APPLICATION = "heedful.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "jinja2"],
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "heedful.web.environment.environment",
            "strict": DEBUG,
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "heedful.web.shell.shell",
                "heedful.web.form_tokens.context",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "heedful.web.shell.shell",
            ]
        },
    },
]

AUTH_USER_MODEL = "associates.Associate"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "heedful.web.accounts.Adapter"
SOCIALACCOUNT_ADAPTER = "heedful.web.accounts.SocialAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Guesses at a log-in are counted by `associates/guesses.py`, which lets known devices through; the rest here.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/5m/user",
    "reauthenticate": "10/5m/user",
}
MFA_ADAPTER = "heedful.web.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "heedful.web.second_factor.CodeForm",
    "reauthenticate": "heedful.web.second_factor.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# A code that was typed as its time ended is taken: one step either way, as RFC 6238 has it.
MFA_TOTP_TOLERANCE = 1
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
OIDC_URL = env.address(
    "HEEDFUL_OIDC_URL",
    default="",
    schemes=("http", "https"),
    example="https://login.example.com",
    doc="Issuer of your single sign-on (OpenID Connect discovery).",
)
OIDC_ID = env.text("HEEDFUL_OIDC_CLIENT_ID", default="", doc="The client id that your single sign-on gave Heedful.")
OIDC_SECRET = env.text("HEEDFUL_OIDC_CLIENT_SECRET", default="", doc="The secret that belongs to the client id.")
OIDC_TRUST = env.flag(
    "HEEDFUL_OIDC_TRUST_EMAIL",
    default=False,
    doc="Take the addresses that your sign-on names for verified where it does not say so (Entra ID does not).",
)


def sign_on(url: str, client_id: str, secret: str, *, trusts_email: bool = False) -> dict[str, Any]:
    """Return the log-in's providers: the one that speaks OpenID Connect at this address, or none."""
    app = {
        "provider_id": "sso",
        "name": "Single sign-on",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url, "verified_email": trusts_email},
    }
    return {"openid_connect": {"APPS": [app] if url else [], "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = sign_on(OIDC_URL, OIDC_ID, OIDC_SECRET, trusts_email=OIDC_TRUST)
# A link, for a form that ends at another house is what `form-action` forbids; what a click could harm is refused.
SOCIALACCOUNT_LOGIN_ON_GET = True

# From so many rows on each that is written clears away those whose time is over.
CACHES = {
    "default": {
        "BACKEND": "heedful.kit.cache.UnevictedCache",
        "LOCATION": "heedful_cache",
        "OPTIONS": {"MAX_ENTRIES": 300},
    }
}
SESSION_ENGINE = "heedful.web.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.flag(
    "HEEDFUL_HTTPS_REDIRECT", default=False, doc="Send plain HTTP to HTTPS here rather than in your proxy."
)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Other hosts of the company may not be ready for HTTPS alone, and redirects are mostly the business of a proxy.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF, LIVE_ORIGIN],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# No page takes a file, so none is written anywhere: the first one in a form ends the reading of it.
FILE_UPLOAD_HANDLERS: list[str] = []
DATA_UPLOAD_MAX_NUMBER_FILES = 0

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "heedful.web.static_files.StaticFiles"},
}

SMTP_URL = env.address(
    "HEEDFUL_SMTP",
    default="",
    schemes=("smtp", "smtps"),
    example="smtp://user:password@host:587",
    doc="Your mail server, as smtp://user:password@host:port (or smtps://); without it mails are kept and readable.",
)
MAIL_FROM = env.text("HEEDFUL_MAIL_FROM", default="care@localhost", doc="The sender of mails to customers.")
ALLOW_PRIVATE_WEBHOOKS = env.networks(
    "HEEDFUL_WEBHOOK_ALLOW",
    doc="What webhooks may reach beyond the open web: networks inside your own (10.1.0.0/16) and other ports (:8443).",
)
CUSTOMERS_A_DAY = env.number(
    "HEEDFUL_CUSTOMERS_A_DAY",
    default=1_000,
    least=1,
    doc="Customers that somebody who may not export is shown in a day; of others each such number is written down.",
)
EVENTS_PER_S = env.number(
    "HEEDFUL_EVENTS_PER_SECOND",
    default=0,
    doc="Events that one key may send in a second to each of the web processes; 0 sets no limit.",
)
IMPORT_MB = env.number(
    "HEEDFUL_IMPORT_MB",
    default=500,
    least=1,
    most=100_000,
    doc="How large a file may be that is brought through the import page, in megabytes.",
)
IMPORT_DAYS = env.number(
    "HEEDFUL_IMPORT_DAYS",
    default=30,
    least=1,
    most=3650,
    doc="Days for which files that came through the import page, and their bad rows, are kept in the data folder.",
)
WORKER_CONCURRENCY = env.number(
    "HEEDFUL_WORKER_CONCURRENCY", default=4, least=1, most=100, doc="Jobs that the worker runs at once."
)
BODY_S = env.number(
    "HEEDFUL_BODY_SECONDS",
    default=20,
    least=1,
    most=3600,
    doc="Seconds within which the body of a request must come; it gets one more for each 16 KB.",
)
HANG_S = env.number(
    "HEEDFUL_HANG_SECONDS",
    default=20,
    least=3,
    most=3600,
    doc="Seconds after which a process that gives no sign of life is killed and replaced.",
)


LOG_LEVEL = env.choice(
    "HEEDFUL_LOG_LEVEL",
    ("DEBUG", "INFO", "WARNING", "ERROR"),
    default="WARNING",
    doc="How much the processes say: DEBUG, INFO, WARNING or ERROR.",
)
# Whoever looks for pages that are not there, or calls the house by other names, does so all day long.
PASSERS_BY = LOG_LEVEL if LOG_LEVEL in {"DEBUG", "INFO"} else "ERROR"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # A request that found the database away was answered as it should be, and `kit/outage.py` tells of it now and then.
    "filters": {
        "answered": {"()": CallbackFilter, "callback": lambda line: getattr(line, "status_code", 0) != 503},
        "away": {"()": "heedful.kit.outage.InALine"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["away"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "psycopg.pool": {"level": PASSERS_BY},
        "django.request": {"level": PASSERS_BY, "filters": ["answered"]},
        **{
            f"django.security.{what}": {"level": "CRITICAL" if PASSERS_BY == "ERROR" else PASSERS_BY}
            for what in ("DisallowedHost", "RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
        },
    },
}
