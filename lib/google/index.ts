/**
 * The constructs on Google Cloud, by cdktf, and the contract they are driven by: `import { … } from
 * 'lakehouse-constructs/google'`. Importing it never loads aws-cdk-lib; it asks for `cdktf` and `@cdktf/provider-google`.
 */
export * from '../contract';
export { type RequiredTag } from '../terraform';
export * from './governance';
export * from './storage';
