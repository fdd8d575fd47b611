import { Principal } from '../../../lib/azure/access';
import { PartnerAccess, type PartnerAccessProps } from '../../../lib/azure/governance/partner-access';
import { type MedallionLake } from '../../../lib/azure/storage';
import { azureStack, lakeIn, PRINCIPAL, resourcesOf } from '../stack';

const partner = Principal.servicePrincipal(PRINCIPAL, 'acme');

function partnerWith(props: (lake: MedallionLake) => Partial<PartnerAccessProps>) {
  const stack = azureStack();
  const lake = lakeIn(stack, { customerManagedKey: false });
  const { folders = [{ zone: lake.gold, prefix: 'daily_revenue' }], ...others } = props(lake);
  new PartnerAccess(stack, 'Partner', { partner, folders, ...others });
  return { stack, lake };
}

test('a partner reads the folders it was given, until a day', () => {
  const { stack } = partnerWith(({ gold, silver }) => ({
    folders: [
      { zone: gold, prefix: 'daily_revenue' },
      { zone: gold, prefix: 'exports/acme' },
      { zone: silver, prefix: 'orders' },
    ],
    validUntil: '2027-01-01T00:00:00Z',
  }));
  const assignments = resourcesOf(stack, 'role_assignment');
  expect(assignments).toHaveLength(2);
  const gold = assignments.find(({ scope }) => scope.includes('Gold'));
  expect(gold.role_definition_name).toBe('Storage Blob Data Reader');
  expect(gold.condition).toMatch(
    /StringStartsWith 'daily_revenue\/' OR .* StringStartsWith 'exports\/acme\/'/,
  );
  expect(gold.condition.endsWith(`AND (@Environment[UtcNow] DateTimeLessThan '2027-01-01T00:00:00Z')`)).toBe(
    true,
  );
});

test('refused: nothing to read, no instant, and a second condition for one reader', () => {
  expect(() => partnerWith(() => ({ folders: [] }))).toThrow(
    new Error('"Azure/Partner" may read nothing. Name folders.'),
  );
  expect(() => partnerWith(() => ({ validUntil: 'next year' }))).toThrow(
    new Error('validUntil: "next year" is no instant in UTC. Write 2027-01-01T00:00:00Z.'),
  );
  const { lake } = partnerWith(() => ({ validUntil: '2027-01-01T00:00:00Z' }));
  expect(() => lake.gold.grantRead(partner, 'other')).toThrow(
    new Error(
      'acme is a reader of "Azure/Lake/Gold" already, under another condition, and Azure takes one assignment of a role. Grant it once, or to ' +
        'another principal.',
    ),
  );
});
