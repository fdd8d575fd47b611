import { Duration, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DataContract, SchemaObject } from '../../../contract';
import { compileContract } from '../../../contract/handler-code';
import {
  HANDLER_ENVIRONMENT,
  INPUT_CONTRACT_FILE,
  TRANSFORM_FILE,
} from '../../../contract/handler-environment';
import type { TransformSettings } from '../../../contract/transform-settings';
import { bundleTransform, readTransformBundle } from './bundle-transform';
import type { Lookup, LookupBinding } from './lookup';

/** What a transform works with. */
export interface TransformOptions {
  /**
   * What the transform may look up, by the name it does so: letters, digits, `-` and `_`.
   * @default - nothing
   */
  readonly lookups?: { [name: string]: Lookup };

  /**
   * Contract of the records that go in. They are held against it first, and the transform sees them in the form its
   * types promise (`npx lakehouse types`). What comes out is held against the processor's contract either way.
   * @default - the transform sees every record that is a JSON object
   */
  readonly inputContract?: DataContract;

  /**
   * Name of the schema object in the input contract.
   * @default - the first
   */
  readonly inputSchemaName?: string;

  /**
   * Longest time an asynchronous transform may take for one record.
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;
}

/** What a processor deploys for a transform. */
export interface TransformBinding {
  /** Files beside the bundle: name → text. */
  readonly files: { [name: string]: string };
  /** Variables of the function. */
  readonly environment: { [name: string]: string };
}

const LOOKUP_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Code of your own between decoding and writing: the default export of a module, a function
 * `(record, context) => row | row[] | null`, synchronous or not. An error in it sends that record to quarantine.
 */
export class Transform {
  /**
   * A TypeScript or JavaScript module, bundled at synthesis by the esbuild of your project.
   *
   * @param path from the working directory, as every path in a CDK app
   * @throws Error when the file is not there, cannot be bundled or has no default export, or esbuild is not installed
   */
  static fromFile(path: string, options: TransformOptions = {}): Transform {
    return new Transform(bundleTransform(path), options);
  }

  /**
   * A module you have bundled: an ES module with all it imports in one file.
   *
   * @param path of the `.mjs` file, from the working directory
   * @throws Error when the file is not there, or has no default export
   */
  static fromBundle(path: string, options: TransformOptions = {}): Transform {
    return new Transform(readTransformBundle(path), options);
  }

  private constructor(
    private readonly code: string,
    private readonly options: TransformOptions,
  ) {
    const wrong = Object.keys(options.lookups ?? {}).find((name) => !LOOKUP_NAME.test(name));
    if (wrong !== undefined) {
      throw new Error(
        `"${wrong}" cannot be the name of a lookup. Allowed: 1 to 64 letters, digits, "-" and "_", a letter first.`,
      );
    }
    const { timeout } = options;
    if (timeout === undefined || timeout.isUnresolved()) return;
    if (timeout.toMilliseconds() < 1 || timeout.toMilliseconds() > 900_000) {
      throw new Error(
        `A transform's timeout must be from 1 millisecond to 15 minutes. Received ${timeout.toHumanString()}.`,
      );
    }
  }

  /**
   * What the contract says of the records that go in; undefined where it has none.
   * @internal
   */
  get _inputSchema(): SchemaObject | undefined {
    return this.options.inputContract?.schema(this.options.inputSchemaName);
  }

  /** Lets the role of a function that reads a source look up what the transform may. Called by the processor. */
  bind(scope: Construct, grantee: IGrantable): TransformBinding {
    const { inputContract, inputSchemaName } = this.options;
    return this.deployed(scope, grantee, inputContract, inputSchemaName);
  }

  /**
   * The same for one that reads a table: its rows are given to the transform by the table's own contract.
   *
   * @throws Error when the transform has another input contract
   */
  bindToTable(
    scope: Construct,
    grantee: IGrantable,
    contract: DataContract,
    schemaName?: string,
  ): TransformBinding {
    const { inputContract } = this.options;
    if (inputContract !== undefined && inputContract !== contract) {
      throw new Error(
        'This transform has an inputContract, but rows of a table are given to it by the contract of the table. ' +
          'Leave inputContract out.',
      );
    }
    return this.deployed(scope, grantee, contract, schemaName);
  }

  private deployed(
    scope: Construct,
    grantee: IGrantable,
    inputContract: DataContract | undefined,
    inputSchemaName: string | undefined,
  ): TransformBinding {
    const { timeout } = this.options;
    const files: Record<string, string> = { [TRANSFORM_FILE]: this.code };
    if (inputContract !== undefined) {
      const schema = inputContract.schema(inputSchemaName);
      files[INPUT_CONTRACT_FILE] = compileContract(inputContract, schema);
    }
    const lookups: Record<string, LookupBinding['settings']> = {};
    for (const [name, lookup] of Object.entries(this.options.lookups ?? {})) {
      const binding = lookup.bind(name, grantee);
      lookups[name] = binding.settings;
      Object.assign(files, binding.files);
    }
    const settings: TransformSettings = {
      timeoutMilliseconds: timeout?.toMilliseconds() ?? 10_000,
      hasInputContract: inputContract !== undefined,
    };
    const stack = Stack.of(scope);
    return {
      files,
      environment: {
        [HANDLER_ENVIRONMENT.transform]: JSON.stringify(settings),
        ...(Object.keys(lookups).length === 0
          ? {}
          : { [HANDLER_ENVIRONMENT.lookups]: stack.toJsonString(lookups) }),
      },
    };
  }
}
