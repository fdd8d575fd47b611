"""pyarrow, for comparison: decoded lines to a table to Parquet. Prints one line of JSON as bench/measure.mjs does."""
import base64
import io
import json
import resource
import sys
import time

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet

path, repetitions = sys.argv[1], int(sys.argv[2])
with open(path) as file:
    payloads = file.read().split()
schema = pa.schema(
    [
        ("event_id", pa.string()), ("event_type", pa.string()), ("user_id", pa.int64()), ("session_id", pa.string()),
        ("ts", pa.timestamp("us")), ("received_at", pa.int64()), ("url", pa.string()), ("referrer", pa.string()),
        ("duration_ms", pa.int32()), ("scroll_pct", pa.float64()), ("price", pa.float64()),
        ("device", pa.struct([("os", pa.string()), ("browser", pa.string()), ("width", pa.int32()), ("height", pa.int32())])),
        ("tags", pa.list_(pa.string())),
    ]
)


def run():
    lines = b"\n".join(base64.b64decode(payload) for payload in payloads)
    options = pyarrow.json.ParseOptions(explicit_schema=schema)
    table = pyarrow.json.read_json(io.BytesIO(lines), parse_options=options)
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, compression="snappy")
    return out.tell()


times = []
for _ in range(repetitions):
    start = time.process_time()
    size = run()
    times.append((time.process_time() - start) * 1000)
print(json.dumps({"milliseconds": times, "bytes": size, "peakMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
