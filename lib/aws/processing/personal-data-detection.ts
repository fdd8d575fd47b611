import type { Construct } from 'constructs';
import type { SchemaObject } from '../../contract';
import { classifiedColumns } from '../../contract/classified-columns';
import { literal } from '../../contract/handler-code/literal';
import { CLASSIFIED_COLUMNS_FILE, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { requireWithin } from '../bounds';
import type { Transform } from './transform';

/** How records are looked at for personal data that the contract does not know of. */
export interface PersonalDataDetection {
  /**
   * Share of the records that are looked at, every so-and-so-many-th: from 0.0001 to 1. A record of twenty values costs some
   * 20 microseconds of processor time (docs/privacy.md).
   * @default 0.01
   */
  readonly sampleRate?: number;
}

/** What it adds to a processor. */
export interface BoundDetection {
  /** File name → text, beside the bundle. */
  readonly files: { readonly [file: string]: string };
  readonly environment: { readonly [name: string]: string };
}

/** What a processor was given. */
export interface DetectionScope {
  readonly personalDataDetection?: PersonalDataDetection;
  readonly transform?: Transform;
}

/** @throws Error when the sample rate is out of its bounds, and when no contract says what arrives */
export function bindDetection(
  processor: Construct,
  { personalDataDetection: detection, transform }: DetectionScope,
  schema: SchemaObject,
): BoundDetection | undefined {
  if (detection === undefined) return undefined;
  const arriving = transform === undefined ? schema : transform._inputSchema;
  if (arriving === undefined)
    throw new Error(
      `personalDataDetection of "${processor.node.path}" has no contract to hold records against: they arrive as the ` +
        'transform takes them, and it has no input contract. Give it one, or leave out personalDataDetection.',
    );
  const { sampleRate = 0.01 } = detection;
  requireWithin('personalDataDetection.sampleRate', sampleRate, {
    minimum: 0.0001,
    maximum: 1,
    remedy:
      'It is a share: 0.01 looks at every hundredth record. Leave out personalDataDetection to look at none.',
  });
  return {
    files: {
      [CLASSIFIED_COLUMNS_FILE]: `// Generated from a data contract.\nexport const columns = ${literal(classifiedColumns(arriving))};\n`,
    },
    environment: { [HANDLER_ENVIRONMENT.personalDataSample]: String(sampleRate) },
  };
}
