/** Arguments of the script: `s3://` URIs of the statement to run, and of the answer it is to write. */
export const SPARK_ARGUMENTS = { statement: '--statement', answer: '--answer' } as const;

/**
 * What a Spark job of a transform runs, on EMR Serverless and in AWS Glue, whose own arguments come between ours. A statement
 * that Spark refuses is an answer too, so that it is not tried again; anything else fails the job. Rows are text, as SQL
 * casts to it. The exceptions are imported from where Spark has them since 3.3, which is Glue 4.0's.
 */
export const SPARK_SCRIPT = `import argparse
import json

from pyspark.sql import SparkSession
from pyspark.sql.utils import AnalysisException, ParseException


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


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("${SPARK_ARGUMENTS.statement}", required=True)
    parser.add_argument("${SPARK_ARGUMENTS.answer}", required=True)
    arguments, _ = parser.parse_known_args()
    spark = SparkSession.builder.getOrCreate()
    ((_, statement),) = spark.sparkContext.wholeTextFiles(arguments.statement).collect()
    try:
        rows = spark.sql(statement).collect()
        answer = {"rows": [[text(value) for value in row] for row in rows]}
    except (AnalysisException, ParseException) as error:
        answer = {"refused": str(error)}
    write(spark, arguments.answer, answer)


if __name__ == "__main__":
    main()
`;
