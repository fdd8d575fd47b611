/**
 * What a Spark job of a transform runs: it takes the URIs of a statement and of the answer. A statement that Spark refuses is
 * an answer too, so that it is not tried again; anything else fails the job. Rows are text, as SQL casts to it.
 */
export const SPARK_SCRIPT = `import json
import sys

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import SparkSession


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def write(spark, uri, answer):
    path = spark._jvm.org.apache.hadoop.fs.Path(uri)
    out = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path, True)
    try:
        out.write(bytearray(json.dumps(answer), "utf-8"))
    finally:
        out.close()


def main(statement_uri, answer_uri):
    spark = SparkSession.builder.getOrCreate()
    ((_, statement),) = spark.sparkContext.wholeTextFiles(statement_uri).collect()
    try:
        rows = spark.sql(statement).collect()
        answer = {"rows": [[text(value) for value in row] for row in rows]}
    except (AnalysisException, ParseException) as error:
        answer = {"refused": str(error)}
    write(spark, answer_uri, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
`;
