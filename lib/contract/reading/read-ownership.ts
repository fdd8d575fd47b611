import type { Role, SupportChannel, Team, TeamMember } from '../ownership';
import { Fields } from './fields';
import { readCustomProperties } from './read-custom-properties';

/** Reads `team`: an object in v3.1, a bare list of members in v3.0. */
export function readTeam(contract: Fields): Team | undefined {
  const node = contract.entry('team');
  if (node === undefined) return undefined;
  if (node.kind === 'list') {
    return { members: members(contract.maps('team')), tags: [], customProperties: [] };
  }
  const team = contract.map('team');
  if (team === undefined) return undefined;
  return {
    name: team.string('name'),
    description: team.string('description'),
    members: members(team.maps('members')),
    tags: team.strings('tags'),
    customProperties: readCustomProperties(team),
  };
}

function members(entries: Fields[]): TeamMember[] {
  return entries.map((member) => ({
    username: member.requiredString('username', 'how the member is known') ?? '',
    name: member.string('name'),
    role: member.string('role'),
    description: member.string('description'),
    dateIn: member.string('dateIn'),
    dateOut: member.string('dateOut'),
    replacedByUsername: member.string('replacedByUsername'),
  }));
}

/** Reads `support`. */
export function readSupport(contract: Fields): SupportChannel[] {
  return contract.maps('support').map((channel) => ({
    channel: channel.requiredString('channel', 'the name of the support channel') ?? '',
    url: channel.string('url'),
    tool: channel.string('tool'),
    scope: channel.string('scope'),
    description: channel.string('description'),
    customProperties: readCustomProperties(channel),
  }));
}

/** Reads `roles`, of a contract or of a server. */
export function readRoles(fields: Fields): Role[] {
  return fields.maps('roles').map((role) => ({
    role: role.requiredString('role', 'the name of the role') ?? '',
    access: role.string('access'),
    description: role.string('description'),
    firstLevelApprovers: role.string('firstLevelApprovers'),
    secondLevelApprovers: role.string('secondLevelApprovers'),
    customProperties: readCustomProperties(role),
  }));
}
