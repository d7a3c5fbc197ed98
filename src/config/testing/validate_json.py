"""Prints `valid` or `invalid: <what>` for each JSON file after the first argument, which is a JSON Schema (2020-12)."""
import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        problem = next(validator.iter_errors(json.load(file)), None)
    print("valid" if problem is None else f"invalid: {problem.message[:200]}")
