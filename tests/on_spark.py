"""Runs SQL on Spark: one request a line from standard input, one answer a line to standard output.

Run by the Python of an environment of its own that has PySpark: `python tests/on_spark.py`. A request is JSON
with `sql`, `tables` (the Parquet files of each name) and `target`, the Arrow file that takes the rows; the
answer is `{"rows": n}` or `{"error": text}`. It imports nothing of harmtax and changes nothing in the text.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# Nothing leaves this computer, and the workers are those of this environment.
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
os.environ["PYSPARK_PYTHON"] = sys.executable

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "3g",
    # What the text takes for granted of an engine: times in UTC, names in double quotes.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # The datasets are small: no join is cut into tasks, and no code compiled that runs only once.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.showConsoleProgress": "false",
}


def session() -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("harmtax")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


def answer(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Runs one text over its tables and writes the rows."""
    import pyarrow as pa

    for name, paths in request["tables"].items():
        rows = spark.read.option("mergeSchema", "true").parquet(*paths)
        rows.createOrReplaceTempView(name)
    found = spark.sql(request["sql"]).toArrow()
    with pa.OSFile(request["target"], "wb") as sink, pa.ipc.new_file(sink, found.schema) as file:
        file.write_table(found)
    for name in request["tables"]:
        spark.catalog.dropTempView(name)
    return {"rows": found.num_rows}


if __name__ == "__main__":
    spark = session()
    for line in sys.stdin:
        try:
            told = answer(spark, json.loads(line))
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)
    spark.stop()
