"""What came, as people can read it."""

import json


def pretty(body: str) -> str:
    """Return a message laid out where it is whole JSON, else as it is."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
    # Half of a character is a text in JSON, and no text for a page.
    return text.encode("utf-8", "backslashreplace").decode()
