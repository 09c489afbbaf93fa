"""Whether the report of a search keeps a limit, and says the same everywhere. usage: search_result.py REPORT QUANTITY LIMIT"""

import json
import sys

report = json.load(open(sys.argv[1]))
quantity, limit = sys.argv[2], float(sys.argv[3])
chosen = [point for point in report["curve"] if point["chosen"]]
assert len(chosen) == 1
assert chosen[0]["metric"] == report["result_metric"] == report["steps"][-1]["metric"]
assert chosen[0]["cost"] == report["result"] == report["steps"][-1]["cost"]
assert sum(layer["macs"] for layer in report["layers_after"]) == report["result"]["macs"]
if quantity == "drop":
    found = report["source_metric"] - report["result_metric"]
    assert report["result"]["macs"] < report["source"]["macs"]
else:
    found = report["result"][quantity] / report["source"][quantity]
print("kept" if found <= limit else f"{found} is more than {limit}")
