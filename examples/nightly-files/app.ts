import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  FileDisposition,
  FileSource,
  LandingZone,
  MedallionLake,
  ZoneBucket,
} from 'lakehouse-constructs';

const app = new App();
const stack = new Stack(app, 'NightlyFiles');

const lake = new MedallionLake(stack, 'Lake');
const alarms = new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true });
const zone = { encryptionKey: lake.encryptionKey, serverAccessLogsBucket: lake.logBucket };

const landing = new LandingZone(stack, 'Landing', zone);
// The CRM puts its dumps into its own folder; it can read nothing and reach no other.
const crm = new iam.Role(stack, 'Crm', { assumedBy: new iam.ServicePrincipal('transfer.amazonaws.com') });
landing.grantLand(crm, 'incoming/customers');

// A dump a night: what is in the tables is moved out of the way, what was refused stays where it arrived.
const customers = new DataProduct(stack, 'Customers', {
  contract: DataContract.fromFile(`${__dirname}/customers.odcs.yaml`),
  lake,
  source: FileSource.bucket(landing, { prefix: 'incoming/customers', suffix: '.csv.gz' }),
  fileProcessor: { disposition: FileDisposition.moveTo(landing, 'done') },
});
customers.alarms.notify(alarms);

// Sensors send id,timestamp,value, exactly; each file that was good is copied for whoever reads files.
const staging = new ZoneBucket(stack, 'Staging', zone);
const readings = new DataProduct(stack, 'Readings', {
  contract: DataContract.fromFile(`${__dirname}/readings.odcs.yaml`),
  lake,
  source: FileSource.bucket(landing, { prefix: 'incoming/readings', suffix: '.csv' }),
  fileProcessor: { disposition: FileDisposition.copyTo(staging) },
  enableSilver: false,
});
readings.alarms.notify(alarms);
app.synth();
