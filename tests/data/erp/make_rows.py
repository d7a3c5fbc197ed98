"""Writes rows.json: a chain of audit-domain, hashed here by nothing but hashlib and json. See README.md."""
import hashlib
import json

COMMON = {"tenantId": "demo-tenant", "action": "EVENT"}
EVENTS = [
    {"actor": {"system": "stellwerk"}, "target": {"type": "Release", "id": "rel-1"},
     "payload": {"b": 1, "a": {"z": [], "y": {}}}, "ip": "127.0.0.1", "userAgent": "stellwerk/demo"},
    {"actor": {"userId": "Jürgen", "role": "Prüfer"}, "target": {"type": "Gerät", "id": "ß€😀"},
     "payload": {"text": "Zeile\n\"zwei\"\t\\\u0001/\u007f\u2028"}, "ip": "::1", "userAgent": ""},
    {"actor": {}, "target": {"type": "", "id": ""},
     "payload": {"2": "index", "10": "index", "x": [1, -1, 0.5, True, False, None]}, "ip": "", "userAgent": "curl/8"},
    {"actor": {"system": "sales"}, "target": {"type": "invoice", "id": "unknown"}, "payload": {"eventType": "sales.invoice.created"}},
    {"actor": {"userId": "u"}, "target": {"type": "Config", "id": "c"}, "ip": "10.0.0.1", "userAgent": "browser"},
    {"actor": {"system": "stellwerk"}, "target": {"type": "Release", "id": "rel-1"}, "payload": {}, "ip": "127.0.0.1",
     "userAgent": "stellwerk/demo"},
]

rows, previous = [], ""
for number, event in enumerate(EVENTS):
    time = f"2025-10-15T20:00:0{number // 2}.00{number // 2}Z"  # two rows a millisecond
    event = {**COMMON, "timestamp": time, **event, "prevHash": previous}
    order = ["tenantId", "timestamp", "actor", "action", "target", "payload", "ip", "userAgent", "prevHash"]
    text = json.dumps({name: event[name] for name in order if name in event}, ensure_ascii=False, separators=(",", ":"))
    previous_now = hashlib.sha256((text + previous).encode("utf-8")).hexdigest()
    rows.append({"id": f"00000000-0000-4000-8000-00000000000{number}", **{name: event.get(name) for name in order},
                 "hash": previous_now, "integrity": None, "createdAt": time})
    previous = previous_now
with open("rows.json", "w", encoding="utf-8") as file:
    json.dump({"count": len(rows), "events": rows[::-1]}, file, ensure_ascii=False, indent=1)
    file.write("\n")
