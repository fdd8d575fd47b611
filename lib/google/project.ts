import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';

/** The project of the stack's provider. */
export class ProviderProject extends Construct {
  readonly id: string;
  readonly number: string;

  constructor(scope: Construct) {
    super(scope, 'Project');
    const project = new DataGoogleProject(this, 'Project');
    // Its argument project_id is empty where it is not given; its own id is not.
    this.id = Fn.trimprefix(project.id, 'projects/') as string;
    this.number = project.number;
  }
}
