"""The one settings file: every value that an installation may change is read from the environment here.

Each name read from the environment has its line in docs/operators.md; a test keeps it so.
"""

import os
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from niangjia.core import keys

env = Env()
BASE = Path(__file__).resolve().parent.parent

# Where the state lives ------------------------------------------------------------------------------------------
HOME = Path(env.str("NIANGJIA_HOME", "~/.local/share/niangjia")).expanduser().resolve()
KEYS_FOLDER = Path(env.str("NIANGJIA_KEYS", str(HOME / "keys")))
FILES_FOLDER = HOME / "files"
FONTS_FOLDER = HOME / "fonts"
keys.ensure(KEYS_FOLDER)

DEMO = env.bool("NIANGJIA_DEMO", False)
DEBUG = env.bool("NIANGJIA_DEBUG", False)
SECRET_KEY = keys.read(KEYS_FOLDER, "secret").hex()
SITE_URL = env.str("NIANGJIA_URL", "http://localhost:8000")
ALLOWED_HOSTS = [
    "localhost", "127.0.0.1", "[::1]", urlsplit(SITE_URL).hostname or "localhost", *env.list("NIANGJIA_HOSTS", [])
]  # fmt: skip
HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CRYPTO_PROFILE = env.str("NIANGJIA_CRYPTO", "international")
SENDER = env.str(
    "NIANGJIA_SENDER", "niangjia.core.senders.ScreenSender" if DEMO else "niangjia.core.senders.LogSender"
)
LANE_QUEUE = env.int("NIANGJIA_LANE_QUEUE", 20_000)
WEB_WORKERS = env.int("NIANGJIA_WORKERS", max(1, (os.cpu_count() or 1) // 2))
LANES = env.int("NIANGJIA_LANES", 1) if env.int("NIANGJIA_LANE_PORT", 0) else 0  # 0: the web processes book


# The database ---------------------------------------------------------------------------------------------------
def _database(url: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured("DATABASE_URL must read postgresql://user:password@host:port/name.") from error
    pool = env.int("NIANGJIA_DB_POOL", 8)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "niangjia"),
        "USER": parts.get("user", "niangjia"),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": bool(DIRECT_URL),  # they live in a session, which the pool gives to others
        "OPTIONS": {
            **{name: value for name, value in parts.items() if name not in PLACE},
            **({"pool": {"min_size": 1, "max_size": pool, "timeout": 10}} if pool else {}),
        },
    }


PLACE = frozenset({"dbname", "user", "password", "host", "port"})
DATABASE_URL = env.str("DATABASE_URL", "postgresql:///niangjia")
DIRECT_URL = env.str("NIANGJIA_DIRECT_URL", "")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},  # it holds log-in limits, which no flood of keys may push out
    }
}

# Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    *(["django_linear_migrations"] if find_spec("django_linear_migrations") else []),  # for those who write migrations
    "procrastinate.contrib.django",
    "niangjia.core",
    "niangjia.audit",
    "niangjia.ui",
    "niangjia.org",
    "niangjia.identity",
    "niangjia.jobs",
    "niangjia.files",
    "niangjia.notices",
    "niangjia.imports",
    "niangjia.papers",
    "niangjia.coverage",
    "niangjia.members",
    "niangjia.audiences",
    "niangjia.ledgers",
    "niangjia.vouchers",
    "niangjia.bookings",
    "niangjia.benefits",
    "niangjia.formation",
    "niangjia.insights",
    "niangjia.portal",
    "niangjia.api",
    "niangjia.ops",
    "niangjia.demo",
    "allauth",  # below the house, whose templates and words come before its own
    "allauth.account",
    "allauth.mfa",
    "django.forms",  # last: its templates of widgets come after those of niangjia.ui
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "niangjia.ui.middleware.refusals",
    "niangjia.api.problems.always_problems",
    "niangjia.api.idempotency.remembering",
]

ROOT_URLCONF = "niangjia.config.urls"
ASGI_APPLICATION = "niangjia.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "niangjia.ui.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "niangjia.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "niangjia.ui.rendering.HouseRenderer"
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "niangjia.ui.storage.DigestStorage"},
}

# People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "niangjia.identity.passwords.NotThePresentOne"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "identity:login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "niangjia.identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # staff share desks: the session ends with the browser
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "niangjia.identity.forms.StaffLogInForm",
    "change_password": "niangjia.identity.forms.PasswordForm",
    "reauthenticate": "niangjia.identity.forms.AgainForm",
}
MFA_ADAPTER = "niangjia.identity.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "niangjia.identity.forms.SecondFactorForm",
    "reauthenticate": "niangjia.identity.forms.SecondFactorAgainForm",
    "activate_totp": "niangjia.identity.forms.ActivateTotpForm",
    "add_webauthn": "niangjia.identity.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Niangjia"
MFA_TOTP_TOLERANCE = 1  # thirty seconds before and after: clocks of phones differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO


# Safety ---------------------------------------------------------------------------------------------------------
def _proxies(said: str) -> list[str]:
    """Whose word on the client's address and scheme is taken: "1" is a proxy on this machine."""
    if said.lower() in {"", "0", "no", "false", "off"}:
        return []
    if said.lower() in {"1", "yes", "true", "on"}:
        return ["127.0.0.1", "::1", "::ffff:127.0.0.1"]
    try:
        return [str(ip_network(address.strip())) for address in said.split(",")]
    except ValueError as error:
        raise ImproperlyConfigured(
            "NIANGJIA_BEHIND_PROXY is 1, or the addresses of your proxies, with commas."
        ) from error


SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 7
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# A browser keeps this for a year and for every port of the name: the machine's own name is not ours to bind.
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS and urlsplit(SITE_URL).hostname not in {"localhost", "127.0.0.1"} else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
TRUSTED_PROXIES = _proxies(env.str("NIANGJIA_BEHIND_PROXY", ""))
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],  # the camera's decoder starts its worker from a blob of its own
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "niangjia.ui.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
UPLOAD_LIMIT = env.int("NIANGJIA_UPLOAD_LIMIT", 50 * 1024 * 1024)

# The programs' door ---------------------------------------------------------------------------------------------
NINJA_PAGINATION_CLASS = "niangjia.core.shapes.Pages"

# Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["niangjia.config.formats"]

# Jobs and logs --------------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "workers"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("NIANGJIA_LOG", "WARNING")},
}
