"""A real server on a database of its own, and a real browser to look at it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
TRACKER = Path(sys.executable).with_name("tracker")
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The browser, too, finds nobody beyond this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
READY_WITHIN = 30


@dataclass(frozen=True, kw_only=True)
class Live:
    """A serving house: its address, its owner, and its files."""

    url: str
    email: str
    password: str
    write_key: str
    environ: dict[str, str]
    log: Path

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run a tracker command beside the server and return what it prints."""
        return run(self.environ, *arguments, stdin=stdin)


def run(environ: dict[str, str], *arguments: str, stdin: str = "") -> str:
    """Run a tracker command in an environment and return what it prints."""
    done = subprocess.run(
        [TRACKER, *arguments],
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environ_for(directory: Path) -> dict[str, str]:
    """Return the environment of a house whose files all lie in a directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return kept | {
        "TRACKER_DATABASE_URL": f"sqlite:///{directory}/live.sqlite3",
        "TRACKER_SECRET_FILE": str(directory / "secret"),
        "TRACKER_ASSETS": "local",
    }


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Serve a new workspace with an owner and a site on a free loopback port."""
    environ, log = environ_for(tmp_path), tmp_path / "server.log"
    email, password = "owner@acme.example", "a long enough pass phrase"
    facts = run(
        environ,
        *("init", "--workspace", "Acme", "--email", email, "--password-stdin", "--json"),
        stdin=password,
    )
    with _serving(environ, log) as url:
        yield Live(
            url=url,
            email=email,
            password=password,
            write_key=json.loads(facts)["write_key"],
            environ=environ,
            log=log,
        )


class _serving:
    """The server as a subprocess, from its first answer to its orderly end."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self._environ, self._log = environ, log

    def __enter__(self) -> str:
        bind = f"127.0.0.1:{free_port()}"
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                [TRACKER, "serve", "--bind", bind],
                env=self._environ,
                stdout=out,
                stderr=out,
                cwd=ROOT,
            )
        self._wait_until_ready(f"http://{bind}/login")
        return f"http://{bind}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self, url: str) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError("the server did not start:\n" + self._log.read_text())
            time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium once per worker."""
    path = shutil.which("chromium")
    assert path, "the browser tests need the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without memory, on a desktop screen."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/Warsaw"
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Give an empty page; a script error or a policy violation on it fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if _is_error(line) else None)
    yield page
    assert complaints == []


def _is_error(line) -> bool:
    # A page that answers 404 or 409 on purpose is reported by Chromium in these words.
    return line.type == "error" and not line.text.startswith("Failed to load resource")
