import { TerraformVariable } from 'cdktf';
import {
  BucketLocation,
  BucketRetention,
  MedallionLake,
  MultiRegion,
  TieringProfile,
  ZoneBucket,
  ZoneKey,
} from '../../lib/google';
import { googleStack, resource } from './stack';

/** A stack whose figures and names only Terraform knows. */
function variables() {
  const stack = googleStack();
  const text = new TerraformVariable(stack, 'text', { type: 'string' }).stringValue;
  const days = new TerraformVariable(stack, 'days', { type: 'number' }).numberValue;
  return { stack, text, days };
}

function bucketOfVariables() {
  const { stack, text, days } = variables();
  new ZoneBucket(stack, 'Zone', {
    bucketName: text,
    location: BucketLocation.region(text),
    retention: BucketRetention.unlocked(days),
    softDeleteDays: days,
    tiering: [{ profile: TieringProfile.archiveAfter(days) }],
  });
  new ZoneKey(stack, 'Key', { name: text, location: BucketLocation.region('us-east1'), rotationDays: days });
  return stack;
}

it('leaves to Terraform what only Terraform knows', () => {
  expect(resource(bucketOfVariables(), 'google_storage_bucket')).toMatchObject({
    name: '${var.text}',
    location: '${upper(var.text)}',
    retention_policy: { retention_period: '${(var.days * 86400)}' },
    soft_delete_policy: { retention_duration_seconds: '${(var.days * 86400)}' },
  });
  const { stack, text } = variables();
  const location = BucketLocation.regionPair(MultiRegion.EU, text, text);
  new ZoneBucket(stack, 'Zone', { bucketName: 'acme-zone', location });
  expect(resource(stack, 'google_storage_bucket').custom_placement_config).toEqual({
    data_locations: ['${upper(var.text)}', '${upper(var.text)}'],
  });
});

it('rotates keys after days of a variable, in the place of one', () => {
  const { stack, days, text } = variables();
  new ZoneKey(stack, 'Key', { name: 'lake', location: BucketLocation.region(text), rotationDays: days });
  expect(resource(stack, 'google_kms_crypto_key').rotation_period).toBe('${(var.days * 86400)}s');
  expect(resource(stack, 'google_kms_key_ring').location).toBe('${lower(var.text)}');
});

it('labels a lake with the environment of a variable', () => {
  const { stack, text } = variables();
  const location = BucketLocation.region('europe-west3');
  const bronze = new MedallionLake(stack, 'Lake', { name: 'acme', environment: text, location }).bronze;
  expect(bronze).toBeInstanceOf(ZoneBucket);
  expect(resource(stack, 'google_kms_crypto_key').labels).toEqual({ environment: '${var.text}' });
});
