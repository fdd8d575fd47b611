import type * as iam from 'aws-cdk-lib/aws-iam';
import type { HandlerNetwork } from './handler-network';

/** Where the function of a construct runs, and as whom. */
export interface HandlerOptions {
  /**
   * Network the function runs in, where that is your rule.
   * @default - none: it reaches AWS over TLS, and nothing reaches it
   */
  readonly network?: HandlerNetwork;
  /**
   * Role of the function. It is granted what the function needs, as far as it can be changed from this app.
   * @default - a role of its own, with nothing but these grants
   */
  readonly role?: iam.IRole;
}
