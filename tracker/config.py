"""Settings: read once from TRACKER_* variables, frozen, and handed down as values."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.errors import Invalid

# templates/, static/ and migrations/ lie beside the package.
HOME = Path(__file__).resolve().parent.parent
WEAK_SECRETS = frozenset({"dev", "secret", "changeme", "change-me", "test", "top-secret!"})
SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator decides; what an administrator may change lives in the database."""

    database_url: str = "sqlite:///var/tracker.db"
    secret_key: str = field(default="", repr=False)
    secret_file: Path = Path("var/secret")
    public_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    assets: str = "cdn"
    # For pages and the API; the collector's requests and slow clients take none.
    threads: int = 32
    processes: int = 1
    queue: int = 2000
    max_body: int = 4 * 1024 * 1024
    # Messages per second; 0 is without limit.
    rate_client: int = 1000
    rate_key: int = 0
    ack: str = "commit"
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings of an environment; a wrong value raises Invalid and is named."""
        env = os.environ if environ is None else environ
        defaults = cls()
        known = {
            "database_url": _database_url(env, defaults.database_url),
            "secret_key": env.get("TRACKER_SECRET_KEY", ""),
            "secret_file": Path(env.get("TRACKER_SECRET_FILE", str(defaults.secret_file))),
            "public_url": _public_url(env),
            "trusted_hosts": _names(env, "TRACKER_TRUSTED_HOSTS"),
            "trusted_proxies": _whole(env, "TRACKER_TRUSTED_PROXIES", 0, at_least=0),
            "assets": _one_of(env, "TRACKER_ASSETS", ("cdn", "local")),
            "threads": _whole(env, "TRACKER_THREADS", defaults.threads, at_least=1),
            "processes": _whole(env, "TRACKER_PROCESSES", defaults.processes, at_least=1),
            "queue": _whole(env, "TRACKER_QUEUE", defaults.queue, at_least=1),
            "max_body": _whole(env, "TRACKER_MAX_BODY", defaults.max_body, at_least=1024),
            "rate_client": _whole(env, "TRACKER_RATE_CLIENT", defaults.rate_client, at_least=0),
            "rate_key": _whole(env, "TRACKER_RATE_KEY", defaults.rate_key, at_least=0),
            "ack": _one_of(env, "TRACKER_ACK", ("commit", "enqueue")),
            "log_level": _one_of(env, "TRACKER_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        }
        _refuse_unknown(env)
        return cls(**known)  # type: ignore[arg-type]

    @property
    def home(self) -> Path:
        """Return the folder in which templates, assets and migrations lie."""
        return HOME

    @property
    def is_sqlite(self) -> bool:
        """Return whether the house stands on SQLite, which has exactly one serving process."""
        return self.database_url.startswith("sqlite")


def check_secret(secret: str) -> None:
    """Raise Invalid unless a secret key is long enough and not a well-known one."""
    if secret.lower() in WEAK_SECRETS or len(secret.encode()) < SECRET_BYTES:
        raise Invalid(f"TRACKER_SECRET_KEY must be at least {SECRET_BYTES} bytes of randomness")


KNOWN = (
    "TRACKER_DATABASE_URL",
    "TRACKER_SECRET_KEY",
    "TRACKER_SECRET_FILE",
    "TRACKER_PUBLIC_URL",
    "TRACKER_TRUSTED_HOSTS",
    "TRACKER_TRUSTED_PROXIES",
    "TRACKER_ASSETS",
    "TRACKER_THREADS",
    "TRACKER_PROCESSES",
    "TRACKER_QUEUE",
    "TRACKER_MAX_BODY",
    "TRACKER_RATE_CLIENT",
    "TRACKER_RATE_KEY",
    "TRACKER_ACK",
    "TRACKER_LOG_LEVEL",
)


def _refuse_unknown(env: Mapping[str, str]) -> None:
    unknown = sorted(n for n in env if n.startswith("TRACKER_") and n not in KNOWN)
    if unknown:
        raise Invalid(f"{unknown[0]} is no setting; known are {', '.join(KNOWN)}")


def _database_url(env: Mapping[str, str], default: str) -> str:
    url = env.get("TRACKER_DATABASE_URL", default)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise Invalid("TRACKER_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    return url


def _public_url(env: Mapping[str, str]) -> str:
    url = env.get("TRACKER_PUBLIC_URL", "").rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise Invalid("TRACKER_PUBLIC_URL must start with http:// or https://")
    return url


def _names(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name, choices[0])
    if value not in choices:
        raise Invalid(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, *, at_least: int) -> int:
    text = env.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < at_least:
        raise Invalid(f"{name} must be a whole number from {at_least}, not {text!r}")
    return int(text)
