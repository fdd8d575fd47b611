import { CloudAssembly } from '../../local/template/assembly';
import { type RegistryContents, registryContents } from './registry-contents';

/** What is known of no stack before it is deployed. */
const ANYWHERE = { account: 'ACCOUNT', region: 'REGION', partition: 'aws' };

/** The registry as a cloud assembly (`cdk.out`) would write it. Names that CloudFormation makes are made of logical ids here. */
export function productsOfAssembly(directory: string, path: string): RegistryContents {
  const parameters = new CloudAssembly(directory, ANYWHERE).ofType('AWS::SSM::Parameter');
  return registryContents(
    parameters
      .map(({ properties }) => ({ name: String(properties.Name), value: properties.Value }))
      .filter(({ name }) => name.startsWith(`${path}/`)),
  );
}
