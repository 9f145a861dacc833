"""The organisation of the journey: twelve departments, their staff, a thousand services, and what each customer will answer."""

import csv
import dataclasses
import datetime as dt
import random

PERIOD, QUARTER, YEAR = "2026-09", "2026-Q3", "2026"
TOUCHPOINTS = {"online": ["web", "app", "mini_program", "email"], "offline": ["counter", "shop", "call_centre", "on_site"]}
# code, Chinese name, English name, parent, how likely a customer is very satisfied
DEPARTMENTS = [
    ("service", "客户服务中心", "Customer service", "", 0.86),
    ("repair", "维修服务部", "Repairs", "service", 0.97),
    ("install", "安装部", "Installation", "service", 0.90),
    ("hotline", "热线“一线”部", "Hotline & chat", "service", 0.60),
    ("sales", "销售部", "Sales", "", 0.80),
    ("east", "东区门店", "East shops", "sales", 0.85),
    ("west", "西区门店", "West shops", "sales", 0.75),
    ("logistics", "物流部", "Logistics", "", 0.92),
    ("returns", "退换货部", "Returns", "logistics", 0.50),
    ("billing", "财务部", "Billing", "", 0.95),
    ("tech", "技术支持部", "Technical support", "", 0.88),
    ("vip", "大客户部", "Key accounts", "", 0.90),
]
TINY = "vip"  # so few answers that its score must not be shown
QUALITY = {code: quality for code, _, _, _, quality in DEPARTMENTS}
PARENT = {code: parent for code, _, _, parent, _ in DEPARTMENTS}
# Everyone signs by name here, so that each employee's figure is known exactly.
NAMED_ONLY = {"repair", "sales", "returns", TINY}


@dataclasses.dataclass
class Service:
    external_id: str
    department: str
    touchpoint: str
    channel: str
    employee: str
    email: str
    locale: str
    answers: dict | None  # None: the customer never answers
    identity: str | None  # "named", "anonymous", or None: left as the page offers it, which is anonymous
    comment: str = ""


def under(department):
    """The department and all below it."""
    return {department} | {d for child, parent in PARENT.items() if parent == department for d in under(child)}


def answers(rng, quality):
    """The five words, skipped questions (absent) and `na` as people leave them; `overall` is always answered."""
    def word():
        return rng.choices("54321", weights=[quality * 60, quality * 40, (1 - quality) * 50, (1 - quality) * 30, (1 - quality) * 20])[0]
    given = {"overall": word()}
    for question in ("attitude", "speed", "solved"):
        draw = rng.random()
        if draw < 0.8:
            given[question] = word()
        elif draw < 0.9:
            given[question] = "na"
    return given


def services(n=1000, seed=20260928):
    rng = random.Random(seed)
    busy = [d for d in QUALITY if d != TINY]
    made = []
    for i in range(n):
        department = TINY if i < 6 else busy[i % len(busy)]
        channel = "online" if i < 6 else rng.choice(["online", "offline"])
        answered = i < 3 if department == TINY else rng.random() < 0.8
        named = department in NAMED_ONLY or rng.random() < 0.5
        made.append(Service(
            external_id=f"SR-{i:04}", department=department, channel=channel,
            touchpoint=rng.choice(TOUCHPOINTS[channel]), employee=f"E-{department}-{rng.randrange(3)}",
            email=f"c{i:04}@customers.example", locale=rng.choice(["zh-CN", "en"]),
            answers=answers(rng, QUALITY[department]) if answered else None,
            identity="named" if named else rng.choice(["anonymous", None]),
            comment=rng.choice(["", "", "很好，谢谢！😀", "Fine, <b>thanks</b> & bye", "=1+1\n第二行"])))
    return made


def write_files(directory, made):
    """The three files as the organisation's own systems would give them."""
    with open(directory / "departments.csv", "w", encoding="utf-8-sig", newline="") as f:
        out = csv.writer(f)
        out.writerow(["code", "name_zh", "name_en", "parent_code", "head_email"])
        out.writerows([code, zh, en, parent, f"head-{code}@manyi.example"] for code, zh, en, parent, _ in DEPARTMENTS)
    with open(directory / "staff.csv", "w", encoding="gb18030", newline="") as f:
        out = csv.writer(f, delimiter=";")
        out.writerow(["employee_no", "name", "department_code", "email"])
        out.writerows([f"E-{code}-{i}", f"员工{zh}{i}", code, ""] for code, zh, *_ in DEPARTMENTS for i in range(3))
    with open(directory / "service-records.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["external_id", "department_code", "touchpoint", "completed_at", "employee_no", "service_type",
                      "customer_name", "email", "locale", "resolved"])
        end = dt.datetime(2026, 9, 28, 8, 0)
        for i, s in enumerate(made):
            done = end - dt.timedelta(minutes=7 * i)  # the last five days, all within the month
            out.writerow([s.external_id, s.department, s.touchpoint, done.isoformat(timespec="minutes"), s.employee,
                          "上门维修", "王小明" if s.locale == "zh-CN" else "Ann O'Neill", s.email, s.locale,
                          "true" if i % 10 else "false"])


def import_all(manyi, n=1000):
    """Departments, staff and services, imported; the services by their customers' addresses."""
    made = services(n)
    write_files(manyi.home, made)
    for kind in ("departments", "staff", "service-records"):
        manyi.run("import", kind, f"{kind}.csv")
    return {s.email: s for s in made}
