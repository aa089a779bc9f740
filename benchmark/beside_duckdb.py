#!/usr/bin/env python3
"""A log's figures by SQL: what DuckDB takes for them, beside a replay of the same file.

    beside_duckdb.py ROOMWATT PROFILES EVENTS

Both are measured as whole processes, from the file to the totals of each room and business day. The
query knows what the log of one hotel without readings needs: transitions as sets, states that hold
until the next one, a delay before a vacancy counts, midnights of the hotel's zone, and energy by rated
power of kind and state. It knows no late events, no tariffs, no quality figures and no dormant rooms, and
keeps nothing. So it is the least that these figures cost, and no other way to make them. The totals of
both are compared.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUERY = """
WITH event AS (
    SELECT DISTINCT roomId AS room, deviceId AS device, deviceKind AS kind, state,
           epoch_ms(occurredAt::TIMESTAMPTZ) AS moment
    FROM read_json($events, format = 'newline_delimited', columns = {
        roomId: 'VARCHAR', deviceId: 'VARCHAR', deviceKind: 'VARCHAR', state: 'VARCHAR',
        occurredAt: 'VARCHAR'})
),
-- Two states of one instant cancel out where one of them held before, which of two states one always
-- did; where nothing was known before, the idle one counts.
fact AS (
    SELECT room, device, kind, moment,
           coalesce(max(state) FILTER (state IN ('OFF', 'VACANT', 'CHECKED_OUT')), min(state)) AS state
    FROM event GROUP BY room, device, kind, moment
    QUALIFY count(*) = 1
         OR row_number() OVER (PARTITION BY room, device, kind ORDER BY moment) = 1
),
change AS (
    SELECT * FROM fact
    QUALIFY state IS DISTINCT FROM lag(state) OVER (PARTITION BY room, device, kind ORDER BY moment)
),
ends AS (SELECT max(moment) AS moment FROM fact),
day AS (
    SELECT date::DATE AS date,
           epoch_ms(date::TIMESTAMP AT TIME ZONE $zone) AS begins,
           epoch_ms((date + INTERVAL 1 DAY)::TIMESTAMP AT TIME ZONE $zone) AS ends
    FROM generate_series(
        (SELECT timezone($zone, to_timestamp(min(moment) / 1000.0))::DATE FROM fact)::TIMESTAMP,
        (SELECT timezone($zone, to_timestamp(moment / 1000.0))::DATE FROM ends)::TIMESTAMP,
        INTERVAL 1 DAY) AS series(date)
),
last AS (SELECT max(ends) AS closing FROM day),
span AS (
    SELECT room, device, kind, state, moment AS begins,
           coalesce(lead(moment) OVER (PARTITION BY room, device, kind ORDER BY moment), closing) AS ends
    FROM change, last
),
-- A sensor's vacancy counts once it has lasted the delay; until then it is occupied.
sensed AS (
    SELECT room, begins,
           CASE WHEN state = 'VACANT' THEN least(ends, begins + $delay) ELSE ends END AS ends, 1 AS seen
    FROM span WHERE kind = 'presence'
    UNION ALL
    SELECT room, begins + $delay, ends, 0
    FROM span WHERE kind = 'presence' AND state = 'VACANT' AND begins + $delay < ends
),
-- A room is vacant where a sensor of it is and none is occupied.
edge AS (
    SELECT room, moment, sum(occupied) AS occupied, sum(vacant) AS vacant FROM (
        SELECT room, begins AS moment, seen AS occupied, 1 - seen AS vacant FROM sensed
        UNION ALL SELECT room, ends, -seen, seen - 1 FROM sensed)
    GROUP BY ALL
),
presence AS (
    SELECT room, moment AS begins, lead(moment) OVER room_time AS ends,
           sum(occupied) OVER room_time AS occupied, sum(vacant) OVER room_time AS vacant
    FROM edge WINDOW room_time AS (PARTITION BY room ORDER BY moment)
),
empty AS (SELECT room, begins, ends FROM presence WHERE occupied = 0 AND vacant > 0 AND ends > begins),
known AS (SELECT room, begins, ends FROM presence WHERE occupied + vacant > 0 AND ends > begins),
unsold AS (SELECT room, begins, ends FROM span WHERE kind IS NULL AND state = 'CHECKED_OUT'),
uses AS (
    SELECT room, span.device, span.kind, span.state, date,
           greatest(span.begins, day.begins) AS begins, least(span.ends, day.ends) AS ends
    FROM span JOIN day ON span.begins < day.ends AND day.begins < span.ends
    WHERE kind <> 'presence' AND kind IS NOT NULL AND state <> 'OFF'
),
vacant AS (
    SELECT u.room, u.device, u.kind, u.state, u.date,
           sum(least(u.ends, e.ends) - greatest(u.begins, e.begins)) AS ms
    FROM uses u JOIN empty e ON u.room = e.room AND u.begins < e.ends AND e.begins < u.ends
    GROUP BY ALL
),
-- Where nobody knows of presence, what is unsold is waste too.
blind AS (
    SELECT room, device, kind, state, date, sum(ms) AS ms FROM (
        SELECT u.room, u.device, u.kind, u.state, u.date,
               sum(least(u.ends, s.ends) - greatest(u.begins, s.begins)) AS ms
        FROM uses u JOIN unsold s ON u.room = s.room AND u.begins < s.ends AND s.begins < u.ends
        GROUP BY ALL
        UNION ALL
        SELECT u.room, u.device, u.kind, u.state, u.date,
               -sum(least(u.ends, s.ends, k.ends) - greatest(u.begins, s.begins, k.begins))
        FROM uses u
        JOIN unsold s ON u.room = s.room AND u.begins < s.ends AND s.begins < u.ends
        JOIN known k ON u.room = k.room AND u.begins < k.ends AND k.begins < u.ends
             AND s.begins < k.ends AND k.begins < s.ends
        GROUP BY ALL)
    GROUP BY ALL
),
used AS (SELECT room, device, kind, state, date, sum(ends - begins) AS ms FROM uses GROUP BY ALL),
wasted AS (
    SELECT room, device, kind, state, date, sum(ms) AS ms
    FROM (SELECT * FROM vacant UNION ALL SELECT * FROM blind) GROUP BY ALL
)
SELECT room, date::VARCHAR, sum(used.ms)::BIGINT, sum(coalesce(wasted.ms, 0))::BIGINT,
       sum(used.ms * rated.watts) / 3600000.0
FROM used
LEFT JOIN wasted USING (room, device, kind, state, date)
LEFT JOIN rated USING (kind, state)
GROUP BY ALL ORDER BY ALL
"""


def by_sql(profiles, events):
    """What the process does that is measured: the totals of each room and day, as JSON."""
    import duckdb

    [profile] = json.loads(Path(profiles).read_text())
    database = duckdb.connect()
    database.execute("CREATE TABLE rated (kind VARCHAR, state VARCHAR, watts DOUBLE)")
    for kind, states in profile["ratings"].items():
        for state, watts in states.items():
            database.execute("INSERT INTO rated VALUES (?, ?, ?)", [kind, state, float(watts)])
    rows = database.execute(QUERY, {
        "events": events,
        "zone": profile["timeZone"],
        "delay": profile.get("vacancyDelayMinutes", 0) * 60_000,
    }).fetchall()
    json.dump(rows, sys.stdout)


def measured(command):
    began = time.monotonic()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return time.monotonic() - began, output


def main():
    if sys.argv[1] == "--sql":
        by_sql(*sys.argv[2:])
        return
    roomwatt, profiles, events = sys.argv[1:]
    took, output = measured([sys.executable, __file__, "--sql", profiles, events])
    by_query = {(room, date): (use, waste, energy)
                for room, date, use, waste, energy in json.loads(output)}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "reports.ndjson"
        replay = [roomwatt, "replay", "--hotels", profiles, "--events", events, "--out", out]
        ours, _ = measured(replay)
        reports = [json.loads(line) for line in out.read_text().splitlines()]
    differences = 0
    for report in reports:
        totals = report["totals"]
        use, waste, energy = by_query.pop((report["roomId"], report["date"]), (0, 0, 0.0))
        same = (totals["usageMs"], totals["wasteMs"]) == (use, waste)
        differences += not (same and abs(totals["energyWh"] - energy) < 0.001)
    differences += len(by_query)
    print(f"DuckDB    {took:.2f} s")
    print(f"replay    {ours:.2f} s")
    print(f"reports   {len(reports)}, of which {differences} differ")


if __name__ == "__main__":
    main()
