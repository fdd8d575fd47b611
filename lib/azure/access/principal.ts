import { TerraformResource, Token } from 'cdktf';
import type { IConstruct } from 'constructs';

/** A managed identity, for example an `azurerm_user_assigned_identity`. */
export interface IIdentity extends IConstruct {
  /** Resource id. */
  readonly id: string;
  /** Object id of its service principal. */
  readonly principalId: string;
}

/** Who can be given a role: kinds that Azure tells apart. */
export enum PrincipalType {
  USER = 'User',
  GROUP = 'Group',
  /** Applications and managed identities. */
  SERVICE_PRINCIPAL = 'ServicePrincipal',
}

/** Somebody of the tenant's directory who can be given a role. */
export class Principal {
  /** A managed identity made in this app, of this stack or another. */
  static identity(identity: IIdentity): Principal {
    return new Principal(
      identity.principalId,
      PrincipalType.SERVICE_PRINCIPAL,
      nameOf(identity.node.path),
      identity,
    );
  }

  /**
   * An application or a managed identity by its object id.
   * @param name how addresses of role assignments call it; needed where the id is known at deployment only
   */
  static servicePrincipal(objectId: string, name?: string): Principal {
    return new Principal(objectId, PrincipalType.SERVICE_PRINCIPAL, name);
  }

  /** A group by its object id. @param name as for `servicePrincipal` */
  static group(objectId: string, name?: string): Principal {
    return new Principal(objectId, PrincipalType.GROUP, name);
  }

  /** A user by its object id. @param name as for `servicePrincipal` */
  static user(objectId: string, name?: string): Principal {
    return new Principal(objectId, PrincipalType.USER, name);
  }

  /** How addresses of role assignments call it: changing it makes them anew. */
  readonly name: string;

  private constructor(
    readonly objectId: string,
    readonly type: PrincipalType,
    name: string | undefined,
    /** The identity it was made of. */
    readonly source?: IConstruct,
  ) {
    if (name === undefined && Token.isUnresolved(objectId)) {
      throw new Error(
        'A principal whose object id is known at deployment only needs a name for the addresses of its role assignments: ' +
          "Principal.servicePrincipal(id, 'orders-etl').",
      );
    }
    if (!Token.isUnresolved(objectId) && !GUID.test(objectId)) {
      throw new Error(
        `"${objectId}" is no object id of a principal. Give the id of its service principal, group or user in Entra ID, a GUID: ` +
          'az ad sp show --id APP_ID --query id. The application (client) id is another one.',
      );
    }
    this.name = nameOf(name ?? objectId);
  }

  /** Whether a construct of Terraform stands for it, whose stack its role assignments can be in. @internal */
  public get _resource(): TerraformResource | undefined {
    return this.source !== undefined && TerraformResource.isTerraformResource(this.source)
      ? this.source
      : undefined;
  }
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function nameOf(text: string): string {
  return text.replace(/[^A-Za-z0-9-]+/g, '-');
}
