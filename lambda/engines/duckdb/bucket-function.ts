import type { DuckDBConnection } from '@duckdb/node-api';
import type { IcebergPrimitive } from '../../../lib/contract/iceberg-types';
import { partitionTransform } from '../../tables/transforms';
import { valueOfText } from './value-text';

/** SQL function of the text of a value, the type of its column and a number of buckets. */
export const BUCKET_FUNCTION = 'iceberg_bucket';

/** Iceberg's bucket hash, which DuckDB does not have. */
export async function registerBucket(connection: DuckDBConnection): Promise<void> {
  const { DuckDBScalarFunction, INTEGER, VARCHAR } = await import('@duckdb/node-api');
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: BUCKET_FUNCTION,
      parameterTypes: [VARCHAR, VARCHAR, VARCHAR],
      returnType: INTEGER,
      mainFunction: (_info, input, output) => {
        const [texts, types, transforms] = [0, 1, 2].map((i) => input.getColumnVector(i));
        const kept = new Map<string, (text: string) => number>();
        for (let row = 0; row < input.rowCount; row++) {
          const text = texts.getItem(row) as string | null;
          const type = types.getItem(row) as IcebergPrimitive;
          const transform = transforms.getItem(row) as string;
          let bucket = kept.get(`${type} ${transform}`);
          if (!bucket) kept.set(`${type} ${transform}`, (bucket = bucketOf(type, transform)));
          output.setItem(row, text === null ? null : bucket(text));
        }
        output.flush();
      },
    }),
  );
}

function bucketOf(type: IcebergPrimitive, transform: string): (text: string) => number {
  const { apply } = partitionTransform(transform, type);
  return (text) => apply(valueOfText(type, text)!) as number;
}
