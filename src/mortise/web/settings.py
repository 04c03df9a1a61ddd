"""Settings of the web application, read strictly from the environment. `docs/reference/settings.md` lists them.

The defaults run a safe instance on one's own machine: SQLite in a data folder, mail to the console, debug off.
A value that cannot be read stops the start and names the variable, never its content.
"""

from __future__ import annotations

import os
import re
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
LEAST_SECRET_LENGTH = 32

# ---------------------------------------------------------------- strict readers


def env_text(name: str, default: str = "") -> str:
    """Return the value of `name` without surrounding blanks, or `default` when it is not set or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool) -> bool:
    """Return `name` as yes or no; anything else stops the start."""
    word = env_text(name).lower()
    if not word:
        return default
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise ImproperlyConfigured(f"{name} must be 1 or 0 (true/false, yes/no, on/off).")


def env_int(name: str, *, default: int, low: int, high: int) -> int:
    """Return `name` as a whole number from `low` to `high`; anything else stops the start."""
    text = env_text(name)
    if not text:
        return default
    if re.fullmatch(r"-?[0-9]{1,12}", text) is None or not low <= int(text) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def env_list(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Return `name` as a list parted by commas; an empty part stops the start."""
    text = env_text(name)
    if not text:
        return list(default)
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise ImproperlyConfigured(f"{name} must be a list parted by commas, without empty parts.")
    return parts


def env_secret(name: str) -> str:
    """Return a secret given in `name`, or in the file that `name`_FILE points to; both at once stops the start."""
    given, file = env_text(name), env_text(f"{name}_FILE")
    if given and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not file:
        return given
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ImproperlyConfigured(f"The file that {name}_FILE points to cannot be read.") from None
    if not content:
        raise ImproperlyConfigured(f"The file that {name}_FILE points to is empty.")
    return content


def data_folder(path: Path) -> Path:
    """Return the data folder, made when it is not there; one that cannot be written to stops the start."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / "static").mkdir(exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"MORTISE_DATA_DIR names a folder that cannot be written to: {error.strerror}."
        ) from None
    return path


def kept_secret(path: Path) -> str:
    """Return the secret kept in `path`; make it on first start, readable by its owner only."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"MORTISE_DATA_DIR names a folder that cannot be written to: {error.strerror}."
        ) from None
    else:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
    kept = path.read_text(encoding="utf-8").strip()
    if len(kept) < LEAST_SECRET_LENGTH:
        raise ImproperlyConfigured(f"{path.name} in the data folder is damaged: remove it to make a new one.")
    return kept


def database_of(url: str, data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for `url`; without one, SQLite in the data folder."""
    if not url:
        return sqlite_at(data_dir / "mortise.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path.removeprefix("/")))
        if not path.is_absolute():
            raise ImproperlyConfigured("DATABASE_URL for SQLite must be sqlite:////absolute/path.")
        return sqlite_at(path)
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(
            "DATABASE_URL must be postgresql://user@host:port/name or sqlite:////path."
        )
    try:
        port = str(parts.port or "")
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL holds a port that is not a number.") from None
    options: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", port),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite_at(path: Path) -> dict[str, Any]:
    """Return SQLite settings that lose no acknowledged write: WAL with synchronous=FULL, and no lock surprises."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,  # seconds a writer waits for another
            "transaction_mode": "IMMEDIATE",  # a read that turns into a write never meets "database is locked"
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def languages_in(folder: Path) -> list[str]:
    """Return the languages that have a compiled catalogue."""
    names = (path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/django.mo"))
    return sorted(name.replace("_", "-").lower() for name in names)


def has_room(name: str, part: str) -> bool:
    """Tell whether a web room exists in this installation and has this part."""
    return all(find_spec(module) for module in (f"mortise.web.{name}", f"mortise.web.{name}.{part}"))


# ---------------------------------------------------------------- where and how

DATA_DIR = data_folder(Path(env_text("MORTISE_DATA_DIR", "var")).expanduser().resolve())
STATIC_ROOT = DATA_DIR / "static"

DEBUG = env_bool("MORTISE_DEBUG", default=False)
DEMO = env_bool("MORTISE_DEMO", default=False)
HTTPS = env_bool("MORTISE_HTTPS", default=False)
PHONE_OFFLINE = env_bool("MORTISE_PHONE_OFFLINE", default=True)
BEHIND_PROXY = env_bool("MORTISE_BEHIND_PROXY", default=False)
if DEMO and HTTPS:
    raise ImproperlyConfigured(
        "MORTISE_DEMO fills in fictional people with known passwords: not with MORTISE_HTTPS, which is for real use."
    )

MIRROR = env_bool("MORTISE_MIRROR", default=False)
if MIRROR and HTTPS:
    raise ImproperlyConfigured(
        "MORTISE_MIRROR offers a language made for tests: not with MORTISE_HTTPS, which is for real use."
    )

SECRET_KEY = env_secret("MORTISE_SECRET_KEY") or kept_secret(DATA_DIR / "secret-key")
if len(SECRET_KEY) < LEAST_SECRET_LENGTH:
    raise ImproperlyConfigured(f"MORTISE_SECRET_KEY must have at least {LEAST_SECRET_LENGTH} characters.")

ALLOWED_HOSTS = env_list("MORTISE_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
ADDRESS = env_text("MORTISE_ADDRESS")  # where people sign in, for mails; empty: mails name no address
UPLOAD_MAX_BYTES = env_int("MORTISE_UPLOAD_MAX_MB", default=64, low=1, high=1024) * 1024 * 1024
RECORDINGS_DIR = DATA_DIR / "recordings"
MEASURE_APART = True  # a recording is measured in a process of its own, with bounds on memory and time
# A clinic's own licensed words of questionnaires: never in this repository, read when a page asks for them.
ITEM_PACKS_DIR = Path(env_text("MORTISE_ITEM_PACKS", str(DATA_DIR / "questionnaires"))).expanduser().resolve()

# ---------------------------------------------------------------- application

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "mortise.web.ui",
    "mortise.web.audit",
    "mortise.web.jobs",
    "mortise.web.accounts",
    "mortise.web.care",
    *(f"mortise.web.{name}" for name in ("clinic", "phone") if has_room(name, "apps")),
    *(["mortise.web.demo"] if DEMO else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mortise.web.ui.middleware.SmallAnswers",
    "mortise.web.ui.middleware.SafeHeaders",
    "mortise.web.ui.middleware.SizeLimit",
    "mortise.web.audit.middleware.RequestId",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mortise.web.accounts.middleware.PhoneSessions",
    "mortise.web.accounts.middleware.Languages",
    "mortise.web.accounts.middleware.Access",
    "mortise.web.ui.middleware.ErrorPages",
    *(["mortise.web.phone.ended.EndedCare"] if has_room("phone", "ended") else []),
]
ROOT_URLCONF = "mortise.web.urls"
WSGI_APPLICATION = "mortise.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "mortise.web.ui.context.house",
                *(["mortise.web.phone.context.phone"] if has_room("phone", "apps") else []),
            ],
            "builtins": ["django.templatetags.i18n", "mortise.web.ui.templatetags.look"],
        },
    }
]
FORM_RENDERER = "mortise.web.ui.fields.Look"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database_of(env_secret("DATABASE_URL"), DATA_DIR)}

# Jobs are rows of the same database: queued in the transaction of what needs them, done by `run_jobs`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}}

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["mortise.web.accounts.backends.StaffByPassword"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 12 * 60 * 60  # staff: one working day; a patient's phone sets its own, see accounts
SESSION_COOKIE_NAME = "__Host-mortise" if HTTPS else "mortise"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-mortise-form" if HTTPS else "mortise-form"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "mortise.web.ui.errors.csrf_failed"

# ---------------------------------------------------------------- transport

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms and the phone's batches; recordings are files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Sub-domains and the browsers' built-in list are for whoever owns the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if not HTTPS:
    # On one's own machine there is no certificate: no HSTS, no redirect, no cookie that needs https.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
if DEBUG:
    SILENCED_SYSTEM_CHECKS += ["security.W018"]

# ---------------------------------------------------------------- language, files, mail, log

LANGUAGE_CODE = "en-gb"  # what everything is written in; the others are made from it
LOCALE_DIR = Path(__file__).resolve().parent / "locale"
LOCALE_PATHS = [*([DATA_DIR / "locale"] if MIRROR else []), LOCALE_DIR]
LANGUAGES = [
    (LANGUAGE_CODE, "English"),
    *((name, name) for name in languages_in(LOCALE_DIR)),
    *([("qps-plocm", "Mirror")] if MIRROR else []),
]
LANGUAGES_BIDI = [*global_settings.LANGUAGES_BIDI, "qps"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # of the server; a clinic has its own

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is kept by way of it
    "staticfiles": {"BACKEND": "mortise.web.storage.HashedStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env_text("MORTISE_SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env_text("MORTISE_SMTP_HOST")
    EMAIL_PORT = env_int("MORTISE_SMTP_PORT", default=587, low=1, high=65535)
    EMAIL_HOST_USER = env_text("MORTISE_SMTP_USER")
    EMAIL_HOST_PASSWORD = env_secret("MORTISE_SMTP_PASSWORD")
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_text("MORTISE_MAIL_FROM", "mortise@localhost")

LOG_LEVEL = env_text("MORTISE_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured("MORTISE_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_patient_data": {"()": "mortise.web.audit.logs.NoPatientData"}},
    "formatters": {"line": {"()": "mortise.web.audit.logs.Line"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_patient_data"]}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # Lines that hold whole addresses and statements with their values are never written.
        "django.server": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "weasyprint": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.db.backends": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks_db": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
