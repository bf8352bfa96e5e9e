"""What is measured: ours, the usual way, and a web server that stores nothing."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from bench.collector import machine

BIN = Path(sys.executable).parent
PORTS = {"ours": 19001, "orm": 19002, "nginx": 19003}


@contextmanager
def ours(home, *, place=0):
    """Serve a house of its own; yields its process, port and write key."""
    env = environment(home)
    key = found(home)
    port = PORTS["ours"] + 10 * place
    command = [BIN / "tracker", "serve", "--bind", f"127.0.0.1:{port}"]
    command = machine.pinned(machine.cores()[0], *command)
    with machine.running(command, port, env=env, stdout=subprocess.DEVNULL) as pid:
        yield pid, port, key


@contextmanager
def orm(home):
    """Serve the Flask view."""
    command = [sys.executable, "-m", "bench.collector.orm_view", f"sqlite:///{home}/orm.db"]
    command = machine.pinned(machine.cores()[0], *command, PORTS["orm"])
    with machine.running(command, PORTS["orm"]) as pid:
        yield pid, PORTS["orm"], "none"


@contextmanager
def nginx(home):
    """Serve an empty GIF and write the access log."""
    config = Path(home) / "nginx.conf"
    config.write_text(NGINX.format(home=home, port=PORTS["nginx"]))
    binary = "/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else "nginx"
    command = machine.pinned(machine.cores()[0], binary, "-c", config, "-p", home, "-e", "stderr")
    with machine.running(command, PORTS["nginx"]) as pid:
        yield pid, PORTS["nginx"], "none"


def environment(home):
    outside = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return outside | {
        "TRACKER_DATABASE_URL": f"sqlite:///{home}/tracker.db",
        "TRACKER_SECRET_FILE": f"{home}/secret",
        "TRACKER_LOG_LEVEL": "WARNING",
    }


def found(home):
    """Found a workspace, once, and return its write key."""
    kept = Path(home) / "key"
    if not kept.exists():
        command = [BIN / "tracker", "init", "--workspace", "Bench", "--email", "bench@example.com"]
        command += ["--password-stdin", "--json"]
        made = subprocess.run(
            command, env=environment(home), input="a long pass phrase for the bench\n",
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        kept.write_text(json.loads(made.stdout)["write_key"])
    return kept.read_text()


NGINX = """
worker_processes 1;
daemon off;
pid {home}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log {home}/access.log;
    keepalive_requests 1000000000;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    server {{ listen 127.0.0.1:{port}; location = /p.gif {{ empty_gif; }} }}
}}
"""
