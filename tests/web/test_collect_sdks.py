"""Client libraries that people already have, unchanged, against a serving house."""

import json
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from playwright.sync_api import Page
from segment.analytics.client import Client

from tests import elsewhere
from tests.browser import ROOT, Live

CAPTURES = ROOT.parent / "shared" / "captures"
UMD = ROOT / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"

NODE = """
const { Analytics } = require('@segment/analytics-node');
const [host, writeKey] = process.argv.slice(1);
const analytics = new Analytics({ writeKey, host, flushAt: 3 });
const failed = [];
analytics.on('error', (error) => failed.push(String(error.reason || error.code || error)));
analytics.identify({ userId: 'u-1', traits: { email: 'ana@acme.example' } });
analytics.page({ userId: 'u-1', properties: { url: 'https://a.example/pricing' } });
analytics.screen({ userId: 'u-1', name: 'Start' });
analytics.track({ userId: 'u-1', event: 'Webinar Attended', properties: { webinar_id: 'wb-1' } });
analytics.track({ anonymousId: 'anon-1', event: 'Demo Requested',
                  timestamp: new Date('2026-10-05T14:30:00.123Z') });
analytics.group({ userId: 'u-1', groupId: 'g-1', traits: { name: 'Acme' } });
analytics.alias({ userId: 'u-1', previousId: 'anon-1' });
analytics.closeAndFlush().then(() => console.log(JSON.stringify(failed)));
"""


def hits(live: Live) -> dict:
    return json.loads(live.run("stats", "--json"))["hits"]


def test_python(live: Live) -> None:
    failed: list = []
    client = Client(live.write_key, host=live.url, on_error=lambda error, _: failed.append(error))
    client.identify("u-1", {"email": "ana@acme.example", "name": "Ana"})
    client.page("u-1", "Pricing", properties={"url": "https://a.example/pricing"})
    client.screen("u-1", name="Start")
    for number in range(250):
        client.track("u-1", "Webinar Attended", {"webinar_id": f"wb-{number}"})
    client.group("u-1", "g-1", {"name": "Acme"})
    client.alias("anon-1", "u-1")
    client.shutdown()
    assert failed == []
    assert hits(live)["accepted"] == hits(live)["received"] == 255
    assert len(elsewhere.touches(live)) == 255


@pytest.mark.parametrize("gzip", [True])
def test_python_compressed(live: Live, gzip: bool) -> None:
    client = Client(live.write_key, host=live.url, gzip=gzip, sync_mode=True)
    client.track("u-1", "Demo Requested")
    assert len(elsewhere.touches(live)) == 1


def test_node(live: Live) -> None:
    done = subprocess.run(
        ["node", "-e", NODE, live.url, live.write_key],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == []
    assert hits(live)["accepted"] == hits(live)["received"] == 7
    assert elsewhere.visitors(live) == {"u:u-1", "a:anon-1", "e:ana@acme.example"}


def after(number: int):
    """Return what holds at the answer to so many messages."""
    seen = iter(range(1, number + 1))
    return lambda answer: answer.request.method == "POST" and next(seen) == number


def test_browser(live: Live, page: Page) -> None:
    load = {"writeKey": live.write_key, "cdnURL": live.url}
    start = f"""<script src="/index.js"></script><script>
    analytics = AnalyticsNext.AnalyticsBrowser.load({json.dumps(load)});
    (async () => {{
      await analytics.page('Pricing');
      await analytics.track('Webinar Attended', {{webinar_id: 'wb-1'}});
      await analytics.identify('u-1', {{email: 'ana@acme.example'}});
      await analytics.track('Demo Requested');
    }})();</script>"""
    files = {f"/{path.name}": ("text/javascript", path.read_bytes()) for path in UMD.glob("*.js")}
    files["/"] = elsewhere.html(start)
    with elsewhere.pages(files) as origin, page.expect_response(after(4)):
        page.goto(origin)
    assert len(elsewhere.touches(live)) == 4
    assert {"u:u-1", "e:ana@acme.example"} < elsewhere.visitors(live)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the recorded traffic is not on this machine")
def test_recorded_traffic(live: Live, capsys) -> None:
    live.run("site", "add", "Recorded", "--write-key", "WK_TEST")
    files = sorted(str(path) for path in CAPTURES.glob("*.jsonl"))
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore", ResourceWarning)
        patch.setattr(sys, "argv", ["replay.py", "--base", live.url, *files])
        runpy.run_path(str(CAPTURES / "replay.py"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(files)
    assert all(line.rstrip().endswith("}") and "200" in line for line in lines)
    assert hits(live)["accepted"] == len(elsewhere.touches(live)) == len(_ids(files))
    assert hits(live)["quarantined"] == hits(live)["refused"] == 0


def _ids(files: list[str]) -> set[str]:
    requests = [json.loads(line) for path in files for line in Path(path).read_text().splitlines()]
    return {m["messageId"] for request in requests for m in request["body_json"]["batch"]}
