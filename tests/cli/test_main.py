import pytest


def test_help_names_every_command(tracker):
    told = tracker("--help").output
    for name in ("init", "serve", "site", "token", "user", "stats", "import", "backup", "restore"):
        assert f"\n  {name} " in told


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TRACKER_DATABASE_URL", "mysql://nowhere.example/db"),
        ("TRACKER_THREADS", "many"),
        ("TRACKER_TYPO", "1"),
    ],
)
def test_a_wrong_setting_is_named_and_stops_the_command(tracker, setting, value):
    result = tracker("stats", **{setting: value})
    assert result.exit_code == 2
    assert setting in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_no_traceback(tracker):
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    result = tracker("stats", TRACKER_DATABASE_URL=url)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the database does not answer")


def test_a_database_that_is_not_there_is_not_made_by_asking(tracker, tmp_path):
    path = tmp_path / "none.db"
    result = tracker("stats", TRACKER_DATABASE_URL=f"sqlite:///{path}")
    assert result.exit_code == 2
    assert not path.exists()
