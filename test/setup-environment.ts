// Template validation costs 6-9 CPU seconds per synth; one dedicated test switches it on.
process.env.CDK_VALIDATION ??= 'false';
