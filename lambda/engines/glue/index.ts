export { GlueEngine, type GlueOptions, openGlue } from './glue-engine';
