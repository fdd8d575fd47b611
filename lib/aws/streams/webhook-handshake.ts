import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { WebhookHandshakeSettings } from '../../contract/webhook-settings';
import { grantAcceptedVersions } from './accepted-versions';
import type { WebhookSecretOptions } from './webhook-authentication';

/**
 * What a producer asks when the address is entered with it, and how that is answered. No record comes of it.
 */
export class WebhookHandshake {
  /**
   * Slack posts a challenge, signed as everything it posts: it is sent back once the signature is good.
   * https://docs.slack.dev/reference/events/url_verification
   */
  static slack(): WebhookHandshake {
    return new WebhookHandshake({ slack: true });
  }

  /**
   * Meta (Facebook, Instagram, WhatsApp) sends a GET with the verify token that was entered with the address: where it is the
   * secret's, the challenge is sent back.
   * https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
   * @param verifyToken the secret with the verify token: one of its own, or another field of that with the app secret
   */
  static meta(verifyToken: WebhookSecretOptions): WebhookHandshake {
    const { secret, secretField } = verifyToken;
    return new WebhookHandshake({ verifyToken: { secret: secret.secretArn, secretField } }, secret);
  }

  private constructor(
    /** @internal */
    readonly _settings: WebhookHandshakeSettings,
    private readonly secret?: ISecret,
  ) {}

  /** Whether the question is a GET. @internal */
  get _isGet(): boolean {
    return this._settings.verifyToken !== undefined;
  }

  /** Lets the function read what it needs. @internal */
  _bind(grantee: iam.IGrantable): void {
    if (this.secret !== undefined) grantAcceptedVersions(this.secret, grantee);
  }
}
