import { createBatchEncoder, type CompiledContractModule } from '../../lambda/pipeline/encoding';
import type { EncodingTarget, EncodedFile } from '../../lambda/pipeline/batch-encoder';
import type { Rejection, SourceRecord } from '../../lambda/pipeline/record';
import { DataContract } from '../../lib/contract';
import { compileContract } from '../../lib/contract/handler-code';

/** A contract of one schema object with the given properties. */
export function contractOf(properties: object[], customProperties: object[] = []): DataContract {
  return DataContract.fromString(
    JSON.stringify({
      apiVersion: 'v3.1.0',
      kind: 'DataContract',
      id: 'test-contract',
      version: '1.2.3',
      status: 'active',
      schema: [{ name: 'rows', logicalType: 'object', properties, customProperties }],
    }),
  );
}

/** The compiled module, run from its text: what a bundle imports from the file beside it. */
export function load(contract: DataContract): CompiledContractModule {
  const source = compileContract(contract, contract.schema());
  const names: string[] = [];
  const body = source.replace(/^export (const|function) (\w+)/gm, (_, keyword: string, name: string) => {
    names.push(name);
    return `${keyword} ${name}`;
  });
  return new Function(`"use strict";\n${body}\nreturn { ${names.join(', ')} };`)() as CompiledContractModule;
}

export function record(value: unknown, position = '1'): SourceRecord {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    lane: 'stream/shard-0',
    position,
    data: Buffer.from(text).toString('base64'),
    arrivedAt: 1_700_000_000_123,
  };
}

export interface Encoded {
  readonly files: EncodedFile[];
  readonly rejections: (Rejection | undefined)[];
  readonly accepted: number;
  readonly unknownFields: number;
}

/** Encodes JSON values, or JSON texts where a value is a string. */
export function encode(contract: DataContract, values: unknown[], target?: Partial<EncodingTarget>): Encoded {
  const compiled = load(contract);
  const encoder = createBatchEncoder(compiled, {
    schema: target?.schema ?? compiled.contract.schema,
    partitionSpec: target?.partitionSpec ?? compiled.contract.partitionSpec,
  });
  const rejections = values.map((value, i) => encoder.add(record(value, String(i))));
  return {
    files: encoder.finish(),
    rejections,
    accepted: encoder.accepted,
    unknownFields: encoder.unknownFields,
  };
}
