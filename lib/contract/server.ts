import type { CustomProperty } from './custom-property';
import type { Role } from './ownership';

/** Where the data is, as the contract says. */
export interface Server {
  readonly server: string;
  /** `kinesis`, `kafka`, `s3`, `glue`, `athena`, … */
  readonly type: string;
  /** @default - none */
  readonly environment?: string;
  /** @default - none */
  readonly description?: string;
  readonly roles: Role[];
  /** The keys particular to the server's type, as written: `location`, `host`, `stream`, … */
  readonly details: { readonly [key: string]: unknown };
  readonly customProperties: CustomProperty[];
}
