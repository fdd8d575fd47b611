// Template validation costs 6-9 CPU seconds per synth; one dedicated test switches it on.
process.env.CDK_VALIDATION ??= 'false';
// What a synth of templates needs none of, and spends half of its time on: copies of the code of each function in each
// assembly (a test that reads them has `stageAssets`), and where in the program each construct was made.
process.env.CDK_CONTEXT_JSON ??= JSON.stringify({
  'aws:cdk:disable-asset-staging': true,
  'aws:cdk:disable-stack-trace': true,
});
