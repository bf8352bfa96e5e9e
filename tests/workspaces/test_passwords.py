"""How passwords are kept."""

from tracker.workspaces import passwords


def test_a_password_is_kept_by_argon2_with_the_parameters_agreed():
    assert passwords.hashed("fourteen blue whales").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_is_never_kept_alike():
    assert passwords.hashed("fourteen blue whales") != passwords.hashed("fourteen blue whales")


def test_only_the_password_fits():
    kept = passwords.hashed(" fourteen blue whäles ")
    assert passwords.fits(" fourteen blue whäles ", kept)
    assert not passwords.fits("fourteen blue whäles", kept)


def test_nothing_fits_nobody():
    assert not passwords.fits("", None)
    assert not passwords.fits("fourteen blue whales", "what is no hash")
