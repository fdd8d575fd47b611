// What synthesizing costs before there is anything to synthesize.
const { App, Stack } = require('aws-cdk-lib');

const app = new App();
new Stack(app, 'Empty');
app.synth();
