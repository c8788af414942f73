#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The examples of config/ and the fuzzer's corpus: homeportctl check and the JSON Schema agree on every one that is about form (the
schema cannot know how names, cores and prefixes go together)."""
import glob
import json
import os
import subprocess
import sys

import jsonschema

root, ctl = sys.argv[1:3]
schema = json.load(open(root + "/config/homeport.schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
# Refused for what they mean, not for their form; or for the mode of a file that holds keys.
MEANING = {"core", "mgmt", "same", "port", "vlan", "unused", "dup_port", "dup_dev", "overlap", "dup_addr", "anycast", "ll", "badaddr", "pref", "ra", "ra2", "ra3", "dup_link",
           "virt_ra", "virt_not_home", "home_none", "home_no_addr", "via", "via2", "via_own", "via_virtual", "route_link", "route_dup", "route_host", "route_mc", "route_via_mc",
           "route_bad", "nul", "dupkey", "word2", "mnf", "mn_keys", "mn_three", "mn_twice", "mn_keyless", "mn_away",
           "cn_host", "cn_all", "cn_ll", "cn_twice", "cn_outside"}
bad = 0
for path in sorted(glob.glob(root + "/config/*.json") + glob.glob(root + "/tests/fuzz/corpus/conf/*")):
    name = os.path.basename(path)
    if name in ("homeport.schema.json", "mn.json", "mn.schema.json"):
        continue
    parser = subprocess.run([ctl, "check", path], capture_output=True, text=True)
    try:
        form = validator.is_valid(json.load(open(path)))
    except ValueError:
        form = False
    agree = (parser.returncode == 0) == form or (name in MEANING and parser.returncode == 2)
    print("%s %s: parser %s, schema %s" % ("ok" if agree else "not ok", name, parser.returncode == 0, form), "" if agree else parser.stderr)
    bad += not agree
sys.exit(1 if bad else 0)
