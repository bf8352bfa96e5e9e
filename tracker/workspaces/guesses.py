"""What a password must not be: what anybody would try first."""

import re

from tracker.errors import Invalid

PASSWORD_LENGTHS = range(8, 129)

_RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_READ_AS = str.maketrans("013457@$!", "oleastasi")

# What people choose first, without the digits and signs that they put around it.
_COMMON = frozenset(
    """
    abc access account admin administrator alexander amanda america andrea andrew angel anthony
    apple arsenal ashley asshole austin badboy banana barcelona baseball basketball batman
    beautiful benjamin bigdaddy blahblah blink bond boston brandon brooklyn butterfly calvin
    changeme charles charlie cheese chelsea chester chicago chocolate christian chris cocacola
    computer cookie corvette cowboys daniel danielle david default demo destiny diamond dolphin
    dragon eagle elephant elizabeth eminem estrella family ferrari flower football forever
    freedom friends fuckyou gandalf garfield gateway george ginger golden google guest guitar
    hallo hannah happy hardcore harley heather hello hockey hunter iceman iloveyou internet
    jackson jasmine jennifer jessica jesus johnny jordan joseph joshua justin killer knight
    leader letmein liverpool login lovely london love lover lucky maggie marina marlboro
    marketing martin master matrix matthew maverick melissa mercedes merlin metallica michael
    michelle midnight mickey monkey monster morgan mother mountain mustang naruto nascar natasha
    nicholas nicole ninja nothing office oliver orange pass passw password passwort patrick
    peanut pepper phoenix playboy please pokemon police porsche princess private purple qazwsx
    qwer qwert qwerty rachel rainbow ranger raiders redsox richard robert rockyou root samantha
    samsung sales samuel scooter secret sebastian senha shadow silver simple skywalker slayer
    smokey snoopy soccer spiderman spring starwars stephanie steelers summer sunday sunshine
    superman superstar swordfish sysadmin tennis test tester thomas thunder tigger tiger tinkle
    tracker trustno unknown user vanessa victoria viking warrior welcome whatever william
    wilson windows winner winter wizard xxxxxx yankees yellow zxcvbnm zaq
    """.split()  # noqa: SIM905 -- two hundred quoted words are no easier to read
)


def check_password(password: str, *context: str, field: str = "password") -> None:
    """Raise Invalid for a password that is too short, too long or among the first guesses.

    The context is what a guesser knows: the name of the workspace, the address.
    """
    if len(password) not in PASSWORD_LENGTHS:
        words = f"{PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters"
        raise Invalid(f"a password has {words}", fields={field: words})
    if _is_guessable(password.lower(), [word for text in context for word in _words(text)]):
        words = "this is among the first that anybody would try"
        raise Invalid("this password is too easy to guess", fields={field: words})


def _is_guessable(password: str, context: list[str]) -> bool:
    bare = re.sub(r"[\W\d_]+", "", password)
    read = re.sub(r"[^a-z]+", "", password.strip("0123456789!.?*# ").translate(_READ_AS))
    known = _COMMON.union(context)
    return (
        len(set(password)) < 4
        or _is_run(password)
        or any(core == word or core == word * 2 for core in (bare, read) for word in known)
        or any(word in password and len(password) - len(word) < 6 for word in context)
    )


def _is_run(password: str) -> bool:
    letters = "".join(password.split())
    parts = re.findall(r"[^\W\d_]+|\d+", password)
    half = letters[: len(letters) // 2]
    return (0 < len(parts) < 4 and all(map(_follows, parts))) or (
        half * 2 == letters and len(set(half)) < 5
    )


def _follows(part: str) -> bool:
    return any(part in run * 3 or part in run[::-1] * 3 for run in _RUNS)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if len(word) >= 4]
