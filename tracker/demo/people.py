"""People and companies that do not exist: given names, and surnames and firms made of syllables."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GIVEN = _words(
    "Ada Alice Amelia Anna Arthur Audrey Basil Beth Callum Caleb Carol Clara Claire Conor Cora "
    "Daisy Daniel Dora Duncan Edith Edwin Eleanor Ella Emma Erin Esther Ethan Evan Fiona Flora "
    "Frank George Gemma Grace Gwen Hannah Harriet Harvey Hazel Helen Henry Hugh Ian Imogen Iris "
    "Isla Ivor Jack Jacob Jane Jasper Joan Joel Julia Karen Keira Kit Laura Leah Lewis Lily Louis "
    "Lucy Lydia Mabel Martha Martin Maya Miles Molly Morgan Nathan Nell Nina Noah Nora Olive Oscar "
    "Owen Paul Penny Phoebe Priya Ralph Reuben Rhys Robin Rosa Rory Ruby Ruth Sadie Sam Sarah Sean "
    "Simon Sonia Stella Tara Tess Theo Toby Tom Una Vera Violet Wendy Will Yasmin Zara Zoe"
)
_HEADS = _words(
    "Ash Bar Birch Bram Brock Cal Cart Chal Cran Dal Dun East Elder Fair Farn Gar Glen Hal Hart "
    "Hasel Hol Kel Kirk Lang Lark Lin Mar Mel Mer Nor Oak Pen Quar Rad Raven Rook Sel Shel Stan "
    "Swan Thorn Tar Under Wal War Wex Whit Win Wren Yar"
)
_TAILS = _words(
    "acre beck bourne bridge brook bury by combe cott dale den field ford gate grove ham hurst "
    "land leigh ley low mere moor more pole ridge shaw stead stoke stone thorpe ton well wick wood "
    "worth"
)
_SECTORS = _words(
    "Boilers Cooling Doors Electrical Elevators Energy Facilities Fire Fridges Heating "
    "Installations Instruments Lifts Maintenance Medical Plumbing Pumps Refrigeration Roofing "
    "Safety Security Solar Systems Technical Turbines Ventilation Water"
)
_TITLES = (
    "Head of Service", "Service Manager", "Operations Manager", "Dispatcher", "Managing Director",
    "Office Manager", "Field Supervisor", "Head of Operations", "Owner", "Project Manager",
    "IT Manager", "Customer Service Lead",
)  # fmt: skip
_COUNTRIES = ("United Kingdom", "Ireland", "United Kingdom", "Netherlands", "Denmark")


@dataclass(frozen=True, kw_only=True, slots=True)
class Firm:
    """A company; `size` is its number of technicians."""

    name: str
    sector: str
    domain: str
    size: int

    @property
    def country(self) -> str:
        """Return where the company is."""
        return _COUNTRIES[self.size % len(_COUNTRIES)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """Somebody with a name, a job and an address."""

    name: str
    title: str
    email: str
    phone: str
    firm: Firm


def people(rng: Random) -> Iterator[Somebody]:
    """Give people without end, no two with one address; some of them work together."""
    taken: set[str] = set()
    firms: list[Firm] = []
    while True:
        if not firms or rng.random() < 0.6:
            firms.append(_firm(rng))
        firm = firms[-1] if rng.random() < 0.9 else rng.choice(firms)
        given, surname = rng.choice(_GIVEN), _surname(rng)
        email = f"{given}.{surname}@{firm.domain}".lower()
        if email in taken:
            continue
        taken.add(email)
        yield Somebody(
            name=f"{given} {surname}",
            title=rng.choice(_TITLES),
            email=email,
            # A range that is kept free for stories.
            phone=f"+44 1632 960{rng.randrange(1000):03}",
            firm=firm,
        )


def _surname(rng: Random) -> str:
    return rng.choice(_HEADS) + rng.choice(_TAILS)


def _firm(rng: Random) -> Firm:
    place, sector = _surname(rng), rng.choice(_SECTORS)
    return Firm(
        name=f"{place} {sector}",
        sector=sector,
        domain=f"{place}-{sector}.example".lower(),
        size=min(400, max(3, round(rng.lognormvariate(2.7, 0.8)))),
    )
