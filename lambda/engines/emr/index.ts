export { EmrEngine, type EmrOptions, openEmr } from './emr-engine';
