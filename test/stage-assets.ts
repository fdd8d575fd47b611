/** Has the apps of a test file hold the code of their functions, as `cdk synth` writes them. */
export function stageAssets(): void {
  delete process.env.CDK_CONTEXT_JSON;
}
