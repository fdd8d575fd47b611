import { type TerraformResource, Token } from 'cdktf';
import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account';
import { KmsCryptoKey } from '@cdktf/provider-google/lib/kms-crypto-key';
import { KmsCryptoKeyIamMember } from '@cdktf/provider-google/lib/kms-crypto-key-iam-member';
import { KmsKeyRing } from '@cdktf/provider-google/lib/kms-key-ring';
import { Construct, type IConstruct } from 'constructs';
import { known, requireTerraformStack, times } from '../../terraform';
import type { BucketLocation } from './bucket-location';
import { requireLabels } from './labels';

/** A key of Cloud KMS that Cloud Storage encrypts with. */
export interface IZoneKey extends IConstruct {
  /** `projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>`. */
  readonly keyName: string;
  /** Where it is, as Cloud KMS names it; undefined where only Terraform knows. */
  readonly location?: string;
  /** What has to be there before a bucket can name the key: the service agent's right to use it. */
  readonly access: TerraformResource[];
}

/** How a key is made. */
export interface ZoneKeyProps {
  /** Where the buckets are: a key is of use to buckets of its own location only. */
  readonly location: BucketLocation;
  /** Name of the key and, where none is given, of the key ring. Neither can ever be used again in the project. */
  readonly name: string;
  /**
   * A ring you own.
   * @default - a new one
   */
  readonly keyRing?: KmsKeyRing;
  /**
   * Days after which Cloud KMS makes a new version; what older ones encrypted stays readable.
   * @default 90
   */
  readonly rotationDays?: number;
  /** @default - none */
  readonly labels?: { readonly [key: string]: string };
  /**
   * Whether Terraform refuses to destroy it: with the key goes all that it encrypted.
   * @default true
   */
  readonly deletionProtection?: boolean;
}

const DAY = 86_400;

/**
 * A key for the buckets of one location, rotated by itself, that the service agent of Cloud Storage may use. Who reads
 * and writes objects needs no right on it: the agent encrypts and decrypts for them.
 *
 * @throws Error for days Cloud KMS would refuse
 */
export class ZoneKey extends Construct implements IZoneKey {
  /**
   * A key you own, in this app.
   * @param location as Cloud KMS names it, for example `europe-west3`, so that buckets elsewhere are refused
   */
  static fromCryptoKey(scope: Construct, id: string, key: KmsCryptoKey, location?: string): IZoneKey {
    return new ImportedZoneKey(scope, id, key.id, location);
  }

  /**
   * A key you own, made elsewhere, by its full name.
   * @throws Error for a name of another form
   */
  static fromKeyName(scope: Construct, id: string, keyName: string): IZoneKey {
    const name = known(keyName);
    const location =
      name && /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.exec(name)?.[1];
    if (name !== undefined && location === undefined) {
      throw new Error(
        `"${name}" is no name of a key. Write projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY.`,
      );
    }
    return new ImportedZoneKey(scope, id, keyName, location);
  }

  readonly keyRing: KmsKeyRing;
  readonly cryptoKey: KmsCryptoKey;
  readonly keyName: string;
  readonly location?: string;
  readonly access: TerraformResource[];

  constructor(scope: Construct, id: string, props: ZoneKeyProps) {
    super(scope, id);
    requireTerraformStack(this);
    const rotationDays = known(props.rotationDays ?? 90);
    // https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys
    if (rotationDays !== undefined && !(rotationDays >= 1 && rotationDays <= 36_500)) {
      throw new Error(`rotationDays must be between 1 and 36500. Received ${rotationDays}.`);
    }
    requireLabels(this.node.path, props.labels ?? {});
    this.location = props.location.keyLocation;
    this.keyRing =
      props.keyRing ??
      new KmsKeyRing(this, 'Ring', { name: props.name, location: props.location.keyLocation });
    this.cryptoKey = new KmsCryptoKey(this, 'Key', {
      name: props.name,
      keyRing: this.keyRing.id,
      purpose: 'ENCRYPT_DECRYPT',
      rotationPeriod: `${Token.asString(times(props.rotationDays ?? 90, DAY))}s`,
      labels: props.labels,
      lifecycle: { preventDestroy: props.deletionProtection ?? true },
    });
    this.keyName = this.cryptoKey.id;
    this.access = [letStorageUse(this, this.keyName)];
  }
}

class ImportedZoneKey extends Construct implements IZoneKey {
  readonly access: TerraformResource[];

  constructor(
    scope: Construct,
    id: string,
    readonly keyName: string,
    readonly location: string | undefined,
  ) {
    super(scope, id);
    requireTerraformStack(this);
    this.access = [letStorageUse(this, keyName)];
  }
}

/** Of the provider's project, which the buckets are in. */
function letStorageUse(scope: Construct, keyName: string): KmsCryptoKeyIamMember {
  const agent = new DataGoogleStorageProjectServiceAccount(scope, 'StorageAgent');
  return new KmsCryptoKeyIamMember(scope, 'StorageAgentUse', {
    cryptoKeyId: keyName,
    role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    member: agent.member,
  });
}
