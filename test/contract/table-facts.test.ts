import { DataContract } from '../../lib/contract';
import { catalogParameters, isPersonal, tableFacts } from '../../lib/contract/table-facts';

function contract(properties: string): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c1
version: 1.2.3
status: active
schema:
  - name: customers
    properties:
${properties}`);
}

describe('personal data', () => {
  it.each([
    ['the tag pii', '{ name: email, logicalType: string, tags: [crm, PII] }', true],
    ['the classification pii', '{ name: email, logicalType: string, classification: pii }', true],
    [
      'the custom property pii',
      '{ name: email, logicalType: string, customProperties: [{ property: pii, value: true }] }',
      true,
    ],
    [
      'a field within',
      '{ name: address, logicalType: object, properties: [{ name: street, logicalType: string, tags: [pii] }] }',
      true,
    ],
    [
      'an element',
      '{ name: mails, logicalType: array, items: { name: mail, logicalType: string, tags: [pii] } }',
      true,
    ],
    [
      'a custom property that says no',
      '{ name: email, logicalType: string, customProperties: [{ property: pii, value: false }] }',
      false,
    ],
    ['a classification alone', '{ name: email, logicalType: string, classification: confidential }', false],
  ])('is told by %s', (_by, property, personal) => {
    const [schema] = contract(`      - ${property}`).schemas;
    expect(isPersonal(schema.properties[0])).toBe(personal);
    expect(tableFacts(contract(`      - ${property}`), schema)['lakehouse.pii']).toBe(String(personal));
  });
});

test('facts that are absent are not told', () => {
  const one = contract('      - { name: id, logicalType: string }');
  expect(tableFacts(one, one.schemas[0])).toEqual({
    'lakehouse.contract-id': 'c1',
    'lakehouse.contract-version': '1.2.3',
    'lakehouse.pii': 'false',
  });
});

test('only facts become parameters of the catalog', () => {
  expect(catalogParameters({ 'lakehouse.pii': 'false', 'lakehouse.positions': '{}', x: '1' })).toEqual({
    PII: 'false',
  });
  expect(catalogParameters(undefined)).toEqual({});
});
