#!/usr/bin/env python3
"""A stand-in for the ERP's audit-domain: the same routes, the same hash chain, the same mistakes. See README.md."""
import argparse
import datetime
import hashlib
import json
import os
import re
import socketserver
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

PREFIX = "/audit/api/v1"
ACTIONS = ["CREATE", "UPDATE", "DELETE", "LOGIN", "LOGOUT", "APPROVE", "REJECT", "CONFIG_CHANGE", "EVENT", "EXPORT"]
ROWS_MAX = 1000  # of one answer; there are no pages
BODY_BYTES_MAX = 1 << 20  # Fastify's
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


# --- JSON as JavaScript has it -------------------------------------------------------------------------------------

def js_number(value):
    """Number::toString of ECMA-262."""
    if value == 0:
        return "0"
    if value in (float("inf"), float("-inf")):
        return "null"
    mantissa, _, exponent = f"{abs(value):.17e}".partition("e")
    for precision in range(17):  # the shortest digits that give the number again
        text = f"{abs(value):.{precision}e}"
        if float(text) == abs(value):
            mantissa, _, exponent = text.partition("e")
            break
    digits = mantissa.replace(".", "").rstrip("0")
    point = int(exponent) + 1
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def is_array_index(name):
    return name.isascii() and name.isdigit() and str(int(name)) == name and int(name) < 2**32 - 1


def js_object(pairs):
    """Members in JavaScript's order: array indices ascending, then the others as they came; the last of a name stays."""
    members = dict(pairs)
    indices = sorted((name for name in members if is_array_index(name)), key=int)
    return {name: members[name] for name in [*indices, *(name for name in members if not is_array_index(name))]}


def no_json(name):
    raise ValueError(f"Unexpected token {name}")


def js_parse(text):
    return json.loads(text, object_pairs_hook=js_object, parse_int=float, parse_constant=no_json)


def js_stringify(value):
    if isinstance(value, dict):
        return "{" + ",".join(js_string(name) + ":" + js_stringify(each) for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(js_stringify, value)) + "]"
    if isinstance(value, str):
        return js_string(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return js_number(float(value))


def js_string(text):
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", quoted)  # half of a pair


def js_time(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


# --- The chain -----------------------------------------------------------------------------------------------------

def chain_hash(fields):
    """`fields` without the undefined ones, in the order in which the logger names them."""
    order = ["tenantId", "timestamp", "actor", "action", "target", "payload", "ip", "userAgent", "prevHash"]
    data = {name: fields[name] for name in order if name in fields}
    return hashlib.sha256((js_stringify(data) + fields["prevHash"]).encode("utf-8")).hexdigest()


class Rows:
    """The table audit_events. With a file, one row a line, so that it outlives the process and can be tampered with."""

    def __init__(self, path):
        self.path = path
        self.rows = []
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.rows = [js_parse(line) for line in file if line.strip()]
        self.file = open(path, "a", encoding="utf-8") if path else None

    def of(self, tenant, query):
        first, last = (parse_time(query[name]) if query.get(name) else None for name in ("from", "to"))
        return [row for row in self.rows
                if row["tenantId"] == tenant
                and (first is None or parse_time(row["timestamp"]) >= first)
                and (last is None or parse_time(row["timestamp"]) <= last)
                and (not query.get("action") or row["action"] == query["action"])]

    def log(self, tenant, event):
        now = js_time(datetime.datetime.now(datetime.timezone.utc))
        # The latest by createdAt, without a lock: two services at once would fork the chain.
        previous = next((row["hash"] for row in reversed(self.rows) if row["tenantId"] == tenant), "")
        hashed = {"tenantId": tenant, "timestamp": now, **event, "prevHash": previous}
        # Fields that did not come are not hashed, but kept as null: the check, which hashes the null, fails on them.
        row = {"id": str(uuid.uuid4()), "tenantId": tenant, "timestamp": now, "actor": event["actor"],
               "action": event["action"], "target": event["target"], "payload": event.get("payload"),
               "ip": event.get("ip"), "userAgent": event.get("userAgent"), "prevHash": previous,
               "hash": chain_hash(hashed), "integrity": None, "createdAt": now}
        self.rows.append(row)
        if self.file:
            self.file.write(js_stringify(row) + "\n")
            self.file.flush()
        return row

    def check(self, tenant, query):
        """Hashes every row by itself and never looks whether it follows the one before."""
        checked = 0
        for row in sorted(self.of(tenant, query), key=lambda each: each["timestamp"]):
            if chain_hash(row) != row["hash"]:
                return {"valid": False, "checkedCount": checked, "firstInvalidId": row["id"],
                        "error": "Hash chain broken - potential tampering detected!"}
            checked += 1
        return {"valid": True, "checkedCount": checked}


def parse_time(text):
    """new Date(text), for the forms that anybody sends; ValueError is its RangeError."""
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)) - EPOCH


def read_event(body):
    """What CreateAuditEventSchema.parse lets through, its members in the schema's order; ValueError says what is wrong."""
    def text_members(value, names, required, path):
        if not isinstance(value, dict):
            raise ValueError(f"{path}: Expected object")
        for name in names:
            if (name in value or required) and not isinstance(value.get(name), str):
                raise ValueError(f"{path}.{name}: Expected string")
        return {name: value[name] for name in names if name in value}

    if not isinstance(body, dict):
        raise ValueError("Expected object")
    event = {"actor": text_members(body.get("actor"), ["userId", "role", "system"], False, "actor"), "action": body.get("action"),
             "target": text_members(body.get("target"), ["type", "id"], True, "target")}
    if event["action"] not in ACTIONS:
        raise ValueError("action: Invalid enum value. Expected " + " | ".join(f"'{each}'" for each in ACTIONS))
    if "payload" in body:
        if not isinstance(body["payload"], dict):
            raise ValueError("payload: Expected object")
        event["payload"] = body["payload"]
    event.update(text_members(body, ["ip", "userAgent"], False, "body"))
    return event


# --- HTTP ----------------------------------------------------------------------------------------------------------

class Service(HTTPServer):
    request_queue_size = 128

    def __init__(self, address, rows, lost_answers):
        super().__init__(address, Handler)
        self.rows = rows
        self.lost_answers = lost_answers
        self.posts = 0

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's asks the resolver for the host's name


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5  # a connection that says nothing does not keep the others waiting for ever

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = js_stringify(value).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def fail(self, message, status=500, **more):
        """Whatever goes wrong is a 500, bad input too."""
        names = {413: "Payload Too Large", 404: "Not Found", 500: "Internal Server Error"}
        self.answer(status, {"statusCode": status, **more, "error": names[status], "message": message})

    def tenant(self):
        tenant = self.headers.get("x-tenant-id")
        if tenant is None:
            self.fail("UNDEFINED_VALUE: Undefined values are not allowed", code="UNDEFINED_VALUE")
        return tenant

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        static = {"/health": {"status": "ok", "service": "audit-domain"}, "/ready": {"status": "ready"},
                  "/live": {"status": "alive"}}
        if url.path in static:
            self.answer(200, static[url.path])
        elif url.path == PREFIX + "/events":
            self.list_events(query)
        elif url.path.startswith(PREFIX + "/events/"):
            self.show_event(url.path.rsplit("/", 1)[1])
        elif url.path == PREFIX + "/integrity/check":
            self.check(query)
        else:
            self.fail(f"Route GET:{url.path} not found", 404)

    def list_events(self, query):
        tenant = self.tenant()
        if tenant is None:
            return
        try:
            events = self.server.rows.of(tenant, query)
        except ValueError:
            self.fail("Invalid time value")
            return
        events = sorted(reversed(events), key=lambda row: row["timestamp"], reverse=True)[:ROWS_MAX]
        self.answer(200, {"count": len(events), "events": events})

    def show_event(self, event_id):
        tenant = self.tenant()
        if tenant is None:
            return
        found = [row for row in self.server.rows.of(tenant, {}) if row["id"] == event_id]
        if found:
            self.answer(200, found[0])
        else:
            self.answer(404, {"error": "NotFound", "message": "Audit event not found"})

    def check(self, query):
        """Always 200: who only looks at the status learns nothing."""
        tenant = self.headers.get("x-tenant-id")
        try:
            if tenant is None:
                raise ValueError("UNDEFINED_VALUE: Undefined values are not allowed")
            self.answer(200, self.server.rows.check(tenant, query))
        except ValueError as problem:
            self.answer(200, {"valid": False, "checkedCount": 0, "error": f"Error: {problem}"})

    def do_POST(self):
        size = int(self.headers.get("Content-Length") or 0)
        if size > BODY_BYTES_MAX:
            self.fail("Request body is too large", 413, code="FST_ERR_CTP_BODY_TOO_LARGE")
            return
        body = self.rfile.read(size)
        if self.path != PREFIX + "/events":
            self.fail(f"Route POST:{self.path} not found", 404)
            return
        try:
            event = read_event(js_parse(body.decode("utf-8")))
        except ValueError as problem:
            self.fail(str(problem))
            return
        tenant = self.tenant()
        if tenant is None:
            return
        row = self.server.rows.log(tenant, event)
        self.server.posts += 1
        if self.server.posts in self.server.lost_answers:
            self.close_connection = True  # the row is there; whoever sent it does not learn of it
            return
        self.answer(201, row)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(". ", maxsplit=1)[0])
    parser.add_argument("--port", type=int, default=3090, help="0: any free one (default: %(default)s)")
    parser.add_argument("--rows", metavar="FILE", help="keeps the rows, one a line; read again at the next start")
    parser.add_argument("--lose-answer", type=int, action="append", default=[], metavar="N",
                        help="the N-th event gets its row, but no answer; may be given several times")
    options = parser.parse_args()
    service = Service(("127.0.0.1", options.port), Rows(options.rows), set(options.lose_answer))
    print(f"listening on 127.0.0.1:{service.server_address[1]}", flush=True)
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
