"""The rules of the house that no linter knows (CONTRIBUTING.md, "Code design")."""

import ast
import re
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests import house
from tracker import db

MODULE_LINES = 300
FUNCTION_LINES = 40

# Whoever starts the work commits: a view, a job, a command, the intake.
STARTERS = ("app", "cli", "jobs", "web/", "collector/intake")

EMPTY_NAMES = {
    *("common", "core", "data", "handle", "handler", "handlers", "helper", "helpers", "info"),
    *("manager", "managers", "misc", "process", "processor", "tools", "util", "utils"),
}
# What the glossary calls otherwise.
FOREIGN_CLASSES = {
    *("Account", "Assignment", "Board", "Contact", "Customer", "Event", "Interaction"),
    *("Opportunity", "Organisation", "Organization", "Person", "Phase", "Policy", "Prospect"),
    *("Referrer", "Sale", "Tenant", "Touchpoint", "Transfer"),
}
# What changes while a pure function works and never leaves it half done.
WORKING_STATE = {"tracker/memory.py Memory", "tracker/stages/fold.py Fold"}
# What every message makes, or a fold makes by the thousand (ADR 14); a further one is a decision.
TUPLES = {
    *("tracker/collector/domain.py Delivery", "tracker/collector/domain.py Hit"),
    *("tracker/collector/domain.py Utm", "tracker/identity/service.py Resolved"),
    *("tracker/stages/fold.py Receipt", "tracker/stages/fold.py Transition"),
    *("tracker/stages/scoring.py Line", "tracker/stages/service.py Classified"),
    *("tracker/touches/domain.py Counted", "tracker/touches/domain.py Touch"),
    *("tracker/touches/lookups.py Pointer", "tracker/touches/lookups.py Touched"),
}
DANGEROUS = {
    *("eval", "exec", "os.popen", "os.system", "pickle.load", "pickle.loads", "yaml.load"),
    *("marshal.loads", "shelve.open", "yaml.unsafe_load"),
}
# Written in pieces, so that this file does not find itself.
MACHINE_WORDS = [
    *("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/opt/" + "pypi", "/opt/" + "wheels"),
    *("registry." + "npmjs", "python" + "hosted.org", "pypi" + ".org/simple"),
]


def test_a_module_has_at_most_300_lines():
    lengths = {house.name(p): len(p.read_text().splitlines()) for p in house.modules()}
    assert {path: n for path, n in lengths.items() if n > MODULE_LINES} == {}


def test_a_function_has_at_most_40_lines():
    long = [
        f"{house.name(path)}:{node.lineno} {node.name}"
        for path in house.modules()
        for node in house.functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_an_init_holds_one_docstring_and_nothing_else():
    more = [
        house.name(path)
        for path in house.modules("**/__init__.py")
        if len(house.tree(path).body) != 1 or not ast.get_docstring(house.tree(path))
    ]
    assert more == []


def test_every_folder_of_the_house_has_its_plate():
    folders = {path.parent for path in house.modules()}
    assert [house.name(f) for f in folders if not (f / "__init__.py").exists()] == []


def test_a_service_takes_the_session_first():
    wrong = [
        f"{house.name(path)} {node.name}"
        for pattern in ("*/service.py", "reports/queries.py", "journey.py")
        for path in house.modules(pattern)
        for node in house.public_functions(path)
        if not node.args.args or node.args.args[0].arg != "session"
    ]
    assert wrong == []


def test_only_who_starts_the_work_commits():
    wrong = [
        house.name(path)
        for path in house.modules()
        if house.commits(house.tree(path))
        and not path.relative_to(house.HOUSE).as_posix().startswith(STARTERS)
    ]
    assert wrong == []


def test_work_is_committed_once():
    twice = [
        f"{house.name(path)} {node.name}"
        for path in house.modules()
        for node in house.functions(path)
        if house.commits(node) > 1
    ]
    assert twice == []


def test_a_domain_knows_the_standard_library_and_other_domains_only():
    allowed = re.compile(r"tracker\.errors|tracker\.\w+\.domain")
    wrong = [
        f"{house.name(path)} imports {module}"
        for path in house.modules("*/domain.py")
        for module in house.imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not allowed.fullmatch(module)
    ]
    assert wrong == []


def test_values_are_frozen_and_named():
    wrong = {
        f"{house.name(path)} {node.name}"
        for path in house.modules()
        for node in house.classes(path)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith("dataclass")
        and not {"frozen=True", "kw_only=True"} <= _keywords(decorator)
    }
    assert wrong - WORKING_STATE == set()


def test_only_what_every_message_makes_is_a_tuple():
    tuples = {
        f"{house.name(path)} {node.name}"
        for path in house.modules()
        for node in house.classes(path)
        if "NamedTuple" in {ast.unparse(base).split(".")[-1] for base in node.bases}
    }
    assert tuples == TUPLES


def test_an_enum_says_what_is_stored():
    # Words, or numbers where every touch carries one; never the order of a list.
    wrong = [
        f"{house.name(path)} {node.name}"
        for path in house.modules()
        for node in house.classes(path)
        if {ast.unparse(base).split(".")[-1] for base in node.bases} & {"Enum", "Flag"}
    ]
    assert wrong == []


def test_every_error_has_its_answer():
    errors = {node.name for node in house.classes(house.HOUSE / "errors.py")} - {"TrackerError"}
    table = (house.HOUSE / "web" / "errors.py").read_text()
    assert {error for error in errors if not re.search(rf"\b{error}\b", table)} == set()


def test_no_module_has_an_empty_name():
    stems = {house.name(p): {p.stem, p.parent.name} for p in house.modules()}
    assert [path for path, names in stems.items() if names & EMPTY_NAMES] == []


def test_classes_bear_the_names_of_the_glossary():
    foreign = [
        f"{house.name(path)} {node.name}"
        for path in house.modules()
        for node in house.classes(path)
        if node.name in FOREIGN_CLASSES
    ]
    assert foreign == []


def test_nothing_is_run_that_came_from_outside():
    found = [
        f"{house.name(path)}:{call.lineno} {house.called(call)}"
        for path in house.modules()
        for call in house.calls(house.tree(path))
        if house.called(call) in DANGEROUS or "shell=True" in _keywords(call)
    ]
    assert found == []


def test_a_page_carries_no_script_and_no_style_of_its_own():
    inline = re.compile(
        r"""\sstyle=["']|\son[a-z]+=["']|<style|href=["']javascript:"""
        r"""|<script(?![^>]*(\ssrc=|type="application/json"))""",
        re.IGNORECASE,
    )
    pages = sorted((house.ROOT / "templates").rglob("*.html"))
    assert [house.name(page) for page in pages if inline.search(page.read_text())] == []


def test_a_test_lies_where_its_module_lies():
    elsewhere = ("journeys", "torture", "web")
    paths = (house.ROOT / "tests").glob("*/test_*.py")
    lost = [
        house.name(path)
        for path in paths
        if path.parent.name not in elsewhere
        and not (house.HOUSE / path.parent.name / path.name.removeprefix("test_")).exists()
    ]
    assert lost == []


def test_nothing_names_the_machine_it_was_made_on():
    found = [
        f"{house.name(path)} says {word}"
        for path in house.tracked_files()
        for word in MACHINE_WORDS
        if word in path.read_text(errors="replace")
    ]
    assert found == []


def test_migrations_make_what_the_models_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize("path", ["/api/no-such-thing", "/api/leads/no-such-lead"])
def test_an_api_error_has_one_shape(client, path):
    answer = client.get(path)
    assert answer.status_code in (401, 404)
    assert {"code", "status", "message"} <= answer.json.keys()
    assert answer.json.keys() <= {"code", "status", "message", "errors"}


def _keywords(node: ast.AST) -> set[str]:
    return {ast.unparse(word) for word in node.keywords} if isinstance(node, ast.Call) else set()
