import { NO_VALUE, UnresolvedReference, resolve } from '../../../lib/local/template/intrinsics';
import type { References } from '../../../lib/local/template/intrinsics';

const references: References = {
  ref: (name) => ({ Bucket: 'bronze-bucket', 'AWS::Region': 'eu-west-1', 'AWS::NoValue': NO_VALUE })[name],
  getAtt: (id, attribute) =>
    id === 'Stream' && attribute === 'Arn' ? 'arn:aws:kinesis:::stream/s' : undefined,
  importValue: (name) => (name === 'shared-key' ? 'key-1' : undefined),
  condition: (name) => name === 'IsProduction',
  mapping: (map, first, second) =>
    map === 'Sizes' && first === 'large' && second === 'memory' ? 512 : undefined,
};

describe('resolve', () => {
  it.each([
    ['Ref', { Ref: 'Bucket' }, 'bronze-bucket'],
    ['GetAtt as list', { 'Fn::GetAtt': ['Stream', 'Arn'] }, 'arn:aws:kinesis:::stream/s'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Stream.Arn' }, 'arn:aws:kinesis:::stream/s'],
    ['Join', { 'Fn::Join': ['', ['s3://', { Ref: 'Bucket' }, '/orders']] }, 's3://bronze-bucket/orders'],
    [
      'Sub',
      { 'Fn::Sub': '${Bucket}/${AWS::Region}/${Stream.Arn}/${!Kept}' },
      'bronze-bucket/eu-west-1/arn:aws:kinesis:::stream/s/${Kept}',
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': ['${Name}-${Bucket}', { Name: { Ref: 'AWS::Region' } }] },
      'eu-west-1-bronze-bucket',
    ],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Bucket' }] }] }, 'bucket'],
    ['ImportValue', { 'Fn::ImportValue': 'shared-key' }, 'key-1'],
    ['If, true', { 'Fn::If': ['IsProduction', 'yes', { Ref: 'Absent' }] }, 'yes'],
    ['If, false', { 'Fn::If': ['IsTest', { Ref: 'Absent' }, 'no'] }, 'no'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'large', 'memory'] }, 512],
    ['Base64', { 'Fn::Base64': { Ref: 'Bucket' } }, Buffer.from('bronze-bucket').toString('base64')],
    ['Equals', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }, true],
    ['Not', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'a'] }] }, false],
    ['nested in objects and lists', { a: [{ Ref: 'Bucket' }], b: 1 }, { a: ['bronze-bucket'], b: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(resolve(value, references)).toEqual(expected);
  });

  it('drops what refers to NoValue', () => {
    const value = { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [1, { Ref: 'AWS::NoValue' }] };
    expect(resolve(value, references)).toEqual({ kept: 1, list: [1] });
  });

  it("leaves a policy's Condition alone", () => {
    const statement = { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::Region' } } } };
    expect(resolve(statement, references)).toEqual({
      Condition: { StringEquals: { 'aws:SourceAccount': 'eu-west-1' } },
    });
  });

  it('names a reference it cannot follow', () => {
    expect(() => resolve({ a: { 'Fn::GetAtt': ['Gone', 'Arn'] } }, references)).toThrow(UnresolvedReference);
    expect(() => resolve({ Ref: 'Gone' }, references)).toThrow(/Ref Gone/);
  });
});
