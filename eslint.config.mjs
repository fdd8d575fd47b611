import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const forbid = (...patterns) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: patterns.map(([names, message]) =>
        typeof names === 'string' ? { regex: names, message } : { group: names, message },
      ),
    },
  ],
});
const CDK = [
  ['aws-cdk-lib', 'aws-cdk-lib/*'],
  'Only lib/aws, lib/testing, bin and examples may import aws-cdk-lib.',
];
const CDKTF = [
  ['cdktf', 'cdktf/*', '@cdktf/*'],
  'Only lib/terraform, lib/google and lib/azure may import cdktf.',
];
// The root of a provider loads its thousand resources: 458 MB and four seconds.
const PROVIDER_ROOTS = [
  '^@cdktf/provider-(google|azurerm)(/lib)?(/index.*)?$',
  'Import the resource by its path: @cdktf/provider-google/lib/storage-bucket.',
];
const SDK = [
  ['@aws-sdk/*'],
  'Cloud SDKs appear only in lambda/engines, lambda/stores, lambda/tables, lambda/lookups, lambda/claims, lambda/sources, lambda/streams and lambda/signals.',
];
const rooms = (...names) => names.flatMap((name) => [`**/${name}`, `**/${name}/**`]);
const HANDLERS = [rooms('lambda'), 'Constructs know the names of the bundles, never handler code.'];
const CLOUDS = [
  rooms('aws', 'google', 'azure', 'terraform', 'local', 'testing'),
  'A room of its own: see docs/architecture.md.',
];
const otherCloudsThan = (cloud) => [
  rooms(...['aws', 'google', 'azure'].filter((name) => name !== cloud)),
  'A user of one cloud installs one cloud.',
];

// Who may know whom (docs/architecture.md). Each block holds one line of that rule.
export default tseslint.config(
  {
    ignores: ['dist/**', 'cdk.out*/**', '**/node_modules/**', 'lakehouse-out/**', 'bench/out/**', '**/*.js'],
  },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-require-imports': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "LogicalExpression[operator='||'][right.type='Literal']",
          message: 'Use ?? for defaults: || loses 0, false and the empty string.',
        },
      ],
    },
  },
  { files: ['lib/contract/**/*.ts'], rules: forbid(CDK, CDKTF, SDK, HANDLERS, CLOUDS) },
  { files: ['lib/aws/**/*.ts'], rules: forbid(CDKTF, SDK, HANDLERS, otherCloudsThan('aws')) },
  {
    files: ['lib/google/**/*.ts'],
    rules: forbid(CDK, SDK, HANDLERS, PROVIDER_ROOTS, otherCloudsThan('google')),
  },
  {
    files: ['lib/azure/**/*.ts'],
    rules: forbid(CDK, SDK, HANDLERS, PROVIDER_ROOTS, otherCloudsThan('azure')),
  },
  { files: ['lib/terraform/**/*.ts'], rules: forbid(CDK, SDK, HANDLERS, otherCloudsThan('terraform')) },
  { files: ['lambda/**/*.ts'], rules: forbid(CDK, CDKTF, CLOUDS) },
  {
    files: ['handlers', 'pipeline', 'formats', 'rows', 'search'].map((room) => `lambda/${room}/**/*.ts`),
    rules: forbid(CDK, CDKTF, CLOUDS, SDK),
  },
  {
    files: ['lambda/**/*.ts'],
    ignores: ['lambda/configuration/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read the environment in lambda/configuration only.',
        },
      ],
    },
  },
  { files: ['test/**/*.ts', 'bench/**'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  prettier,
);
