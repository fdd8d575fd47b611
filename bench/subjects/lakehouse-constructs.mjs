// Raw Kinesis records to Parquet by the code the handler runs: decode, validate, encode, technical columns included.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { OUT } from '../paths.mjs';

export async function prepare({ payloads, positions, arrivals }) {
  const { createBatchEncoder } = await import(pathToFileURL(path.join(OUT, 'encoder.mjs')).href);
  const compiled = await import(pathToFileURL(path.join(OUT, 'contract.mjs')).href);
  return () => {
    const encoder = createBatchEncoder(compiled, compiled.contract);
    for (let i = 0; i < payloads.length; i++) {
      const rejection = encoder.add({
        lane: 'clickstream/shardId-000000000000',
        position: positions[i],
        data: payloads[i],
        arrivedAt: arrivals[i] * 1000,
      });
      if (rejection) throw new Error(rejection.message);
    }
    return encoder.finish()[0].bytes.length;
  };
}
