"""The catalogue as a file: what goes out comes back, and a file is taken as a whole or not."""

import csv
import io

import pytest
from sqlalchemy import select

from tests.builders import NOON, make_house, record
from tests.people import make_user
from tracker.errors import Conflict, Invalid
from tracker.imports import content, files
from tracker.touches import classing, items
from tracker.touches.domain import Classed, ContentKind, IntendedStage, Purpose, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Classing, Content
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role
from tracker.workspaces.models import AuditEntry

BLOG, GUIDE = "url:acme.example/blog/one", "url:acme.example/guide"


@pytest.fixture
def house(session):
    house = make_house(session)
    for path in ("/blog/one", "/guide", "/guide/print"):
        record(session, house.page(path, anonymous_id="a", title=f"Page {path}"))
    record(session, house.event("Demo Requested", anonymous_id="a"))
    return house


@pytest.fixture
def by(house):
    return By(workspace_id=house.workspace.id, user_id=None, now=NOON)


@pytest.fixture
def look(session, house):
    def look(*lines):
        return content.look(session, house.workspace.id, sheet(*lines))

    return look


@pytest.fixture
def put(session, by):
    def put(*lines):
        return content.put(session, sheet(*lines), by=by)

    return put


def sheet(*lines):
    return files.decode("catalogue.csv", "\n".join(lines).encode())


def written(rows):
    out, names = io.StringIO(), [*(f.name for f in content.FIELDS), *content.BESIDES]
    writer = csv.DictWriter(out, fieldnames=names)
    writer.writeheader()
    writer.writerows(rows)
    return files.decode("catalogue.csv", out.getvalue().encode())


def of(session, house, key):
    query = select(Content).where(Content.workspace_id == house.workspace.id, Content.key == key)
    return session.scalars(query).one()


def wrong(outlook):
    return [(error.line, error.column, error.reason) for error in outlook.errors]


def test_what_goes_out_and_comes_back_changes_nothing(session, house, by):
    of(session, house, GUIDE).title = "=HYPERLINK(1)"
    of(session, house, BLOG).title = "'=quoted"
    items.put_under(
        session, of(session, house, GUIDE), [of(session, house, f"{GUIDE}/print")], by=by
    )
    out = written(content.rows_of(session, house.workspace.id))
    outlook = content.look(session, house.workspace.id, out)
    assert (outlook.changes, outlook.titles, outlook.unchanged, outlook.errors) == ((), {}, 4, ())


def test_a_file_that_goes_out_says_how_often_a_thing_was_touched(session, house):
    rows = {row["key"]: row for row in content.rows_of(session, house.workspace.id)}
    assert (rows[BLOG]["touches"], rows[BLOG]["people"], rows[BLOG]["kind"]) == (
        "1",
        "1",
        "article",
    )


def test_a_file_says_by_hand_what_things_are(session, house, put):
    olga = make_user(session, house.workspace, Role.MARKETER, email="olga@acme.example")
    act = put(
        "key,title,kind,stage,purpose,owner",
        f"{BLOG},A story,Case Study,MOFU,prove,Olga@acme.example",
    )
    found = of(session, house, BLOG)
    assert (act.titles, act.classing.keys) == (1, 1)
    assert (found.title, found.kind) == ("A story", ContentKind.CASE_STUDY)
    assert (found.intended_stage, found.purpose) == (IntendedStage.MOFU, Purpose.PROVE)
    assert (found.owner_id, found.classed) == (olga.user_id, Classed.HAND)


def test_a_column_that_is_left_out_leaves_things_and_an_empty_cell_says_none(session, house, put):
    put("key;stage;purpose", f"{BLOG};tofu;educate")
    put("key;purpose", f"{BLOG};")
    found = of(session, house, BLOG)
    assert (found.intended_stage, found.purpose) == (IntendedStage.TOFU, None)
    assert found.title == "Page /blog/one"


@pytest.mark.parametrize(
    "spelled", ["https://www.acme.example/blog/one/?utm=x", "acme.example/blog/one", BLOG]
)
def test_a_page_is_known_by_its_address_too(session, house, put, spelled):
    put("key,kind", f"{spelled},survey")
    assert of(session, house, BLOG).kind is ContentKind.SURVEY


def test_a_file_makes_a_key_part_of_an_item_and_takes_it_out_again(session, house, put):
    part = f"{GUIDE}/print"
    put("key,item", f"{part},{GUIDE}")
    assert of(session, house, part).item_id == of(session, house, GUIDE).id
    put("key,item", f"{part},")
    assert of(session, house, part).item_id is None


def test_an_item_goes_under_another_where_the_file_takes_all_its_parts_out(
    session, house, look, put
):
    part = f"{GUIDE}/print"
    put("key,item", f"{part},{GUIDE}")
    under = f"{GUIDE},{BLOG}"
    assert wrong(look("key,item", under)) == [(2, "key", "has parts or patterns of its own")]
    stays = look("key,item", under, f"{part},{GUIDE}")
    assert wrong(stays) == [(3, "item", "is part of an item itself")]
    put("key,item", under, f"{part},")
    assert of(session, house, GUIDE).item_id == of(session, house, BLOG).id
    assert of(session, house, part).item_id is None


def test_a_line_that_is_wrong_is_named_and_nothing_of_the_file_is_taken(session, house, look, put):
    lines = ("key,kind", f"{BLOG},survey", "acme.example/none,page", f"{GUIDE},novel")
    reasons = wrong(look(*lines))
    assert reasons[0] == (3, "key", "is not in the catalogue")
    assert reasons[1][:2] == (4, "kind")
    assert "case_study" in reasons[1][2]
    with pytest.raises(Conflict):
        put(*lines)
    assert of(session, house, BLOG).kind is ContentKind.ARTICLE


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((f"{BLOG},,", f"{BLOG},,"), (3, "key", "is in the file twice")),
        ((",,page",), (2, "key", "is empty")),
        ((f"{BLOG},{BLOG},",), (2, "item", "is this key itself")),
        ((f"{BLOG},{GUIDE},", f"{GUIDE},event:demo requested|,"),
         (2, "item", "is part of an item itself")),
        ((f"{BLOG},{GUIDE},survey",), (2, "kind", "is said of a part: say it of its item")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_that_lines_fault(look, lines, reason):
    assert reason in wrong(look("key,item,kind", *lines))


def test_an_owner_is_somebody_of_this_workspace(session, house, look):
    other = make_house(session, "Other")
    make_user(session, other.workspace, email="eve@other.example")
    outlook = look("key,owner", f"{BLOG},eve@other.example")
    assert wrong(outlook) == [(2, "owner", "is nobody of this workspace")]


def test_what_a_pattern_brings_keys_under_goes_under_nothing(session, house, by, look):
    new = NewPattern(subject=Subject.ADDRESS, text="/x/*", item=of(session, house, GUIDE))
    items.add_pattern(session, new, by=by)
    outlook = look("key,item", f"{GUIDE},{BLOG}")
    assert wrong(outlook) == [(2, "key", "has parts or patterns of its own")]


def test_a_file_of_another_workspaces_keys_finds_none(session, house):
    other = make_house(session, "Other")
    outlook = content.look(session, other.workspace.id, sheet("key,kind", f"{BLOG},survey"))
    assert wrong(outlook) == [(2, "key", "is not in the catalogue")]


def test_a_file_without_keys_is_refused(look):
    with pytest.raises(Invalid, match="key"):
        look("title,kind", "Prices,page")


def test_what_a_file_did_can_be_undone(session, house, by, put):
    act = put("key,kind", f"{BLOG},survey")
    classing.undo(session, act.classing, by=by)
    assert of(session, house, BLOG).kind is ContentKind.ARTICLE


def test_new_titles_alone_are_no_act_of_classing_but_are_written_down(session, house, put):
    act = put("key,title", f"{BLOG},A story", f"{GUIDE},Page /guide")
    assert (act.classing, act.titles) == (None, 1)
    assert of(session, house, BLOG).title == "A story"
    assert session.scalars(select(Classing)).all() == []
    lines = session.scalars(select(AuditEntry).filter_by(action="content:classed")).all()
    assert [(line.subject, line.detail) for line in lines] == [("catalogue.csv", "titles")]
