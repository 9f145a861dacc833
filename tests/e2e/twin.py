"""A file of the shape of a support centre's export: the same columns, formats and gaps as the real one, invented rows."""

import csv
import datetime as dt
import random
import uuid

COLUMNS = ["Unique id", "channel_name", "category", "Sub-category", "order_date_time", "Issue_reported at", "issue_responded",
           "Survey_response_Date", "Customer_City", "Product_category", "connected_handling_time", "Agent_name", "Supervisor",
           "Manager", "Tenure Bucket", "Agent Shift", "CSAT Score"]
MANAGERS = ["Mei Tan", "Oscar O'Brien", "Jörg Müller", "William Kim", "Ana, Lucía"]


def write(path, rows=3000, seed=7):
    """Writes the file; the last five rows are bad: no number, no such date, no such score, no channel, no manager."""
    rng = random.Random(seed)
    agents = [(f"Agent {i:03}", rng.choice(MANAGERS)) for i in range(120)]

    def row():
        reported = dt.datetime(2023, 7, 28) + dt.timedelta(minutes=rng.randrange(34 * 24 * 60))
        responded = reported + dt.timedelta(minutes=rng.randrange(-60, 600))
        agent, manager = rng.choice(agents)
        minute = "%d/%m/%Y %H:%M"
        return [str(uuid.UUID(int=rng.getrandbits(128))), rng.choice(["Inbound"] * 6 + ["Outcall"] * 2 + ["Email"]),
                rng.choice(["Returns", "Order Related"]), "Reverse Pickup Enquiry",
                rng.choice(["", reported.strftime(minute)]), reported.strftime(minute), responded.strftime(minute),
                responded.strftime("%d-%b-%y"), rng.choice(["", "MUMBAI"]), rng.choice(["", "Books & General merchandise"]), "",
                agent, rng.choice(["Mia Yamamoto", "Ethan Nakamura"]), manager, rng.choice(["0-30", ">90", "On Job Training"]),
                rng.choice(["Morning", "Evening", "Split"]), rng.choices("54321", weights=[60, 14, 4, 3, 19])[0]]

    made = [row() for _ in range(rows)]
    for column, value in [("Unique id", ""), ("issue_responded", "31/02/2023 10:00"), ("CSAT Score", "7"),
                          ("channel_name", "Telepathy"), ("Manager", "")]:
        bad = row()
        bad[COLUMNS.index(column)] = value
        if column == "issue_responded":
            bad[COLUMNS.index("Issue_reported at")] = value
        made.append(bad)
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(COLUMNS)
        out.writerows(made)
    return len(made) - 5
