// A lake on Google Cloud: `npx cdktf deploy` in this folder.
import { App } from 'cdktf';
import { LakeStack } from './lake-stack';

const app = new App();
new LakeStack(app, 'Lake', {
  project: 'acme-data-prod',
  environment: 'prod',
  billingAccount: '012345-6789AB-CDEF01',
});
app.synth();
