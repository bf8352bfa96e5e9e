"""The editor of the stage model as a browser sees it: what a form holds, and what a page sends."""

import re
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

from tracker.stages.documents import DEFAULT
from tracker.web.stages import forms


def fields(raw=DEFAULT, **changes):
    """Return the form of a document as a browser would send it, with some fields changed."""
    form = MultiDict((name, str(raw[name])) for name in ("half_life_days", "dormant_after_days"))
    for number, rule in enumerate(raw["rules"]):
        add_rule(form, f"rules[{number}].", str(number), rule)
    for number, (key, points) in enumerate(raw.get("item_points", {}).items()):
        form.add("item_points", str(number))
        form[f"item_points[{number}].key"], form[f"item_points[{number}].points"] = key, str(points)
    for number, rule in enumerate(raw.get("fit", {}).get("rules", [])):
        form.add("fit.rules", str(number))
        for name, value in rule.items():
            text = ", ".join(value) if name == "any_of" else str(value)
            form[f"fit.rules[{number}].{name}"] = text
    tables = {name: raw.get(name, {}) for name in ("points", "caps", "half_lives")}
    tables["fit.grades"] = raw.get("fit", {}).get("grades", {})
    tables |= {f"stages.{stage}": words for stage, words in raw["stages"].items()}
    for table, values in tables.items():
        form.update({f"{table}.{name}": str(value) for name, value in values.items()})
    for name, value in changes.items():
        form[name] = value
    return form


def add_rule(form, place, key, rule):
    form.add("rules", key)
    form[f"{place}form"] = forms.form_of(rule)
    for number, kinds in enumerate(rule.get("sequence", [])):
        form.add(f"{place}sequence", str(number))
        form.setlist(f"{place}sequence[{number}]", kinds)
    for name, value in rule.items():
        if name != "sequence":
            form.setlist(f"{place}{name}", value if isinstance(value, list) else [str(value)])


def seen_on(page):
    return re.search(r'name="seen" value="([^"]+)"', page.text)[1]


class Sent(HTMLParser):
    """What a browser would send of the fields of a page."""

    def __init__(self):
        super().__init__()
        self.form, self._templates = MultiDict(), 0
        self._named, self._is_text = "", False

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self._templates += tag == "template"
        name = "" if self._templates else found.get("name", "")
        if tag == "input" and (
            found.get("type") not in ("checkbox", "radio") or "checked" in found
        ):
            self.form.add(name, found.get("value", ""))
        elif tag == "option" and "selected" in found:
            self.form.add(self._named, found["value"])
        elif tag in ("select", "textarea"):
            self._named, self._is_text = name, tag == "textarea"

    def handle_endtag(self, tag):
        self._templates -= tag == "template"
        self._named = "" if tag in ("select", "textarea") else self._named

    def handle_data(self, data):
        if self._named and self._is_text:
            self.form.add(self._named, data)


def sent_by(page):
    """Return what a browser would send of a page's form."""
    reader = Sent()
    reader.feed(page)
    return reader.form
