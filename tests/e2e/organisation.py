"""Random organisations with ratings of fourteen months: trees of departments, staff, both channels, many answers, few and none."""

import csv
import dataclasses
import datetime as dt
import random

MONTHS = [f"{y}-{m:02}" for y, m in [(2025, m) for m in range(7, 13)] + [(2026, m) for m in range(1, 9)]]
LAST, QUARTER, YEAR = "2026-08", "2026-Q3", "2026"
TOUCHPOINTS = {"online": ["web", "app", "mini_program", "email"], "offline": ["counter", "shop", "call_centre", "on_site"]}
# Satisfied of answers at which a verdict or its evidence turns: exactly on 90, 85 and 80 %, a hair beside, all and none.
EDGES = [(27, 30), (26, 30), (45, 50), (44, 50), (85, 100), (84, 100), (17, 20), (16, 20), (29, 29), (30, 30), (28, 30),
         (21, 30), (22, 30), (0, 12), (12, 12), (78, 100), (79, 100), (5, 5), (4, 5), (9, 10), (96, 100), (95, 100), (47, 50)]


@dataclasses.dataclass
class Rating:
    external_id: str
    department: str
    employee: str
    channel: str
    touchpoint: str
    month: str
    answers: dict
    resolved: bool | None
    waited: int | None  # minutes to the first response; below zero where the two times stand the wrong way round
    urgent: bool
    complaints: int = 0  # about the service, received in its month


@dataclasses.dataclass
class Organisation:
    parents: dict
    staff: dict
    ratings: list

    def long(self):
        """The departments with many months, the largest first."""
        months, sizes = {}, {}
        for rating in self.ratings:
            months.setdefault(rating.department, set()).add(rating.month)
            sizes[rating.department] = sizes.get(rating.department, 0) + 1
        return sorted((code for code, all_ in months.items() if len(all_) > 5), key=lambda code: (-sizes[code], code))

    def under(self, department):
        """The department and all below it."""
        found = [department]
        for one in found:
            found += [child for child, parent in self.parents.items() if parent == one]
        return found


def word(rng, quality):
    return rng.choices("54321", weights=[quality * 60, quality * 40, (1 - quality) * 50, (1 - quality) * 30, (1 - quality) * 20])[0]


def answers(rng, overall, quality):
    given = {"overall": overall}
    for question in ("attitude", "speed", "solved"):
        draw = rng.random()
        if draw < 0.8:
            given[question] = word(rng, quality)
        elif draw < 0.9:
            given[question] = "na"
    return given


def overall_words(rng, kind, quality):
    """The overall answers of one department, month and channel, by how large the department is."""
    if kind == "edge":
        k, n = rng.choice(EDGES)
        words = [rng.choice("54") for _ in range(k)] + [rng.choice("321") for _ in range(n - k)]
        rng.shuffle(words)
        return words
    n = {"tiny": rng.randrange(0, 7), "middle": rng.randrange(0, 22), "long": rng.randrange(8, 15)}[kind]
    return [word(rng, quality) for _ in range(n)]


def make(seed, departments):
    rng = random.Random(seed)
    codes = [f"D{i:03}" for i in range(departments)]
    parents = {code: rng.choice(codes[:i]) if i and rng.random() < 0.6 else "" for i, code in enumerate(codes)}
    staff = {code: [f"E{code}{i}" for i in range(rng.randrange(0, 3))] for code in codes}
    made = []
    for code in codes:
        kind = rng.choices(["none", "tiny", "middle", "edge", "long"], weights=[9, 26, 50, 12, 3])[0]
        quality = rng.choice([0.5, 0.8, 0.85, 0.9, 0.93, 0.97])
        channels = rng.choice([["online"], ["offline"], ["online", "offline"], ["online", "offline"]])
        months = [] if kind == "none" else MONTHS if kind == "long" else [LAST]
        if kind == "long" and rng.random() < 0.3:
            months = [month for month in MONTHS if month != rng.choice(MONTHS[:-1])]
        for month in months:
            # A long series moves: in some organisations a step down, in others months that differ by more than chance.
            moved = quality - (0.15 * (month >= "2026-02") if seed % 2 else rng.choice([0, 0.5]) if kind == "long" else 0)
            for channel in channels:
                for overall in overall_words(rng, kind, moved):
                    made.append(Rating(
                        external_id=f"R{len(made):06}", department=code, channel=channel, month=month,
                        employee=rng.choice(staff[code] + [""]), touchpoint=rng.choice(TOUCHPOINTS[channel]),
                        answers=answers(rng, overall, quality), resolved=rng.choice([None, True, True, True, False]),
                        waited=rng.choice([None, -3, 0, 4, 5, 6, 15, 16, 30, 31, 200]), urgent=rng.random() < 0.1))
    # Dice of their own: complaints change nothing else. There may be more of them than services.
    rng = random.Random(-seed)
    complains = {code: rng.choice([0.01, 0.05, 0.3]) for code in codes}
    for rating in made:
        rating.complaints = (rng.random() < complains[rating.department]) * rng.choice([1, 1, 1, 2, 4])
    return Organisation(parents, staff, made)


def write(organisation, directory, rng):
    """The files as the organisation's own systems would give them; the ratings in no order."""
    with open(directory / "departments.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["code", "name_zh", "name_en", "parent_code"])
        out.writerows([code, f"{code}部", code, parent] for code, parent in organisation.parents.items())
    with open(directory / "staff.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["employee_no", "name", "department_code"])
        out.writerows([number, f"员工{number}", code] for code, numbers in organisation.staff.items() for number in numbers)
    with open(directory / "ratings.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        questions = ("overall", "attitude", "speed", "solved")
        out.writerow(["external_id", "department_code", "touchpoint", "completed_at", "responded_at", "employee_no", "requested_at",
                      "first_response_at", "resolved", "urgent", *(f"answer.{question}" for question in questions)])
        for rating in rng.sample(organisation.ratings, len(organisation.ratings)):
            # The first and the last hour of the month too: it is the organisation's day that counts.
            done = dt.datetime.fromisoformat(f"{rating.month}-{rng.randrange(1, 29):02}T{rng.randrange(24):02}:{rng.randrange(60):02}")
            asked = done - dt.timedelta(hours=6)
            waited = [asked.isoformat(), (asked + dt.timedelta(minutes=rating.waited)).isoformat()] if rating.waited is not None else ["", ""]
            resolved = "" if rating.resolved is None else str(rating.resolved).lower()
            out.writerow([rating.external_id, rating.department, rating.touchpoint, done.isoformat(),
                          (done + dt.timedelta(hours=1)).isoformat(), rating.employee, *waited, resolved,
                          str(rating.urgent).lower(), *(rating.answers.get(question, "") for question in questions)])
    with open(directory / "complaints.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["reference", "external_id", "department_code", "channel", "received_at", "closed_at"])
        for rating in organisation.ratings:
            for i in range(rating.complaints):
                received = dt.datetime.fromisoformat(f"{rating.month}-{(28, 1)[i % 2]:02}T{(23, 0)[i % 2]:02}:30")
                # Half of them say themselves whom they are about.
                said = [rating.department, rating.channel] if i % 2 else ["", ""]
                closed = (received + dt.timedelta(days=1)).isoformat() if i else ""
                out.writerow([f"T-{rating.external_id}-{i}", rating.external_id, *said, received.isoformat(), closed])
