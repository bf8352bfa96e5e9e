"""Client libraries on a bad network send again; each message counts once, repeats are counted."""

import json
import subprocess
import time

from playwright.sync_api import Page
from segment.analytics.client import Client

from tests import elsewhere
from tests.browser import ROOT, Live
from tests.faulty import Fault, Proxy, faulty
from tests.web.test_collect_sdks import UMD, hits

WORST = (Fault.BROKEN, Fault.BUSY, Fault.UNHEARD, Fault.CUT)
WITHIN = 30
NODE = """
const { Analytics } = require('@segment/analytics-node');
const [host, writeKey] = process.argv.slice(1);
const analytics = new Analytics({ writeKey, host, flushAt: 40, maxRetries: 10 });
const failed = [];
analytics.on('error', (error) => failed.push(String(error.reason || error.code || error)));
for (let n = 0; n < 40; n++) {
  const properties = { webinar_id: `wb-${n}` };
  analytics.track({ userId: 'u-1', event: 'Webinar Attended', properties });
}
analytics.closeAndFlush({ timeout: 30000 }).then(() => console.log(JSON.stringify(failed)));
"""


def assert_each_counts_once(live: Live, proxy: Proxy, sent: int) -> None:
    """Each message is stored once, and what came again is counted as a duplicate."""
    assert [fault for fault in proxy.happened if fault] == list(WORST)
    touches = elsewhere.touches(live)
    assert len(touches) == len({touch.message_id for touch in touches}) == sent
    counted = hits(live)
    assert counted["accepted"] == sent
    assert counted["duplicate"] == proxy.handed_on - sent > 0
    assert counted["quarantined"] == counted["refused"] == 0


def test_python(live: Live) -> None:
    failed: list = []
    with faulty(live.url, *WORST) as proxy:
        client = Client(
            live.write_key, host=proxy.url, on_error=lambda error, _: failed.append(error)
        )
        for number in range(40):
            client.track("u-1", "Webinar Attended", {"webinar_id": f"wb-{number}"})
        client.flush()
        client.shutdown()
        assert failed == []
        assert_each_counts_once(live, proxy, 40)


def test_node(live: Live) -> None:
    with faulty(live.url, *WORST) as proxy:
        done = subprocess.run(
            ["node", "-e", NODE, proxy.url, live.write_key],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert json.loads(done.stdout) == []
        assert_each_counts_once(live, proxy, 40)


def test_browser(live: Live, page: Page) -> None:
    with faulty(live.url, *WORST) as proxy:
        load = {"writeKey": live.write_key, "cdnURL": proxy.url}
        start = f"""<script src="/index.js"></script><script>
        analytics = AnalyticsNext.AnalyticsBrowser.load({json.dumps(load)});
        for (let n = 0; n < 8; n++)
          analytics.track('Webinar Attended', {{webinar_id: `wb-${{n}}`}});</script>"""
        files = {
            f"/{file.name}": ("text/javascript", file.read_bytes()) for file in UMD.glob("*.js")
        }
        files["/"] = elsewhere.html(start)
        with elsewhere.pages(files) as origin:
            page.goto(origin)
            # The browser's own loop must turn while we wait.
            deadline = time.monotonic() + WITHIN
            while time.monotonic() < deadline and (
                proxy.handed_on < 9 or len(elsewhere.touches(live)) < 8
            ):
                page.wait_for_timeout(100)
        assert_each_counts_once(live, proxy, 8)
