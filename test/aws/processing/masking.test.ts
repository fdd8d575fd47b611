import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import {
  DataContract,
  LakeCatalog,
  LakeTable,
  Mask,
  MaskingPolicy,
  MedallionLake,
  SilverProcessor,
  type MaskingOptions,
  Zone,
} from '../../../lib/aws';
import { stageAssets } from '../../stage-assets';

stageAssets();

const contract = (masking = ''): DataContract =>
  DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - { name: id, logicalType: string, required: true, primaryKey: true }
      - { name: mail, logicalType: string, classification: restricted${masking} }
`);
const HASHED = ', customProperties: [{ property: masking, value: hash }]';

function stackWith(of: DataContract, masking?: MaskingOptions | ((stack: Stack) => MaskingOptions)) {
  const app = new App();
  const stack = new Stack(app, 'People');
  const lake = new MedallionLake(stack, 'Lake');
  const catalog = LakeCatalog.of(lake);
  const table = (zone: Zone) => new LakeTable(stack, zone, { contract: of, catalog, zone });
  const processor = new SilverProcessor(stack, 'Silver', {
    contract: of,
    bronze: table(Zone.BRONZE),
    silver: table(Zone.SILVER),
    quarantine: table(Zone.QUARANTINE),
    masking: typeof masking === 'function' ? masking(stack) : masking,
    large: {},
  });
  return { app, stack, processor };
}

const handlers = (stack: Stack): any[] =>
  Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('SilverHandler'))
    .map(([, { Properties }]) => Properties);

test('a contract without masks costs nothing: no secret, no variable, no file', () => {
  const { app, stack, processor } = stackWith(contract());
  expect(processor.maskingKey).toBeUndefined();
  Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 0);
  expect(handlers(stack)[0].Environment.Variables).not.toHaveProperty('LAKEHOUSE_MASKING_KEY');
  expect(maskFiles(app)).toEqual([]);
});

test('a mask of the contract brings a generated secret, which stays, and both function and container may read it', () => {
  const { app, stack, processor } = stackWith(contract(HASHED));
  const template = Template.fromStack(stack);
  template.hasResource('AWS::SecretsManager::Secret', {
    DeletionPolicy: 'Retain',
    Properties: {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      KmsKeyId: Match.anyValue(),
    },
  });
  const [id] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  expect(handlers(stack)[0].Environment.Variables.LAKEHOUSE_MASKING_KEY).toEqual({ Ref: id });
  expect(stack.resolve(processor.maskingKey!.secretArn)).toEqual({ Ref: id });
  const readers = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    Properties.PolicyDocument.Statement.some(
      ({ Action, Resource }: any) =>
        [Action].flat().includes('secretsmanager:GetSecretValue') && Resource?.Ref === id,
    ),
  );
  expect(readers).toHaveLength(2);
  expect(maskFiles(app)).toEqual([
    '// Generated from a data contract.\nexport const masks = [{"path":["mail"],"type":"string","mask":{"kind":"hash"}}];\n',
  ]);
});

test('masks by a policy take the key that is given', () => {
  const { stack } = stackWith(contract(), (scope) => ({
    policy: new MaskingPolicy({ restricted: Mask.tokenize() }),
    key: Secret.fromSecretCompleteArn(
      scope,
      'Key',
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:masks-a1b2c3',
    ),
  }));
  Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 0);
  expect(handlers(stack)[0].Environment.Variables.LAKEHOUSE_MASKING_KEY).toBe(
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:masks-a1b2c3',
  );
});

test('masks that need no key have none, and one that is given is refused', () => {
  const policy = new MaskingPolicy({ restricted: Mask.emailDomain() });
  const { stack } = stackWith(contract(), { policy });
  expect(handlers(stack)[0].Environment.Variables.LAKEHOUSE_MASKING_KEY).toBe('');
  expect(() => stackWith(contract(), (scope) => ({ policy, key: new Secret(scope, 'Key') }))).toThrow(
    'masking.key is given, but no column of "people" is hashed or tokenized. Leave it out, or mask a column: ' +
      'with a policy, or with the custom property masking in the contract.',
  );
});

/** Text of each `masks.mjs` that the function's asset has. */
function maskFiles(app: App): string[] {
  const { directory } = app.synth();
  const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  return assets.flatMap((asset) => {
    const files = readdirSync(join(directory, asset));
    return files.includes('masks.mjs') && !files.includes('Dockerfile')
      ? [readFileSync(join(directory, asset, 'masks.mjs'), 'utf8')]
      : [];
  });
}
