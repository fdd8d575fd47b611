import type { _DataContractFields } from '../data-contract';
import { checkDefinitions } from './check-definitions';
import { checkRelationships } from './check-relationships';
import { checkSchemaNames } from './check-names';
import type { Fields, Keys } from './fields';
import { readCustomProperties } from './read-custom-properties';
import { readRoles, readSupport, readTeam } from './read-ownership';
import { readSchemas } from './read-schema';
import { readServers } from './read-servers';
import { readServiceLevels } from './read-service-levels';
import { didYouMean } from './suggestion';

const CONTRACT_KEYS: Keys = {
  of: 'a data contract',
  known: [
    ...[
      'apiVersion',
      'kind',
      'id',
      'version',
      'status',
      'name',
      'domain',
      'tenant',
      'dataProduct',
      'description',
    ],
    ...[
      'schema',
      'servers',
      'support',
      'price',
      'team',
      'roles',
      'slaProperties',
      'slaDefaultElement',
      'tags',
    ],
    ...['authoritativeDefinitions', 'customProperties', 'contractCreatedTs'],
  ],
};
const READ_VERSIONS = 'v3.0.0, v3.0.1, v3.0.2 and v3.1.0 (any v3.0.x and v3.1.x)';

/** Reads the top level of a contract; undefined where it is not one of a version this library reads. */
export function readContract(contract: Fields): _DataContractFields | undefined {
  const kind = readKind(contract);
  const apiVersion = readApiVersion(contract);
  const id = contract.requiredString('id', 'the unique identifier of the contract');
  const version = contract.requiredString('version', 'the version of the contract, for example 1.0.0');
  const status = contract.requiredString(
    'status',
    'the state of the contract, for example proposed, draft, active, deprecated or retired',
  );
  // Whatever else such a document holds follows other rules: more problems would only be noise.
  if (apiVersion === undefined || !kind) return undefined;

  contract.allowOnly(CONTRACT_KEYS);
  contract.string('slaDefaultElement');
  contract.string('contractCreatedTs');
  checkDefinitions(contract);
  checkPrice(contract);
  const schemas = readSchemas(contract, apiVersion);
  checkSchemaNames(contract, schemas);
  checkRelationships(contract, schemas);
  const { sla, slaProperties } = readServiceLevels(contract);
  return {
    id: id ?? '',
    version: version ?? '',
    apiVersion,
    status: status ?? '',
    name: contract.string('name'),
    domain: contract.string('domain'),
    tenant: contract.string('tenant'),
    dataProduct: contract.string('dataProduct'),
    purpose: readPurpose(contract),
    schemas,
    sla,
    slaProperties,
    team: readTeam(contract),
    support: readSupport(contract),
    servers: readServers(contract),
    roles: readRoles(contract),
    tags: contract.strings('tags'),
    customProperties: readCustomProperties(contract),
  };
}

function readPurpose(contract: Fields): string | undefined {
  const description = contract.map('description');
  if (description === undefined) return undefined;
  for (const key of ['usage', 'limitations']) description.string(key);
  checkDefinitions(description);
  return description.string('purpose');
}

function checkPrice(contract: Fields): void {
  const price = contract.map('price');
  if (price === undefined) return;
  price.allowOnly({ of: 'a price', known: ['id', 'priceAmount', 'priceCurrency', 'priceUnit'] });
  price.decimal('priceAmount');
  for (const key of ['id', 'priceCurrency', 'priceUnit']) price.string(key);
}

function readKind(contract: Fields): boolean {
  const kind = contract.requiredString('kind', 'it says DataContract');
  if (kind === undefined || kind === 'DataContract') return kind !== undefined;
  contract.problems.report(
    contract.entry('kind')!,
    `must be DataContract.${didYouMean(kind, ['DataContract'])} Other kinds of document are not read here.`,
  );
  return false;
}

function readApiVersion(contract: Fields): string | undefined {
  const given = contract.requiredString('apiVersion', `the version of the standard: ${READ_VERSIONS}`);
  if (given === undefined || /^v3\.[01]\.\d+$/.test(given)) return given;
  const remedy = /^v?2\./.test(given)
    ? 'Version 2 describes tables under "dataset": move the contract to v3, where they stand under "schema".'
    : 'Set apiVersion to v3.1.0 if the contract follows it.';
  contract.problems.report(
    contract.entry('apiVersion')!,
    `is not a version that can be read. Read are ${READ_VERSIONS}. ${remedy}`,
  );
  return undefined;
}
