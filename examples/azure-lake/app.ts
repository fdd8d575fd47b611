// A lake on Azure: `npx cdktf deploy` in this folder, from the address that is allowed in.
import { App } from 'cdktf';
import { LakeStack } from './lake-stack';

const app = new App();
new LakeStack(app, 'Lake', {
  environment: 'prod',
  deployedFrom: '203.0.113.7',
  analysts: '6f0b8f3e-58a1-4c0f-9d5e-0a1c52f3a111',
  courier: '0c5d4b57-2d0b-4a44-8a7e-9e7a5d7f4b22',
});
app.synth();
