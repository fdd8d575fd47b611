export { addAspect } from './add-aspect';
export { literal } from './literal';
export { requireTerraformStack } from './require-terraform-stack';
export { known } from './known';
export { resolved } from './resolved';
export * from './tiering';
export * from './tags';
