# SPDX-License-Identifier: BSD-3-Clause
"""docs/openapi.json, and what the running program says held against it."""
import json
import re

import jsonschema

from lab import ROOT

spec = json.load(open(ROOT + "/docs/openapi.json"))


def plain(schema):
    """OpenAPI 3.0 schema to JSON Schema: references resolved, nullable spelt out."""
    if isinstance(schema, list):
        return [plain(x) for x in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return plain(spec["components"]["schemas"][schema["$ref"].split("/")[-1]])
    out = {k: plain(v) for k, v in schema.items() if k != "nullable"}
    if schema.get("nullable"):
        out["type"] = [schema["type"], "null"]
    if out.get("type") == "object" and "properties" in out and "required" in out and "description" not in out:
        out["additionalProperties"] = False
    return out


def against(schema, data):
    """What is wrong with it; None: nothing."""
    try:
        jsonschema.validate(data, plain(schema))
    except jsonschema.ValidationError as e:
        return "%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:200])


def answer(path, method, status, text):
    """An answer of a resource, by its path in the document: what is wrong with it; None: nothing."""
    responses = spec["paths"].get(path, {}).get(method.lower(), {"responses": {}})["responses"]
    # What is not documented is refused, as everything is that is.
    response = responses.get(str(status)) or ({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}} if status >= 400 else None)
    if response is None:
        return "status %d" % status
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return "found %r, want nothing" % text[:200] if "content" not in response and text else None
    return against(schema, json.loads(text))


def events(text):
    """(name, data) of a stream of server-sent events."""
    return [(name, json.loads(data)) for name, data in re.findall(r"^event: (\w+)\ndata: (.*)$", text.replace("\r", ""), re.M)]


def event(name, data):
    schema = spec["components"]["schemas"]["Events"]["properties"].get(name)
    return against(schema, data) if schema else "no such event"
