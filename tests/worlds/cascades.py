"""Simulated cascades of shares whose true R is known.

Shares come from outside to contents and bring further shares, generation by generation, until the
cascades are over. The estimator sees what has happened until the last day of the data, in the form
in which a platform would record it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.virality.shares import Shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SHARES = 60_000
AFTER = 120.0
"""Days after the end of the data that are simulated for final sizes."""


@dataclass(frozen=True)
class CascadeWorld:
    """Parameters of a world.

    Attributes
    ----------
    r : float
        Mean children per share.
    days : float
        Length of the range; contents are published uniformly over it.
    from_outside : float
        Mean number of shares from outside per content, of which there is at least one.
    outside_days : float
        Mean age of the content when they come.
    delay, delay_spread : float
        Median of the delay in days, and standard deviation of its logarithm.
    slow_part, slow_delay : float
        Part of the children that come with another median.
    shape : float
        Gamma shape of the rate of each share; infinite: all alike.
    heavy : float
        Pareto exponent of the rate of each share; 0: none.
    later : float
        R of shares that were brought, divided by R of shares from outside.
    contents_shape : tuple of float
        Beta parameters of R by content; empty: all alike.
    people, people_shape : int, float
        Number of people, gamma shape of their factors (infinite: all alike).
    bots : float
        Part of the shares from outside by 20 accounts that never bring anything.
    ring : int
        Accounts that share every content, each named as parent by the next.
    promoted : float
        Part of the contents that get as many shares from outside again, 3 to 12 days later.
    missing : tuple of float
        Part of the parents that are not recorded, by channel.
    channels : int
    between : float
        Part of the children in another channel than the parent.
    start : float
        First day of the range; earlier shares are not in the data.
    growing : bool
        Contents are published ever more often.
    cycle : bool
        Nearly everything happens in the evening.
    names_roots : bool
        The platform names the first share of the chain as parent of all.
    complete : bool
        Whether complete parents are declared.
    """

    name: str
    r: float = 0.5
    contents: int = 60
    days: float = 60.0
    from_outside: float = 10.0
    outside_days: float = 1.0
    delay: float = 0.25
    delay_spread: float = 1.2
    slow_part: float = 0.0
    slow_delay: float = 14.0
    shape: float = 1.0
    heavy: float = 0.0
    later: float = 1.0
    contents_shape: tuple[float, ...] = ()
    people: int = 5_000
    people_shape: float = np.inf
    bots: float = 0.0
    ring: int = 0
    promoted: float = 0.0
    missing: tuple[float, ...] = ()
    channels: int = 1
    between: float = 0.0
    start: float = 0.0
    growing: bool = False
    cycle: bool = False
    names_roots: bool = False
    complete: bool = True


@dataclass(frozen=True)
class Cascades:
    """What the estimator sees, and the truth."""

    world: CascadeWorld
    shares: Shares
    start: float
    end: float
    r: float
    """Mean over the shares of the range of the children that each brings in expectation."""
    r_later: float | None
    """The same over shares that were brought."""
    amplification: float | None
    """Shares in the end per share from outside, in expectation; None if infinite."""
    factor: Floats
    """True mean factor of the shares of each person, relative to the average share; 0 without
    shares. Shape (people,), with ring accounts at the end.
    """
    final_size: Ints
    """Shares of each content in the end. Shape (contents,)."""


CASCADE_WORLDS: dict[str, CascadeWorld] = {
    world.name: world
    for world in (
        CascadeWorld("plain"),
        CascadeWorld("weak", r=0.12),
        CascadeWorld("dispersed", shape=0.08),
        CascadeWorld("small", contents=7),
        CascadeWorld("tiny", contents=5, from_outside=5.4),
        CascadeWorld("young", contents=60, days=5.0, from_outside=7.0, delay=1.0, outside_days=0.7),
        CascadeWorld("near", r=0.92, contents=24, from_outside=5.0),
        CascadeWorld(
            "above", r=1.25, contents=30, days=12.0, from_outside=4.0, delay=1.2, growing=True
        ),
        CascadeWorld("depth_fades", r=0.8, later=0.3125),
        CascadeWorld("contents_differ", contents_shape=(1.0, 1.6)),
        CascadeWorld("promoted", contents=45, promoted=0.4),
        CascadeWorld("across_channels", channels=3, between=0.4),
        CascadeWorld("silent_bots", bots=0.25),
        CascadeWorld("heavy", heavy=1.6),
        CascadeWorld("ring", r=0.12, ring=5),
        CascadeWorld("nothing", r=0.0),
        CascadeWorld("nothing_grows", r=0.0, growing=True),
        CascadeWorld("evenings", contents=60, days=5.0, from_outside=7.0, cycle=True),
        CascadeWorld("parents_before", start=20.0),
        CascadeWorld("slow", days=21.0, delay=14.0, delay_spread=1.0),
        CascadeWorld("slow_tail", days=5.0, slow_part=0.5),
        CascadeWorld("missing_plain", missing=(0.5,), complete=False),
        CascadeWorld(
            "missing_near", r=0.92, contents=24, from_outside=5.0, missing=(0.5,), complete=False
        ),
        CascadeWorld("missing_promoted", promoted=0.4, missing=(0.5,), complete=False),
        CascadeWorld(
            "missing_by_channel", channels=2, between=0.3, missing=(0.2, 0.8), complete=False
        ),
        CascadeWorld("names_roots", names_roots=True, complete=False),
        CascadeWorld("multipliers", contents=150, people=400, people_shape=0.5),
        CascadeWorld("luck", contents=150, people=400, shape=0.1),
        CascadeWorld("final_sizes", contents=120, days=30.0, delay=0.7, outside_days=0.7),
    )
}

MISSING = ("missing_plain", "missing_near", "missing_promoted", "missing_by_channel")
REFUSED = ("names_roots", "slow", "slow_tail")
"""Worlds whose data do not show R; they must be rejected or warn."""
RECORDED = tuple(name for name in CASCADE_WORLDS if name not in {*MISSING, *REFUSED})


@dataclass
class _Grown:
    """Shares until the end of the cascades, in order of generations."""

    time: Floats
    parent: Ints
    depth: Ints
    content: Ints
    channel: Ints
    person: Ints
    rate: Floats


def simulate_cascades(world: CascadeWorld, seed: int) -> Cascades:
    """One draw of a world."""
    random = np.random.default_rng([seed, sum(map(ord, world.name))])
    theta = (
        np.ones(world.people)
        if np.isinf(world.people_shape)
        else random.gamma(world.people_shape, 1.0 / world.people_shape, world.people)
    )
    activity = random.gamma(2.0, 1.0, world.people)
    r_content = (
        np.minimum(random.beta(*world.contents_shape, world.contents), 0.97)
        if world.contents_shape
        else np.full(world.contents, world.r)
    )
    end = world.start + world.days if world.start == 0 else world.days
    grown = _grow(world, random, r_content, theta, activity / activity.sum(), end, seed)
    if world.cycle:
        grown.time = _evenings(grown.time)
    before = grown.time <= end
    inside = before & (grown.time >= world.start)
    brought = inside & (grown.parent >= 0)
    of_person = np.bincount(grown.person[inside], grown.rate[inside])
    factor = of_person / np.maximum(np.bincount(grown.person[inside]), 1)
    later = r_content * world.later * float(theta @ activity / activity.sum())
    return Cascades(
        world=world,
        shares=_record(world, random, grown, before & (grown.time >= world.start)),
        start=world.start,
        end=end,
        r=float(np.mean(grown.rate[inside])),
        r_later=float(np.mean(grown.rate[brought])) if brought.any() else None,
        amplification=_amplification(grown, inside, later) if not world.ring else None,
        factor=factor / max(float(np.mean(grown.rate[inside])), 1e-12),
        final_size=np.bincount(grown.content, minlength=world.contents),
    )


def _amplification(grown: _Grown, inside: NDArray[np.bool_], later: Floats) -> float | None:
    """Of the shares from outside in a range, given R of later shares by content; None: infinite."""
    roots = inside & (grown.parent < 0)
    of_content = later[grown.content[roots]]
    if of_content.max(initial=0.0) >= 1.0:
        return None
    return float(np.mean(1.0 + grown.rate[roots] / (1.0 - of_content)))


def _grow(
    world: CascadeWorld,
    random: np.random.Generator,
    r_content: Floats,
    theta: Floats,
    activity: Floats,
    end: float,
    seed: int,
) -> _Grown:
    published = random.uniform(0.0, 1.0, world.contents) ** (0.5 if world.growing else 1.0)
    published *= end
    # at least one share from outside; the first one comes with the publication
    n_outside = 1 + random.poisson(world.from_outside - 1.0, world.contents)
    content = np.repeat(np.arange(world.contents), n_outside)
    age = random.exponential(world.outside_days, content.size)
    age[np.cumsum(n_outside) - n_outside] = 0.0
    time = published[content] + age
    chosen = np.flatnonzero(random.uniform(size=world.contents) < world.promoted)
    extra = np.repeat(chosen, random.poisson(world.from_outside, chosen.size))
    content = np.concatenate([content, extra])
    burst = random.uniform(3.0, 12.0, world.contents)
    time = np.concatenate(
        [time, published[extra] + burst[extra] + random.exponential(0.3, extra.size)]
    )
    parent = np.full(content.size, -1)
    taken = np.empty(0, dtype=np.int64)
    parts: list[_Grown] = []
    channel = random.integers(0, world.channels, content.size)
    depth, offset = 0, 0
    while content.size:
        person, taken = _people(random, activity, content, taken)
        # bots are the first accounts
        rate = r_content[content] * theta[person]
        if depth:
            rate = rate * world.later
        elif world.bots:
            is_bot = random.uniform(size=content.size) < world.bots
            person = np.where(is_bot, random.integers(0, 20, content.size), person)
            rate = np.where(is_bot, 0.0, rate)
        mean = rate.copy()
        if np.isfinite(world.shape):
            rate = rate * random.gamma(world.shape, 1.0 / world.shape, content.size)
        if world.heavy:
            pareto = random.pareto(world.heavy, content.size) + 1.0
            rate = mean * pareto * (world.heavy - 1.0) / world.heavy
        parts.append(
            _Grown(time, parent, np.full(content.size, depth), content, channel, person, mean)
        )
        children = random.poisson(rate)
        at = np.repeat(np.arange(content.size), children)
        if offset + content.size + at.size > MOST_SHARES:
            raise RuntimeError(f"{world.name} with seed {seed} grows too large")
        median = np.where(
            random.uniform(size=at.size) < world.slow_part, world.slow_delay, world.delay
        )
        delay = median * np.exp(world.delay_spread * random.standard_normal(at.size))
        # a growing cascade has no end to simulate
        kept = time[at] + delay <= (end + AFTER if world.r < 1.0 else end)
        at, delay = at[kept], delay[kept]
        moved = random.uniform(size=at.size) < world.between
        parent, offset = offset + at, offset + content.size
        channel = np.where(moved, random.integers(0, world.channels, at.size), channel[at])
        time, content = time[at] + delay, content[at]
        depth += 1
    grown = _Grown(
        *(
            np.concatenate([getattr(part, field) for part in parts])
            for field in ("time", "parent", "depth", "content", "channel", "person", "rate")
        )
    )
    return _add_ring(world, random, grown, published) if world.ring else grown


def _people(
    random: np.random.Generator, activity: Floats, content: Ints, taken: Ints
) -> tuple[Ints, Ints]:
    """A person for each share, each once per content if there are enough; and all taken pairs."""
    cumulated = np.cumsum(activity)
    person = np.empty(content.size, dtype=np.int64)
    wanted = np.arange(content.size)
    pairs = content * activity.size
    for _ in range(20):
        drawn = random.uniform(size=wanted.size) * cumulated[-1]
        person[wanted] = np.searchsorted(cumulated, drawn)
        pairs = content * activity.size + person
        again = np.isin(pairs, taken)
        again[np.setdiff1d(np.arange(pairs.size), np.unique(pairs, return_index=True)[1])] = True
        wanted = np.flatnonzero(again)
        if wanted.size == 0:
            break
    return person, np.concatenate([taken, pairs])


def _add_ring(
    world: CascadeWorld, random: np.random.Generator, grown: _Grown, published: Floats
) -> _Grown:
    """Accounts that pass on every content to each other within minutes."""
    n, contents = grown.time.size, published.size
    size = world.ring
    steps = random.exponential(0.003, (contents, size)).cumsum(axis=1) + 0.05
    parent = np.where(
        np.arange(size) == 0, -1, n + np.arange(contents)[:, None] * size + np.arange(size) - 1
    )
    rate = np.tile(np.append(np.ones(size - 1), 0.0), (contents, 1))
    # the order of the accounts differs from content to content
    accounts = np.array([random.permutation(size) for _ in range(contents)]) + world.people
    return _Grown(
        np.concatenate([grown.time, (published[:, None] + steps).ravel()]),
        np.concatenate([grown.parent, parent.ravel()]),
        np.concatenate([grown.depth, np.tile(np.arange(size), contents)]),
        np.concatenate([grown.content, np.repeat(np.arange(contents), size)]),
        np.concatenate([grown.channel, np.zeros(contents * size, dtype=np.int64)]),
        np.concatenate([grown.person, accounts.ravel()]),
        np.concatenate([grown.rate, rate.ravel()]),
    )


def _evenings(time: Floats) -> Floats:
    """The same order of events, with nine tenths of each day's between 18 and 24 o'clock."""
    day, part = np.floor(time), time % 1.0
    return np.asarray(day + np.where(part < 0.1, part * 7.5, 0.75 + (part - 0.1) / 3.6))


def _record(
    world: CascadeWorld, random: np.random.Generator, grown: _Grown, seen: NDArray[np.bool_]
) -> Shares:
    """The shares of the data, as a platform records them, in random order."""
    parent = grown.parent.copy()
    if world.names_roots:
        for _ in range(64):
            above = np.where(parent >= 0, parent[parent], -1)
            if not (above >= 0).any():
                break
            parent = np.where(above >= 0, above, parent)
    names = parent >= 0
    if world.missing:
        lost = random.uniform(size=parent.size) < np.array(world.missing)[grown.channel]
        names &= ~lost
        parent = np.where(lost, -1, parent)
    rows = random.permutation(np.flatnonzero(seen))
    position = np.full(parent.size + 1, -1)
    position[rows] = np.arange(rows.size)
    return Shares(
        time=grown.time[rows],
        parent=position[parent[rows]],
        names_parent=names[rows],
        channel=grown.channel[rows],
        n_channels=world.channels,
        person=grown.person[rows],
        content=grown.content[rows],
        count=np.ones(rows.size),
        reach=np.full(rows.size, np.nan),
        complete=np.full(world.channels, world.complete),
        follows_page=np.zeros(rows.size, dtype=bool),
    )
