export { AthenaEngine, type AthenaOptions, openAthena } from './athena-engine';
