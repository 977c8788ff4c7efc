"""The product's settings, as the tests run with them."""

import os
import tempfile

os.environ["HEEDFUL_SECRET_KEY"] = "a key that only tests sign with, long enough for every check that looks at it"
os.environ["HEEDFUL_DATA"] = tempfile.gettempdir()
os.environ.pop("DATABASE_URL", None)

from heedful.config.settings import *  # noqa: F403

# A slow hash protects passwords, and makes a thousand logins slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True

# A template that shows a function instead of calling it fails its test.
TEMPLATES[0]["OPTIONS"]["complete"] = True  # type: ignore[index]  # noqa: F405
TEMPLATES[0]["OPTIONS"]["strict"] = True  # type: ignore[index]  # noqa: F405
