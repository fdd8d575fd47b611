"""One measurement of bench/engines.mjs: SUBJECT OUTPUT FILE... Reads and writes Parquet, as our engine does."""
import json
import resource
import sys
import time

subject, output, *paths = sys.argv[1:]
kind, library = subject.split(", ")
COLUMNS = ["id", "at", "customer", "page", "amount", "quantity", "device", "note", "_lane", "_position", "_arrived_at"]


def dedupe_pandas():
    import pandas as pd

    rows = pd.concat([pd.read_parquet(path, dtype_backend="pyarrow") for path in paths], ignore_index=True)
    rows = rows.sort_values(["id", "at", "_position", "_lane"]).drop_duplicates("id", keep="last")
    rows.to_parquet(output, compression="zstd")
    return len(rows)


def sessions_pandas():
    import pandas as pd

    columns = ["customer", "at", "id", "page", "_lane", "_position"]
    rows = pd.concat([pd.read_parquet(path, columns=columns, dtype_backend="pyarrow") for path in paths], ignore_index=True)
    rows = rows.sort_values(["customer", "at", "id", "_lane", "_position"])
    gap = rows.groupby("customer")["at"].diff()
    starts = gap.isna() | (gap > pd.Timedelta(minutes=30))
    rows["session"] = starts.astype("int64").groupby(rows["customer"]).cumsum()
    sessions = rows.groupby(["customer", "session"]).agg(
        session_start=("at", "min"), session_end=("at", "max"), total_events=("id", "size"), pages_visited=("page", "nunique")
    )
    sessions.to_parquet(output, compression="zstd")
    return len(sessions)


def dedupe_polars():
    import polars as pl

    rows = pl.scan_parquet(paths).sort("id", "at", "_position", "_lane").unique("id", keep="last")
    rows.select(COLUMNS).sink_parquet(output, compression="zstd")
    return pl.scan_parquet(output).select(pl.len()).collect().item()


def sessions_polars():
    import polars as pl

    rows = pl.scan_parquet(paths).sort("customer", "at", "id", "_lane", "_position")
    gap = pl.col("at").diff().over("customer")
    starts = gap.is_null() | (gap > pl.duration(minutes=30))
    sessions = (
        rows.with_columns(session=starts.cast(pl.Int64).cum_sum().over("customer"))
        .group_by("customer", "session")
        .agg(
            session_start=pl.col("at").min(),
            session_end=pl.col("at").max(),
            total_events=pl.len(),
            pages_visited=pl.col("page").n_unique(),
        )
    )
    sessions.sink_parquet(output, compression="zstd")
    return pl.scan_parquet(output).select(pl.len()).collect().item()


started = time.monotonic()
rows = globals()[f"{kind}_{library}"]()
seconds = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"rows": rows, "seconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMiB": usage.ru_maxrss / 1024}))
