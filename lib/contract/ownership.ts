import type { CustomProperty } from './custom-property';

/** Who owns the contract. A v3.0 contract, whose `team` is a bare list, gives a team without a name. */
export interface Team {
  /** @default - none */
  readonly name?: string;
  /** @default - none */
  readonly description?: string;
  readonly members: TeamMember[];
  readonly tags: string[];
  readonly customProperties: CustomProperty[];
}

/** A person of the team, now or formerly. */
export interface TeamMember {
  readonly username: string;
  /** @default - none */
  readonly name?: string;
  /** @default - none */
  readonly role?: string;
  /** @default - none */
  readonly description?: string;
  /** ISO date. @default - none */
  readonly dateIn?: string;
  /** ISO date. @default - still a member */
  readonly dateOut?: string;
  /** @default - none */
  readonly replacedByUsername?: string;
}

/** Where consumers get help and announcements. */
export interface SupportChannel {
  readonly channel: string;
  /** `mailto:…` or `https://…`. @default - none */
  readonly url?: string;
  /** For example `email`, `slack`, `teams`, `ticket`. @default - none */
  readonly tool?: string;
  /** For example `interactive`, `announcements`, `issues`. @default - none */
  readonly scope?: string;
  /** @default - none */
  readonly description?: string;
  readonly customProperties: CustomProperty[];
}

/** A role that may be granted on the data. */
export interface Role {
  readonly role: string;
  /** For example `read` or `write`. @default - none */
  readonly access?: string;
  /** @default - none */
  readonly description?: string;
  /** @default - none */
  readonly firstLevelApprovers?: string;
  /** @default - none */
  readonly secondLevelApprovers?: string;
  readonly customProperties: CustomProperty[];
}
