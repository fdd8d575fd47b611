/**
 * The same concepts on Google Cloud, by cdktf. This entry point is reserved and exports nothing yet: importing it
 * never loads aws-cdk-lib, and it will ask for `cdktf` and `@cdktf/provider-google` only.
 */
export {};
